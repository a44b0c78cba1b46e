/** @file The report of a results folder as `class-it report` makes it, and the folders it refuses. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Result } from "../../src/runs/study/results.js";
import { brokenLinks } from "../../scripts/check/inspect-report.mjs";
import { serialiseNotebook } from "../../scripts/notebooks/notebook-format.mjs";
import { readScripts } from "../../scripts/notebooks/notebook-scripts.mjs";
import { command } from "../command-line/command.js";
import { metric, resultWith } from "../support/hand-made-result.js";

const CACHE = fileURLToPath(new URL("../../.cache/", import.meta.url));
const SCRIPT = fileURLToPath(new URL("fixtures/complete.ts", import.meta.url));
let folder: string;

function write(results: string, result: Result): void {
  const path = join(results, result.model, result.condition, `seed-${result.seed}`, `${result.task}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(result));
}

beforeAll(async () => {
  mkdirSync(CACHE, { recursive: true });
  folder = mkdtempSync(join(CACHE, "report-of-results-"));
  const results = join(folder, "smoke");
  mkdirSync(join(results, "notebooks"), { recursive: true });
  const [script] = await readScripts([SCRIPT]);
  if (!script) throw new Error("readScripts must return the fixture");
  writeFileSync(join(results, "notebooks", "00-only.ipynb"), serialiseNotebook(script));
  write(results, resultWith([metric({ part: "all", value: 0.625 })], { task: "training" }));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a folder of results becomes a site with verdicts, numbers and their commits, from nothing else", async () => {
  const site = join(folder, "site");
  const { code, stdout, stderr } = await command(`report --from ${join(folder, "smoke")} --out ${site}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^report: .*site\/index\.html, in \d+ s\n$/);
  const index = readFileSync(join(site, "index.html"), "utf8");
  expect(index).toContain("scale: smoke · text: real · seeds: 1 · results: 1 · commits: no checkout");
  expect(index).toMatch(/Instruction tuning gives gains in fine-tuning.*inconclusive.*no verdict/);
  expect(readFileSync(join(site, "numbers/llama140M-base.html"), "utf8")).toContain("0.6250");
});

test("the library's documentation is part of every site, one click from the index and from every notebook", () => {
  const page = (name: string) => readFileSync(join(folder, "site", name), "utf8");
  expect(page("index.html")).toContain('<a href="api/index.html">');
  expect(page("00-only.html")).toContain('<a href="api/index.html">Library</a>');
  expect(page("api/index.html")).toContain('<a href="statistics.html#zScores"><code>zScores</code></a>');
  expect(page("api/statistics.html")).toContain("function zScores(values: readonly number[]): number[]");
  expect(brokenLinks(join(folder, "site"))).toEqual([]);
});

test("the committed results become a site with the notebooks that were published with them", async () => {
  const site = join(folder, "laptop-site");
  const { code, stderr } = await command(`report --scale laptop --out ${site}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(readFileSync(join(site, "index.html"), "utf8")).toContain("scale: laptop · text: real");
  expect(readFileSync(join(site, "07-synthesis.html"), "utf8")).toContain("at laptop scale");
  expect(brokenLinks(site)).toEqual([]);
});

test("a notebook that leaves no results, such as the first one alone, makes a site all the same", async () => {
  const results = join(folder, "first-only");
  cpSync(join(folder, "smoke", "notebooks"), join(results, "notebooks"), { recursive: true });
  const { code } = await command(`report --from ${results}`);
  expect(code).toBe(0);
  const index = readFileSync(join(results, "report", "index.html"), "utf8");
  expect(index).toContain("scale: first-only · results: none yet");
  expect(index).not.toContain("Every number");
});

test.each([
  ["nowhere", "must be a folder of results, got none. Run npm run reproduce."],
  ["empty", "must hold executed notebooks, got none. Run npm run reproduce."],
  ["mixed", "must be of one scale, got smoke and laptop. Move the others out."],
  ["other-version", "must be a result of schema version 1"],
])(
  "%s is refused with the reason, and no site is left",
  async (name, reason) => {
    const results = join(folder, name);
    if (name !== "nowhere") mkdirSync(results);
    if (name === "mixed") {
      cpSync(join(folder, "smoke"), results, { recursive: true });
      write(results, { ...resultWith([], { condition: "merged" }), scale: "laptop" });
    }
    if (name === "other-version") {
      write(results, resultWith([]));
      const path = join(results, "llama140M/base/seed-1/blimp.json");
      writeFileSync(path, readFileSync(path, "utf8").replace('"schemaVersion":1', '"schemaVersion":2'));
    }
    const site = join(folder, `${name}-site`);
    const { code, stderr } = await command(`report --from ${results} --out ${site}`);
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
    expect(() => readFileSync(join(site, "index.html"))).toThrow(/ENOENT/);
  },
  30_000,
);
