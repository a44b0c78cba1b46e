/**
 * @file Attention in blocks of queries: where it is causal no block of scores in the future is computed, and the backward pass
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
  /**
   * int32 [B, T], with `visibleUntil`: the first query that sees a token, the first token of its text where attention goes in
   * both directions, else its own place. Without it no query sees what comes after it.
   */
  readonly visibleFrom?: tf.Tensor2D | undefined;
  /** {@link sharedMasks} of both, which all layers then use. */
  readonly masks?: readonly tf.Tensor4D[] | undefined;
  /** Queries of one block. */
  readonly blockTokens?: number;
}

/** One block: the queries [from, to), which look at the keys [0, keys): up to their own places, or at all. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly keys: number;
}

/** The blocks of rows of T tokens. */
function blocksOf(
  lengthTokens: number,
  { isCausal, blockTokens }: { readonly isCausal: boolean; readonly blockTokens: number | undefined },
): Block[] {
  const size = blockTokens ?? (lengthTokens > 1_024 ? LONG_BLOCK_TOKENS : BLOCK_TOKENS);
  return Array.from({ length: Math.ceil(lengthTokens / size) }, (_, index) => {
    const to = Math.min((index + 1) * size, lengthTokens);
    return { from: index * size, to, keys: isCausal ? to : lengthTokens };
  });
}

/** −1e9 above the diagonal, else 0, [size, size]. */
function triangle(size: number): tf.Tensor2D {
  const places = tf.range(0, size, 1, "int32");
  const isLater = tf.greater(tf.reshape(places, [1, size]), tf.reshape(places, [size, 1]));
  return tf.mul(tf.cast(isLater, "float32"), -1e9);
}

/** What masks are made from: `visibleUntil`, [1, B, T], and `visibleFrom` below it, [2, B, T], where there is one. */
const boundsOf = (visibleUntil: tf.Tensor2D, visibleFrom?: tf.Tensor2D): tf.Tensor3D =>
  tf.stack(visibleFrom ? [visibleUntil, visibleFrom] : [visibleUntil]) as tf.Tensor3D;

/**
 * −1e9 where a query must not look, else 0, [B, 1, to − from, keys].
 *
 * Every step depends on the bounds: TensorFlow computes what does not when it loads a graph, and keeps it.
 */
function maskOf({ from, to, keys }: Block, bounds: tf.Tensor3D): tf.Tensor4D {
  const [kinds, batchSize] = bounds.shape;
  const bound = (kind: number): tf.Tensor4D =>
    tf.reshape(tf.slice(bounds, [kind, 0, 0], [1, batchSize, keys]), [batchSize, 1, 1, keys]);
  const until = bound(0);
  const queries = tf.reshape(tf.range(from, to, 1, "int32"), [to - from, 1]);
  const begin =
    kinds === 2 ? bound(1) : tf.minimum(tf.reshape(tf.range(0, keys, 1, "int32"), [1, keys]), until);
  // query < begin or until ≤ query
  const hidden = tf.logicalOr(tf.less(queries, begin), tf.lessEqual(until, queries));
  return tf.mul<tf.Tensor4D>(tf.cast(hidden, "float32"), -1e9);
}

/** Masks that take up to 8 MiB are made once for all layers; larger ones would grow with the square of the length. */
const SHARED_MASK_BYTES = 2 ** 23;

/**
 * The masks of all blocks, [B, 1, to − from, keys] each; undefined where they take too much memory and every layer makes its
 * own.
 *
 * @param sight.visibleUntil int32 [B, T]; this, `visibleFrom` and `blockTokens` as in {@link Sight}
 */
