/** @file The checkpoints of a study scored by masked tokens, next to its causal scores. */
import { expect, test } from "vitest";
import { checkpointScoresOf } from "../../../src/runs/grid.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

const model = "llama100M";
const folder = sharedFolder();
const asked = { conditions: ["base"], task: "blimp" } as const;

test("masked scores are of the same items at the same words, and stages of their own", async () => {
  const study = openTinyStudy(folder, {
    ...TINY_CONFIG,
    objective: { maskedShare: 0.5, maskRate: 0.15, schedule: "constant" },
    checkpointWords: [600],
  });
  const causal = await checkpointScoresOf(study, [model], asked);
  const before = stagesOf(study, "evaluation");
  const masked = await checkpointScoresOf(study, [model], { ...asked, backend: "mntp" });
  const places = (scores: typeof causal) => scores.map(({ phase, wordsSeen, n }) => [phase, wordsSeen, n]);
  expect(causal).toHaveLength(2);
  expect(places(masked)).toEqual(places(causal));
  expect(stagesOf(study, "evaluation")).toHaveLength(2 * before.length);
  for (const { value } of masked) {
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThanOrEqual(1);
  }
});

test("a study without masked rows is refused", async () => {
  const study = openTinyStudy(folder);
  await expect(checkpointScoresOf(study, [model], { ...asked, backend: "mntp" })).rejects.toThrow(
    /tokenizer must have a mask token, got none/,
  );
});
