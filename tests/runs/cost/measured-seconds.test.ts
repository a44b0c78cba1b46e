import { expect, test } from "vitest";
import type { StudyConfig } from "../../../src/config/config.js";
import { measuredSeconds } from "../../../src/runs/cost/measured-seconds.js";
import type { Result } from "../../../src/runs/study/results.js";
import { deriveStudy } from "../../../src/config/scales.js";
import { metric, resultWith } from "../../support/hand-made-result.js";

const config = deriveStudy("smoke");
const model = "llama140M";

/** A training run of switchThenWiki: seconds of its three stages, of 278, 40 and 40 steps. */
function training(seed: number, seconds: readonly number[], steps = [278, 40, 40]): Result {
  const phases = ["pre-training", "switch", "wiki"];
  return {
    ...resultWith(
      steps.map((value, at) =>
        metric({ metric: "steps", part: phases[at] ?? "", scoringRule: "none", value }),
      ),
      { task: "training", model, condition: "switchThenWiki", seed },
    ),
    stages: seconds.map((each, at) => ({
      kind: at === 0 ? "pretraining" : "tuning",
      hash: `${at}`,
      seconds: each,
    })),
  };
}

const results = [training(42, [100, 10, 30]), training(1, [200, 20, 50])];
const wiki = { on: "processor", model, condition: "switchThenWiki", phase: 2, steps: 40 } as const;

test("a stage has the mean of its own seconds over the seeds, whatever came before it", () => {
  expect(measuredSeconds(results, config, wiki)).toEqual({
    seconds: 40,
    seeds: [42, 1],
    machines: ["by hand, 2 cores"],
  });
  const pretraining = measuredSeconds(results, config, { ...wiki, phase: 0, steps: 278 });
  expect(pretraining).toMatchObject({ seconds: 150 });
});

test("results of other decoders, conditions and tasks say nothing about a stage", () => {
  const missing = { missing: "not trained" };
  expect(measuredSeconds([], config, wiki)).toEqual(missing);
  expect(measuredSeconds(results, config, { ...wiki, model: "llama100M" })).toEqual(missing);
  expect(measuredSeconds(results, config, { ...wiki, condition: "wiki", phase: 1 })).toEqual(missing);
  expect(measuredSeconds([resultWith([], { condition: "switchThenWiki" })], config, wiki)).toEqual(missing);
});

const wider = { ...config.architectures.llama140M, hiddenSize: 192 };
const batches = { ...config.instructionTuning, batchSize: 16 };
test.each<[string, Partial<StudyConfig>]>([
  ["decoder", { architectures: { ...config.architectures, llama140M: wider } }],
  ["batch size", { instructionTuning: batches }],
  ["row length", { rowLengthTokens: { ...config.rowLengthTokens, llama140M: 64 } }],
  ["number format", { pretraining: { ...config.pretraining, precision: "bfloat16" } }],
])("time of another %s is not the time of this one", (_, change) => {
  const missing = { missing: "trained with other settings" };
  expect(measuredSeconds(results, { ...config, ...change }, wiki)).toEqual(missing);
});

test("other steps are other work, other rates are not; seeds that differ are left out", () => {
  const missing = { missing: "trained with other settings" };
  expect(measuredSeconds(results, config, { ...wiki, steps: 41 })).toEqual(missing);
  const rates = { ...config, instructionTuning: { ...config.instructionTuning, learningRate: 1e-3 } };
  expect(measuredSeconds(results, rates, wiki)).toMatchObject({ seconds: 40 });
  const mixed = [...results, training(2, [100, 10, 990], [278, 40, 400])];
  expect(measuredSeconds(mixed, config, wiki)).toMatchObject({ seconds: 40, seeds: [42, 1] });
});

test("seconds on a GPU are not seconds on a processor", () => {
  const onGpu = training(2, [9, 1, 3]);
  const mixed = [...results, { ...onGpu, provenance: { ...onGpu.provenance, device: "NVIDIA H200" } }];
  expect(measuredSeconds(mixed, config, wiki)).toMatchObject({ seconds: 40, seeds: [42, 1] });
  expect(measuredSeconds(mixed, config, { ...wiki, on: "gpu" })).toEqual({
    seconds: 3,
    seeds: [2],
    machines: ["NVIDIA H200"],
  });
  expect(measuredSeconds(results, config, { ...wiki, on: "gpu" })).toEqual({ missing: "not trained" });
});

test("a training run without its numbers of steps is refused by name", () => {
  const broken = training(7, [100, 10, 30], [278, 40]);
  expect(() => measuredSeconds([broken], config, wiki)).toThrow(
    "measuredSeconds: the training of llama140M switchThenWiki seed 7 must have steps for each of its 3 stages, got 2.",
  );
});
