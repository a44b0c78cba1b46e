/**
 * @file Simulated reading times on microworld sentences, in the columns of the BabyLM reading data.
 * Surprisal here is exact, so a perfect model must find these effects (`evaluation/reading-times.ts`).
 */
import { csvFormatRows } from "d3-dsv";
import { normal, type Random } from "../../random.js";
import { openMicroworld } from "./oracle.js";

/** One measure as a linear function of what the word is like. */
export interface ReadingEffect {
  readonly interceptMs: number;
  readonly msPerNat: number;
  /** Per nat of the previous word; 0 where the word is the sentence's second. */
  readonly msPerNatBefore: number;
  readonly msPerLog10: number;
  readonly msPerCharacter: number;
  readonly noiseMs: number;
}

/** The truth behind each simulated measure. Our own numbers, of a size eye movements have. */
export const READING_EFFECTS = {
  RTfirstfix: {
    interceptMs: 150,
    msPerNat: 4,
    msPerNatBefore: 0,
    msPerLog10: -3,
    msPerCharacter: 2,
    noiseMs: 15,
  },
  RTfirstpass: {
    interceptMs: 160,
    msPerNat: 6,
    msPerNatBefore: 0,
    msPerLog10: -4,
    msPerCharacter: 6,
    noiseMs: 20,
  },
  RTgopast: {
    interceptMs: 190,
    msPerNat: 9,
    msPerNatBefore: 0,
    msPerLog10: -5,
    msPerCharacter: 7,
    noiseMs: 40,
  },
  RTrightbound: {
    interceptMs: 170,
    msPerNat: 7,
    msPerNatBefore: 0,
    msPerLog10: -4,
    msPerCharacter: 6,
    noiseMs: 25,
  },
  self_paced_reading_time: {
    interceptMs: 280,
    msPerNat: 3,
    msPerNatBefore: 5,
    msPerLog10: -4,
    msPerCharacter: 3,
    noiseMs: 25,
  },
} as const satisfies Record<string, ReadingEffect>;

/** Columns of `reading_data.csv`, in its order; the first, the row id, has no name. */
const COLUMNS = [
  ...["", "item", "word", "word2", "sentence", "context_length", "sent_id", "item_id", "list"],
  ...["Subtlex_log10", "length", "RTfirstfix", "RTfirstpass", "RTgopast", "RTrightbound"],
  ...["self_paced_reading_time", "ELAN", "LAN", "N400", "P600", "EPNP", "PNP"],
  ...["prev_word", "prev_item", "prev_length"],
];

const MIN_SENTENCE_WORDS = 4;
/** Frequencies are given per thousand million words, so that their logarithms are positive. */
const FREQUENCY_SCALE = 1e9;

/**
 * A table of reading times for every word but the first of each sentence.
 *
 * Eye-tracking and self-paced times follow {@link READING_EFFECTS}; brain potentials are noise, since nothing is tested
 * on them. The context of a word is its own sentence.
 *
 * @param options.sentences number of sentences; those shorter than four words are drawn again
 * @param options.random    fixes everything
 * @returns CSV text
 * @throws RangeError when `sentences` is not a positive whole number
 */
export function microworldReadingTable(options: {
  readonly sentences: number;
  readonly random: Random;
}): string {
  const { sentences, random } = options;
  if (!Number.isInteger(sentences) || sentences < 1) {
    throw new RangeError(
      `microworldReadingTable: sentences must be a whole number of at least 1, got ${sentences}. Correct it.`,
    );
  }
  const oracle = openMicroworld();
  const rows: string[][] = [];
  for (let sentence = 0; sentence < sentences; sentence++) {
    let words = oracle.sampleSentence(random);
    while (words.length < MIN_SENTENCE_WORDS) words = oracle.sampleSentence(random);
    for (let i = 1; i < words.length; i++)
      rows.push(describeWord({ words, i, row: rows.length, sentence, random }));
  }
  return `${csvFormatRows([COLUMNS, ...rows])}\n`;
}

function describeWord(at: {
  readonly words: readonly string[];
  readonly i: number;
  readonly row: number;
  readonly sentence: number;
  readonly random: Random;
}): string[] {
  const { words, i, row, sentence, random } = at;
  const oracle = openMicroworld();
  const word = words[i] ?? "";
  const before = words[i - 1] ?? "";
  const log10Frequency = Math.log10(FREQUENCY_SCALE) + oracle.frequencyLogProb(word) / Math.LN10;
  const traits = {
    surprisalNats: -oracle.nextWordLogProb(words.slice(0, i), word),
    surprisalNatsBefore: i === 1 ? 0 : -oracle.nextWordLogProb(words.slice(0, i - 1), before),
    log10Frequency,
    length: word.length,
  };
  const times = Object.values(READING_EFFECTS).map((effect) => simulate(effect, traits, random));
  const potentials = Array.from({ length: 6 }, () => normal(random));
  return [
    ...[row, words.slice(0, i).join(" "), word, word.toUpperCase(), words.join(" ")],
    ...[i, sentence + 1, row + 1, 1, log10Frequency, word.length],
    ...times,
    ...potentials,
    // The first word of a sentence is not an item, so the second has no previous one.
    ...(i === 1 ? ["", "", -1] : [before, words.slice(0, i - 1).join(" "), before.length]),
  ].map(String);
}

function simulate(
  effect: ReadingEffect,
  traits: { surprisalNats: number; surprisalNatsBefore: number; log10Frequency: number; length: number },
  random: Random,
): number {
  return (
    effect.interceptMs +
    effect.msPerNat * traits.surprisalNats +
    effect.msPerNatBefore * traits.surprisalNatsBefore +
    effect.msPerLog10 * traits.log10Frequency +
    effect.msPerCharacter * traits.length +
    effect.noiseMs * normal(random)
  );
}
