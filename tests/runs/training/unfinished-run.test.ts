/** @file A run that does not reach its end goes on to the numbers of one that did, or says why it cannot. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { tf } from "../../../src/engine/backend.js";
import { readResults } from "../../../src/runs/study/results.js";
import { trainCondition } from "../../../src/runs/training/training.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";
import { model, runsOf, train, type Run } from "./recorded-runs.js";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const runOf = runsOf(openTinyStudy(sharedFolder()), ["base", "switchThenWiki"]);

/** Losses of all steps, and the bytes of the last weights: what a run that went on must share with one that did not stop. */
const outcomeOf = ({ records, trained }: Run) => ({
  losses: records.map(({ phase, step, lossNats, wordsSeen }) => [phase, step, lossNats, wordsSeen]),
  weights: sha256(readFileSync(join(trained.stage.folder, "model.safetensors"))),
  heldOut: trained.phases.map(({ outcome }) => outcome),
});

describe("a run that does not reach its end", () => {
  afterEach(() => Reflect.deleteProperty(globalThis, "__classItInterrupt"));

  test("because its reader breaks off goes on there, with the same numbers, and leaves no tensor", async () => {
    const unfinished = openTinyStudy(temporaryFolder());
    const before = tf.memory().numTensors;
    for await (const { step } of trainCondition(unfinished, { model, condition: "base" }))
      if (step === 2) break;
    expect(stagesOf(unfinished).map((name) => name.replace(/[0-9a-f]{16}/, "…"))).toEqual([
      "pretraining-….progress",
      "tokenizer-…",
      "tokens-…",
    ]);
    expect(tf.memory().numTensors).toBe(before);
    expect(readResults(unfinished.resultsFolder)).toEqual([]);
    const finished = await train(unfinished, "base");
    expect(outcomeOf(finished)).toEqual(outcomeOf(runOf("base")));
    expect(finished.trained.stage.seconds).toBeGreaterThan(0.05); // training, not the writing of its end alone
    expect(stagesOf(unfinished, "pretraining")).toEqual([expect.stringMatching(/-[0-9a-f]{16}$/)]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("because its cell is interrupted in the second tuning phase goes on likewise", async () => {
    const controller = new AbortController();
    Reflect.set(globalThis, "__classItInterrupt", { signal: controller.signal });
    const interrupted = openTinyStudy(temporaryFolder());
    const run = train(interrupted, "switchThenWiki", ({ phase, step }) => {
      if (phase === "wiki" && step === 1) controller.abort(new Error("the cell was interrupted"));
    });
    await expect(run).rejects.toThrow("the cell was interrupted");
    Reflect.deleteProperty(globalThis, "__classItInterrupt");
    expect(outcomeOf(await train(interrupted, "switchThenWiki"))).toEqual(outcomeOf(runOf("switchThenWiki")));
  });

  test("because a loss is no number says at which step and what to do, and keeps the phases before", async () => {
    const folder = temporaryFolder();
    const { instructionTuning } = TINY_CONFIG;
    const diverging = openTinyStudy(folder, {
      ...TINY_CONFIG,
      instructionTuning: { ...instructionTuning, learningRate: 1e30, maxEpochs: 4, warmupRatio: 0 },
    });
    await expect(train(diverging, "switch")).rejects.toThrow(
      /loss and gradient of llama100M tuning on switch must stay finite, got .* Lower the learning rate, now 1e\+30/,
    );
    expect(stagesOf(diverging).map((name) => name.replace(/-[0-9a-f]{16}/, ""))).toEqual([
      "held-out-loss",
      "held-out-loss",
      "held-out-loss",
      "pretraining",
      "tokenizer",
      "tokens",
      "tuning.progress",
    ]);
    expect(readResults(diverging.resultsFolder)).toEqual([]);
  });
});
