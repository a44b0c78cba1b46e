/**
 * @file Texts packed one behind the other into rows, so that hardly a token is padding; none sees another. The classifier reads
 * the rows in `superglue-classifier.ts`.
 */
import { layOutTexts, placeTexts, type PlacedText, type TextLayout } from "../data/row-layout.js";
import type { EncodedPair } from "./superglue-inputs.js";

/** Lengths of rows; few, because each number of rows of each length is compiled once. */
const ROW_LENGTHS = [64, 128, 256, 384, 512] as const;
/** Tokens of a part: its activations are in memory at once. */
const PART_TOKENS = 4_096;
/** Length at which attention, which grows with it, costs as much as the products with weights. */
const ATTENTION_LENGTH = 2_048;

/** Some rows of packed texts. Row-major arrays of R · T values. */
export interface PackedPart extends TextLayout {
  readonly pairs: readonly EncodedPair[];
  readonly inputIds: Int32Array;
  /** Of each pair, in the flattened rows. */
  readonly places: readonly Omit<PlacedText<EncodedPair>, "text">[];
  readonly numRows: number;
  readonly lengthTokens: number;
}

/**
 * Packs a batch: rows of the one length that costs least, filled with the longest texts first, in parts of at most 4,096 tokens
 * (one row where it is longer). The gradient of a batch is the sum of its parts'.
 *
 * @param padId fills what is left of a row; no text sees it
 */
export function packParts(pairs: readonly EncodedPair[], padId: number): PackedPart[] {
  const longest = Math.max(...pairs.map(({ ids }) => ids.length));
  const fitting: readonly number[] = ROW_LENGTHS.filter((length) => length >= longest);
  const packings = (fitting.length > 0 ? fitting : [longest]).map((lengthTokens) => {
    const rows = fillRows(pairs, lengthTokens);
    const cost = rows.length * lengthTokens * (1 + lengthTokens / ATTENTION_LENGTH);
    return { lengthTokens, rows, cost };
  });
  const { rows, lengthTokens } = packings.reduce((best, packing) =>
    packing.cost < best.cost ? packing : best,
  );
  const rowsOfPart = Math.max(1, Math.floor(PART_TOKENS / lengthTokens));
  return Array.from({ length: Math.ceil(rows.length / rowsOfPart) }, (_, part) =>
    partOf(rows.slice(part * rowsOfPart, (part + 1) * rowsOfPart), lengthTokens, padId),
  );
}

/** First-fit decreasing: each text into the first row that has room for it. */
function fillRows(pairs: readonly EncodedPair[], lengthTokens: number): EncodedPair[][] {
  const rows: { readonly pairs: EncodedPair[]; tokens: number }[] = [];
  for (const pair of [...pairs].sort((a, b) => b.ids.length - a.ids.length)) {
    const row = rows.find(({ tokens }) => tokens + pair.ids.length <= lengthTokens);
    if (!row) rows.push({ pairs: [pair], tokens: pair.ids.length });
    else {
      row.pairs.push(pair);
      row.tokens += pair.ids.length;
    }
  }
  return rows.map((row) => row.pairs);
}

function partOf(rows: readonly EncodedPair[][], lengthTokens: number, padId: number): PackedPart {
  const numRows = rows.length;
  const placed = placeTexts(rows, { lengthOf: ({ ids }) => ids.length, lengthTokens });
  const inputIds = new Int32Array(numRows * lengthTokens).fill(padId);
  for (const { text, begin } of placed) inputIds.set(text.ids, begin);
  return {
    inputIds,
    numRows,
    lengthTokens,
    ...layOutTexts(placed, { numRows, lengthTokens }),
    pairs: placed.map(({ text }) => text),
    places: placed.map(({ begin, end }) => ({ begin, end })),
  };
}
