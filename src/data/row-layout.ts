/** @file Texts one behind the other in rows, as strangers: where each is, and what of its row it sees. */

/** A text in the flattened rows; its last token is before `end`. */
export interface PlacedText<Text> {
  readonly text: Text;
  readonly begin: number;
  readonly end: number;
}

/** Row-major arrays of R · T values, as the decoder's `RowLayout` takes them. */
export interface TextLayout {
  /** Place of each token in its own text. */
  readonly positions: Int32Array;
  /** First place of the row that does not see a token: the end of its text. Padding sees itself and is seen by nothing. */
  readonly visibleUntil: Int32Array;
  /** First place of the row that sees a token; absent where each sees only what came before. */
  readonly visibleFrom?: Int32Array;
}

/**
 * Where the texts of each row stand, one behind the other.
 *
 * @param options.lengthOf     tokens a text takes
 * @param options.lengthTokens T; every row must fit
 * @returns the texts of all rows, in order
 */
export function placeTexts<Text>(
  rows: readonly (readonly Text[])[],
  { lengthOf, lengthTokens }: { readonly lengthOf: (text: Text) => number; readonly lengthTokens: number },
): PlacedText<Text>[] {
  return rows.flatMap((texts, row) => {
    let end = row * lengthTokens;
    return texts.map((text) => {
      const begin = end;
      end += lengthOf(text);
      return { text, begin, end };
    });
  });
}

/** The layout under which placed texts do not see each other. */
export function layOutTexts(
  placed: readonly PlacedText<unknown>[],
  { numRows, lengthTokens }: { readonly numRows: number; readonly lengthTokens: number },
): TextLayout {
  const size = numRows * lengthTokens;
  const positions = new Int32Array(size);
  const visibleUntil = Int32Array.from({ length: size }, (_, at) => (at % lengthTokens) + 1);
  for (const { begin, end } of placed) {
    for (let at = begin; at < end; at++) positions[at] = at - begin;
    visibleUntil.fill(end - (begin - (begin % lengthTokens)), begin, end);
  }
  return { positions, visibleUntil };
}
