import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readText } from "../../src/data/files.js";
import { readChildPairs } from "../../src/evaluation/child-pairs.js";
import { choicesOf } from "../../src/evaluation/dialogue-items.js";
import {
  scoresBy,
  scoreTurnChoices,
  TURN_SCORES,
  type ScoredTurnChoice,
} from "../../src/evaluation/turn-choice.js";
import { openScorer } from "../../src/runs/scoring/open-scorer.js";
import { parityFolder, parityPath } from "../support/parity.js";

const pair = z.tuple([z.number(), z.number()]);
const golden = z
  .object({
    choices: z.object({ sum: z.string(), perToken: z.string(), pmi: z.string() }),
    items: z.array(z.object({ index: z.number(), sum: pair, numTokens: pair, pmi: pair })),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../golden/dialogue.json"), "utf8")));

// Needs the data folder and the parity folder beside it.
describe.skipIf(parityFolder === null)("child-directed pairs of the model plain", () => {
  let scored: ScoredTurnChoice[];
  beforeAll(async () => {
    const name = "communicative/huggingface_dpo_format_eval.json";
    const items = readChildPairs({ text: await readText(name), name, trainingText: null });
    const scorer = await openScorer({ folder: parityPath("plain", "model") });
    try {
      scored = await scoreTurnChoices(
        items.flatMap((item) => choicesOf(item).slice(0, 1)),
        scorer.logLikelihood,
      );
    } finally {
      scorer.dispose();
    }
  }, 600_000);

  test.each(TURN_SCORES)("%s prefers the same reply as PyTorch in every pair", (score) => {
    const expected = golden.choices[score];
    expect(scored).toHaveLength(expected.length);
    const differing = scored.filter((item, index) => {
      const [truth = Number.NaN, other = Number.NaN] = scoresBy(item, score);
      // PyTorch has the two within 1e-3 where it says "-".
      return expected[index] !== "-" && expected[index] !== (truth > other ? "0" : "1");
    });
    expect(differing.map(({ id }) => id)).toEqual([]);
  });

  test("scores of every 25th pair are PyTorch's within 5e-4 nats", () => {
    expect(golden.items).toHaveLength(302);
    for (const { index, ...expected } of golden.items) {
      const own = scored[index];
      expect(own?.numTokens).toEqual(expected.numTokens);
      for (const candidate of [0, 1]) {
        expect(Math.abs((own?.sum[candidate] ?? NaN) - (expected.sum[candidate] ?? NaN))).toBeLessThan(5e-4);
        expect(Math.abs((own?.pmi[candidate] ?? NaN) - (expected.pmi[candidate] ?? NaN))).toBeLessThan(5e-4);
      }
    }
  });
});
