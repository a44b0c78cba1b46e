/** @file Texts one behind the other in rows, as strangers: where each stands, and what of its row it sees. */

/** A text in the flattened rows; its last token is before `end`. */
export interface TextPlace {
  readonly begin: number;
  readonly end: number;
}

/** Rows of texts laid out. Row-major arrays of R · T values, as the decoder's `RowLayout` takes them. */
export interface LaidOutRows {
  /** Of each row its texts, in order. */
  readonly places: readonly (readonly TextPlace[])[];
  /** Place of each token in its own text. */
  readonly positions: Int32Array;
  /** First place of the row that does not see a token: the end of its text. Padding sees itself and is seen by nothing. */
  readonly visibleUntil: Int32Array;
}

/**
 * Lays out rows of texts that do not see each other.
 *
 * @param rows         lengths in tokens of the texts of each row
 * @param lengthTokens T; every row must fit
 */
export function layOutRows(rows: readonly (readonly number[])[], lengthTokens: number): LaidOutRows {
  const size = rows.length * lengthTokens;
  const positions = new Int32Array(size);
  const visibleUntil = Int32Array.from({ length: size }, (_, at) => (at % lengthTokens) + 1);
  const places = rows.map((lengths, row) => {
    const start = row * lengthTokens;
    let end = start;
    return lengths.map((length): TextPlace => {
      const begin = end;
      end += length;
      for (let at = begin; at < end; at++) positions[at] = at - begin;
      visibleUntil.fill(end - start, begin, end);
      return { begin, end };
    });
  });
  return { places, positions, visibleUntil };
}
