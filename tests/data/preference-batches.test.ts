import { expect, test } from "vitest";
import type { EncodedExample } from "../../src/data/instructions/chat-template.js";
import { loadPreferencePairs, parsePreferencePairs } from "../../src/data/instructions/preference-pairs.js";
import { preferenceBatches } from "../../src/data/preference-batches.js";
import { countWords } from "../../src/data/words.js";

const dataRoot = process.env["CLASS_IT_DATA"];
const row = (id: string, length: number): EncodedExample => ({
  id,
  ids: Array.from({ length }, (_, at) => 10 + at),
  trained: Array.from({ length }, (_, at) => at >= length - 2),
  words: 3,
  bounds: [0, 0, length - 2],
});
const pairs = Array.from({ length: 7 }, (_, at) => ({
  chosen: row(`${at} chosen`, 5 + 9 * at),
  rejected: row(`${at} rejected`, 6 + at),
}));

test("every pair comes once an epoch, its rows next to each other, the chosen one first", () => {
  const rowsOf = (epoch: number) =>
    [...preferenceBatches({ pairs, batchSize: 2, epoch, seed: 1, padId: 0 })].map(
      ({ rowIds = [] }) => rowIds,
    );
  for (const rows of rowsOf(0).map((ids) => [...ids]))
    while (rows.length > 0) {
      const [chosen = "", rejected] = rows.splice(0, 2);
      expect(rejected).toBe(chosen.replace("chosen", "rejected"));
    }
  expect(rowsOf(0).flat().sort()).toEqual(pairs.flatMap((pair) => [pair.chosen.id, pair.rejected.id]).sort());
  expect(rowsOf(1).flat()).not.toEqual(rowsOf(0).flat());
  expect(rowsOf(1)).toEqual(rowsOf(1));
  expect(rowsOf(0).map((rows) => rows.length)).toContain(4);
});

test("pairs of the microworld: a turn, its reply, and the reply of another pair", async () => {
  const made = await loadPreferencePairs({ rows: 60, seed: 0, source: "microworld" });
  expect(made).toHaveLength(60);
  const replies = new Set(made.map(({ chosen }) => chosen));
  for (const { chosen, rejected } of made) {
    expect(rejected).not.toBe(chosen);
    expect(replies.has(rejected)).toBe(true);
  }
  expect(await loadPreferencePairs({ rows: 60, seed: 0, source: "microworld" })).toEqual(made);
  await expect(loadPreferencePairs({ rows: null, seed: 0, source: "microworld" })).rejects.toThrow(
    "has no end",
  );
});

test("a file of pairs is read, and one of another form is refused by place", () => {
  const pair = { id: "a", prompt: "Which?", chosen: "the red one", rejected: "that one" };
  expect(parsePreferencePairs(JSON.stringify([pair]), "mine.json")).toEqual([pair]);
  expect(() => parsePreferencePairs(JSON.stringify([{ ...pair, chosen: 1 }]), "mine.json")).toThrow(
    /mine.json must be a list of pairs as JSON, got 0.chosen: expected string/,
  );
  expect(() => parsePreferencePairs(JSON.stringify([pair, pair]), "mine.json")).toThrow('got "a" twice');
});

test.skipIf(!dataRoot)(
  "the 18,000 real pairs: a child's reply and a random one of about as many words",
  async () => {
    const real = await loadPreferencePairs({ rows: null, seed: 0, source: "real" });
    expect(real).toHaveLength(18_000);
    expect(real.filter(({ prompt, chosen, rejected }) => /^\*/.test(prompt + chosen + rejected))).toEqual([]);
    const gap = real.map(({ chosen, rejected }) => countWords(chosen) - countWords(rejected));
    expect(Math.abs(gap.reduce((sum, words) => sum + words, 0) / gap.length)).toBeLessThan(0.5);
    expect(await loadPreferencePairs({ rows: 100, seed: 0, source: "real" })).toEqual(real.slice(0, 100));
  },
);
