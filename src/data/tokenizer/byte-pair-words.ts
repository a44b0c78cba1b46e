/**
 * @file First half of tokenizer training: text → byte-level words and how often each occurs.
 * The merges are learned from these counts in `byte-pair-training.ts`.
 */

/**
 * Where the GPT-2 pre-tokenizer cuts. `\p{White_Space}` stands for Oniguruma's `\s`: JavaScript's own `\s` differs from
 * it in two characters (U+0085 and U+FEFF).
 *
 * Source: Radford et al. 2019, encoder.py; huggingface/tokenizers, pre_tokenizers/byte_level.rs.
 */
const PIECE =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/**
 * The printable character that stands for each byte in vocabulary entries: printable Latin-1 bytes stand for
 * themselves, the other 68 take the code points from 256 up in byte order (the space becomes "Ġ").
 *
 * Source: Radford et al. 2019, encoder.py, `bytes_to_unicode`.
 */
export const BYTE_SYMBOLS: readonly string[] = (() => {
  const symbols: string[] = [];
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    symbols.push(String.fromCodePoint(isPrintable ? byte : next++));
  }
  return symbols;
})();

const utf8 = new TextEncoder();

/**
 * A text's UTF-8 bytes written with {@link BYTE_SYMBOLS}: the spelling of vocabulary entries.
 */
export function toByteSymbols(text: string): string {
  let out = "";
  for (const byte of utf8.encode(text)) out += BYTE_SYMBOLS[byte];
  return out;
}

/**
 * The pieces the pre-tokenizer cuts a text into; merges never cross their borders.
 *
 * @param addPrefixSpace put a space in front of a text that does not begin with one
 * @returns pieces in order; joined they are the text, with the prefix space where one was added
 */
export function splitPieces(text: string, addPrefixSpace: boolean): string[] {
  if (text === "") return [];
  const padded = addPrefixSpace && !text.startsWith(" ") ? ` ${text}` : text;
  return padded.match(PIECE) ?? [];
}

/**
 * How often each piece occurs in a collection of texts.
 *
 * @param texts each is cut by itself, so no piece spans two of them
 * @param addPrefixSpace as in {@link splitPieces}
 * @returns count of each piece, in the order of first occurrence
 */
export function countPieces(texts: Iterable<string>, addPrefixSpace: boolean): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const piece of splitPieces(text, addPrefixSpace)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  return counts;
}
