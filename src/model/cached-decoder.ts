/**
 * @file The decoder for text that grows: keys and values of all tokens so far are kept, so that a new token costs one
 * row. Same layers as in `decoder.ts`; what they attend to is all that differs. `generate.ts` chooses the tokens.
 */
import type { ArchitectureConfig } from "../config/config.js";
import { tf } from "../engine/backend.js";
import { compile, type CompiledStep } from "../engine/compile.js";
import { rotate, rotaryTables, rotaryTablesAt } from "../engine/rotary.js";
import { decodeLayers, outputMatrix } from "./decoder.js";
import { headShape, type Weights } from "./weights.js";
import {
  linear,
  projectHeads,
  type AttentionWeights,
  type HeadProjection,
  type HeadShape,
} from "./layers.js";

/** Keys and values of one layer, [G, C, K] each; C places, of which the first are filled. */
type LayerCache = { readonly key: tf.Tensor3D; readonly value: tf.Tensor3D };

/** What goes through the decoder at once: T tokens that follow those in the cache. */
type GrowingInput = {
  readonly weights: Weights;
  /** int32 [1, T]. */
  readonly ids: tf.Tensor2D;
  /** Places of the tokens in the text, from 0, int32 [1, T]. */
  readonly positions: tf.Tensor2D;
  /** Which of cache and new tokens each place holds afterwards: below C an old place, from C on a new token; int32 [C]. */
  readonly sources: tf.Tensor1D;
  /** 0 where a token may look, −1e9 elsewhere, [T, C]. */
  readonly mask: tf.Tensor2D;
  /** The token whose successor is asked for, int32 [1]. */
  readonly asked: tf.Tensor1D;
  readonly cache: readonly LayerCache[];
};
type GrowingOutput = { readonly logits: tf.Tensor1D; readonly cache: readonly LayerCache[] };

/** Tokens of a prompt that go through at once; padding behind the last is written over before anything sees it. */
const CHUNK_TOKENS = 64;
/** Places of the smallest cache; a full one is replaced by one of twice the size, each with graphs of its own. */
const SMALLEST_CACHE = 128;

/** Attention of T new tokens to the C places of a cache that they have been written into. */
function cachedSelfAttention(
  x: tf.Tensor2D,
  weights: AttentionWeights,
  {
    heads,
    input,
    cache,
  }: { readonly heads: HeadShape; readonly input: GrowingInput; readonly cache: LayerCache },
  rotary: { readonly cos: tf.Tensor; readonly sin: tf.Tensor },
): { output: tf.Tensor2D; cache: LayerCache } {
  const [numTokens] = x.shape;
  const { numHeads, numKeyValueHeads, headDim } = heads;
  const perHead = (projection: HeadProjection): tf.Tensor4D =>
    projectHeads(x, projection, { batchSize: 1, headDim }); // [1, heads, T, K]
  const grown = (old: tf.Tensor3D, made: tf.Tensor4D): tf.Tensor3D =>
    tf.gather(
      tf.concat<tf.Tensor3D>([old, tf.reshape(made, [numKeyValueHeads, numTokens, headDim])], 1),
      input.sources,
      1,
    );
  const key = grown(cache.key, rotate(perHead(weights.key), rotary)); // [G, C, K]
  const value = grown(cache.value, perHead(weights.value)); // [G, C, K]
  // The heads that share keys are so many more queries: nothing is repeated.
  const shared = numHeads / numKeyValueHeads;
  const query: tf.Tensor3D = tf.reshape(rotate(perHead(weights.query), rotary), [
    numKeyValueHeads,
    shared * numTokens,
    headDim,
  ]);
  const scores = tf.matMul<tf.Tensor3D>(tf.mul(query, 1 / Math.sqrt(headDim)), key, false, true); // [G, H/G · T, C]
  const masked = tf.add(scores, tf.tile(input.mask, [shared, 1]));
  const mixed = tf.reshape(tf.matMul<tf.Tensor3D>(tf.softmax(masked), value), [numHeads, numTokens, headDim]);
  const rows: tf.Tensor2D = tf.reshape(tf.transpose(mixed, [1, 0, 2]), [numTokens, numHeads * headDim]);
  return { output: linear(rows, weights.output), cache: { key, value } };
}

const compiled = new Map<string, CompiledStep<GrowingInput, GrowingOutput>>();

