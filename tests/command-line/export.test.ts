import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../../src/model/checkpoint.js";
import { findProjectRoot } from "../../src/project-root.js";
import { trainedModel } from "../../src/runs/training/training.js";
import { sharedFolder, temporaryFolder } from "../support/temporary-folder.js";
import type { Study } from "../../src/runs/study/study.js";
import { openTinyStudy, TINY_CONFIG } from "../support/tiny-study.js";
import { command } from "./command.js";

const study = openTinyStudy(sharedFolder());
const { cacheFolder } = study;
let trained: string;
let hash: string;
beforeAll(async () => {
  const { stage } = await trainedModel(study, { model: "llama140M", condition: "switch" });
  trained = stage.folder;
  hash = stage.hash;
});

test("the list shows model, condition, scale and seed of what was trained", async () => {
  const { code, stdout, stderr } = await command("export --list", { cacheFolder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const table = stdout.replace(/ +/g, " ");
  expect(table).toMatch(/\| pretraining-[0-9a-f]{16} \| llama140M \| base \| own \| 1 \|/);
  expect(table).toContain(`| tuning-${hash} | llama140M | switch | own | 1 |`);
  const json = await command(`export --list --json --cache ${cacheFolder}`);
  expect(JSON.parse(json.stdout)).toHaveLength(2);
  const empty = await command("export --list", { cacheFolder: temporaryFolder() });
  expect(empty.stdout).toMatch(/^No trained model is in the cache/);
});

test("a trained model is exported with the weights of its stage", async () => {
  const folder = join(temporaryFolder(), "model");
  const { code, stdout } = await command(`export --run ${hash.slice(0, 8)} --out ${folder}`, { cacheFolder });
  expect(code).toBe(0);
  expect(stdout).toBe(
    `llama140M switch, an architecture of your own, seed 1, float32, written to ${folder}.\n`,
  );
  const [found, expected] = [loadModel(folder), loadModel(trained)];
  expect(found.architecture).toEqual(expected.architecture);
  for (const [name, tensor] of Object.entries(expected.weights))
    expect(found.weights[name]?.dataSync()).toEqual(tensor.dataSync());
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`| stage | tuning-${hash} |`);
});

test("the README of a model with masked rows says what a plain Llama cannot do, that of another does not", async () => {
  const mixed = openTinyStudy(temporaryFolder(), {
    ...TINY_CONFIG,
    objective: { maskedShare: 0.5, maskRate: 0.15, schedule: "constant" },
  });
  await trainedModel(mixed, { model: "llama140M", condition: "base" });
  const readmeOf = async (of: Study): Promise<string> => {
    const folder = join(temporaryFolder(), "model");
    const run = await command(`export --run pretraining --out ${folder}`, { cacheFolder: of.cacheFolder });
    expect(run.stderr).toBe("");
    return readFileSync(join(folder, "README.md"), "utf8");
  };
  expect(await readmeOf(mixed)).toMatch(/## Masked prediction[^]*cannot read in both directions/);
  expect(await readmeOf(study)).not.toContain("mask");
});

test("the report as JSON names run, folder, precision and files", async () => {
  const folder = join(temporaryFolder(), "model");
  const { stdout } = await command(`export --run tuning --out ${folder} --precision bfloat16 --json`, {
    cacheFolder,
  });
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ run: { id: `tuning-${hash}` }, folder, precision: "bfloat16" });
  expect(Object.keys(report.files).sort()).toEqual(readdirSync(folder).sort());
});

describe("one line says what is wrong with", () => {
  test.each([
    ["export", "got no --run"],
    ["export --run tuning", "got no --out"],
    ["export --list --run tuning", "cannot be used with"],
    ["export --run zz --out x", "got none of 2. See npx class-it export --list."],
    ["export --run tuning --out x --precision float16", 'got "float16"'],
  ])("%s", async (argv, message) => {
    const { code, stdout, stderr } = await command(argv, { cacheFolder });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain(message);
    expect(existsSync("x")).toBe(false);
  });
});

// Only where bench or export installed PyTorch before. Golden numbers stand for it elsewhere, and for float32:
// hugging-face-folder.test.ts.
const hasPytorch = existsSync(join(findProjectRoot(), ".cache", "pytorch", ".complete"));
test.skipIf(!hasPytorch)("PyTorch loads the folder as the same model", { timeout: 120_000 }, async () => {
  const folder = join(temporaryFolder(), "model");
  const argv = `export --run tuning --out ${folder} --precision bfloat16 --check-with-pytorch`;
  const { code, stdout, stderr } = await command(argv, { cacheFolder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /PyTorch: same tokens and logits for 4 texts, largest gap \d\.\de-\d+, no warning\./,
  );
});
