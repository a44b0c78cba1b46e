/**
 * @file How much of each item occurs in a corpus, counted in n-grams of words: contamination of evaluation items, and
 * text that two sets share. Memory grows with the items alone; the corpus passes through once, line by line.
 */
import { beginsDocument, hashWords } from "./ngram-words.js";
import { createNgramTable } from "./ngram-table.js";
import { openWindow } from "./ngram-windows.js";

/** What is looked for: an evaluation item or an instruction example, with every text it is made of. */
export interface OverlapItem {
  readonly task: string;
  /** Group within the task. */
  readonly uid: string;
  /** As in the task's own item table. */
  readonly id: string;
  readonly texts: readonly string[];
}

/** A text to look in. */
export interface OverlapCorpus {
  readonly name: string;
  /** Empty lines and titles `= = = Title = = =` end a document; n-grams cross lines, but not documents. */
  readonly lines: AsyncIterable<string>;
}

/** What counts as an n-gram. */
export interface NgramRule {
  /** Words of an n-gram, and most words of a short text that is one n-gram as a whole. */
  readonly ngramWords: number;
  /** A text with fewer words is left out: it would be found by chance. */
  readonly minWords: number;
}

/** Brown et al. 2020, appendix C: 13 words. The minimum is ours. */
export const NGRAM_RULE: NgramRule = { ngramWords: 13, minWords: 5 };

/** How much of an item was found, without its text. */
export interface ItemOverlap {
  readonly task: string;
  readonly uid: string;
  readonly id: string;
  /** N-grams of all texts of the item; repeated ones count each time. 0 where every text is too short. */
  readonly ngrams: number;
  /** Of these, how many occur in each corpus, in the order of the corpora. */
  readonly found: readonly number[];
}

/** What came of one pass. */
export interface OverlapMeasurement {
  readonly items: readonly ItemOverlap[];
  readonly corpora: readonly { readonly name: string; readonly words: number }[];
  /** Different n-grams that were looked for. */
  readonly distinctNgrams: number;
}

const MAX_CORPORA = 8; // one bit each

/**
 * Look for the n-grams of items in one or several corpora.
 *
 * A text of at least `rule.ngramWords` words has that many less one n-grams fewer than words; a shorter one of at least
 * `rule.minWords` is one n-gram as a whole; a still shorter one has none. Words are those of {@link hashWords}. The
 * items' n-grams go into a table of fingerprints (`ngram-windows.ts` says how improbable a false match is), then the
 * corpora pass through once.
 *
 * @throws RangeError when the rule is none, or there are more than eight corpora
 *
 * Source: Brown et al. 2020, appendix C: 13-grams, and the whole example where it is shorter.
 * Differs: the share of an item's n-grams, not whether there is one; short texts need `minWords` words.
 */
export async function measureOverlap(
  items: Iterable<OverlapItem> | AsyncIterable<OverlapItem>,
  corpora: readonly OverlapCorpus[],
  rule: NgramRule = NGRAM_RULE,
): Promise<OverlapMeasurement> {
  checkRule(rule, corpora.length);
  const wanted = await indexItems(items, rule);
  const seenIn = new Uint8Array(wanted.table.size); // [different n-grams], one bit a corpus
  const words: number[] = [];
  for (const [index, { lines }] of corpora.entries())
    words.push(await markCorpus(lines, { ...wanted, seenIn, bit: 1 << index }));
  let from = 0;
  const measured = wanted.items.map(({ task, uid, id, ngrams }): ItemOverlap => {
    const found = corpora.map(() => 0);
    for (let place = from; place < from + ngrams; place++) {
      const bits = seenIn[wanted.numbers.at(place)] ?? 0;
      if (bits !== 0) found.forEach((count, index) => (found[index] = count + ((bits >> index) & 1)));
    }
    from += ngrams;
    return { task, uid, id, ngrams, found };
  });
  return {
    items: measured,
    corpora: corpora.map(({ name }, index) => ({ name, words: words[index] ?? 0 })),
    distinctNgrams: wanted.table.size,
  };
}