export function sharedMasks({
  visibleUntil,
  visibleFrom,
  blockTokens,
}: Omit<Sight, "masks"> & { readonly visibleUntil: tf.Tensor2D }): tf.Tensor4D[] | undefined {
  const [batchSize, lengthTokens] = visibleUntil.shape;
  const blocks = blocksOf(lengthTokens, { isCausal: !visibleFrom, blockTokens });
  const bytes = blocks.reduce((sum, { from, to, keys }) => sum + 4 * batchSize * (to - from) * keys, 0);
  if (bytes > SHARED_MASK_BYTES) return undefined;
  const bounds = boundsOf(visibleUntil, visibleFrom);
  return blocks.map((block) => maskOf(block, bounds));
}

/**
 * softmax(scaled · keyᵀ + mask) of one block, [B, H, block, keys].
 *
 * @param sight the mask, the bounds to make it from, or without those the triangle of the largest block
 */
function probabilities(scaled: tf.Tensor4D, key: tf.Tensor4D, block: Block, sight: tf.Tensor): tf.Tensor4D {
  const { from, to, keys } = block;
  const queries = tokens(scaled, from, to);
  const scoresOf = (keys: tf.Tensor4D): tf.Tensor4D => tf.matMul(queries, keys, false, true);
  if (sight.rank > 2) {
    const mask = sight.rank === 4 ? sight : maskOf(block, sight as tf.Tensor3D);
    return tf.softmax(tf.add<tf.Tensor4D>(scoresOf(tokens(key, 0, keys)), mask));
  }
  // Every query sees what comes before the block: only its own keys need a mask.
  const mask = tf.slice(sight, [0, 0], [to - from, to - from]);
  const own: tf.Tensor4D = tf.add(scoresOf(tokens(key, from, to)), mask);
  return tf.softmax(from === 0 ? own : tf.concat([scoresOf(tokens(key, 0, from)), own], 3));
}

/**
 * softmax(query · keyᵀ / √K + mask) · value with K the width of a head; every query sees itself and what came before, or in a
 * text that is visible from its first token on, all of it.
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
  { visibleUntil, visibleFrom, masks, blockTokens }: Sight = {},
): tf.Tensor4D {
  const blocks = blocksOf(query.shape[2], { isCausal: !visibleFrom, blockTokens });
  const scale = 1 / Math.sqrt(query.shape[3]);
  const output = withGradient([query, key, value], ([q, k, v]) => {
    const [query, key, value] = [q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D];
    const scaled: tf.Tensor4D = tf.mul(query, scale);
    const sights = masks ?? [
      visibleUntil ? boundsOf(visibleUntil, visibleFrom) : triangle(blocks[0]?.to ?? 0),
    ];
    const parts: tf.Tensor4D[] = [];
    for (const [index, block] of blocks.entries())
      parts.push(
        startingAfter([parts.at(-1) ?? scaled], () =>
          tf.matMul(probabilities(scaled, key, block, sightOf(sights, index)), tokens(value, 0, block.keys)),
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
    const { from, to, keys } = block;
    const before = [queryParts.at(-1), sums.key, sums.value].filter((tensor) => tensor !== undefined);
    // After the upstream derivative: a graph would otherwise compute all scores again at once, in the forward pass.
    startingAfter(before.length > 0 ? before : [products], () => {
      const seen = { key: tokens(key, 0, keys), value: tokens(value, 0, keys) };
      const dOutput = tokens(upstream, from, to);
      const p: tf.Tensor4D = probabilities(scaled, key, block, sightOf(sights, index)); // [B, H, block, keys]
      const dP = tf.matMul<tf.Tensor4D>(dOutput, seen.value, false, true); // [B, H, block, keys]
      const dS = tf.mul<tf.Tensor4D>(p, tf.sub(dP, tokens(products, from, to))); // [B, H, block, keys]
      queryParts.push(tf.matMul(dS, seen.key));
      const dKey: tf.Tensor4D = tf.matMul(dS, tokens(scaled, from, to), true, false); // [B, H, keys, K]
      const dValue: tf.Tensor4D = tf.matMul(p, dOutput, true, false); // [B, H, keys, K]
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
