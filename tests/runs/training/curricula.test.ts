import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Curriculum, StudyConfig } from "../../../src/config/config.js";
import { CONTROLS, curriculumOf, tune } from "../../../src/config/curricula.js";
import { tf } from "../../../src/engine/backend.js";
import { openMaterial } from "../../../src/runs/study/material.js";
import { findResult } from "../../../src/runs/study/results.js";
import type { ConditionStep } from "../../../src/runs/training/build-phase.js";
import { stageBatches } from "../../../src/runs/training/stage-batches.js";
import { trainCondition, type TrainedModel } from "../../../src/runs/training/training.js";
import { extendOrder } from "../../../src/training/train.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const model = "llama100M";
const folder = sharedFolder();
/** Pairs that always prefer the same kind of description, as those of a game may. */
const playedPairs = join(folder, "pairs.json");
writeFileSync(
  playedPairs,
  JSON.stringify(
    Array.from({ length: 24 }, (_, at) => ({
      id: `game ${at}`,
      prompt: `Number ${at}. Which one is it?`,
      chosen: "It is the red lamp.",
      rejected: "It is in the garden.",
    })),
  ),
);
const own: Record<string, Curriculum> = {
  steps: [tune(["wiki"], { length: { steps: 3 } })],
  words: [tune(["wiki"], { length: { words: 150 } })],
  preferring: [
    tune("preferences", {
      preference: { loss: "dpo", beta: 1, pairs: playedPairs },
      length: { epochs: 6 },
      learningRate: 0.003,
    }),
  ],
  backAndForth: [
    tune(["switch"], { name: "out" }),
    tune(["wiki"], { name: "between", learningRate: 1e-3 }),
    tune(["switch"], { name: "back", optimizer: "carry" }),
  ],
};
const config: StudyConfig = {
  ...TINY_CONFIG,
  curricula: own,
  budget: { ...TINY_CONFIG.budget, switchboardRows: 40, wikiRows: 40 },
};
const study = openTinyStudy(folder, config);

type Run = { readonly records: ConditionStep[]; readonly trained: TrainedModel };
async function train(condition: string, changes: Partial<StudyConfig> = {}): Promise<Run> {
  const records: ConditionStep[] = [];
  const steps = trainCondition(openTinyStudy(folder, { ...config, ...changes }), { model, condition });
  for (;;) {
    const next = await steps.next();
    if (next.done) return { records, trained: next.value };
    records.push(next.value);
  }
}
const tuningOf = ({ records }: Run) => records.filter(({ phase }) => phase !== "pre-training");

