/**
 * @file Second half of tokenizer training: learn byte-pair merges, the same ones in the same order as the `tokenizers`
 * library learns. Own code only because the library's Node binding hides vocabulary size and special tokens.
 */
import { BYTE_SYMBOLS, countPieces, toByteSymbols } from "./byte-pair-words.js";
import { createMergeQueue, type PairCandidate } from "./merge-queue.js";

/** What training learned. */
export interface BytePairs {
  /** Token of each id: special tokens, the 256 byte symbols by code point, then merged tokens as they were learned. */
  readonly vocabulary: readonly string[];
  /** Pairs in the order they are applied. */
  readonly merges: readonly (readonly [string, string])[];
}

/** A pair of ids as one number; the order of keys is the order of pairs. Ids stay below 2²¹. */
const PAIR_STRIDE = 2 ** 21;

/**
 * Learn a byte-level BPE vocabulary.
 *
 * Each round merges the most frequent pair of neighbouring tokens, of equally frequent ones the pair with the smaller
 * ids. Rounds end when the vocabulary is full or no pair reaches `minFrequency`; the vocabulary is then smaller than
 * asked, as in the library.
 *
 * @param options.texts          documents; none of their pieces spans two of them
 * @param options.vocabSize      special tokens and the 256 bytes included
 * @param options.addPrefixSpace treat every text as if it began with a space
 * @param options.specialTokens  get the first ids, in this order
 * @param options.minFrequency   least count of a pair that is merged
 * @throws RangeError when the vocabulary cannot hold special tokens and bytes, or there is no text
 *
 * Source: huggingface/tokenizers 0.22.2, models/bpe/trainer.rs; equal merges shown for 300k words of real text
 * (tests/golden/make/byte-pairs.py).
 */
export function trainBytePairs(options: {
  readonly texts: Iterable<string>;
  readonly vocabSize: number;
  readonly addPrefixSpace: boolean;
  readonly specialTokens: readonly string[];
  readonly minFrequency: number;
}): BytePairs {
  const { texts, vocabSize, addPrefixSpace, specialTokens, minFrequency } = options;
  const vocabulary = [...specialTokens, ...[...BYTE_SYMBOLS].sort()];
  if (!Number.isInteger(vocabSize) || vocabSize < vocabulary.length || vocabSize >= PAIR_STRIDE) {
    throw new RangeError(
      `trainBytePairs: vocabSize must be a whole number from ${vocabulary.length} (special tokens and bytes) ` +
        `to ${PAIR_STRIDE - 1}, got ${vocabSize}. Choose a larger vocabulary.`,
    );
  }
  const idOf = new Map(vocabulary.map((token, id) => [token, id]));
  const words = readWords(countPieces(texts, addPrefixSpace), idOf);
  if (words.counts.length === 0) {
    throw new RangeError("trainBytePairs: texts must hold at least one word, got none. Give it some text.");
  }

  const pairCounts = new Map<number, number>();
  const queue = createMergeQueue();
  push(countPairs(words, pairCounts), pairCounts, queue);

  const merges: [string, string][] = [];
  while (vocabulary.length < vocabSize) {
    const top = queue.pop();
    if (top === undefined) break;
    const count = pairCounts.get(top.pair) ?? 0;
    if (top.count !== count) {
      // Its neighbours were merged since it was queued: put it back where it belongs now.
      queue.push({ ...top, count });
      continue;
    }
    if (count < 1 || count < minFrequency) break;

    const left = Math.floor(top.pair / PAIR_STRIDE);
    const right = top.pair % PAIR_STRIDE;
    const parts: [string, string] = [vocabulary[left] ?? "", vocabulary[right] ?? ""];
    const token = parts[0] + parts[1];
    // Two routes can lead to one token ("a"+"bc", "ab"+"c"): the second merge then shares the first one's id.
    let id = idOf.get(token);
    if (id === undefined) {
      id = vocabulary.length;
      vocabulary.push(token);
      idOf.set(token, id);
    }
    merges.push(parts);
    push(mergeInWords({ words, at: top.words, left, right, merged: id, pairCounts }), pairCounts, queue);
  }
  return { vocabulary, merges: lastOfEach(merges) };
}

