/**
 * @file Instruction examples in batches (docs/decisions.md#d5): one padded example to a row, or several that do not see each other.
 * Steps that hold pre-training text as well are made in `replay-batches.ts`.
 */
import { shuffled } from "../random.js";
import {
  batchOf,
  chunks,
  epochRandom,
  lazyBatches,
  requireCount,
  type Batch,
  type Epoch,
  type EpochBatches,
  type RowText,
} from "./batches.js";
import type { EncodedExample } from "./instructions/chat-template.js";

/** T of example batches is a multiple of this, so that there are few shapes to compile. */
export const LENGTH_MULTIPLE = 32;
/** Batches whose rows are sorted by length together; the more, the less padding and the less chance. */
const GROUP_BATCHES = 50;

/** The rows of a step, each with its examples. */
export type ExampleRows = readonly (readonly EncodedExample[])[];

/** What both ways of making steps are asked for. */
export interface ExampleStepOptions {
  readonly examples: readonly EncodedExample[];
  readonly batchSize: number;
  /** Counted from 0; each epoch has its own order. */
  readonly epoch: number;
  readonly seed: number;
}

/** What batches need besides. */
export interface ExampleBatchOptions extends ExampleStepOptions {
  /** Stands in the padding; the end token will do where a tokenizer has no padding token. */
  readonly padId: number;
}

/**
 * One epoch of examples in steps, one to a row.
 *
 * @param options.order `groupedByLength` shuffles, then sorts within groups of 50 batches, then shuffles the batches;
 *   `shuffled` leaves out the sorting; `asGiven` keeps the order of the examples
 * @returns each example once; the last step in the making is smaller when they do not divide evenly
 * @throws Error that names an example without a trained token
 */
export function exampleSteps(
  options: ExampleStepOptions & { readonly order: "groupedByLength" | "shuffled" | "asGiven" },
): Epoch<ExampleRows> {
  const { examples, batchSize, epoch, seed, order } = options;
  requireCount("exampleBatches", "batchSize", batchSize);
  requireTrained("exampleBatches", examples);
  const random = epochRandom(seed, epoch);
  const ordered = order === "asGiven" ? examples : shuffled(examples, random);
  const groups =
    order === "groupedByLength"
      ? shuffled(sortInGroups(ordered, batchSize), random)
      : chunks(ordered, batchSize);
  return lazyBatches(groups, (group) => group.map((example) => [example]));
}

/** The same in batches, each padded to its longest example and that to a multiple of 32. */
export const exampleBatches = ({
  padId,
  ...options
}: ExampleBatchOptions & Parameters<typeof exampleSteps>[0]): EpochBatches =>
  inBatches(exampleSteps(options), (rows) => batchOfRows(rows, { padId, isolated: false }));

/**
 * One epoch of examples, as many to a row as fit, without one seeing another. Which examples share a row is drawn from the
 * seed, so that every epoch has as many rows; the order of the rows is the epoch's.
 *
 * @param options.rowLengthTokens tokens the model reads per row
 * @param options.order           `asGiven` keeps the order of the examples, over rows and epochs
 * @returns each example once
 * @throws Error that names an example without a trained token, or one that fits no row
 */
export function packedExampleSteps(
  options: ExampleStepOptions & {
    readonly rowLengthTokens: number;
    readonly order: "shuffled" | "asGiven";
  },
): Epoch<ExampleRows> {
  const { examples, batchSize, epoch, seed, rowLengthTokens, order } = options;
  requireCount("packedExampleBatches", "batchSize", batchSize);
  requireTrained("packedExampleBatches", examples);
  const isShuffled = order === "shuffled";
  const rows = fillRows(isShuffled ? shuffled(examples, epochRandom(seed, -1)) : examples, rowLengthTokens);
  const ordered = isShuffled ? shuffled(rows, epochRandom(seed, epoch)) : rows;
  return lazyBatches(chunks(ordered, batchSize), (group) => group);
}

/** The same in batches. */
export const packedExampleBatches = ({
  padId,
  ...options
}: ExampleBatchOptions & Parameters<typeof packedExampleSteps>[0]): EpochBatches =>
  inBatches(packedExampleSteps(options), (rows) => batchOfRows(rows, { padId, isolated: true }));

/** The steps of an epoch as batches. */
export const inBatches = (steps: Epoch<ExampleRows>, make: (rows: ExampleRows) => Batch): EpochBatches =>
  lazyBatches(
    Array.from({ length: steps.count }, (_, index) => index),
    (index) => make(steps.at(index)),
  );

/**
 * Texts in rows by next fit: a row is closed when a text does not fit any more.
 *
 * @throws Error that names a text which fits no row
 */
export function fillRows<Text extends RowText & { readonly id: string }>(
  texts: readonly Text[],
  rowLengthTokens: number,
): Text[][] {
  const rows: Text[][] = [];
  let room = 0;
  for (const text of texts) {
    const size = text.ids.length - 1;
    if (size > rowLengthTokens)
      throw new Error(
        `packedExampleBatches: an example must fit into a row of ${rowLengthTokens} tokens, got ${size} in ${text.id}. Cut it or use longer rows.`,
      );
    const row = size <= room ? rows.at(-1) : undefined;
    if (row) row.push(text);
    else rows.push([text]);
    room = (row ? room : rowLengthTokens) - size;
  }
  return rows;
}

/**
 * The rows of a step as a batch, padded to the longest and that to a multiple of 32.
 *
 * @param how.isolated whether rows may hold several examples, which do not see each other
 */
export function batchOfRows(
  rows: ExampleRows,
  { padId, isolated }: { readonly padId: number; readonly isolated: boolean },
): Batch {
  const longest = Math.max(...rows.map((row) => row.reduce((sum, { ids }) => sum + ids.length - 1, 0)));
  const lengthTokens = Math.ceil(longest / LENGTH_MULTIPLE) * LENGTH_MULTIPLE;
  return {
    ...batchOf(rows, {
      lengthTokens,
      padId,
      isolated,
      words: rows.flat().reduce((sum, { words }) => sum + words, 0),
    }),
    rowIds: rows.map((row) => row.map(({ id }) => id).join(" + ")),
  };
}

function requireTrained(caller: string, examples: readonly EncodedExample[]): void {
  requireCount(caller, "the number of examples", examples.length);
  for (const { id, trained } of examples)
    // The first token is never a target, so it cannot be the trained one.
    if (!trained.includes(true, 1))
      throw new Error(
        `${caller}: every example must have a trained token, got none in ${id}. Leave the example out.`,
      );
}

function sortInGroups(examples: readonly EncodedExample[], batchSize: number): EncodedExample[][] {
  return chunks(examples, GROUP_BATCHES * batchSize).flatMap((group) =>
    chunks(
      [...group].sort((a, b) => b.ids.length - a.ids.length),
      batchSize,
    ),
  );
}
