import { expect, test } from "vitest";
import { countForms, logFrequencyPerMillion } from "../../src/evaluation/corpus-frequency.js";

const count = () => countForms(["The dog, the cat; the END.", "“Don't” -- said the well-fed dog"]);

test("forms are lower case and stripped of what stands around them, not of what stands inside", () => {
  const corpus = count();
  expect(Object.fromEntries(corpus.counts)).toEqual({
    ...{ the: 4, dog: 2, cat: 1, end: 1 },
    ...{ "don't": 1, said: 1, "well-fed": 1 },
  });
  expect(corpus.total).toBe(11);
});

test("a word's frequency counts one more than its occurrences, in a million", () => {
  const corpus = count();
  // 11 words, 7 forms: "the" (4 + 1) / 19, never seen 1 / 19.
  expect(logFrequencyPerMillion("The", corpus)).toBeCloseTo(Math.log10((1e6 * 5) / 19), 12);
  expect(logFrequencyPerMillion("unicorn.", corpus)).toBeCloseTo(Math.log10(1e6 / 19), 12);
});

test("all that stands around a word goes, at both ends, and any spaces part words", () => {
  const { counts, total } = countForms(["  ((Well))  --  well...\n\tdog!?  3rd-rate,, "]);
  expect([Object.fromEntries(counts), total]).toEqual([{ well: 2, dog: 1, "3rd-rate": 1 }, 4]);
});

test("nothing counted is no corpus", () => {
  expect(() => logFrequencyPerMillion("a", countForms([" … "]))).toThrow(/must have words, got none/);
});
