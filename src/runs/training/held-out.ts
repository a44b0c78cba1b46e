/** @file Losses on text that no stage trains on, genre by genre: what chooses the best epoch of pre-training. */
import { batchOf, chunks, type Batch } from "../../data/batches.js";
import type { ArchitectureConfig, Precision } from "../../config/config.js";
import type { Weights } from "../../model/weights.js";
import { measureLoss } from "../../training/train.js";
import type { HeldOutGenre } from "../study/token-folder.js";
import type { SourceLoss } from "./records.js";

/** One source in batches of a model's tokens. */
export interface HeldOutSource {
  /** A genre of the pre-training text, or an instruction set. */
  readonly source: string;
  readonly batches: readonly Batch[];
}

/** How held-out text is cut: rows like those of pre-training, here the last one padded, not dropped. */
export interface TextCut {
  readonly rowLengthTokens: number;
  readonly batchSize: number;
}

/** Held-out text in batches, genre by genre. */
export const textSources = (
  heldOut: readonly HeldOutGenre[],
  { rowLengthTokens, batchSize }: TextCut,
  endId: number,
): HeldOutSource[] =>
  heldOut.map(({ genre, ids }) => {
    const rows: { ids: number[]; trained: null }[][] = [];
    for (let from = 0; from + 1 < ids.length; from += rowLengthTokens)
      rows.push([{ ids: ids.slice(from, from + rowLengthTokens + 1), trained: null }]);
    const batches = chunks(rows, batchSize).map((group) =>
      batchOf(group, { lengthTokens: rowLengthTokens, padId: endId, isolated: false, words: 0 }),
    );
    return { source: genre, batches };
  });

/** Loss on each source. */
export const measureSources = (
  sources: readonly HeldOutSource[],
  weights: Weights,
  how: { readonly architecture: ArchitectureConfig; readonly precision: Precision },
): SourceLoss[] => sources.map(({ source, batches }) => ({ source, ...measureLoss(weights, batches, how) }));
