/**
 * @file Causal attention in blocks of queries: no block of scores in the future is computed, and the backward pass
 * computes the others again, so that memory grows with the length and not with its square.
 */
import { tf } from "./backend.js";
import { tensorAt, withGradient } from "./custom-gradient.js";
import { startingAfter } from "./trace.js";

/** Queries of one block; scores of a block are [B, H, block, tokens so far]. */
const BLOCK_TOKENS = 128;
/** The same for rows of more than 1,024 tokens, where many small blocks cost more than they skip. */
const LONG_BLOCK_TOKENS = 256;

/** Part of the tokens, [from, to), of [B, H, T, K]. */
function tokens(x: tf.Tensor4D, from: number, to: number): tf.Tensor4D {
  const [batchSize, heads, length, headDim] = x.shape;
  if (from === 0 && to === length) return x;
  return tf.slice(x, [0, 0, from, 0], [batchSize, heads, to - from, headDim]);
}

/** One block of queries, [from, to), which looks at the keys [0, to). */
export interface CausalBlock {
  readonly from: number;
  readonly to: number;
  /** 0 where a query may look, −1e9 or less elsewhere, [to − from, to] or, by row, [B, 1, to − from, to]. */
  readonly mask: tf.Tensor;
}

/**
 * The blocks of rows of T tokens with their masks; made once for all layers. The caller disposes the masks.
 *
 * @param options.visibleUntil int32 [B, T]: the first query that no longer sees a token; every later one does not either.
 *   A document packed with others is visible up to its end; a token of a tree up to the end of what follows from it.
 *   Without it a token is visible to all that come after
 */
export function causalBlocks(
  lengthTokens: number,
  options: { readonly blockTokens?: number; readonly visibleUntil?: tf.Tensor2D } = {},
): CausalBlock[] {
  const { blockTokens = lengthTokens > 1_024 ? LONG_BLOCK_TOKENS : BLOCK_TOKENS, visibleUntil } = options;
  return tf.tidy(() => {
    const square = (size: number): tf.Tensor2D => {
      const values = new Float32Array(size * size);
      for (let query = 0; query < size; query++)
        values.fill(-1e9, query * size + query + 1, (query + 1) * size);
      return tf.tensor2d(values, [size, size]);
    };
    return Array.from({ length: Math.ceil(lengthTokens / blockTokens) }, (_, index) => {
      const from = index * blockTokens;
      const to = Math.min(from + blockTokens, lengthTokens);
      const pads: [[number, number], [number, number]] = [
        [0, 0],
        [from, 0],
      ];
      const future = from === 0 ? square(to) : tf.pad(square(to - from), pads); // [to − from, to]
      return { from, to, mask: visibleUntil ? tf.add(future, outOfSight(visibleUntil, from, to)) : future };
    });
  });
}

/** −1e9 where a query in [from, to) comes when a key is no longer visible, else 0, [B, 1, to − from, to]. */
function outOfSight(visibleUntil: tf.Tensor2D, from: number, to: number): tf.Tensor {
  const queries = tf.tensor2d(
    Int32Array.from({ length: to - from }, (_, index) => from + index),
    [to - from, 1],
    "int32",
  );
  const [batchSize] = visibleUntil.shape;
  const until = tf.reshape(tf.slice(visibleUntil, [0, 0], [batchSize, to]), [batchSize, 1, 1, to]);
  return tf.mul(tf.cast(tf.lessEqual(until, queries), "float32"), -1e9);
}

/** softmax(scaled · keyᵀ + mask) of one block, [B, H, block, to]. */
function probabilities(scaled: tf.Tensor4D, key: tf.Tensor4D, { from, to, mask }: CausalBlock): tf.Tensor4D {
  const scores = tf.matMul(tokens(scaled, from, to), tokens(key, 0, to), false, true);
  return tf.softmax(tf.add<tf.Tensor4D>(scores, mask));
}

