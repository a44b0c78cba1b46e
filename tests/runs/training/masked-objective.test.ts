/** @file A study with masked rows, from its tokenizer to the trained folder. */
import { describe, expect, test } from "vitest";
import type { StudyConfig } from "../../../src/config/config.js";
import { tune } from "../../../src/config/curricula.js";
import { openTokenizer } from "../../../src/data/tokenizer/tokenizer.js";
import { tf } from "../../../src/engine/backend.js";
import { loadModel } from "../../../src/model/checkpoint.js";
import { readCurve } from "../../../src/runs/training/outcome.js";
import type { FinishedPhase } from "../../../src/runs/training/results.js";
import { trainedModel } from "../../../src/runs/training/training.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const model = "llama100M";
const folder = sharedFolder();
const { vocabSize } = TINY_CONFIG.architectures[model];
const mixed: StudyConfig = {
  ...TINY_CONFIG,
  objective: { maskedShare: 0.75, maskRate: 0.15, schedule: "linear" },
  curricula: { moreThenSwitch: [tune("text", { length: { steps: 3 } }), tune(["switch"])] },
};

describe("a study with masked rows", async () => {
  const causal = await trainedModel(openTinyStudy(folder), { model, condition: "base" });
  const masked = await trainedModel(openTinyStudy(folder, mixed), { model, condition: "moreThenSwitch" });
  const [pretraining, text, replies] = masked.phases;
  const curveOf = (phase: FinishedPhase | undefined) => (phase ? readCurve(phase.stage) : []);

  test("has a mask token behind the vocabulary of the causal study, which has none", async () => {
    const [without, withMask] = await Promise.all(
      [causal, masked].map(({ stage }) => openTokenizer(stage.folder)),
    );
    expect(without?.maskId).toBeNull();
    expect(withMask?.maskId).toBe(without?.vocabSize);
    expect(withMask?.specialTokens["mask_token"]).toBe("<mask>");
    const texts = ["The cat sleeps, and so does the dog.", "a  b\n"];
    const ids = [without, withMask].map((tokenizer) =>
      tokenizer?.encodeIds(texts, { addSpecialTokens: true }),
    );
    expect(await ids[1]).toEqual(await ids[0]);
    const { architecture, weights } = loadModel(masked.stage.folder);
    tf.dispose({ ...weights });
    expect(architecture.vocabSize).toBe(vocabSize + 1);
  });

  test("sees the same rows in the same order, predicts fewer tokens of them, and learns causal prediction too", () => {
    const [before, after] = [curveOf(causal.phases[0]), curveOf(pretraining)];
    expect(after.map(({ orderHash }) => orderHash)).toEqual(before.map(({ orderHash }) => orderHash));
    expect(after.map(({ wordsSeen }) => wordsSeen)).toEqual(before.map(({ wordsSeen }) => wordsSeen));
    for (const [step, { trainedTokens }] of after.entries()) {
      // A quarter of the rows whole, of the others 30 to 15 percent and at most two tokens more.
      const causalTokens = before[step]?.trainedTokens ?? Number.NaN;
      expect(trainedTokens).toBeGreaterThan(0.25 * causalTokens);
      expect(trainedTokens).toBeLessThan(0.65 * causalTokens);
    }
    for (const { lossNats } of pretraining?.losses.text ?? [])
      expect(lossNats).toBeLessThan(0.9 * Math.log(vocabSize));
  });

  test("masks rows of a later stage on text, and none of instruction examples", async () => {
    const rowTokens = mixed.pretraining.batchSize * mixed.rowLengthTokens[model];
    for (const { trainedTokens } of curveOf(text)) expect(trainedTokens).toBeLessThan(0.65 * rowTokens);
    const plain = { ...TINY_CONFIG, curricula: mixed.curricula };
    const causal = await trainedModel(openTinyStudy(folder, plain), { model, condition: "moreThenSwitch" });
    const targetsOf = (phase: FinishedPhase | undefined) => curveOf(phase).map((step) => step.trainedTokens);
    expect(targetsOf(replies)).toEqual(targetsOf(causal.phases[2]));
  });
});
