import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readChildTable } from "../../src/evaluation/child-words.js";
import { childAge, modelAcquisition } from "../../src/evaluation/acquisition-age.js";
import { summariseAcquisition, type AcquisitionWord } from "../../src/evaluation/age-of-acquisition.js";
import { readText } from "../../src/data/files.js";
import { openScorer } from "../../src/runs/scoring/open-scorer.js";
import { measureContexts } from "../../src/evaluation/acquisition-surprisal.js";
import { parityFolder, parityJson, parityPath } from "../support/parity.js";

const setSchema = z.object({
  words: z.union([z.array(z.string()), z.string()]),
  curve_fitness: z.number(),
  n_words: z.number(),
  valid_words: z.array(z.string()).optional(),
  p_value: z.number().optional(),
  own: z.object({ n: z.number(), r: z.number().nullable(), p: z.number().nullable() }).optional(),
  official_2025: z.object({ curve_fitness: z.number(), n_words: z.number() }),
});
const casesSchema = z.object({
  steps: z.array(z.string()),
  curves: z.record(
    z.string(),
    z.object({
      child_aoa: z.number().nullable(),
      surprisal: z.array(z.array(z.number().nullable())),
    }),
  ),
  models: z.record(
    z.string(),
    z.object({
      vocab_size: z.number(),
      words: z.record(z.string(), z.object({ chance: z.number(), model_aoa: z.number().nullable() })),
      sets: z.record(z.string(), setSchema),
      surprisal_cases: z
        .array(
          z.object({ context: z.string(), word: z.string(), surprisal: z.number(), counted: z.number() }),
        )
        .optional(),
    }),
  ),
  child_aoa_all: z.record(z.string(), z.number().nullable()),
});

// Needs the parity folder beside CLASS_IT_DATA.
describe.skipIf(parityFolder === null)("age of acquisition as the official code finds it", () => {
  const cases = parityFolder === null ? null : casesSchema.parse(parityJson("aoa_cases.json"));
  if (cases === null) return;
  const wordsSeen = cases.steps.map((step) => Number(/\d+/.exec(step)?.[0]) * 1e6);
  const pointsOf = (word: string): AcquisitionWord["points"] =>
    (cases.curves[word]?.surprisal ?? []).map((contexts, step) => {
      const values = contexts.map((value) => value ?? Number.NaN);
      return {
        wordsSeen: wordsSeen[step] ?? Number.NaN,
        surprisalNats: values.reduce((sum, value) => sum + value, 0) / values.length,
        lowestNats: Math.min(...values.filter((value) => !Number.isNaN(value))),
      };
    });
  const close = (found: number | null, expected: number | null, tolerance: number, what: string): void => {
    if (found === null || expected === null) expect([what, found]).toEqual([what, expected]);
    else expect(Math.abs(found - expected), `${what}: ${found} for ${expected}`).toBeLessThan(tolerance);
  };

  // Tolerances: README of the parity folder; its own two fits part by 1.5e-4 months.
  test("every word of the children's table has the same age, or none", async () => {
    const rows = readChildTable(await readText("aoa/child_american_english_proportions.csv"));
    expect(rows).toHaveLength(680);
    for (const { id, proportions } of rows)
      close(childAge(proportions)?.months ?? null, cases.child_aoa_all[id] ?? null, 1e-2, `child ${id}`);
  });

  describe.each(Object.keys(cases.models))("tokenizer %s", (name) => {
    const model = cases.models[name];
    if (model === undefined) return;
    test("every curve crosses its threshold at the same number of words", () => {
      for (const [word, { chance, model_aoa }] of Object.entries(model.words))
        close(
          modelAcquisition(pointsOf(word), { ceilingNats: chance, rules: 2026 })?.logWords ?? null,
          model_aoa,
          1e-3,
          word,
        );
    });

    const SWAPPED = /(\w+)'?: '(\w+)/g;
    const wordsOf = (words: string | readonly string[]): AcquisitionWord[] => {
      const pairs =
        typeof words === "string"
          ? [...words.matchAll(SWAPPED)].map(([, curve = "", word = ""]) => ({ curve, word }))
          : words.map((word) => ({ curve: word, word }));
      return pairs.map(({ curve, word }) => ({
        id: word,
        childMonths: cases.curves[word]?.child_aoa ?? null,
        ceilingNats: model.words[word]?.chance ?? Number.NaN,
        points: pointsOf(curve),
      }));
    };
    test.each(Object.keys(model.sets))(
      "the set %s has the same score, under the rules of both years",
      (set) => {
        const expected = setSchema.parse(model.sets[set]);
        const found = summariseAcquisition(wordsOf(expected.words), { rules: 2026 });
        close(found.official, expected.curve_fitness, 1e-3, "score");
        expect(found.acquired).toHaveLength(expected.n_words);
        if (expected.valid_words) expect(found.acquired.map(({ id }) => id)).toEqual(expected.valid_words);
        if (expected.own) {
          close(found.correlation?.r ?? null, expected.own.r, 1e-3, "r");
          close(found.correlation?.p ?? null, expected.own.p, 1e-3, "p");
        }
        const before = summariseAcquisition(wordsOf(expected.words), { rules: 2025 });
        close(before.official, expected.official_2025.curve_fitness, 1e-3, "score of 2025");
        expect(before.acquired).toHaveLength(expected.official_2025.n_words);
      },
    );
  });

  test.each(["plain", "prefix_space"])(
    "surprisals and pieces of words in contexts, model %s",
    async (name) => {
      const model = cases.models[name];
      const scorer = await openScorer({ folder: parityPath(name, "model") });
      try {
        const texts = model?.surprisal_cases ?? [];
        const found = await measureContexts(texts, scorer.logLikelihood);
        texts.forEach(({ surprisal, word }, index) => close(found[index] ?? null, surprisal, 1e-4, word));
        expect(found).toHaveLength(8);
        const words = Object.entries(model?.words ?? {});
        const guessed = await scorer.guessingNats(words.map(([word]) => word));
        words.forEach(([word, { chance }], index) => close(guessed[index] ?? null, chance, 1e-9, word));
      } finally {
        scorer.dispose();
      }
    },
  );
});
