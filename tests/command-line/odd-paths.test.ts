/** @file Paths are data: spaces, both quotes, umlauts and a leading dash, in every option that takes one. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { trainedModel } from "../../src/runs/training/training.js";
import { sharedFolder } from "../support/temporary-folder.js";
import { openTinyStudy } from "../support/tiny-study.js";
import { command } from "./command.js";

const odd = join(sharedFolder(), `-my ü "results" #1, the kit's 100%`);
const study = openTinyStudy(odd);
const model = join(odd, `-a "model"`);
const pairs = join(odd, `-the pair's ü.jsonl`);

beforeAll(async () => {
  mkdirSync(odd, { recursive: true });
  await trainedModel(study, { model: "llama140M", condition: "base" });
  const items = [
    { sentence_good: "The bell rings.", sentence_bad: "The bell ring." },
    { sentence_good: "The cats sleep.", sentence_bad: "The cats sleeps." },
  ];
  writeFileSync(pairs, items.map((item) => JSON.stringify(item) + "\n").join(""));
});

test("export reads such a cache and writes such a folder", async () => {
  const { code, stderr } = await command([
    ...["export", `--cache=${study.cacheFolder}`, "--run=pretraining", `--out=${model}`],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(readdirSync(model)).toContain("model.safetensors");
});

test("evaluate reads such a model and one file of such a name", async () => {
  const out = join(odd, "-scores of 'it'");
  const options = [`--model=${model}`, `--data=${pairs}`, `--out=${out}`];
  const { code, stdout } = await command(["evaluate", "--tasks=blimp", ...options]);
  expect(code).toBe(0);
  expect(stdout).toContain("by UID -the pair's ü");
  expect(existsSync(join(out, "blimp", "items.jsonl"))).toBe(true);
});

test("doctor compares such a folder", async () => {
  const { code, stdout } = await command(["doctor", `--model=${model}`, "--json"]);
  expect(code).toBe(0);
  expect(stdout).toContain(JSON.stringify(model));
});

test("a path that begins with a dash may be relative", async () => {
  const from = relative(process.cwd(), model);
  const { code, stdout } = await command([
    "evaluate",
    "--tasks=blimp",
    "--model",
    `./${from}`,
    "--data",
    pairs,
    "--out",
    join(odd, "x"),
  ]);
  expect({ code, stdout }).toMatchObject({ code: 0 });
});

test("report reads such results, and names them where something is missing", async () => {
  const results = join(odd, "-laptop's results");
  mkdirSync(results);
  const { code, stderr } = await command(["report", `--from=${results}`, `--out=${join(odd, '-site "ü"')}`]);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(results) as string });
});