/** Models of the same architecture share the graphs: two for each size of the cache. */
function growingStep(architecture: ArchitectureConfig): CompiledStep<GrowingInput, GrowingOutput> {
  const name = JSON.stringify(architecture);
  let step = compiled.get(name);
  if (!step) {
    step = compile((input: GrowingInput): GrowingOutput => {
      const { ids, weights, positions, asked } = input;
      const heads = headShape(architecture);
      const [numPlaces] = input.sources.shape;
      const tables = rotaryTables(numPlaces, heads.headDim, architecture.rotaryBase);
      const rotary = rotaryTablesAt(tables, positions);
      const cache: LayerCache[] = [];
      const hidden = decodeLayers(ids, weights, architecture, (x, attention, layer) => {
        const old = input.cache[layer];
        if (!old)
          throw new Error(`growingStep: layer ${layer} must have a cache, got ${input.cache.length}.`);
        const attended = cachedSelfAttention(x, attention, { heads, input, cache: old }, rotary);
        cache.push(attended.cache);
        return attended.output;
      });
      const logits = linear(tf.gather(hidden, asked), outputMatrix(weights, architecture)); // [1, V]
      return { logits: tf.reshape(logits, [-1]), cache };
    });
    compiled.set(name, step);
  }
  return step;
}

/** A text inside the decoder. Owns the cache: `dispose` it. */
export class GrowingText {
  readonly #step: CompiledStep<GrowingInput, GrowingOutput>;
  #numPlaces = 0;
  #cache: readonly LayerCache[] = [];
  #length = 0;

  constructor(
    private readonly weights: Weights,
    private readonly architecture: ArchitectureConfig,
  ) {
    this.#step = growingStep(architecture);
  }

  /** Tokens so far. */
  get lengthTokens(): number {
    return this.#length;
  }

  /**
   * Adds tokens to the text.
   *
   * @param ids at least one
   * @returns   logits of what follows the last of them, [V]
   * @throws RangeError when the text would exceed `maxLengthTokens`
   */
  async append(ids: readonly number[]): Promise<Float32Array> {
    const { maxLengthTokens } = this.architecture;
    if (ids.length === 0 || this.#length + ids.length > maxLengthTokens)
      throw new RangeError(
        `GrowingText: a text must have 1 to ${maxLengthTokens} tokens, got ${this.#length + ids.length}. Shorten it.`,
      );
    let logits: tf.Tensor1D | null = null;
    for (let from = 0; from < ids.length;) {
      const size = ids.length - from === 1 ? 1 : CHUNK_TOKENS;
      const part = ids.slice(from, from + size);
      logits?.dispose();
      logits = this.#extend(part, size);
      from += part.length;
    }
    if (!logits) throw new Error("GrowingText: every text must have logits.");
    const values = Float32Array.from(await logits.data());
    logits.dispose();
    return values;
  }

  dispose(): void {
    tf.dispose([...this.#cache]);
    this.#cache = [];
    this.#numPlaces = 0;
    this.#length = 0;
  }

  /** Runs tokens, padded to `size`, and keeps the new cache. */
  #extend(part: readonly number[], size: number): tf.Tensor1D {
    const start = this.#length;
    this.#makeRoom(start + size);
    const numPlaces = this.#numPlaces;
    const mask = new Float32Array(size * numPlaces);
    for (let row = 0; row < size; row++)
      mask.fill(-1e9, row * numPlaces + start + row + 1, (row + 1) * numPlaces);
    const sources = Int32Array.from({ length: numPlaces }, (_, place) =>
      place >= start && place < start + size ? numPlaces + place - start : place,
    );
    const tensors = {
      ids: tf.tensor2d(
        Int32Array.from({ length: size }, (_, at) => part[at] ?? 0),
        [1, size],
        "int32",
      ),
      positions: tf.tensor2d(
        Int32Array.from({ length: size }, (_, at) => start + at),
        [1, size],
        "int32",
      ),
      sources: tf.tensor1d(sources, "int32"),
      mask: tf.tensor2d(mask, [size, numPlaces]),
      asked: tf.tensor1d([part.length - 1], "int32"),
    };
    const { logits, cache } = this.#step({ weights: this.weights, ...tensors, cache: this.#cache });
    tf.dispose([tensors, ...this.#cache]);
    this.#cache = cache;
    this.#length += part.length;
    return logits;
  }

  /** A larger cache where the present one has too few places; its own are copied. */
  #makeRoom(numPlaces: number): void {
    if (numPlaces <= this.#numPlaces) return;
    // The padding of a last chunk has places too.
    const most = CHUNK_TOKENS * Math.ceil(this.architecture.maxLengthTokens / CHUNK_TOKENS) + CHUNK_TOKENS;
    let wanted = SMALLEST_CACHE;
    while (wanted < numPlaces) wanted *= 2;
    wanted = Math.min(wanted, most);
    const { numLayers } = this.architecture;
    const { numKeyValueHeads, headDim } = headShape(this.architecture);
    const before = this.#numPlaces;
    const larger = (old: tf.Tensor3D | undefined): tf.Tensor3D =>
      old
        ? tf.pad(old, [
            [0, 0],
            [0, wanted - before],
            [0, 0],
          ])
        : tf.zeros([numKeyValueHeads, wanted, headDim]);
    const old = this.#cache;
    this.#cache = Array.from({ length: numLayers }, (_, layer) => ({
      key: larger(old[layer]?.key),
      value: larger(old[layer]?.value),
    }));
    tf.dispose([...old]);
    this.#numPlaces = wanted;
  }
}
