import { expect, test } from "vitest";
import { countTrained, type Batch } from "../../src/data/batches.js";
import { exampleBatches, exampleSteps, type ExampleStepOptions } from "../../src/data/example-batches.js";
import type { EncodedExample } from "../../src/data/instructions/chat-template.js";
import { packRows } from "../../src/data/packed-text.js";
import { replayBatches, type ReplayOptions } from "../../src/data/replay-batches.js";
import { tokensInMemory } from "../../src/data/token-file.js";

const FIRST_TEXT_TOKEN = 1000;
/** 10 rows of 8 tokens; every token of the stream is another number. */
const rows = packRows(tokensInMemory(Int32Array.from({ length: 81 }, (_, at) => FIRST_TEXT_TOKEN + at)), {
  lengthTokens: 8,
  words: 40.5,
});
const example = (id: string, length: number, trained: number): EncodedExample => ({
  id,
  ids: Array.from({ length }, (_, i) => 10 + i),
  trained: Array.from({ length }, (_, i) => i >= length - trained),
  words: 5,
  bounds: [0, 0, length - trained],
});
const examples = Array.from({ length: 9 }, (_, i) => example(`e${i}`, 6 + i, 2 + (i % 3)));
const options: ExampleStepOptions = { examples, batchSize: 2, epoch: 0, seed: 1 };
const replay = (epoch = 0, changes: Partial<ReplayOptions> = {}) =>
  replayBatches(exampleSteps({ ...options, epoch, order: "groupedByLength" }), {
    ...{ rows, isolatedBy: null, share: 0.5, seed: 7, epoch, padId: 0 },
    ...changes,
  });

/** Trained targets of a batch that are text, and that are not. */
const targetsOf = ({ targetIds, targetMask }: Batch) => {
  const trained = [...targetIds].filter((_, at) => targetMask[at] === 1);
  return {
    text: trained.filter((id) => id >= FIRST_TEXT_TOKEN),
    examples: trained.filter((id) => id < FIRST_TEXT_TOKEN),
  };
};
const idsOf = ({ rowIds = [] }: Batch) => rowIds.flatMap((ids) => ids.split(" + "));

test("every step trains the examples it trains without text, and as many tokens of text", () => {
  const without = [...exampleBatches({ ...options, order: "groupedByLength", padId: 0 })];
  const steps = [...replay()];
  expect(steps).toHaveLength(without.length);
  for (const [index, batch] of steps.entries()) {
    const alone = without[index];
    expect(idsOf(batch).filter((id) => !id.startsWith("text row"))).toEqual(alone?.rowIds);
    const { text, examples: replies } = targetsOf(batch);
    expect(replies.length).toBe(alone && countTrained(alone));
    expect(text.length).toBe(replies.length);
    expect(batch.textTokens).toBe(text.length);
    expect(batch.words).toBeCloseTo((alone?.words ?? 0) + text.length / 2, 10);
  }
});

test("a share of a fifth is met within a token over an epoch", () => {
  const counts = [...replay(0, { share: 0.2 })].map(targetsOf);
  const sum = (part: "text" | "examples") => counts.reduce((total, count) => total + count[part].length, 0);
  expect(Math.abs(sum("text") - sum("examples") / 4)).toBeLessThan(1);
});

test("text is trained row after row over the epochs, every token once before one comes again", () => {
  const seen = Array.from({ length: 8 }, (_, epoch) =>
    [...replay(epoch)].flatMap((b) => targetsOf(b).text),
  ).flat();
  expect(seen.length).toBeGreaterThan(160);
  const all = Array.from({ length: 80 }, (_, at) => FIRST_TEXT_TOKEN + 1 + at);
  const sorted = (ids: number[]) => [...ids].sort((a, b) => a - b);
  expect(sorted(seen.slice(0, 80))).toEqual(all);
  expect(sorted(seen.slice(80, 160))).toEqual(all);
  expect(seen.slice(80, 160)).not.toEqual(seen.slice(0, 80));
});

test("a step asked for alone is the one of the whole epoch, so that a stage resumes at any step", () => {
  const steps = [...replay(3)];
  for (const [index, batch] of [...steps.entries()].reverse()) expect(replay(3).at(index)).toEqual(batch);
});

test("no text sees an example, nor an example text: the layout ends where a text does", () => {
  for (const batch of replay()) {
    const { inputIds, layout, lengthTokens, batchSize } = batch;
    for (let row = 0; row < batchSize; row++)
      for (let at = 0; at < lengthTokens; at++) {
        const place = row * lengthTokens + at;
        const until = row * lengthTokens + (layout?.visibleUntil[place] ?? 0);
        const isText = (index: number) => (inputIds[index] ?? 0) >= FIRST_TEXT_TOKEN;
        for (let later = place; later < until; later++) expect(isText(later)).toBe(isText(place));
      }
  }
});

test("documents of a stretch do not see each other where rows isolate them, and their first tokens are no targets", () => {
  const end = FIRST_TEXT_TOKEN + 12;
  const apart = [...replay(0, { isolatedBy: end, share: 0.9 })].flatMap((batch) => targetsOf(batch).text);
  const joined = [...replay(0, { share: 0.9 })].flatMap((batch) => targetsOf(batch).text);
  expect(joined).toContain(end + 1);
  expect(apart).not.toContain(end + 1);
});

test("a share of everything is refused", () => {
  expect(() => replay(0, { share: 1 })).toThrow("share must be above 0 and below 1, got 1");
});
