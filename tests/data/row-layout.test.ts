import fc from "fast-check";
import { expect, test } from "vitest";
import { layOutTexts, placeTexts } from "../../src/data/row-layout.js";

/** Texts that are nothing but their lengths, placed and laid out; places by row. */
function layOut(rows: readonly (readonly number[])[], lengthTokens: number) {
  const placed = placeTexts(rows, { lengthOf: (length) => length, lengthTokens });
  const rest = placed.map(({ begin, end }) => ({ begin, end }));
  const places = rows.map((texts) => rest.splice(0, texts.length));
  return { places, ...layOutTexts(placed, { numRows: rows.length, lengthTokens }) };
}

test("two texts of two and one tokens in a row of four, by pencil", () => {
  const { places, positions, visibleUntil } = layOut([[2, 1], [3]], 4);
  expect(places).toEqual([
    [
      { begin: 0, end: 2 },
      { begin: 2, end: 3 },
    ],
    [{ begin: 4, end: 7 }],
  ]);
  // The padding at the end of each row has position 0, and sees itself.
  expect([...positions]).toEqual([0, 1, 0, 0, 0, 1, 2, 0]);
  expect([...visibleUntil]).toEqual([2, 2, 3, 4, 3, 3, 3, 4]);
});

test("a token is seen by the later ones of its own text, and by no other", () => {
  const rows = fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(rows, (lengths) => {
      const lengthTokens = 20;
      const { places, positions, visibleUntil } = layOut(lengths, lengthTokens);
      for (const [row, texts] of places.entries())
        for (const { begin, end } of texts)
          for (let at = begin; at < end; at++) {
            expect(positions[at]).toBe(at - begin);
            expect(visibleUntil[at]).toBe(end - row * lengthTokens);
          }
      const inTexts = places.flat().reduce((sum, { begin, end }) => sum + end - begin, 0);
      expect(inTexts).toBe(lengths.flat().reduce((sum, length) => sum + length, 0));
    }),
  );
});
