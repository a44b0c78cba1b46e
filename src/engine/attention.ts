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

/** Which tokens a query sees, and in how large blocks that is computed. */
export interface Sight {
  /**
   * int32 [B, T]: the first query that no longer sees a token; every later one does not either. A document packed with
   * others is visible up to its end; a token of a tree up to the end of what follows from it. Without it a token is visible
   * to all that come after.
   */
  readonly visibleUntil?: tf.Tensor2D | undefined;
  /** {@link sharedMasks} of `visibleUntil`, which all layers then use. */
  readonly masks?: readonly tf.Tensor4D[] | undefined;
  /** Queries of one block. */
  readonly blockTokens?: number;
}

/** One block: the queries [from, to), which look at the keys [0, to). */
interface Block {
  readonly from: number;
  readonly to: number;
}

/** The blocks of rows of T tokens. */
const blocksOf = (
  lengthTokens: number,
  blockTokens = lengthTokens > 1_024 ? LONG_BLOCK_TOKENS : BLOCK_TOKENS,
): Block[] =>
  Array.from({ length: Math.ceil(lengthTokens / blockTokens) }, (_, index) => ({
    from: index * blockTokens,
    to: Math.min((index + 1) * blockTokens, lengthTokens),
  }));

/** −1e9 above the diagonal, else 0, [size, size]. */
function triangle(size: number): tf.Tensor2D {
  const places = tf.range(0, size, 1, "int32");
  const isLater = tf.greater(tf.reshape(places, [1, size]), tf.reshape(places, [size, 1]));
  return tf.mul(tf.cast(isLater, "float32"), -1e9);
}

/**
 * −1e9 where a query must not look, else 0, [B, 1, to − from, to].
 *
 * Every step depends on `visibleUntil`: TensorFlow computes what does not when it loads a graph, and keeps it.
 */
function maskOf({ from, to }: Block, visibleUntil: tf.Tensor2D): tf.Tensor4D {
  const [batchSize] = visibleUntil.shape;
  const until = tf.reshape(tf.slice(visibleUntil, [0, 0], [batchSize, to]), [batchSize, 1, 1, to]);
  const queries = tf.reshape(tf.range(from, to, 1, "int32"), [to - from, 1]);
  const keys = tf.reshape(tf.range(0, to, 1, "int32"), [1, to]);
  // query < key or until ≤ query
  const hidden = tf.logicalOr(tf.less(queries, tf.minimum(keys, until)), tf.lessEqual(until, queries));
  return tf.mul<tf.Tensor4D>(tf.cast(hidden, "float32"), -1e9);
}

/** Masks that take up to 8 MiB are made once for all layers; larger ones would grow with the square of the length. */
const SHARED_MASK_BYTES = 2 ** 23;

/**
 * The masks of all blocks, [B, 1, to − from, to] each; undefined where they take too much memory and every layer makes its own.
 *
 * @param visibleUntil int32 [B, T]; this and `blockTokens` as in {@link Sight}
 */
export function sharedMasks(visibleUntil: tf.Tensor2D, blockTokens?: number): tf.Tensor4D[] | undefined {
  const [batchSize, lengthTokens] = visibleUntil.shape;
  const blocks = blocksOf(lengthTokens, blockTokens);
  const bytes = blocks.reduce((sum, { from, to }) => sum + 4 * batchSize * (to - from) * to, 0);
  return bytes <= SHARED_MASK_BYTES ? blocks.map((block) => maskOf(block, visibleUntil)) : undefined;
}

/**
 * softmax(scaled · keyᵀ + mask) of one block, [B, H, block, to].
 *
 * @param sight the mask, `visibleUntil` to make it from, or without that the triangle of the largest block
 */
function probabilities(scaled: tf.Tensor4D, key: tf.Tensor4D, block: Block, sight: tf.Tensor): tf.Tensor4D {
  const { from, to } = block;
  const queries = tokens(scaled, from, to);
  const scoresOf = (keys: tf.Tensor4D): tf.Tensor4D => tf.matMul(queries, keys, false, true);
  if (sight.dtype === "int32" || sight.rank === 4) {
    const mask = sight.rank === 4 ? sight : maskOf(block, sight as tf.Tensor2D);
    return tf.softmax(tf.add<tf.Tensor4D>(scoresOf(tokens(key, 0, to)), mask));
  }
  // Every query sees what comes before the block: only its own keys need a mask.
  const mask = tf.slice(sight, [0, 0], [to - from, to - from]);
  const own: tf.Tensor4D = tf.add(scoresOf(tokens(key, from, to)), mask);
  return tf.softmax(from === 0 ? own : tf.concat([scoresOf(tokens(key, 0, from)), own], 3));
}