/**
 * softmax(Q Kᵀ / √K + mask) V, where every query sees itself and what came before.
 *
 *   P = softmax(S), dP = dO Vᵀ, dS = P ∘ (dP − rowsum(dO ∘ O))
 *
 * @param query  [B, H, T, K], as are `key` and `value`
 * @param blocks from `causalBlocks` for the same T
 * @returns      [B, H, T, K]
 *
 * Source: Dao et al. 2022, FlashAttention, algorithms 1 and 4.
 * Differs: a block holds all keys of its queries, so that no running softmax is needed; memory is linear all the same.
 */
export function causalAttention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  blocks: readonly CausalBlock[],
): tf.Tensor4D {
  const scale = 1 / Math.sqrt(query.shape[3]);
  const output = withGradient([query, key, value], ([q, k, v]) => {
    const [query, key, value] = [q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D];
    const scaled: tf.Tensor4D = tf.mul(query, scale);
    const parts: tf.Tensor4D[] = [];
    for (const block of blocks)
      parts.push(
        startingAfter(parts.at(-1) ?? scaled, () =>
          tf.matMul(probabilities(scaled, key, block), tokens(value, 0, block.to)),
        ),
      );
    const mixed: tf.Tensor4D = concatTokens(parts);
    return {
      value: mixed,
      saved: [scaled, key, value, mixed, ...blocks.map(({ mask }) => mask)],
      gradient: (upstream, saved) => {
        const kept = blocks.map((block, index) => ({
          ...block,
          mask: tensorAt(saved, index + 4),
        }));
        const [dScaled, dKey, dValue] = attentionGradient(upstream as tf.Tensor4D, saved.slice(0, 4), kept);
        return [tf.mul(dScaled, scale), dKey, dValue];
      },
    };
  });
  return output as tf.Tensor4D;
}

const concatTokens = (parts: readonly tf.Tensor4D[]): tf.Tensor4D =>
  parts.length === 1 ? (tensorAt(parts, 0) as tf.Tensor4D) : tf.concat([...parts], 2);

/** Derivatives for the scaled queries, keys and values. */
function attentionGradient(
  upstream: tf.Tensor4D,
  saved: readonly tf.Tensor[],
  blocks: readonly CausalBlock[],
): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] {
  const at = (index: number) => tensorAt(saved, index) as tf.Tensor4D; // [B, H, T, K]
  const [scaled, key, value, mixed] = [at(0), at(1), at(2), at(3)];
  const products = tf.sum<tf.Tensor4D>(tf.mul(upstream, mixed), -1, true); // [B, H, T, 1]
  const queryParts: tf.Tensor4D[] = [];
  /** Sums so far, block by block of keys. */
  const keySums: tf.Tensor4D[] = [];
  const valueSums: tf.Tensor4D[] = [];
  const accumulate = (sums: tf.Tensor4D[], index: number, part: tf.Tensor4D): void => {
    const before = sums[index];
    sums[index] = before ? tf.add(before, part) : part;
  };
  for (const current of blocks) {
    const { from, to } = current;
    // After the upstream derivative: a graph would otherwise compute all scores again at once, in the forward pass.
    startingAfter(valueSums[0] ?? products, () => {
      const past = { key: tokens(key, 0, to), value: tokens(value, 0, to) };
      const dOutput = tokens(upstream, from, to);
      const p: tf.Tensor4D = probabilities(scaled, key, current); // [B, H, block, to]
      const dP = tf.matMul<tf.Tensor4D>(dOutput, past.value, false, true); // [B, H, block, to]
      const dS = tf.mul<tf.Tensor4D>(p, tf.sub(dP, tokens(products, from, to))); // [B, H, block, to]
      queryParts.push(tf.matMul(dS, past.key));
      const dKey: tf.Tensor4D = tf.matMul(dS, tokens(scaled, from, to), true, false); // [B, H, to, K]
      const dValue: tf.Tensor4D = tf.matMul(p, dOutput, true, false); // [B, H, to, K]
      blocks.forEach((block, index) => {
        if (block.to > to) return;
        accumulate(keySums, index, tokens(dKey, block.from, block.to));
        accumulate(valueSums, index, tokens(dValue, block.from, block.to));
      });
    });
  }
  return [concatTokens(queryParts), concatTokens(keySums), concatTokens(valueSums)];
}
