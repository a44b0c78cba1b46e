/**
 * @file Words as n-gram overlap compares them, and their fingerprints: case, punctuation and the names of speakers do
 * not count. Runs of words are in `ngram-windows.ts`; the budget counts other words (`words.ts`).
 */
import { SPACE } from "../words.js";

/** Fingerprints are numbers below this prime, 2^31 − 1, in two independent lanes: together almost 62 bits. */
export const FINGERPRINT_PRIME = 2147483647;

/** Takes the two lanes of a word's fingerprint, each from 1 to {@link FINGERPRINT_PRIME} − 1. */
export type WordSink = (laneA: number, laneB: number) => void;

/** `*MOT:` of CHILDES, `A:` of Switchboard, `David:` of the BLiMP supplement. */
const SPEAKER = /^\s*\*?\p{Lu}[\p{L}\p{N}]{0,9}:(?=\s)/u;
/** A title of Simple Wikipedia, `= = = Title = = =`, begins another article. */
const HEADING = /^= = = .+ = = =$/;
const WORD_CHARACTER = /^[\p{L}\p{M}\p{N}]$/u;
const SPACE_CHARACTER = new RegExp(`^[${SPACE}]$`, "u");

const UNKNOWN = 0;
const KEPT = 1;
const DROPPED = 2;
const ENDS_WORD = 3;
const kindOfUnit = new Uint8Array(0x10000);

/** Whether a line of a corpus ends what came before: an empty line does, and so does the title of an article. */
export function beginsDocument(line: string): boolean {
  return line.trim() === "" || HEADING.test(line);
}

/**
 * Hand on the fingerprint of every word of a line.
 *
 * A word is what white space separates, in lower case (after NFC), without any character that is not a letter, a
 * mark or a digit: "Don't" becomes "dont", "well-known" one word, "--" none. A first word that names a speaker, such
 * as "*MOT:" or "A:", is left out.
 *
 * Source: Brown et al. 2020, appendix C, who compare lower-case words without punctuation, split at white space.
 * Differs: names of speakers are markup of the corpora and are dropped.
 */
export function hashWords(line: string, sink: WordSink): void {
  const text = line.replace(SPEAKER, " ").normalize("NFC").toLowerCase();
  let laneA = 0;
  let laneB = 0;
  let letters = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    let kind = kindOfUnit[unit] ?? UNKNOWN;
    if (kind === UNKNOWN) kind = classify(text, at);
    if (kind === KEPT) {
      if (letters === 0) {
        laneA = 0x811c9dc5;
        laneB = 0x2f0b4c47;
      }
      laneA = Math.imul(laneA ^ unit, 0x01000193);
      laneB = Math.imul(laneB ^ unit, 0x5bd1e995);
      letters += 1;
    } else if (kind === ENDS_WORD && letters > 0) {
      sink(spread(laneA), spread(laneB ^ letters));
      letters = 0;
    }
  }
  if (letters > 0) sink(spread(laneA), spread(laneB ^ letters));
}

/** What a code unit is; both halves of a surrogate pair are what the character is. */
function classify(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const isLow = unit >= 0xdc00 && unit <= 0xdfff;
  const character = String.fromCodePoint(text.codePointAt(isLow && at > 0 ? at - 1 : at) ?? unit);
  const kind = WORD_CHARACTER.test(character) ? KEPT : SPACE_CHARACTER.test(character) ? ENDS_WORD : DROPPED;
  if (unit < 0xd800 || unit > 0xdfff) kindOfUnit[unit] = kind;
  return kind;
}

/** Mixes the bits of a 32-bit number (the finalizer of MurmurHash3, Austin Appleby, public domain) into 1 … prime − 1. */
function spread(lane: number): number {
  let mixed = lane ^ (lane >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return 1 + (((mixed ^ (mixed >>> 16)) >>> 0) % (FINGERPRINT_PRIME - 1));
}
