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

/**
 * Cut a long text into parts of at most `limitWords` words: at line ends where it has lines, at sentence ends inside
 * a line that is too long by itself, and inside a sentence only when one alone is longer than the limit.
 *
 * @returns parts in order; joined they hold the same words
 * @throws RangeError when the limit is not a positive whole number
 */
export function splitIntoParts(text: string, limitWords: number): string[] {
  if (!Number.isInteger(limitWords) || limitWords < 1) {
    throw new RangeError(
      `splitIntoParts: limitWords must be a whole number of at least 1, got ${limitWords}. Give a longer limit.`,
    );
  }
  const parts: string[] = [];
  let open = "";
  let openWords = 0;
  const add = (piece: string, separator: string): void => {
    const words = countWords(piece);
    if (words === 0) return;
    if (openWords > 0 && openWords + words > limitWords) {
      parts.push(open);
      open = "";
      openWords = 0;
    }
    open = openWords === 0 ? piece : open + separator + piece;
    openWords += words;
  };
  for (const line of text.split("\n")) {
    if (countWords(line) <= limitWords) {
      add(line, "\n");
      continue;
    }
    let separator = "\n";
    for (const sentence of splitSentences(line)) {
      for (const piece of cutEvery(sentence, limitWords)) {
        add(piece, separator);
        separator = " ";
      }
    }
  }
  if (openWords > 0) parts.push(open);
  return parts;
}

function cutEvery(sentence: string, limitWords: number): string[] {
  const pieces: string[] = [];
  let rest = sentence;
  while (rest.length > 0) {
    const piece = firstWords(rest, limitWords);
    pieces.push(piece);
    rest = rest.slice(piece.length).trimStart();
  }
  return pieces;
}
