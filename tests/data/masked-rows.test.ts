import { describe, expect, test } from "vitest";
import { batchOf, countTrained, trainedWeight } from "../../src/data/batches.js";
import { drawMask, maskRows, predictedPlaces, type Masking } from "../../src/data/masked-rows.js";
import { seeded } from "../../src/random.js";

const [END, MASK] = [2, 99];
const ordinary = Array.from({ length: 90 }, (_, index) => index + 3);
const masking = (seed: number, rate = 0.3): Masking => ({
  rate,
  maskId: MASK,
  ordinary,
  isOrdinary: (id) => id >= 3 && id < 93,
  random: seeded(seed),
});
const rowOf = (ids: number[]) =>
  batchOf([[{ ids, trained: null }]], { lengthTokens: ids.length - 1, padId: 0, isolated: false, words: 0 });
const longRow = rowOf(
  Array.from({ length: 10_001 }, (_, place) => (place % 10 === 9 ? END : 3 + (place % 90))),
);

describe("which tokens are hidden", () => {
  test("as many as the rate asks for, at most two more, and never a special one", () => {
    const hidden = drawMask(longRow, 0, masking(1));
    expect(hidden.length).toBeGreaterThanOrEqual(2_700); // 9,000 ordinary tokens
    expect(hidden.length).toBeLessThanOrEqual(2_703);
    for (const { target } of hidden) expect(longRow.targetIds[target]).not.toBe(END);
    expect(new Set(hidden.map(({ target }) => target)).size).toBe(hidden.length);
  });

  test("eight in ten read as the mask, one as another token, one as itself", () => {
    const hidden = drawMask(longRow, 0, masking(2));
    const share = (how: (reads: number, own: number | undefined) => boolean): number =>
      hidden.filter(({ target, reads }) => how(reads, longRow.targetIds[target])).length / hidden.length;
    // Standard deviations 0.010, 0.008 and 0.008: spans of one to three read alike.
    expect(share((reads) => reads === MASK)).toBeCloseTo(0.8, 1);
    expect(share((reads, own) => reads !== MASK && reads !== own)).toBeCloseTo(0.1, 1);
    expect(share((reads, own) => reads === own)).toBeCloseTo(0.1, 1);
  });

  test("in spans of up to three: neighbours are hidden more often than at random", () => {
    const places = new Set(drawMask(longRow, 0, masking(3)).map(({ target }) => target));
    const followed = [...places].filter((place) => places.has(place + 1)).length / places.size;
    expect(followed).toBeGreaterThan(0.5); // 0.27 at random
  });

  test("the same for the same seed, others for another", () => {
    expect(drawMask(longRow, 0, masking(4))).toEqual(drawMask(longRow, 0, masking(4)));
    expect(drawMask(longRow, 0, masking(4))).not.toEqual(drawMask(longRow, 0, masking(5)));
  });

  test("at least one, and none where there is no ordinary token", () => {
    expect(drawMask(rowOf([5, 6, END]), 0, masking(1, 0.01))).toHaveLength(1);
    expect(drawMask(rowOf([END, END, END]), 0, masking(1))).toEqual([]);
  });
});

describe("a batch with masked rows", () => {
  const text = (ids: number[]) => ({ ids, trained: null });
  const batch = batchOf(
    [
      [text([10, 11, 12, END]), text([20, 21, END])],
      [text([30, 31, 32, END]), text([40, 41, END])],
    ],
    { lengthTokens: 6, padId: 0, isolated: true, words: 12 },
  );
  const masked = maskRows(batch, [
    null,
    [
      { target: 0, reads: MASK },
      { target: 4, reads: MASK },
    ],
  ]);

  test("predicts a hidden token at the place before it, which reads what is given", () => {
    expect([...masked.inputIds.subarray(6)]).toEqual([30, MASK, 32, 40, 41, 0]);
    expect(masked.targetIds).toEqual(batch.targetIds);
    expect([...masked.inputIds.subarray(0, 6)]).toEqual([...batch.inputIds.subarray(0, 6)]);
  });

  test("gives every row the same weight, and counts what is predicted", () => {
    expect([...masked.targetMask]).toEqual([1, 1, 1, 1, 1, 0, 2.5, 0, 0, 0, 2.5, 0]);
    expect(trainedWeight(masked)).toBe(trainedWeight(batch));
    expect(countTrained(masked)).toBe(7);
  });

  test("lets a masked row see each text from its beginning, a causal one what came before", () => {
    expect([...(masked.layout?.visibleFrom ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 0, 0, 0, 3, 3, 5]);
    expect(masked.layout?.visibleUntil).toEqual(batch.layout?.visibleUntil);
    expect(masked.layout?.positions).toEqual(batch.layout?.positions);
  });

  test("names the places that predict something, filled up to parts of an eighth with one that does not", () => {
    expect([...(predictedPlaces(masked) ?? [])]).toEqual([0, 1, 2, 3, 4, 6, 10, 5]);
    expect(masked.targetMask[5]).toBe(0);
    expect(predictedPlaces(batch)).toBeNull();
    const whole = maskRows(batch, [null, [0, 1, 2, 3, 4].map((target) => ({ target, reads: MASK }))]);
    expect(predictedPlaces(whole)).toHaveLength(10);
    const full = maskRows(rowOf([5, 6, 7]), [[0, 1].map((target) => ({ target, reads: MASK }))]);
    expect(predictedPlaces(full)).toBeNull();
  });

  test("leaves the given batch alone", () => {
    expect(batch.inputIds[7]).toBe(31);
    expect(batch.targetMask[6]).toBe(1);
  });
});
