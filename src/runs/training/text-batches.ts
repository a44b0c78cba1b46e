/** @file Batches of packed pre-training text from what decides them. */
import type { MaskedObjective, StudyConfig } from "../../config/config.js";
import type { EpochBatches } from "../../data/batches.js";
import { packedBatches, packRows, type PackedRows } from "../../data/packed-text.js";
import type { Tokenizer } from "../../data/tokenizer/tokenizer.js";
import { maskSteps } from "../../training/masked-steps.js";
import type { StepBatches } from "../../training/step-batches.js";
import { requireEnd, type OpenTokens } from "../study/token-folder.js";

/** What became of the rows of a phase. */
export interface RowCounts {
  /** Examples whose prompt was cut from the left; 0 in pre-training. */
  readonly cutRows: number;
  /** Examples left out because their reply alone is too long; 0 in pre-training. */
  readonly leftOutRows: number;
}

/** What decides the batches of packed pre-training text. */
export interface TextRows {
  /** Hash of the stage of the text's tokens. */
  readonly tokens: string;
  readonly rows: StudyConfig["pretrainingRows"];
  readonly rowLengthTokens: number;
  readonly batchSize: number;
  /** Absent where every row is causal. */
  readonly objective?: MaskedObjective;
}

/** A model's tokenizer and text, opened, by the hashes of their stages. */
export interface OpenedText {
  readonly tokenizerOf: (hash: string) => Tokenizer;
  readonly tokensOf: (hash: string) => OpenTokens;
}

/** The rows of a text. @returns `isolatedBy` the end token, where documents of a row must not see each other */
export function openRows(
  { tokens, rows, rowLengthTokens }: Omit<TextRows, "batchSize">,
  { tokenizer, opened }: { readonly tokenizer: Tokenizer; readonly opened: OpenedText },
): { readonly rows: PackedRows; readonly isolatedBy: number | null } {
  const { stream, words } = opened.tokensOf(tokens);
  return {
    rows: packRows(stream, { lengthTokens: rowLengthTokens, words }),
    isolatedBy: rows === "documentsIsolated" ? requireEnd(tokenizer) : null,
  };
}

/** Batches of packed pre-training text, in an order of its own for each epoch. */
export function textBatches(
  { batchSize, ...text }: TextRows,
  { seed, ...making }: { readonly seed: number; readonly tokenizer: Tokenizer; readonly opened: OpenedText },
): (epoch: number) => EpochBatches {
  const open = openRows(text, making);
  return (epoch) => packedBatches({ ...open, batchSize, epoch, seed });
}

/**
 * The steps of a text stage with the masks of its objective; as they are where there is none.
 *
 * @param how.seed of the order, which also draws the masks
 */
export function withMasks(
  batches: StepBatches,
  objective: MaskedObjective | undefined,
  { seed, tokenizer }: { readonly seed: number; readonly tokenizer: Tokenizer },
): StepBatches {
  if (!objective) return batches;
  const { maskId, vocabSize, json } = tokenizer;
  if (maskId === null)
    throw new Error("withMasks: the tokenizer must have a mask token, got none. Train one with it.");
  const special = new Set(json.added_tokens.filter((token) => token.special).map(({ id }) => id));
  const ordinary = Array.from({ length: vocabSize }, (_, id) => id).filter((id) => !special.has(id));
  return maskSteps(batches, { objective, seed, maskId, ordinary });
}