/**
 * Share of an item's n-grams that occur in a corpus, 0–1; null where it has none because its texts are too short.
 *
 * @param corpus place of the corpus among those measured
 */
export function overlapShare(
  { ngrams, found }: Pick<ItemOverlap, "ngrams" | "found">,
  corpus: number,
): number | null {
  return ngrams === 0 ? null : (found[corpus] ?? 0) / ngrams;
}

function checkRule({ ngramWords, minWords }: NgramRule, corpora: number): void {
  const isLength = (length: number): boolean => Number.isInteger(length) && length >= 1 && length <= 64;
  if (!isLength(ngramWords) || !isLength(minWords) || minWords > ngramWords)
    throw new RangeError(
      "measureOverlap: minWords and ngramWords must be whole numbers from 1 to 64, the first not above the second, " +
        `got ${minWords} and ${ngramWords}. Correct the rule.`,
    );
  if (corpora > MAX_CORPORA)
    throw new RangeError(
      `measureOverlap: there must be at most ${MAX_CORPORA} corpora, got ${corpora}. Measure them in two passes.`,
    );
}

interface WantedNgrams {
  readonly items: readonly (Omit<OverlapItem, "texts"> & { readonly ngrams: number })[];
  readonly table: ReturnType<typeof createNgramTable>;
  /** Numbers of the items' n-grams, item after item. */
  readonly numbers: GrowingNumbers;
  /** Lengths that occur, in words. */
  readonly lengths: readonly number[];
}

async function indexItems(
  items: Iterable<OverlapItem> | AsyncIterable<OverlapItem>,
  { ngramWords, minWords }: NgramRule,
): Promise<WantedNgrams> {
  const table = createNgramTable();
  const numbers = growingNumbers();
  const lengths = new Set<number>();
  const window = openWindow(ngramWords);
  const kept: WantedNgrams["items"][number][] = [];
  const remember = (length: number): void => {
    lengths.add(length);
    numbers.push(table.add(window.laneA(length), window.laneB(length)));
  };
  for await (const { task, uid, id, texts } of items) {
    const before = numbers.length;
    for (const text of texts) {
      window.reset();
      for (const line of text.split("\n"))
        hashWords(line, (laneA, laneB) => {
          window.push(laneA, laneB);
          if (window.words >= ngramWords) remember(ngramWords);
        });
      if (window.words >= minWords && window.words < ngramWords) remember(window.words);
    }
    kept.push({ task, uid, id, ngrams: numbers.length - before });
  }
  return { items: kept, table, numbers, lengths: [...lengths].sort((a, b) => a - b) };
}

/** Marks what occurs in a corpus, and counts its words. */
async function markCorpus(
  lines: AsyncIterable<string>,
  wanted: Pick<WantedNgrams, "table" | "lengths"> & { readonly seenIn: Uint8Array; readonly bit: number },
): Promise<number> {
  const { table, lengths, seenIn, bit } = wanted;
  const window = openWindow(Math.max(1, ...lengths));
  let words = 0;
  const look = (laneA: number, laneB: number): void => {
    window.push(laneA, laneB);
    words += 1;
    for (const length of lengths) {
      if (length > window.words) break;
      const number = table.find(window.laneA(length), window.laneB(length));
      if (number >= 0) seenIn[number] = (seenIn[number] ?? 0) | bit;
    }
  };
  for await (const line of lines) {
    if (beginsDocument(line)) window.reset();
    hashWords(line, look);
  }
  return words;
}

/** Whole numbers in 4 bytes each: a list of millions. */
interface GrowingNumbers {
  readonly length: number;
  push(value: number): void;
  at(index: number): number;
}

function growingNumbers(): GrowingNumbers {
  let values = new Int32Array(2 ** 12);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === values.length) {
        const larger = new Int32Array(2 * length);
        larger.set(values);
        values = larger;
      }
      values[length] = value;
      length += 1;
    },
    at: (index) => values[index] ?? -1,
  };
}
