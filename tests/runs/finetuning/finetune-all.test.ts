/** @file Fine-tuning as stages: cached, resumed after a whole epoch, published with its items. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { tf } from "../../../src/engine/backend.js";
import { SUPERGLUE_TASKS } from "../../../src/evaluation/superglue-tasks.js";
import { finetuningSettings } from "../../../src/runs/finetuning/budget.js";
import { readEpoch, writeEpoch } from "../../../src/runs/finetuning/checkpoint.js";
import { splitTrain } from "../../../src/runs/finetuning/finetune.js";
import { encodeTask, finetuneSeed } from "../../../src/runs/finetuning/seed-run.js";
import { finetuneAll } from "../../../src/runs/finetune-all.js";
import { loadTask } from "../../../src/runs/finetuning/task-data.js";
import { modelFolder } from "../../../src/runs/scoring/model-folder.js";
import type { PartState } from "../../../src/runs/submission/part-state.js";
import { trainedModel } from "../../../src/runs/training/training.js";
import { command } from "../../command-line/command.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf } from "../../support/tiny-study.js";

const study = openTinyStudy(sharedFolder());
const settings = { ...finetuningSettings("rte", "smoke"), trainRows: 40, devRows: 10 };
let model = { folder: "", hash: "" };

beforeAll(async () => {
  const { stage } = await trainedModel(study, { model: "llama100M", condition: "base" });
  model = modelFolder(stage.folder);
});

const encoded = async () => encodeTask(model, loadTask("rte", { generated: true }, settings), settings);

test("a run that ended after its first epoch goes on to the very logits of one that did not", async () => {
  const task = await encoded();
  const whole = await finetuneSeed(study.cacheFolder, model, task, { seed: 1, settings });
  const folder = temporaryFolder();
  // One look at the signal a step: the first epoch ends, the second is stopped at its second step.
  const looksAllowed = Math.floor(36 / settings.batchSize) + 1;
  let looks = 0;
  Reflect.set(globalThis, "__classItInterrupt", {
    signal: Object.defineProperty(new AbortController().signal, "throwIfAborted", {
      value: () => {
        looks += 1;
        if (looks > looksAllowed) throw new Error("stopped");
      },
    }),
  });
  await expect(finetuneSeed(folder, model, task, { seed: 1, settings })).rejects.toThrow("stopped");
  Reflect.deleteProperty(globalThis, "__classItInterrupt");
  const [progress = ""] = readdirSync(folder);
  expect(readdirSync(join(folder, progress))).toEqual(["epoch-1"]);
  mkdirSync(join(folder, progress, "epoch-2.killed-while-it-was-written.part"));
  const resumed = await finetuneSeed(folder, model, task, { seed: 1, settings });
  expect(resumed.epochs).toEqual(whole.epochs);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^finetuning-[0-9a-f]{16}$/)]);
});

test("an epoch's checkpoint replaces the one before only when it is whole, and a damaged one says what to delete", () => {
  const folder = join(temporaryFolder(), "run.progress");
  const one = tf.tensor1d([1, 2]);
  const read = { readWeights: () => ({ w: one.clone() }) };
  const readMoments = () => ({ updates: 3, first: { w: one.clone() }, second: { w: one.clone() } });
  const epochs = [{ epoch: 1, lossNats: 1, bodyNorm: 1, heldOut: null, devLogits: [[0, 1]] }];
  writeEpoch(folder, { ...read, readMoments }, { epochs, seconds: 1 });
  const failing = () => {
    throw new Error("the disk is full");
  };
  const second = [...epochs, ...epochs];
  expect(() => writeEpoch(folder, { ...read, readMoments: failing }, { epochs: second, seconds: 2 })).toThrow(
    "the disk is full",
  );
  expect(readdirSync(folder)).toEqual(["epoch-1"]);
  writeEpoch(folder, { ...read, readMoments }, { epochs: second, seconds: 2 });
  expect(readdirSync(folder)).toEqual(["epoch-2"]);
  writeFileSync(join(folder, "epoch-2", "state.json"), "{");
  expect(() => readEpoch(folder)).toThrow(
    /epoch-2 must be a whole checkpoint, got .* Delete .*run\.progress/,
  );
  one.dispose();
});

test("a tenth of the training items is held out and never trained on; officially none is", async () => {
  const { encodedTrain } = await encoded();
  const { train, heldOut } = splitTrain(encodedTrain.pairs, { seed: 1, settings });
  expect([train.length, heldOut.length]).toEqual([36, 4]);
  expect(new Set([...train, ...heldOut].map(({ id }) => id)).size).toBe(40);
  const official = { ...settings, selection: "officialDev" } as const;
  expect(splitTrain(encodedTrain.pairs, { seed: 1, settings: official }).heldOut).toEqual([]);
});

test("a study's models are fine-tuned once, and published with items that hold no text", async () => {
  const runs = [{ model: "llama100M", condition: "base" }] as const;
  const how = { tasks: ["wsc"], seeds: [1, 2], pooling: "firstToken" } as const;
  const [first] = await finetuneAll(study, runs, how);
  const stages = stagesOf(study, "finetuning");
  const [again] = await finetuneAll(study, runs, how);
  expect(again).toEqual(first);
  expect(stagesOf(study, "finetuning")).toEqual(stages);
  const pooled = { metric: "degenerateSeeds", part: "firstTokenPooled", value: 2 };
  expect(first?.metrics).toContainEqual(expect.objectContaining(pooled));
  expect(first?.metrics).toContainEqual(expect.objectContaining({ metric: "trainedOn", part: "generated" }));
  const folder = join(study.resultsFolder, "llama100M", "base", "seed-1");
  const items = gunzipSync(readFileSync(join(folder, "superglue-wsc-firstToken.items.csv.gz")))
    .toString("utf8")
    .split("\n");
  expect(items[0]).toContain("id,label,prediction seed 1,logit 0 seed 1");
  expect(items[1]).toMatch(/^wsc_0,0,[01],-?[\d.e-]+,/);
});

test("the command fine-tunes on all seven tasks with two seeds, says what they cost, and names generated items", async () => {
  const [folder, out] = [temporaryFolder(), join(temporaryFolder(), "out")];
  mkdirSync(out);
  const tasks = SUPERGLUE_TASKS.join(",");
  const argv = `finetune --model ${model.folder} --task ${tasks} --out ${out} --scale smoke --seeds 1,2`;
  const before = process.env["CLASS_IT_DATA"];
  delete process.env["CLASS_IT_DATA"];
  const { code, stdout, stderr } = await command(argv, { cacheFolder: folder });
  if (before !== undefined) process.env["CLASS_IT_DATA"] = before;
  expect(code).toBe(0);
  expect(stderr).toMatch(/RTE: about \d+ s a seed \(\d+ steps/);
  expect(stdout).toContain("generated items, not the task's own");
  const files = SUPERGLUE_TASKS.flatMap((task) => [`superglue-${task}.items.csv`, `superglue-${task}.json`]);
  expect(readdirSync(out).sort()).toEqual(files.sort());
});

test.each([
  [2025, "superglue-wsc-firstToken-officialDev", "firstToken"],
  [2026, "superglue-wsc-officialDev", "lastToken"],
] as const)(
  "--rules %s pools that year's position, chooses the epoch on the scored set, and has a name of its own",
  async (rules, name, pooling) => {
    vi.stubEnv("CLASS_IT_DATA", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    const out = temporaryFolder();
    const { code } = await command(
      `finetune --model ${model.folder} --task wsc --out ${out} --scale smoke --seeds 42 --rules ${rules}`,
      { cacheFolder: temporaryFolder() },
    );
    expect([code, readdirSync(out).sort()]).toEqual([0, [`${name}.items.csv`, `${name}.json`]]);
    const outcome = JSON.parse(readFileSync(join(out, `${name}.json`), "utf8"));
    expect(outcome.settings).toMatchObject({ pooling, selection: "officialDev" });
    // No item was held out: what is called official is the score.
    const [seed] = outcome.seeds;
    expect(seed.figures.accuracy).toBe(seed.official.accuracy);
    expect(outcome.degenerate.firstTokenPooled ?? 0).toBe(rules === 2025 ? 1 : 0);
    const submitted = await command(`submit --model ${model.folder} --rules ${rules} --scores ${out} --json`);
    const parts: PartState[] = JSON.parse(submitted.stdout).parts;
    expect(parts.find(({ part }) => part === "glue wsc")).toEqual({ part: "glue wsc", state: "collated" });
  },
);

test("a folder without a place for its outcomes is refused", async () => {
  const { code, stderr } = await command("finetune --model x --task rte --scale smoke");
  expect([code, stderr]).toEqual([1, expect.stringContaining("--model and --out")]);
});

test("a scale says what it changes of the official settings, and a choice comes before both", () => {
  const paper = finetuningSettings("rte", "paper");
  expect(paper).toMatchObject({
    learningRate: 3e-5,
    batchSize: 32,
    epochs: 10,
    maxLengthTokens: 512,
    patience: null,
  });
  expect(finetuningSettings("rte", "laptop")).toEqual({ ...paper, patience: 3 });
  expect(finetuningSettings("rte", "laptop", { learningRate: 1e-4, patience: null })).toEqual({
    ...paper,
    learningRate: 1e-4,
  });
  expect(finetuningSettings("multirc", "paper", { multircTrain: "first10k" }).trainRows).toBe(10_000);
});
