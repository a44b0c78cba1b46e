/**
 * @file Masked rows (docs/options.md#d27): some tokens of a row are hidden, the row is read in both directions, and each hidden
 * token is predicted at the place before it. Which rows of a step are masked is decided in `training/masked-steps.ts`.
 *
 * Source: Charpentier and Samuel 2024, GPT-BERT, pretraining/dataset.py of ltgoslo/gpt-bert, `SpanMaskingStrategy` and
 * `MaskedDataset.apply_mask`.
 */
import { integerBelow, type Random } from "../random.js";
import type { Batch } from "./batches.js";

/** Tokens of a span are hidden together and in the same way; a span has 1 to 3. */
const LONGEST_SPAN = 3;
/** Share of the spans that read as random tokens, and of those that stay as they are; the others read as mask tokens. */
const RANDOM_SHARE = 0.1;
const KEPT_SHARE = 0.1;

/** A token that is predicted: the place of its target in the row, and what the model reads where it stands. */
export interface HiddenToken {
  readonly target: number;
  readonly reads: number;
}

/** How tokens are hidden. */
export interface Masking {
  /** Share of a row's tokens that is predicted. */
  readonly rate: number;
  readonly maskId: number;
  /** Tokens that are none of the special ones: only those are hidden, and random ones are drawn from them. */
  readonly ordinary: readonly number[];
  readonly isOrdinary: (id: number) => boolean;
  readonly random: Random;
}

/**
 * Which tokens of a row are hidden: the spans with the least random numbers, until the rate is reached; all of the last span.
 *
 * @param row number of the row in the batch
 * @returns in the order of the row; none where it has no ordinary token to predict
 *
 * Differs: GPT-BERT also prefers tokens that earlier epochs hid less often; here a mask depends on its own seed alone.
 */
export function drawMask(
  { targetIds, targetMask, lengthTokens }: Batch,
  row: number,
  { rate, maskId, ordinary, isOrdinary, random }: Masking,
): HiddenToken[] {
  const candidates: { readonly target: number; readonly rank: number; readonly reads: number }[] = [];
  let [left, rank, way] = [0, 0, 0];
  for (let target = 0; target < lengthTokens; target++) {
    if (left === 0) [left, rank, way] = [1 + integerBelow(LONGEST_SPAN, random), random(), random()];
    left -= 1;
    const at = row * lengthTokens + target;
    const id = targetIds[at] ?? 0;
    if (targetMask[at] === 0 || !isOrdinary(id)) continue;
    const isRandom = way < RANDOM_SHARE;
    const drawn = isRandom ? (ordinary[integerBelow(ordinary.length, random)] ?? id) : id;
    candidates.push({ target, rank, reads: way > RANDOM_SHARE + KEPT_SHARE ? maskId : drawn });
  }
  const count = Math.max(1, Math.floor(candidates.length * rate + random()));
  const ranks = candidates.map((candidate) => candidate.rank).sort((a, b) => a - b);
  const most = ranks[Math.min(count, ranks.length) - 1] ?? 0;
  return candidates
    .filter((candidate) => candidate.rank <= most)
    .map(({ target, reads }) => ({ target, reads }));
}

/**
 * A batch with some of its rows masked. The hidden tokens of a row weigh as much as all its targets did, so that every row
 * counts alike in the loss, masked or not.
 *
 * @param hidden tokens by row; null leaves a row causal
 * @returns a batch whose arrays are its own
 */
export function maskRows(batch: Batch, hidden: readonly (readonly HiddenToken[] | null)[]): Batch {
  const { lengthTokens, layout } = batch;
  const size = batch.inputIds.length;
  const inputIds = batch.inputIds.slice();
  const targetMask = batch.targetMask.slice();
  const positions = layout?.positions ?? Int32Array.from({ length: size }, (_, at) => at % lengthTokens);
  const visibleUntil = layout?.visibleUntil ?? new Int32Array(size).fill(lengthTokens);
  const visibleFrom = Int32Array.from({ length: size }, (_, at) => at % lengthTokens);
  for (const [row, tokens] of hidden.entries()) {
    if (tokens === null || tokens.length === 0) continue;
    const [begin, end] = [row * lengthTokens, (row + 1) * lengthTokens];
    const weight = targetMask.subarray(begin, end).reduce((sum, value) => sum + value, 0) / tokens.length;
    targetMask.fill(0, begin, end);
    for (const { target, reads } of tokens) {
      targetMask[begin + target] = weight;
      // The last token of a text is a target alone.
      if (target + 1 < (visibleUntil[begin + target] ?? 0)) inputIds[begin + target + 1] = reads;
    }
    for (let at = begin; at < end; at++) visibleFrom[at] = (at % lengthTokens) - (positions[at] ?? 0);
  }
  return { ...batch, inputIds, targetMask, layout: { positions, visibleUntil, visibleFrom } };
}

/** Predicted places are rounded up to so many parts of a batch, so that few graphs are recorded. */
const PREDICTED_PARTS = 8;

/**
 * The places of a batch with masked rows that predict something: nothing else need go through the last feed-forward layer and
 * the output matrix.
 *
 * @returns [M], places of the flattened targets, those that fill it up with weight 0; null for a batch without masked rows, and where
 *   next to every place predicts something
 */
export function predictedPlaces({ targetMask, layout }: Batch): Int32Array | null {
  if (!layout?.visibleFrom) return null;
  const places = Array.from(targetMask.keys()).filter((at) => (targetMask[at] ?? 0) > 0);
  const part = Math.ceil(targetMask.length / PREDICTED_PARTS);
  const size = part * Math.ceil(places.length / part);
  if (size >= targetMask.length) return null;
  const out = new Int32Array(size).fill(targetMask.indexOf(0));
  out.set(places);
  return out;
}
