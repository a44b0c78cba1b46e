/**
 * @file Words as the BabyLM budget counts them, and cutting text by them.
 * Tokens are something else and live in `tokenizer.ts`.
 */

/** What Python's `str.split()` splits at, for a character class: Unicode white space and the four information separators. */
export const SPACE = String.raw`\p{White_Space}\x1c-\x1f`;
const WORD = new RegExp(`[^${SPACE}]+`, "gu");

/**
 * Number of whitespace-separated words: the unit of the 100M-word budget.
 *
 * Source: BabyLM 2025 rules; their counts come from Python's `len(text.split())`.
 */
export function countWords(text: string): number {
  let words = 0;
  WORD.lastIndex = 0;
  while (WORD.test(text)) words++;
  return words;
}

/**
 * The text up to and including its n-th word, cut right behind it; the whole text when it has no more words.
 *
 * @param limitWords at least 1
 * @throws RangeError when the limit is not a positive whole number
 */
export function firstWords(text: string, limitWords: number): string {
  if (!Number.isInteger(limitWords) || limitWords < 1) {
    throw new RangeError(
      `firstWords: limitWords must be a whole number of at least 1, got ${limitWords}. Leave the text out instead.`,
    );
  }
  WORD.lastIndex = 0;
  for (let words = 0; words < limitWords; words++) {
    if (!WORD.test(text)) return text;
  }
  return text.slice(0, WORD.lastIndex);
}

/**
 * Sentences of running text, each with its own end mark, without the white space between them.
 *
 * A sentence ends at `.`, `?` or `!`, closing quotes and brackets included, before white space; initials and a
 * few titles ("J. Smith", "Dr. Smith") do not end one. Good enough to find places to cut, not to analyse sentences.
 */
export function splitSentences(text: string): string[] {
  return text
    .split(/(?<=[.?!]["'”’)\]]{0,2})(?<!\b(?:\p{Lu}|Mr|Mrs|Ms|Dr|St)\.)\s+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 0);
}
