/** @file Instruction examples in batches (docs/decisions.md#d5): one padded example to a row, or several that do not see each other. */
import { shuffled } from "../random.js";
import {
  batchOf,
  chunks,
  epochRandom,
  lazyBatches,
  requireCount,
  type Batch,
  type EpochBatches,
} from "./batches.js";
import type { EncodedExample } from "./instructions/chat-template.js";

/** T of example batches is a multiple of this, so that there are few shapes to compile. */
export const LENGTH_MULTIPLE = 32;
/** Batches whose rows are sorted by length together; the more, the less padding and the less chance. */
const GROUP_BATCHES = 50;

/** What both ways of making batches are asked for. */
export interface ExampleBatchOptions {
  readonly examples: readonly EncodedExample[];
  readonly batchSize: number;
  /** Counted from 0; each epoch has its own order. */
  readonly epoch: number;
  readonly seed: number;
  /** Stands in the padding; the end token will do where a tokenizer has no padding token. */
  readonly padId: number;
}

/**
 * One epoch of examples in batches, one to a row, each batch padded to its longest example and that to a multiple of 32.
 *
 * @param options.order `groupedByLength` shuffles, then sorts within groups of 50 batches, then shuffles the batches;
 *   `shuffled` leaves out the sorting; `asGiven` keeps the order of the examples
 * @returns each example once; the last batch in the making is smaller when they do not divide evenly
 * @throws Error that names an example without a trained token
 */
export function exampleBatches(
  options: ExampleBatchOptions & { readonly order: "groupedByLength" | "shuffled" | "asGiven" },
): EpochBatches {
  const { examples, batchSize, epoch, seed, order, padId } = options;
  requireCount("exampleBatches", "batchSize", batchSize);
  requireTrained("exampleBatches", examples);
  const random = epochRandom(seed, epoch);
  const ordered = order === "asGiven" ? examples : shuffled(examples, random);
  const groups =
    order === "groupedByLength"
      ? shuffled(sortInGroups(ordered, batchSize), random)
      : chunks(ordered, batchSize);
  return lazyBatches(groups, (group) =>
    batchOfRows(
      group.map((example) => [example]),
      padId,
      false,
    ),
  );
}

/**
 * One epoch of examples, as many to a row as fit, without one seeing another. Which examples share a row is drawn from the
 * seed, so that every epoch has as many rows; the order of the rows is the epoch's.
 *
 * @param options.rowLengthTokens tokens the model reads per row
 * @param options.order           `asGiven` keeps the order of the examples, over rows and epochs
 * @returns each example once
 * @throws Error that names an example without a trained token, or one that fits no row
 */
export function packedExampleBatches(
  options: ExampleBatchOptions & {
    readonly rowLengthTokens: number;
    readonly order: "shuffled" | "asGiven";
  },
): EpochBatches {
  const { examples, batchSize, epoch, seed, padId, rowLengthTokens, order } = options;
  requireCount("packedExampleBatches", "batchSize", batchSize);
  requireTrained("packedExampleBatches", examples);
  const isShuffled = order === "shuffled";
  const rows = fillRows(isShuffled ? shuffled(examples, epochRandom(seed, -1)) : examples, rowLengthTokens);
  const ordered = isShuffled ? shuffled(rows, epochRandom(seed, epoch)) : rows;
  return lazyBatches(chunks(ordered, batchSize), (group) => batchOfRows(group, padId, true));
}

/** Next fit: a row is closed when an example does not fit any more. */
function fillRows(examples: readonly EncodedExample[], rowLengthTokens: number): EncodedExample[][] {
  const rows: EncodedExample[][] = [];
  let room = 0;
  for (const example of examples) {
    const size = example.ids.length - 1;
    if (size > rowLengthTokens)
      throw new Error(
        `packedExampleBatches: an example must fit into a row of ${rowLengthTokens} tokens, got ${size} in ${example.id}. Cut it or use longer rows.`,
      );
    const row = size <= room ? rows.at(-1) : undefined;
    if (row) row.push(example);
    else rows.push([example]);
    room = (row ? room : rowLengthTokens) - size;
  }
  return rows;
}

function batchOfRows(rows: readonly (readonly EncodedExample[])[], padId: number, isolated: boolean): Batch {
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
