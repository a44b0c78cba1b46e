/** @file What set-up installs for other front ends, used as a researcher would: nbconvert, papermill, a kernelspec, git. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installKernelspec } from "../../scripts/set-up/front-ends.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const bin = (name: string) => join(ROOT, ".venv/bin", name);
const MINUTE = 60_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "front-ends-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program away from the clone, with a home folder of its own. */
function runAway(program: string, args: readonly string[], cwd = folder): string {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  const { NB_PARAMS: _set, JUPYTER_PATH: _path, ...inherited } = process.env;
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    env: { ...inherited, HOME: home },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}

const notebookOf = (...cells: { source: string; tags?: string[] }[]) =>
  JSON.stringify({
    cells: cells.map(({ source, tags = [] }, index) => ({
      ...{ cell_type: "code", id: `cell-${index}`, source, metadata: { tags } },
      ...{ execution_count: null, outputs: [] },
    })),
    metadata: { kernelspec: { name: "tslab", display_name: "TypeScript (tslab)", language: "typescript" } },
    ...{ nbformat: 4, nbformat_minor: 5 },
  });
const written = (...cells: Parameters<typeof notebookOf>): string => {
  const path = join(folder, "own.ipynb");
  writeFileSync(path, notebookOf(...cells));
  return path;
};
const PARAMETERS = {
  source: 'import * as kit from "class-it";\nkit.setParameters({ scale: "laptop" });',
  tags: ["parameters"],
};

test(
  "nbconvert executes notebook 05 as it is, and its figures have their alternative texts",
  () => {
    const copy = join(folder, "05-zero-shot.ipynb");
    copyFileSync(join(ROOT, "notebooks/05-zero-shot.ipynb"), copy);
    runAway(bin("jupyter"), ["nbconvert", "--execute", "05-zero-shot.ipynb"]);
    const html = readFileSync(join(folder, "05-zero-shot.html"), "utf8");
    expect(html).toMatch(/<img alt="Accuracy of eight models at this scale[^>]+src="data:image\/svg/);
    expect(html).not.toContain("No description has been provided");
  },
  5 * MINUTE,
);

test(
  "papermill sets the parameters of a TypeScript notebook after its parameter cell",
  () => {
    const out = join(folder, "out.ipynb");
    const source = written(PARAMETERS, {
      source: "const p = kit.params();\nconsole.log(JSON.stringify(p));",
    });
    runAway(bin("papermill"), [
      source,
      out,
      "-p",
      "scale",
      "smoke",
      "-y",
      '{study: mine, seeds: [3, 4], out: "a \\" b"}',
    ]);
    const { cells } = JSON.parse(readFileSync(out, "utf8"));
    const [, injected, last] = cells;
    expect(injected.metadata.tags).toEqual(["injected-parameters"]);
    expect(JSON.stringify(last.outputs)).toContain("scale = smoke  (papermill)");
    expect(JSON.parse(last.outputs.at(-1).text.join(""))).toEqual({
      ...{ scale: "smoke", study: "mine", seeds: [3, 4], rules: [2025, 2026], out: 'a " b', kept: false },
    });
  },
  2 * MINUTE,
);

test(
  "an installed kernelspec runs a notebook in an empty folder, types and packages included",
  () => {
    const prefix = join(folder, "prefix");
    const command = join(ROOT, "src/class-it.mjs");
    const said = runAway(process.execPath, [command, "kernel", "install", "--prefix", prefix]);
    const file = join(prefix, "share/jupyter/kernels/tslab/kernel.json");
    expect(said.trim()).toBe(`kernel: ${file}`);
    expect(JSON.parse(readFileSync(file, "utf8")).argv[1]).toBe(
      join(ROOT, "jupyter/kernels/tslab/kernel.cjs"),
    );
    const empty = join(folder, "empty");
    mkdirSync(empty);
    writeFileSync(
      join(empty, "own.ipynb"),
      notebookOf(
        { source: 'import * as kit from "class-it";\nconst scale: kit.Scale = "smoke";' },
        { source: 'import { csvParse } from "d3-dsv";\nconsole.log(scale, csvParse("a\\n1")[0].a);' },
      ),
    );
    const args = ["nbconvert", "--execute", "--to", "notebook", "--output", "done", "own.ipynb"];
    runAway(bin("jupyter"), args, empty);
    expect(readFileSync(join(empty, "done.ipynb"), "utf8")).toContain("smoke 1\\n");
  },
  2 * MINUTE,
);

test("another kernel of the same name is not replaced", () => {
  const kernels = join(folder, "other/kernels/tslab");
  mkdirSync(kernels, { recursive: true });
  writeFileSync(join(kernels, "kernel.json"), '{"argv":["tslab","kernel"]}');
  expect(() => installKernelspec(join(folder, "other"))).toThrow(/must be a kernelspec of this kit/);
});

test("for git a notebook that was run and saved without an edit is the same", () => {
  const path = join(ROOT, "notebooks/05-zero-shot.ipynb");
  const saved = JSON.parse(readFileSync(path, "utf8"));
  saved.metadata.language_info.version = "5.0.4";
  for (const [index, cell] of saved.cells.entries()) {
    cell.metadata.execution = { "iopub.status.busy": "2026-11-30T00:00:00Z" };
    if (typeof cell.execution_count === "number") cell.execution_count = index + 40;
  }
  const clean = (input: string) =>
    execFileSync(process.execPath, ["scripts/notebooks/clean.mjs"], {
      cwd: ROOT,
      input,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
  expect(clean(JSON.stringify(saved))).toBe(readFileSync(path, "utf8"));
  expect(clean("<<<<<<< ours\n{}")).toBe("<<<<<<< ours\n{}");
  expect(
    execFileSync("git", ["check-attr", "filter", "notebooks/05-zero-shot.ipynb"], {
      cwd: ROOT,
      encoding: "utf8",
    }),
  ).toContain("filter: class-it-notebook");
});
