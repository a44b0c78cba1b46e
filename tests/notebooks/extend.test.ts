/**
 * @file The page "Extend it", taken at its word: every file it names is put into a copy of the project, every command it gives is run
 * there. The cells of its hybrid curriculum run with the other notebooks.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tune } from "../../src/config/curricula.js";
import { readStudyFile } from "../../src/runs/study/study-file.js";
import { trainedModel } from "../../src/runs/training/training.js";
import { deriveStudy } from "../../src/config/scales.js";
import { stampCodeVersions } from "../../scripts/set-up/code-versions.mjs";
import { openTinyStudy } from "../support/tiny-study.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(ROOT, "notebooks/08-extend.ts"), "utf8").replace(/^\/\/ ?/gm, "");

let copy: string;
const inCopy = (path: string) => join(copy, path);
const hasRealText = (process.env["CLASS_IT_DATA"] ?? "") !== "";

/** The page's blocks by the file that was named last before each. */
const blocks = new Map(
  [...page.matchAll(/([^\n]*(?:\n[^\n]+)*)\n\n```\w+\n([^]*?\n)```/g)].flatMap(
    ([, text = "", block = ""]) => {
      const named = [...text.matchAll(/`([\w./-]+\.\w+)`/g)].at(-1)?.[1];
      return named === undefined ? [] : [[named, block]];
    },
  ),
);

function blockOf(path: string): string {
  const block = blocks.get(path);
  if (block === undefined)
    throw new Error(`blockOf: the page must show ${path}, got ${[...blocks.keys()].join()}`);
  return block;
}

function put(path: string): void {
  mkdirSync(dirname(inCopy(path)), { recursive: true });
  writeFileSync(inCopy(path), blockOf(path));
}

function node(script: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: copy,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${script} ${args.join(" ")}: code ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs a command of the page. What has its stamps in the clone (set-up) or would install it anew (npm test) is called directly. */
async function run(command: string): Promise<string> {
  if (!page.includes(`\n${command}\n`)) throw new Error(`run: the page must give the command ${command}`);
  const [program = "", name = "", ...args] = command.split(" ");
  if (`${program} ${name}` === "npx class-it") return node("src/class-it.mjs", ...args);
  if (command === "npm run set-up") {
    node(join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "src");
    await stampCodeVersions(inCopy("src/dist"));
    return "";
  }
  return node(join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...args.slice(1));
}

beforeAll(async () => {
  // Below the project, whose installed packages serve the copy too.
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  copy = mkdtempSync(join(ROOT, ".cache/extend-test-"));
  for (const path of [
    "package.json",
    "tsconfig.base.json",
    "vitest.config.ts",
    "src",
    "data/manifest.json",
    "data/collections.json",
  ])
    cpSync(join(ROOT, path), inCopy(path), { recursive: true });
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test("a benchmark in three files is compiled, tested, and scored on a model", async () => {
  const study = openTinyStudy(inCopy("tiny"));
  const { stage } = await trainedModel(study, { model: "llama100M", condition: "base" });
  cpSync(stage.folder, inCopy("my-model"), { recursive: true });
  for (const path of [
    "src/evaluation/articles.ts",
    "tests/evaluation/articles.test.ts",
    "my-evaluation/full_eval/articles/fruit.jsonl",
  ])
    put(path);
  writeFileSync(inCopy("entry.diff"), blockOf("src/evaluation/benchmarks.ts"));
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(copy) }; // the copy is no part of the clone
  const applied = spawnSync("git", ["apply", "entry.diff"], { cwd: copy, env, encoding: "utf8" });
  expect(applied).toMatchObject({ status: 0, stderr: "" });

  await run("npm run set-up");
  expect(await run("npm test -- tests/evaluation/articles")).toMatch(/1 passed/);
  const table = await run(
    "npx class-it evaluate --model my-model --tasks articles --data my-evaluation --out scores",
  );
  expect(table).toMatch(/^articles: my-model, 4 items, rules of 2025\n[^]*\| by UID an \|[^]*\| by UID a /);
});

test("the hybrid as a file is the hybrid of the cell", () => {
  put("hybrid.json");
  expect(page).toContain(`const talkThenSlide = [
  kit.tune(["switch"], { name: "talk", length: "halfConfigured" }),
  kit.tune(["switch", "wiki"], { name: "slide", order: "gradual", length: "halfConfigured" }),
];`);
  expect(readStudyFile(inCopy("hybrid.json"), deriveStudy("smoke")).curricula["talkThenSlide"]).toEqual([
    tune(["switch"], { name: "talk", length: "halfConfigured" }),
    tune(["switch", "wiki"], { name: "slide", order: "gradual", length: "halfConfigured" }),
  ]);
});

test.skipIf(!hasRealText)(
  "another corpus is trained on, and named in the result",
  async () => {
    for (const path of ["data/raw/own/letters.txt", "data/own.json", "brief.json"]) put(path);
    await run(
      "npx class-it train --condition base --model llama100M --scale smoke --seed 42 --study brief --config brief.json",
    );
    const result = inCopy("results/smoke/studies/brief/llama100M/base/seed-42/training.json");
    expect(existsSync(result)).toBe(true);
    expect(readFileSync(result, "utf8")).toMatch(
      /"path": "own\/letters\.txt",\s*"sha256": "[0-9a-f]{64}",\s*"unverified": true/,
    );
  },
  240_000,
);
