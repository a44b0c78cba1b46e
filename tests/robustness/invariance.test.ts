import { expect, test } from "vitest";
import { compareScores } from "../../robustness/invariance.mjs";

const item = (id: string, scores: number[], numTokens = 5) => {
  const best = Math.max(...scores);
  return {
    id,
    scores,
    numTokens: scores.map(() => numTokens),
    choice: scores.indexOf(best),
    tie: scores.lastIndexOf(best) !== scores.indexOf(best),
  };
};

test("scores that move by rounding are no fault, in whatever order they come", () => {
  const reference = [item("a", [-10, -12]), item("b", [-7, -5])];
  const other = [item("b", [-7, -5.00001]), item("a", [-10, -12])];
  const { items, largest, changed, faults } = compareScores(reference, other);
  expect({ items, changed, faults }).toEqual({ items: 2, changed: 0, faults: [] });
  expect(largest).toBeCloseTo(1e-5, 12);
});

test("a score that moves by more than rounding is named, with what is allowed for its tokens", () => {
  const far = [item("a", [-10.0001, -12])];
  expect(compareScores([item("a", [-10, -12])], far).faults).toEqual([
    "a: scores move by 1.0e-4, allowed 2.0e-5",
  ]);
  expect(compareScores([item("a", [-10, -12], 60)], [item("a", [-10.0001, -12], 60)]).faults).toEqual([]);
});

test("a choice may change between candidates that rounding cannot tell apart, and is counted", () => {
  const tied = compareScores([item("a", [-10, -10])], [item("a", [-10.00001, -10])]);
  expect(tied).toMatchObject({ changed: 1, ties: 1, faults: [] });
  const apart = compareScores([item("a", [-10, -10.5])], [{ ...item("a", [-10, -10.5]), choice: 1 }]);
  expect(apart.faults).toEqual(["a: choice 0 becomes 1, 5.0e-1 apart"]);
});

test("items that one side has not scored are an error, not a difference of none", () => {
  const both = [item("a", [-1, -2]), item("b", [-1, -2])];
  expect(() => compareScores(both, both.slice(1))).toThrow(RangeError);
  expect(() => compareScores(both, [item("a", [-1, -2]), item("c", [-1, -2])])).toThrow(/no b/);
});
