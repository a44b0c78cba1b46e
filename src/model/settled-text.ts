/**
 * @file The part of a growing text that later tokens cannot change, so that it may be shown while a model still writes. How the
 * text grows is in `generate.ts`.
 */

/** What may still change the end of a text. */
export interface TextEnding {
  /** Texts before which the text will end. */
  readonly stopBefore: readonly string[];
  /** Whether decoding takes out the spaces before punctuation. */
  readonly cleansUpSpaces: boolean;
}

/**
 * The beginning of a decoded text that stays as it is, whatever follows.
 *
 * Held back are bytes of an unfinished character (U+FFFD at the end), what may begin a stop text, and the last word where
 * decoding may still take out the space in front of it.
 */
export function settledText(text: string, { stopBefore, cleansUpSpaces }: TextEnding): string {
  const whole = text.replace(/\uFFFD+$/, "");
  const settled = cleansUpSpaces ? whole.replace(/\s*\S*$/, "") : whole;
  const starts = stopBefore.map((stop) => startOf(stop, settled));
  return settled.slice(0, Math.min(settled.length, ...starts));
}

/** Where a stop text may begin at the end of a text: the first place from which all that is written belongs to it. */
function startOf(stop: string, text: string): number {
  for (let at = Math.max(0, text.length - stop.length); at < text.length; at++)
    if (stop.startsWith(text.slice(at))) return at;
  return text.length;
}
