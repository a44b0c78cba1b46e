import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { stampCodeVersions } from "../../scripts/set-up/code-versions.mjs";
import { readImports, reachedFrom } from "../../scripts/set-up/import-graph.mjs";
import { temporaryFolder } from "../support/temporary-folder.js";

const CODE = {
  "random.js": "export const two = 1 + 1;\n",
  "model/layers.js": 'import { two } from "../random.js";\nexport function half(x) {\n  return x / two;\n}\n',
  "model/loss.js": "export const loss = (x) => -x;\n",
  "runs/training/pretrain.js":
    'import { half } from "../../model/layers.js";\nexport const pretrain = half;\n',
  "runs/stages/stage.js": "export const stage = async () => import('../training/pretrain.js');\n",
};
const LAYERS = CODE["model/layers.js"];

/** Versions of a compiled library with these files in place of or beside the ones above. */
async function versionsOf(changes: Record<string, string> = {}): Promise<Record<string, string>> {
  const dist = temporaryFolder();
  for (const [name, code] of Object.entries({ ...CODE, ...changes })) {
    const path = join(dist, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  }
  await stampCodeVersions(dist);
  return JSON.parse(readFileSync(join(dist, "code-versions.json"), "utf8"));
}

/** Modules whose version is another one after the change. */
async function changedBy(changes: Record<string, string>): Promise<string[]> {
  const [before, after] = [await versionsOf(), await versionsOf(changes)];
  return Object.keys({ ...before, ...after })
    .filter((name) => before[name] !== after[name])
    .sort();
}

test("every module has a version of its own", async () => {
  const versions = await versionsOf();
  expect(Object.keys(versions).sort()).toEqual([
    "model/layers",
    "model/loss",
    "random",
    "runs/stages/stage",
    "runs/training/pretrain",
  ]);
  expect(new Set(Object.values(versions)).size).toBe(5);
  for (const version of Object.values(versions)) expect(version).toMatch(/^[0-9a-f]{64}$/);
});

describe("a version stays", () => {
  test.each([
    ["a comment", LAYERS.replace("x / two;", "x / two; // not a third")],
    ["a docstring", LAYERS.replace("export", "/**\n * Half of it.\n */\nexport")],
    ["indentation and blank lines", LAYERS.replace("  return x / two;", "\n\n        return x / two;\n\n")],
    ["spaces", LAYERS.replace("(x) {", "( x )  {").replace("x / two", "x/two")],
    ["a source map", `${LAYERS}//# sourceMappingURL=layers.js.map\n`],
  ])("when only %s is added", async (_what, code) => {
    expect(code).not.toBe(LAYERS);
    expect(await changedBy({ "model/layers.js": code })).toEqual([]);
  });

  test("when a declaration or a map is added", async () => {
    expect(await changedBy({ "model/layers.d.ts": "export {};", "model/layers.js.map": "{}" })).toEqual([]);
  });
});

describe("a version changes, with that of every module that imports it, and no other does,", () => {
  const training = ["runs/stages/stage", "runs/training/pretrain"];
  test.each([
    ["a number", { "model/layers.js": LAYERS.replace("x / two", "x / 3") }, ["model/layers", ...training]],
    [
      "something imported from far away",
      { "random.js": "export const two = 2;\n" },
      ["model/layers", "random", ...training],
    ],
    [
      "a text that looks like a comment",
      { "model/loss.js": 'export const loss = "// 2";\n' },
      ["model/loss"],
    ],
    ["a file more", { "model/norm.js": "" }, ["model/norm"]],
    [
      "another import",
      { "runs/training/pretrain.js": `import "../../model/loss.js";\n${CODE["runs/training/pretrain.js"]}` },
      training,
    ],
    ["code that only caches", { "runs/stages/stage.js": "export const stage = 1;\n" }, ["runs/stages/stage"]],
  ])("with %s", async (_what, changes, names) => {
    expect(await changedBy(changes)).toEqual(names);
  });

  test("when code moves from one file to another", async () => {
    const moved = { "model/layers.js": CODE["model/loss.js"], "model/loss.js": LAYERS };
    expect(await changedBy(moved)).toEqual(["model/layers", "model/loss", ...training]);
  });
});

describe("the modules of the library", async () => {
  const imports = await readImports();
  const computations = readdirSync("src/runs", { recursive: true, encoding: "utf8" })
    .map((name) => `src/runs/${name}`)
    .filter(
      (path) =>
        path.endsWith(".ts") && readFileSync(path, "utf8").includes("computation(\n  import.meta.url"),
    );

  test("that compute stages are thirteen", () => {
    expect(computations).toHaveLength(13);
  });

  test.each(computations)("%s reaches nothing that caches, locks, reports or writes provenance", (path) => {
    const reached = reachedFrom(imports, path);
    const caching =
      /^src\/(disk\/|runs\/stages\/(?!computation|read-json|gzip-text)|runs\/study\/(kept|results|study|text)\.ts)/;
    expect(reached.filter((other) => caching.test(other))).toEqual([]);
    // Nor whatever fetches data, which computes nothing.
    expect(
      reached.filter((other) => /^src\/data\/(osf|hugging-face|download|fetch-.*)\.ts$/.test(other)),
    ).toEqual([]);
  });

  test("an edit to encodeDocuments concerns the tokens, which name every training run that follows", () => {
    const tokens = reachedFrom(imports, "src/runs/study/encode-text.ts");
    const sources = tokens.filter((path) => path.startsWith("src/") && existsSync(path));
    expect(
      sources.filter((path) => readFileSync(path, "utf8").includes("function* encodeDocuments")),
    ).toHaveLength(1);
  });
});
