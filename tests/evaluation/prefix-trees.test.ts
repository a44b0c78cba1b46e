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

/** A text of these tokens of which the last is scored. */
const scoredAtEnd = (ids: readonly number[]): EncodedRequest => ({
  ids,
  counted: ids.map((_, at) => at === ids.length - 1),
});

test("by hand: two texts that part after their second token", () => {
  const [batch, ...others] = [
    ...treeBatches([scoredAtEnd([5, 6, 8, 9]), scoredAtEnd([5, 6, 7, 9])], { batchSize: 4 }),
  ];
  expect(others).toEqual([]);
  const firstOf = (values: Int32Array | undefined, count: number) => [...(values ?? [])].slice(0, count);
  expect([batch?.numRows, batch?.lengthTokens]).toEqual([1, 32]);
  expect(firstOf(batch?.inputs, 5)).toEqual([5, 6, 7, 8, 0]); // in the order of the ids
  expect(firstOf(batch?.positions, 5)).toEqual([0, 1, 2, 2, 0]);
  expect(firstOf(batch?.visibleUntil, 6)).toEqual([4, 4, 3, 4, 5, 6]); // what is left over sees itself
  expect(batch?.answers).toEqual([
    { request: 1, places: [0] },
    { request: 0, places: [1] },
  ]);
  expect([batch?.asked.positions.length, batch?.asked.rows.length]).toEqual([16, 16]);
  expect(firstOf(batch?.asked.positions, 3)).toEqual([2, 3, 0]);
  expect(firstOf(batch?.asked.rows, 3)).toEqual([0, 1, 0]);
  expect(firstOf(batch?.asked.tokens, 3)).toEqual([9, 9, 0]);
});

test("a shorter text goes before the longer one that begins with it, and what both ask is asked once", () => {
  const [batch] = [
    ...treeBatches([scoredAtEnd([1, 2, 3]), scoredAtEnd([1, 2]), scoredAtEnd([1, 2])], { batchSize: 4 }),
  ];
  expect(batch?.answers).toEqual([
    { request: 1, places: [0] },
    { request: 2, places: [0] },
    { request: 0, places: [1] },
  ]);
});

test("rows hold 128 tokens, or a multiple of 64 with 32 to spare; short texts come first", () => {
  const text = (length: number, from: number) => Array.from({ length: length + 1 }, (_, at) => from + at);
  const lengths = [200, 96, 97, 160].map((length, index) => scoredAtEnd(text(length, 1_000 * index)));
  // Two of each: a single row is cut to what it holds.
  const twice = lengths.flatMap((request) => [
    request,
    { ...request, ids: request.ids.map((id) => id + 500) },
  ]);
  const batches = [...treeBatches(twice, { batchSize: 64 })];
  expect(batches.map(({ lengthTokens, numRows }) => [lengthTokens, numRows])).toEqual([
    [128, 2],
    [192, 4],
    [256, 2],
  ]);
});

test("a batch holds at most 4,096 tokens, or the one row of a longer text", () => {
  const different = Array.from({ length: 33 }, (_, text) =>
    scoredAtEnd(Array.from({ length: 97 }, (_, at) => 100 * text + at)),
  );
  expect([...treeBatches(different, { batchSize: 64 })].map(({ numRows }) => numRows)).toEqual([32, 1]);
  const long = [0, 1].map((text) => scoredAtEnd(Array.from({ length: 5_000 }, (_, at) => text + at)));
  expect([...treeBatches(long, { batchSize: 64 })].map(({ numRows }) => numRows)).toEqual([1, 1]);
});

test("texts of one token, or with nothing to score, need no batch", () => {
  const nothing = [
    { ids: [1], counted: [false] },
    { ids: [1, 2], counted: [false, false] },
  ];
  expect([...treeBatches(nothing, { batchSize: 4 })]).toEqual([]);
});