/**
 * softmax(query · keyᵀ / √K + mask) · value with K the width of a head; every query sees itself and what came before.
 *
 *   P = softmax(S), dP = dO Vᵀ, dS = P ∘ (dP − rowsum(dO ∘ O))
 *
 * @param query [B, H, T, K], as are `key` and `value`
 * @returns     [B, H, T, K]
 *
 * Source: Dao et al. 2022, FlashAttention, algorithms 1 and 4.
 * Differs: a block holds all keys of its queries, so that no running softmax is needed; memory is linear all the same.
 */
export function causalAttention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  { visibleUntil, masks, blockTokens }: Sight = {},
): tf.Tensor4D {
  const blocks = blocksOf(query.shape[2], blockTokens);
  const scale = 1 / Math.sqrt(query.shape[3]);
  const output = withGradient([query, key, value], ([q, k, v]) => {
    const [query, key, value] = [q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D];
    const scaled: tf.Tensor4D = tf.mul(query, scale);
    const sights = masks ?? [visibleUntil ?? triangle(blocks[0]?.to ?? 0)];
    const parts: tf.Tensor4D[] = [];
    for (const [index, block] of blocks.entries())
      parts.push(
        startingAfter([parts.at(-1) ?? scaled], () =>
          tf.matMul(probabilities(scaled, key, block, sightOf(sights, index)), tokens(value, 0, block.to)),
        ),
      );
    const mixed: tf.Tensor4D = concatTokens(parts);
    return {
      value: mixed,
      saved: [scaled, key, value, mixed, ...sights],
      gradient: (upstream, saved) => {
        const [dScaled, dKey, dValue] = attentionGradient(upstream as tf.Tensor4D, saved, blocks);
        return [tf.mul(dScaled, scale), dKey, dValue];
      },
    };
  });
  return output as tf.Tensor4D;
}

/** What a block's mask comes from: one tensor for every block, or one for all. */
const sightOf = (sights: readonly tf.Tensor[], index: number): tf.Tensor =>
  tensorAt(sights, sights.length === 1 ? 0 : index);

const concatTokens = (parts: readonly tf.Tensor4D[]): tf.Tensor4D =>
  parts.length === 1 ? (tensorAt(parts, 0) as tf.Tensor4D) : tf.concat([...parts], 2);

/** Derivatives for the scaled queries, keys and values. */
function attentionGradient(
  upstream: tf.Tensor4D,
  saved: readonly tf.Tensor[],
  blocks: readonly Block[],
): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] {
  const at = (index: number) => tensorAt(saved, index) as tf.Tensor4D; // [B, H, T, K]
  const [scaled, key, value, mixed] = [at(0), at(1), at(2), at(3)];
  const sights = saved.slice(4);
  const [, , lengthTokens] = key.shape;
  const products = tf.sum<tf.Tensor4D>(tf.mul(upstream, mixed), -1, true); // [B, H, T, 1]
  const queryParts: tf.Tensor4D[] = [];
  /** Sums so far over the blocks, [B, H, T, K] each. */
  const sums: { key?: tf.Tensor4D; value?: tf.Tensor4D } = {};
  for (const [index, block] of blocks.entries()) {
    const { from, to } = block;
    const before = [queryParts.at(-1), sums.key, sums.value].filter((tensor) => tensor !== undefined);
    // After the upstream derivative: a graph would otherwise compute all scores again at once, in the forward pass.
    startingAfter(before.length > 0 ? before : [products], () => {
      const past = { key: tokens(key, 0, to), value: tokens(value, 0, to) };
      const dOutput = tokens(upstream, from, to);
      const p: tf.Tensor4D = probabilities(scaled, key, block, sightOf(sights, index)); // [B, H, block, to]
      const dP = tf.matMul<tf.Tensor4D>(dOutput, past.value, false, true); // [B, H, block, to]
      const dS = tf.mul<tf.Tensor4D>(p, tf.sub(dP, tokens(products, from, to))); // [B, H, block, to]
      queryParts.push(tf.matMul(dS, past.key));
      const dKey: tf.Tensor4D = tf.matMul(dS, tokens(scaled, from, to), true, false); // [B, H, to, K]
      const dValue: tf.Tensor4D = tf.matMul(p, dOutput, true, false); // [B, H, to, K]
      const add = (sum: tf.Tensor4D | undefined, part: tf.Tensor4D): tf.Tensor4D => {
        const whole = padTokens(part, lengthTokens);
        return sum ? tf.add(sum, whole) : whole;
      };
      sums.key = add(sums.key, dKey);
      sums.value = add(sums.value, dValue);
    });
  }
  if (!sums.key || !sums.value)
    throw new RangeError("causalAttention: rows must hold at least one token, got none. Leave them out.");
  return [concatTokens(queryParts), sums.key, sums.value];
}

/** [B, H, size, K] with zeros behind, up to T tokens. */
const padTokens = (x: tf.Tensor4D, lengthTokens: number): tf.Tensor4D =>
  x.shape[2] === lengthTokens
    ? x
    : tf.pad(x, [
        [0, 0],
        [0, 0],
        [0, lengthTokens - x.shape[2]],
        [0, 0],
      ]);
