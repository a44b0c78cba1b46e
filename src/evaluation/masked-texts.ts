/** @file Texts with one token hidden each, side by side in rows and read in both directions. Plain arrays, as in `prefix-trees.ts`. */
import { layOutTexts, placeTexts } from "../data/row-layout.js";
import { BATCH_TOKENS, padded, powerOfTwo, type EncodedRequest, type TreeBatch } from "./prefix-trees.js";

/** A text with the token at one place hidden. */
interface HiddenText {
  readonly request: number;
  readonly ids: readonly number[];
  readonly place: number;
}

/** Row lengths are few, so that few graphs are recorded: 128, then multiples of 64. */
const rowLengthFor = (lengthTokens: number): number => Math.max(128, 64 * Math.ceil(lengthTokens / 64));

/**
 * Lays requests out in batches: each scored token of a text has a copy of the text in which it is hidden, and is asked for at the
 * place before it. Requests without a scored token are left out.
 *
 * @param options.maskId read in the place of a hidden token
 * @returns batches in which a request occurs until all its tokens are asked for
 */
export function* maskedBatches(
  requests: readonly EncodedRequest[],
  { maskId }: { readonly maskId: number },
): Generator<TreeBatch, void, void> {
  const texts: HiddenText[] = requests
    .map(({ ids, counted }, request) => ({ request, ids, counted }))
    .sort((a, b) => a.ids.length - b.ids.length)
    .flatMap(({ request, ids, counted }) =>
      counted.flatMap((isCounted, place) => (isCounted && place > 0 ? [{ request, ids, place }] : [])),
    );
  let rows: HiddenText[][] = [];
  let [rowLength, used] = [0, 0];
  for (const text of texts) {
    const length = rowLengthFor(text.ids.length);
    const fits = length === rowLength && used + text.ids.length <= rowLength;
    if (!fits && rows.length > 0 && (length !== rowLength || (rows.length + 1) * rowLength > BATCH_TOKENS)) {
      yield finish(rows, rowLength, maskId);
      rows = [];
    }
    if (!fits) {
      rows.push([]);
      [rowLength, used] = [length, 0];
    }
    rows.at(-1)?.push(text);
    used += text.ids.length;
  }
  if (rows.length > 0) yield finish(rows, rowLength, maskId);
}

function finish(rows: readonly HiddenText[][], lengthTokens: number, maskId: number): TreeBatch {
  // As many rows in every batch of a length, so that few graphs are recorded; a row that is left over asks nothing.
  const numRows = Math.max(1, Math.floor(BATCH_TOKENS / lengthTokens));
  const placed = placeTexts(rows, { lengthOf: ({ ids }) => ids.length, lengthTokens });
  const layout = layOutTexts(placed, { numRows, lengthTokens });
  const inputs = new Int32Array(numRows * lengthTokens);
  const visibleFrom = layout.positions.map((position, at) => (at % lengthTokens) - position);
  const places = new Map<number, number[]>();
  for (const [index, { text, begin }] of placed.entries()) {
    inputs.set(text.ids, begin);
    inputs[begin + text.place] = maskId;
    places.set(text.request, [...(places.get(text.request) ?? []), index]);
  }
  const size = powerOfTwo(placed.length);
  return {
    numRows,
    lengthTokens,
    inputs,
    ...layout,
    visibleFrom,
    asked: {
      positions: padded(
        placed.map(({ text, begin }) => begin + text.place - 1),
        size,
      ),
      rows: padded(
        placed.map((_, index) => index),
        size,
      ),
      tokens: padded(
        placed.map(({ text }) => text.ids[text.place] ?? 0),
        size,
      ),
    },
    answers: [...places].map(([request, own]) => ({ request, places: own })),
  };
}