describe("controls and hybrids", () => {
  const runs = new Map<string, Run>();
  beforeAll(async () => {
    for (const condition of ["merged", ...Object.keys(CONTROLS), ...Object.keys(own)])
      runs.set(condition, await train(condition));
  });
  const runOf = (condition: string): Run => {
    const run = runs.get(condition);
    if (!run) throw new Error(`${condition} must have been trained.`);
    return run;
  };

  test.each([...Object.keys(CONTROLS), "backAndForth"])(
    "%s is trained in the order it declares, row for row",
    async (condition) => {
      const material = await openMaterial(study, model);
      for (const [place, stage] of curriculumOf(study.config, condition).entries()) {
        const { batches } = await stageBatches(material, stage, place);
        let declared = "";
        for (let step = 0; step < batches.steps; step++) declared = extendOrder(declared, batches.at(step));
        const trained = runOf(condition).records.filter(({ phase }) => phase === stage.name);
        expect([trained.length, trained.at(-1)?.orderHash]).toEqual([batches.steps, declared]);
      }
      material.tokens.stream.close();
    },
  );

  test("matched controls take as many steps as merged, whatever they train on", () => {
    const steps = tuningOf(runOf("merged")).length;
    for (const condition of [
      "moreTextSteps",
      "switchMatched",
      "wikiMatched",
      "permutedReplies",
      "alternating",
    ])
      expect([condition, tuningOf(runOf(condition)).length]).toEqual([condition, steps]);
  });

  test("more text matched in words sees as many as merged, up to one step", () => {
    const seenBy = (condition: string) => {
      const { records } = runOf(condition);
      const before = records.filter(({ phase }) => phase === "pre-training").at(-1)?.wordsSeen ?? NaN;
      return tuningOf(runOf(condition)).map(({ wordsSeen }) => wordsSeen - before);
    };
    const words = seenBy("merged").at(-1) ?? NaN;
    expect(seenBy("moreText").at(-1)).toBeGreaterThanOrEqual(words);
    expect(seenBy("moreText").at(-2) ?? 0).toBeLessThan(words);
  });

  test("no two of them come in the same order or have the same losses", () => {
    const curves = ["merged", ...Object.keys(CONTROLS)].map((condition) =>
      tuningOf(runOf(condition))
        .map(({ lossNats }) => lossNats)
        .join(),
    );
    expect(new Set(curves).size).toBe(curves.length);
    const orders = ["merged", "alternating", "switchIntoWiki", "wikiIntoSwitch", "shortestFirst"].map(
      (condition) => tuningOf(runOf(condition)).at(-1)?.orderHash,
    );
    expect(new Set(orders).size).toBe(orders.length);
  });

  test("replay trains the examples of merged in its order, and for each of their trained tokens one of text", () => {
    const [plain, replayed] = [tuningOf(runOf("merged")), tuningOf(runOf("mergedReplay"))];
    expect(replayed).toHaveLength(plain.length);
    for (const [index, step] of replayed.entries())
      expect([step.trainedTokens - step.textTokens, step.trainedTokens]).toEqual([
        plain[index]?.trainedTokens,
        2 * (plain[index]?.trainedTokens ?? NaN),
      ]);
    const seen = (run: Run) => (run.records.at(-1)?.wordsSeen ?? NaN) - (tuningOf(run)[0]?.wordsSeen ?? NaN);
    expect(seen(runOf("mergedReplay"))).toBeGreaterThan(1.1 * seen(runOf("merged")));
    const { metrics = [] } = findResult(study, { model, condition: "mergedReplay" }, "training") ?? {};
    const tokens = (metric: string) => metrics.find((m) => m.metric === metric && m.part === "merged")?.value;
    expect(tokens("textTokens")).toBe((tokens("trainedTokens") ?? NaN) / 2);
  });

  test("a stage on preferences begins at its loss of a model that prefers nothing, and learns what a file of pairs prefers", () => {
    const losses = runOf("preferring")
      .records.filter(({ phase }) => phase === "preferences")
      .map(({ lossNats }) => lossNats);
    // At the first step DPO's model is its reference: −ln σ(0).
    expect(losses[0]).toBeCloseTo(Math.log(2), 6);
    expect(Math.max(...losses.slice(-3))).toBeLessThan(0.1);
  });

  test("settings that a loss on preferences cannot have are refused by name", async () => {
    const { instructionTuning } = config;
    await expect(
      train("switchDpo", { instructionTuning: { ...instructionTuning, microBatchSize: 2 } }),
    ).rejects.toThrow("instructionTuning.microBatchSize must be null for a stage on preferences, got 2");
  });

  test("a length in steps or words is kept, and words go on being counted", () => {
    expect(tuningOf(runOf("steps"))).toHaveLength(3);
    const { records } = runOf("words");
    const before = records.filter(({ phase }) => phase === "pre-training").at(-1)?.wordsSeen ?? NaN;
    const seen = tuningOf(runOf("words")).map(({ wordsSeen }) => wordsSeen - before);
    expect(seen.at(-1)).toBeGreaterThanOrEqual(150);
    expect(seen.at(-2) ?? 0).toBeLessThan(150);
  });

  test("a stage has its own rate, and one that carries goes on with the moments of the one before", async () => {
    const peak = (phase: string) =>
      Math.max(
        ...runOf("backAndForth")
          .records.filter((r) => r.phase === phase)
          .map((r) => r.learningRate),
      );
    expect(peak("between")).toBeGreaterThan(2 * peak("out"));
    const [, , between] = runOf("backAndForth").trained.phases;
    const { updates } = JSON.parse(readFileSync(join(between?.stage.folder ?? "", "moments.json"), "utf8"));
    expect(updates).toBe(runOf("backAndForth").records.filter(({ phase }) => phase === "between").length);
    const fresh = await train("backAndForth", {
      curricula: {
        ...own,
        backAndForth: (own["backAndForth"] ?? []).map((s) => ({ ...s, optimizer: "reset" })),
      },
    });
    const last = (run: Run) => tuningOf(run).at(-1)?.lossNats;
    expect(last(fresh)).not.toBe(last(runOf("backAndForth")));
  });
});

describe("one schedule over all of tuning (docs/decisions.md#d8)", () => {
  test("has one warm-up and one descent, where each phase has its own otherwise", async () => {
    const instructionTuning = { ...TINY_CONFIG.instructionTuning, maxEpochs: 4, warmupRatio: 0.1 };
    const ratesOf = (run: Run) => tuningOf(run).map(({ learningRate }) => learningRate);
    const curriculum = TINY_CONFIG.curriculum;
    const whole = await train("switchThenWiki", {
      instructionTuning,
      curriculum: { ...curriculum, scheduleSpan: "whole", optimizerAtPhase: "carry" },
    });
    const apart = await train("switchThenWiki", { instructionTuning });
    const isDescent = (rates: number[]) =>
      rates.every((rate, at) => at === 0 || rate <= (rates[at - 1] ?? 0));
    expect(isDescent(ratesOf(whole).slice(4))).toBe(true);
    expect(isDescent(ratesOf(apart).slice(4))).toBe(false); // the second phase rises again
    expect(ratesOf(whole)).toHaveLength(ratesOf(apart).length);
  });
});

test("training all of them left no tensor", () => {
  expect(tf.memory().numTensors).toBe(0);
});
