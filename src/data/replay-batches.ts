/**
 * @file Instruction examples with pre-training text in the same step (docs/options.md#d24), so that a model goes on with what it
 * learned first. Steps of examples alone are made in `example-batches.ts`, of text alone in `packed-text.ts`.
 */
import { shuffled } from "../random.js";
import {
  batchOf,
  countTrained,
  epochRandom,
  lazyBatches,
  requireCount,
  type Epoch,
  type EpochBatches,
  type RowText,
} from "./batches.js";
import { fillRows, LENGTH_MULTIPLE, type ExampleRows } from "./example-batches.js";
import type { EncodedExample } from "./instructions/chat-template.js";
import { textsOf, type PackedRows } from "./packed-text.js";

/** Text to mix in, and how much of it. */
export interface ReplayOptions {
  readonly rows: PackedRows;
  /** The end token, where documents of a row must not see each other. */
  readonly isolatedBy: number | null;
  /** Of a step's trained tokens, between 0 and 1. */
  readonly share: number;
  /** Of the order of the rows, which is drawn again whenever the text has been seen. */
  readonly seed: number;
  /** Counted from 0; each epoch continues with the text where the one before ended. */
  readonly epoch: number;
  readonly padId: number;
}

/** A stretch of text as it stands in a row. */
interface Piece extends RowText {
  readonly id: string;
}

/**
 * One epoch of steps with text: the same examples, and so many tokens of text that they are a share of the step's trained
 * tokens, rounded so that the share of an epoch is met within a token. Text is taken row after row, each token once before any
 * comes again. Examples and stretches of text share rows and do not see each other.
 *
 * @param steps the examples of each step; every epoch has the same examples
 * @throws RangeError for a share that is not between 0 and 1
 *
 * Differs: T is the length of a row of text, or the next power of two above all tokens of the step where that is less, so that
 * few shapes are compiled; a longer example makes it longer.
 */
export function replayBatches(
  steps: Epoch<ExampleRows>,
  { rows, isolatedBy, share, seed, epoch, padId }: ReplayOptions,
): EpochBatches {
  requireCount("replayBatches", "the number of steps", steps.count);
  if (!(share > 0 && share < 1))
    throw new RangeError(
      `replayBatches: share must be above 0 and below 1, got ${share}. Correct the shares of the stage.`,
    );
  const before = [0]; // tokens of text before each step of the epoch
  let trained = 0;
  for (const step of steps) {
    trained += trainedIn(step.flat());
    before.push(Math.round((trained * share) / (1 - share)));
  }
  const perEpoch = before.at(-1) ?? 0;
  const textRows = rowsInOrder(rows.count, seed);
  return lazyBatches(
    Array.from({ length: steps.count }, (_, index) => index),
    (index) => {
      const [from = 0, to = 0] = before.slice(index, index + 2);
      const examples = steps.at(index).flat();
      const pieces: Piece[] = [];
      for (let at = epoch * perEpoch + from; at < epoch * perEpoch + to;) {
        const row = textRows(Math.floor(at / rows.lengthTokens));
        const begin = at % rows.lengthTokens;
        const end = Math.min(rows.lengthTokens, begin + epoch * perEpoch + to - at);
        const texts = textsOf(rows.read(row).subarray(begin, end + 1), isolatedBy);
        for (const [part, text] of texts.entries())
          pieces.push({
            ...text,
            id: `text row ${row} ${begin} to ${end}${part > 0 ? ` part ${part}` : ""}`,
          });
        at += end - begin;
      }
      return batchOfStep(examples, pieces, {
        padId,
        rowLengthTokens: rows.lengthTokens,
        textWords: (to - from) * rows.wordsPerToken,
      });
    },
  );
}

function batchOfStep(
  examples: readonly EncodedExample[],
  pieces: readonly Piece[],
  {
    padId,
    rowLengthTokens,
    textWords,
  }: { readonly padId: number; readonly rowLengthTokens: number; readonly textWords: number },
): ReturnType<typeof batchOf> {
  const texts: readonly Piece[] = [...examples, ...pieces];
  const sizes = texts.map(({ ids }) => ids.length - 1);
  const longest = Math.max(...sizes);
  const all = 2 ** Math.ceil(Math.log2(sizes.reduce((sum, size) => sum + size, 0)));
  const lengthTokens =
    LENGTH_MULTIPLE * Math.ceil(Math.max(longest, Math.min(rowLengthTokens, all)) / LENGTH_MULTIPLE);
  const filled = fillRows(texts, lengthTokens);
  const batch = batchOf(filled, {
    lengthTokens,
    padId,
    isolated: true,
    words: examples.reduce((sum, { words }) => sum + words, 0) + textWords,
  });
  return {
    ...batch,
    textTokens: countTrained(batch) - trainedIn(examples),
    rowIds: filled.map((row) => row.map(({ id }) => id).join(" + ")),
  };
}

/** Trained tokens of examples, of which the first token is none. */
const trainedIn = (examples: readonly EncodedExample[]): number =>
  examples.reduce((sum, { trained }) => sum + trained.filter((is, at) => is && at > 0).length, 0);

/** Number of the row that comes at a place: all rows in an order of their own, then all again in another. */
function rowsInOrder(count: number, seed: number): (place: number) => number {
  let pass = -1;
  let order: readonly number[] = [];
  return (place) => {
    const wanted = Math.floor(place / count);
    if (wanted !== pass) {
      pass = wanted;
      order = shuffled(
        Array.from({ length: count }, (_, row) => row),
        epochRandom(seed, pass),
      );
    }
    return order[place % count] ?? 0;
  };
}
