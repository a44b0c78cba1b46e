/**
 * @file A training step's tokens: texts side by side in rows, rows in batches. Packed text is in `packed-text.ts`,
 * instruction examples in `example-batches.ts`. A stage of a curriculum says what an epoch holds and in which order
 * (`curricula.ts`, `runs/training/stage-batches.ts`); the seed and the number of the epoch shuffle it.
 */
import { deriveSeed, seeded, type Random } from "../random.js";
import { layOutTexts, placeTexts, type TextLayout } from "./row-layout.js";

/** One step's tokens. Row-major arrays of B · T values. */
export interface Batch {
  /** [B, T] */
  readonly inputIds: Int32Array;
  /** The token that follows each input token. [B, T] */
  readonly targetIds: Int32Array;
  /** Weight of the target in the loss: 1 where it is trained, 0 where not and in padding; another in masked rows. [B, T] */
  readonly targetMask: Float32Array;
  /** B */
  readonly batchSize: number;
  /** T */
  readonly lengthTokens: number;
  /** Where rows hold several texts that must not see each other. */
  readonly layout?: TextLayout;
  /** Names of the rows: the ids of their examples, or their number in the packed text. */
  readonly rowIds?: readonly string[];
  /** How many of its trained tokens are pre-training text; none where it is left out. */
  readonly textTokens?: number;
  /** ln p of the trained tokens of each row under a reference, [B]; where the loss has one. */
  readonly reference?: Float32Array;
  /** Words of text it holds, as the BabyLM rules count exposure; of packed text a share of its tokens. */
  readonly words: number;
}

/** What each step of one epoch gets, made as it is taken. */
export interface Epoch<Step> extends Iterable<Step> {
  readonly count: number;
  /** @throws RangeError when there is no such step */
  at(index: number): Step;
}

/** The batches of one epoch. */
export type EpochBatches = Epoch<Batch>;

/** A text in a row: all its tokens, the last of which is a target only. */
export interface RowText {
  readonly ids: ArrayLike<number>;
  /** Whether predicting a token is trained; all are where this is null. */
  readonly trained: readonly boolean[] | null;
}

/**
 * Rows of texts as arrays; each text is shifted against itself, so that none predicts the next one.
 *
 * @param options.lengthTokens T; every row must fit
 * @param options.padId        is in the padding, where nothing is trained and nothing real attends
 * @param options.isolated     gives a layout under which texts of a row do not see each other
 */
export function batchOf(
  rows: readonly (readonly RowText[])[],
  {
    lengthTokens,
    padId,
    isolated,
    words,
  }: {
    readonly lengthTokens: number;
    readonly padId: number;
    readonly isolated: boolean;
    readonly words: number;
  },
): Batch {
  const size = rows.length * lengthTokens;
  const inputIds = new Int32Array(size).fill(padId);
  const targetIds = new Int32Array(size).fill(padId);
  const targetMask = new Float32Array(size);
  const lengthOf = ({ ids }: RowText): number => Math.max(0, ids.length - 1);
  const placed = placeTexts(rows, { lengthOf, lengthTokens });
  for (const { text, begin, end } of placed)
    for (let t = 0; t < end - begin; t++) {
      inputIds[begin + t] = text.ids[t] ?? padId;
      targetIds[begin + t] = text.ids[t + 1] ?? padId;
      targetMask[begin + t] = text.trained === null || text.trained[t + 1] === true ? 1 : 0;
    }
  const arrays = { inputIds, targetIds, targetMask, batchSize: rows.length, lengthTokens, words };
  return isolated
    ? { ...arrays, layout: layOutTexts(placed, { numRows: rows.length, lengthTokens }) }
    : arrays;
}

/** Number of targets a step trains on. */
export const countTrained = ({ targetMask }: Batch): number =>
  targetMask.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0);

/** What all targets of a batch weigh together: their number, except in a batch with masked rows. */
export const trainedWeight = ({ targetMask }: Batch): number =>
  targetMask.reduce((sum, weight) => sum + weight, 0);

/**
 * A batch in parts of at most some rows, for steps whose rows do not fit into memory together.
 *
 * @param rows rows of a part; null leaves the batch whole
 */
export function splitBatch(batch: Batch, rows: number | null): Batch[] {
  const { batchSize, lengthTokens, layout, rowIds } = batch;
  if (rows === null || rows >= batchSize) return [batch];
  return Array.from({ length: Math.ceil(batchSize / rows) }, (_, index) => {
    const [from, to] = [index * rows, Math.min((index + 1) * rows, batchSize)];
    const part = <A extends Int32Array | Float32Array>(array: A): A =>
      array.subarray(from * lengthTokens, to * lengthTokens) as A;
    return {
      inputIds: part(batch.inputIds),
      targetIds: part(batch.targetIds),
      targetMask: part(batch.targetMask),
      batchSize: to - from,
      lengthTokens,
      words: (batch.words * (to - from)) / batchSize,
      ...(layout && {
        layout: {
          positions: part(layout.positions),
          visibleUntil: part(layout.visibleUntil),
          ...(layout.visibleFrom && { visibleFrom: part(layout.visibleFrom) }),
        },
      }),
      ...(rowIds && { rowIds: rowIds.slice(from, to) }),
    };
  });
}

/** The order of an epoch is a pure function of seed and epoch. */
export const epochRandom = (seed: number, epoch: number): Random =>
  seeded(deriveSeed(seed, `epoch ${epoch}`));

/** Items in groups of `size`; the last may be smaller. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let from = 0; from < items.length; from += size) out.push(items.slice(from, from + size));
  return out;
}

/** Groups of rows as steps, batches as a rule, that are made when they are taken. */
export function lazyBatches<R, Step = Batch>(groups: readonly R[], make: (group: R) => Step): Epoch<Step> {
  return {
    count: groups.length,
    at(index) {
      const group = groups[index];
      if (group === undefined)
        throw new RangeError(
          `at: a batch must be one of the ${groups.length} of its epoch, got number ${index}. Correct the step.`,
        );
      return make(group);
    },
    *[Symbol.iterator]() {
      for (const group of groups) yield make(group);
    },
  };
}

/** @throws RangeError naming caller and setting when a count is no whole number of at least 1 */
export function requireCount(caller: string, what: string, count: number): void {
  if (Number.isInteger(count) && count > 0) return;
  throw new RangeError(
    `${caller}: ${what} must be a whole number of at least 1, got ${count}. Correct the setting.`,
  );
}
