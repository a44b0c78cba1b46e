import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, describe } from "vitest";
import { z } from "zod";
import type { ScoringRequest } from "../../src/evaluation/log-likelihood.js";
import { isPreviousMissingOfficially, readReadingTable } from "../../src/evaluation/reading-table.js";
import { scoreReadingTimes } from "../../src/evaluation/reading-times.js";
import { measureSurprisal } from "../../src/evaluation/word-surprisal.js";
import { openScorer } from "../../src/runs/scoring/open-scorer.js";
import { dataFolder, parityFolder, parityJson, parityLines, parityPath } from "../support/parity.js";

const itemSchema = z.object({ id: z.number(), pred: z.number(), prev_pred: z.number().nullable() });
const fitSchema = z.object({
  r2_baseline: z.number(),
  r2_model: z.number(),
  coefficient: z.number(),
  t_value: z.number(),
});
const summarySchema = z.object({
  eye_tracking_score: z.number(),
  self_paced_score: z.number(),
  without_spillover: z.record(z.string(), fitSchema),
  with_spillover: z.record(z.string(), fitSchema),
});
const EYE_TRACKING = ["RTfirstfix", "RTfirstpass", "RTgopast", "RTrightbound"];

/** Surprisals of the real table by the model itself, beside the official ones. */
async function measureReal(model: string) {
  const path = join(dataFolder ?? "", "babylm_eval_2025/full_eval/reading/reading_data.csv");
  const words = readReadingTable(readFileSync(path, "utf8"));
  const scorer = await openScorer({ folder: parityPath(model, "model") });
  const asked: ScoringRequest[] = [];
  const logLikelihood: typeof scorer.logLikelihood = async (requests) => {
    asked.push(...requests);
    return scorer.logLikelihood(requests);
  };
  const surprisals = await measureSurprisal(words, { ...scorer, logLikelihood, scoringRule: "official" });
  scorer.dispose();
  const expected = parityLines(model, "expected/zero_shot", "reading.items.jsonl").map((row) =>
    itemSchema.parse(row),
  );
  return { words, surprisals, asked, expected };
}

// Needs the parity folder beside CLASS_IT_DATA; models, words and surprisals are the official pipeline's.
describe.skipIf(parityFolder === null).each(["plain", "prefix_space"])("reading, model %s", (model) => {
  test("every word and its previous one have the official surprisal, the same 206 none, and the official fits", async () => {
    const { words, surprisals, asked, expected } = await measureReal(model);
    expect(expected.map(({ id }) => id)).toEqual(words.map(({ id }) => id));
    // Inner pieces are asked for one by one, so that they are encoded again (quirk 14).
    expect(asked.every(({ tokenization }) => tokenization === "nextToken")).toBe(true);
    const missing = words.filter(isPreviousMissingOfficially).map(({ id }) => id);
    expect(missing).toEqual(expected.filter((row) => row.prev_pred === null).map(({ id }) => id));
    expect(missing.length).toBe(206);
    const gap = expected.flatMap(({ pred, prev_pred }, row) => [
      Math.abs((surprisals[row]?.surprisalNats ?? Number.NaN) - pred),
      prev_pred === null ? 0 : Math.abs((surprisals[row]?.previousSurprisalNats ?? Number.NaN) - prev_pred),
    ]);
    // 1e-4: the official float32 numbers differ by up to 4e-6 from float64 ones.
    expect(gap.filter((nats) => !(nats < 1e-4))).toEqual([]);

    const summary = summarySchema.parse(parityJson(model, "expected/zero_shot", "reading.summary.json"));
    const { eyeTracking, selfPaced } = scoreReadingTimes(words, surprisals, { missing: "official" });
    expect(100 * eyeTracking.score).toBeCloseTo(summary.eye_tracking_score, 3);
    expect(100 * selfPaced.score).toBeCloseTo(summary.self_paced_score, 3);
    const official = [
      ...EYE_TRACKING.map((name) => summary.without_spillover[name]),
      summary.with_spillover["self_paced_reading_time"],
    ];
    [...eyeTracking.measures, ...selfPaced.measures].forEach((fit, index) => {
      expect(fit.rSquaredBase).toBeCloseTo(official[index]?.r2_baseline ?? Number.NaN, 5);
      expect(fit.rSquaredModel).toBeCloseTo(official[index]?.r2_model ?? Number.NaN, 5);
      expect(fit.msPerNat).toBeCloseTo(official[index]?.coefficient ?? Number.NaN, 3);
      expect(fit.tValue).toBeCloseTo(official[index]?.t_value ?? Number.NaN, 3);
    });
  });
});