/** All words end to end: word `w` has `lengths[w]` tokens from `starts[w]` on and occurs `counts[w]` times. */
interface Words {
  readonly tokens: Int32Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly counts: Float64Array;
}

function readWords(pieces: ReadonlyMap<string, number>, idOf: ReadonlyMap<string, number>): Words {
  const tokens: number[] = [];
  const starts = new Int32Array(pieces.size);
  const lengths = new Int32Array(pieces.size);
  let word = 0;
  for (const piece of pieces.keys()) {
    starts[word] = tokens.length;
    for (const symbol of toByteSymbols(piece)) tokens.push(idOf.get(symbol) ?? -1);
    lengths[word] = tokens.length - (starts[word] ?? 0);
    word++;
  }
  return { tokens: Int32Array.from(tokens), starts, lengths, counts: Float64Array.from(pieces.values()) };
}

/** Count all pairs and list for each the words it occurs in, without repeats. */
function countPairs(words: Words, pairCounts: Map<number, number>): Map<number, number[]> {
  const where = new Map<number, number[]>();
  for (let word = 0; word < words.counts.length; word++) {
    const start = words.starts[word] ?? 0;
    const end = start + (words.lengths[word] ?? 0);
    for (let i = start; i + 1 < end; i++) {
      const pair = (words.tokens[i] ?? 0) * PAIR_STRIDE + (words.tokens[i + 1] ?? 0);
      pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + (words.counts[word] ?? 0));
      addWord(where, pair, word);
    }
  }
  return where;
}

/** Replace a pair by its merged token in the given words; returns the pairs this formed and where. */
function mergeInWords(merge: {
  readonly words: Words;
  readonly at: readonly number[];
  readonly left: number;
  readonly right: number;
  readonly merged: number;
  readonly pairCounts: Map<number, number>;
}): Map<number, number[]> {
  const { words, left, right, merged, pairCounts } = merge;
  const { tokens } = words;
  const formed = new Map<number, number[]>();
  const change = (first: number, second: number, by: number): number => {
    const pair = first * PAIR_STRIDE + second;
    pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + by);
    return pair;
  };
  for (const word of merge.at) {
    const start = words.starts[word] ?? 0;
    const end = start + (words.lengths[word] ?? 0);
    const count = words.counts[word] ?? 0;
    let write = start;
    for (let read = start; read < end; read++) {
      const token = tokens[read] ?? 0;
      if (token !== left || read + 1 >= end || tokens[read + 1] !== right) {
        tokens[write++] = token;
        continue;
      }
      if (write > start) {
        const before = tokens[write - 1] ?? 0;
        change(before, left, -count);
        addWord(formed, change(before, merged, count), word);
      }
      if (read + 2 < end) {
        const after = tokens[read + 2] ?? 0;
        change(right, after, -count);
        addWord(formed, change(merged, after, count), word);
      }
      tokens[write++] = merged;
      read++;
    }
    words.lengths[word] = write - start;
  }
  return formed;
}

/** Words come in order, one after the other, so a repeat can only be the last entry. */
function addWord(where: Map<number, number[]>, pair: number, word: number): void {
  const list = where.get(pair);
  if (list === undefined) where.set(pair, [word]);
  else if (list[list.length - 1] !== word) list.push(word);
}

function push(
  where: ReadonlyMap<number, number[]>,
  pairCounts: ReadonlyMap<number, number>,
  queue: { push(candidate: PairCandidate): void },
): void {
  for (const [pair, words] of where) {
    const count = pairCounts.get(pair) ?? 0;
    if (count > 0) queue.push({ pair, count, words });
  }
}

/** A pair merged again later keeps the later rank only, as in the library, which stores ranks by pair. */
function lastOfEach(merges: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  const last = new Map(merges.map(([left, right], rank) => [`${left} ${right}`, rank]));
  return merges.filter(([left, right], rank) => last.get(`${left} ${right}`) === rank);
}
