/** @file Batches of packed pre-training text from what decides them. */
import type { StudyConfig } from "../../config/config.js";
import type { EpochBatches } from "../../data/batches.js";
import { packedBatches, packRows } from "../../data/packed-text.js";
import type { Tokenizer } from "../../data/tokenizer/tokenizer.js";
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
}

/** A model's tokenizer and text, opened, by the hashes of their stages. */
export interface OpenedText {
  readonly tokenizerOf: (hash: string) => Tokenizer;
  readonly tokensOf: (hash: string) => OpenTokens;
}

/** Batches of packed pre-training text, in an order of its own for each epoch. */
export function textBatches(
  { tokens, rows, rowLengthTokens, batchSize }: TextRows,
  {
    seed,
    tokenizer,
    opened,
  }: { readonly seed: number; readonly tokenizer: Tokenizer; readonly opened: OpenedText },
): (epoch: number) => EpochBatches {
  const { stream, words } = opened.tokensOf(tokens);
  const packed = packRows(stream, { lengthTokens: rowLengthTokens, words });
  const isolatedBy = rows === "documentsIsolated" ? requireEnd(tokenizer) : null;
  return (epoch) => packedBatches({ rows: packed, batchSize, epoch, seed, isolatedBy });
}
