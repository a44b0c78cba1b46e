import fc from "fast-check";
import { expect, test } from "vitest";
import { treeBatches, type EncodedRequest, type TreeBatch } from "../../src/evaluation/prefix-trees.js";

/** The text a scored token ends, read back from the layout: every token it sees, and itself. */
function textAt(batch: TreeBatch, place: number): number[] {
  const node = batch.asked.positions[batch.asked.rows[place] ?? -1] ?? -1;
  const start = node - (node % batch.lengthTokens);
  const seen: number[] = [];
  for (let at = start; at <= node; at++)
    if (start + (batch.visibleUntil[at] ?? 0) > node) {
      if (batch.positions[at] !== seen.length)
        throw new Error(`position ${batch.positions[at]} at depth ${seen.length}`);
      seen.push(batch.inputs[at] ?? -1);
    }
  return [...seen, batch.asked.tokens[place] ?? -1];
}

/** Few different tokens, so that beginnings repeat; some far longer than others. */
const requests = fc.array(
  fc
    .oneof(
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 9 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 100, maxLength: 400 }),
    )
    .chain((ids) =>
      fc
        .array(fc.boolean(), { minLength: ids.length, maxLength: ids.length })
        .map((counted): EncodedRequest => ({ ids, counted: counted.map((yes, at) => at > 0 && yes) })),
    ),
  { maxLength: 60 },
);

test("every scored token sees its own text and nothing else, once for each request", () => {
  fc.assert(
    fc.property(requests, fc.integer({ min: 1, max: 70 }), (texts, batchSize) => {
      const answered: number[] = [];
      for (const batch of treeBatches(texts, { batchSize })) {
        expect(batch.answers.length).toBeLessThanOrEqual(batchSize);
        for (const { request, places } of batch.answers) {
          const { ids, counted } = texts[request] ?? { ids: [], counted: [] };
          const ends = counted.flatMap((yes, at) => (yes ? [at + 1] : []));
          expect(places.map((place) => textAt(batch, place))).toEqual(ends.map((end) => ids.slice(0, end)));
          answered.push(request);
        }
      }
      const expected = texts.flatMap(({ counted }, index) => (counted.includes(true) ? [index] : []));
      expect(answered.sort((a, b) => a - b)).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test("five options after a prefix of 150 tokens cost the prefix once", () => {
  const prefix = Array.from({ length: 150 }, (_, at) => at + 10);
  const options = [0, 1, 2, 3, 4].map((option): EncodedRequest => {
    const ids = [...prefix, option, 7, 8];
    return { ids, counted: ids.map((_, at) => at >= 150) };
  });
  const [batch, ...others] = [...treeBatches(options, { batchSize: 64 })];
  expect(others).toEqual([]);
  // 150 + 5 · 2 inputs; the probabilities asked for: after the prefix once, then two places an option.
  expect(batch?.lengthTokens).toBe(160);
  expect(new Set(batch?.asked.positions).size).toBe(1 + 5 * 2 + 1); // and place 0, which pads
  expect(batch?.answers.map(({ places }) => places.length)).toEqual([3, 3, 3, 3, 3]);
});

test("texts of one token, or with nothing to score, need no batch", () => {
  const nothing = [
    { ids: [1], counted: [false] },
    { ids: [1, 2], counted: [false, false] },
  ];
  expect([...treeBatches(nothing, { batchSize: 4 })]).toEqual([]);
});
