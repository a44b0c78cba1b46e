/** @file Figures of a benchmark from the scores of its items, redone by pencil. */
import { describe, expect, test } from "vitest";
import { summariseBenchmark, type StoredItem } from "../../src/evaluation/benchmark-summary.js";
import { numberItems } from "../../src/evaluation/choice-items.js";

/** An item of two or more candidates with one token each, of which the best comes first. */
const scored = (uid: string, scores: number[], more: Partial<StoredItem> = {}): StoredItem => {
  const choice = scores.indexOf(Math.max(...scores));
  const tie = scores.filter((score) => score === scores[choice]).length > 1;
  return { uid, id: `${uid}_0`, scores, numTokens: scores.map(() => 1), choice, tie, ...more };
};

describe("figures, by pencil", () => {
  test("entity tracking is the mean of splits, each the mean over numbers of operations", () => {
    const { official } = summariseBenchmark("entity_tracking", [
      scored("regular_0_ops", [-1, -2]),
      scored("regular_0_ops", [-1, -2]),
      scored("regular_1_ops", [-2, -1]),
      scored("ambiref_0_ops", [-1, -2]),
    ]);
    expect(official.by["UID"]).toMatchObject({
      regular_0_ops: 1,
      regular_1_ops: 0,
      regular: 0.5,
      ambiref: 1,
    });
    expect(official.average).toBe(0.75);
  });

  test("each quirk counts the items that it could decide", () => {
    const { quirks } = summariseBenchmark("blimp", [
      scored("toy", [-1, -1]),
      scored("toy", [-3, -4], { numTokens: [1, 2] }),
      scored("toy", [-1, -2], { unscoredFirst: [5, 6] }),
      scored("toy", [-1, -2], { unscoredFirst: [5, 5] }),
    ]);
    expect(quirks).toEqual({ ties: 1, sameText: 0, perTokenChangesChoice: 1, unscoredFirstTokens: 1 });
  });

  test("single precision ties WUGs whose scores differ, and the corrected ranks do not", () => {
    const wugs = [-60, -50, -40, 0.5].map((second, index) =>
      scored("wug_adj", [0, second], { humanShare: [0.9, 0.8, 0.7, 0.2][index] ?? 0 }),
    );
    const { official, corrected, quirks } = summariseBenchmark("wug_adj", wugs);
    expect(quirks.singlePrecisionTies).toBe(2);
    expect(corrected?.average).toBeCloseTo(1, 12);
    expect(official.average).toBeCloseTo(Math.sqrt(3 / 5), 12); // ranks 3, 3, 3, 1 against 4, 3, 2, 1
  });

  test("a tie earns all officially and half under the corrected scoring rule, or what its policy says", () => {
    const items = [scored("toy", [-1, -1]), scored("toy", [-2, -1])];
    const { unit, official, corrected, n, ties } = summariseBenchmark("blimp", items);
    expect([unit, official.average, corrected?.average, n, ties]).toEqual(["proportion", 0.5, 0.25, 2, 1]);
    expect(summariseBenchmark("blimp", items, { tiePolicy: "wrong" }).corrected?.average).toBe(0);
  });

  test("per token −3 of one loses to −4 of two, and equal means earn half", () => {
    const items = [
      scored("toy", [-3, -4], { numTokens: [1, 2] }),
      scored("toy", [-2, -4], { numTokens: [1, 2] }),
      scored("toy", [-1, -4], { numTokens: [1, 2] }),
    ];
    expect(summariseBenchmark("blimp", items).perToken).toBe(0.5);
  });

  test("candidates of the same text are counted, wherever their context ends", () => {
    const candidates = [
      { context: "A ", continuation: "cup." },
      { context: "", continuation: "A cup." },
    ];
    const [item] = numberItems([{ uid: "toy", candidates, predictions: [], groups: {} }]);
    const { quirks } = summariseBenchmark("blimp", [scored("toy", [-1, -2])], { items: item ? [item] : [] });
    expect(quirks.sameText).toBe(1);
  });

  test("groups have their own means, of ties by the reading's policy", () => {
    const groupsOf = ["x", "y", "x"].map((field) => ({
      uid: "toy",
      candidates: [],
      predictions: [],
      groups: { field },
    }));
    const items = [scored("toy", [-1, -1]), scored("toy", [-2, -1]), scored("toy", [-1, -2])];
    const { official, corrected } = summariseBenchmark("blimp", items, { items: numberItems(groupsOf) });
    expect(official.by["field"]).toEqual({ x: 1, y: 0 });
    expect(corrected?.by["field"]).toEqual({ x: 0.75, y: 0 });
  });

  test("WUGs have a correlation, the first forms' share, and nothing per token; without people they are refused", () => {
    const wugs = [2, 1, -1].map((first, index) =>
      scored("wug_past", [first, 0], { humanShare: [0.9, 0.1, 0.5][index] ?? 0 }),
    );
    const summary = summariseBenchmark("wug_past", wugs);
    expect(summary).toMatchObject({ unit: "correlation", perToken: null, n: 3 });
    expect(summary.firstFormShare).toBeCloseTo(2 / 3, 12);
    const half = expect.closeTo(0.5, 12) as number;
    expect(summary.corrected).toEqual({ average: half, by: { UID: { avg: half } } }); // ranks 3, 2, 1 against 3, 1, 2
    expect(() => summariseBenchmark("wug_past", [scored("wug_past", [1, 0])])).toThrow(
      /wug_past_0 must have people's share/,
    );
  });

  test("a story of no known kind is refused", () => {
    expect(() => summariseBenchmark("entity_tracking", [scored("other_0_ops", [-1, -2])])).toThrow(
      /regular, ambiref, move_contents, got "other_0_ops"/,
    );
  });

  test("figures of 150,000 items are found, group by group", () => {
    const items = Array.from({ length: 150_000 }, (_, index) =>
      scored("toy", index % 4 ? [-1, -2] : [-2, -1]),
    );
    const texts = numberItems(
      items.map(({ uid }) => ({ uid, candidates: [], predictions: [], groups: { field: "syntax" } })),
    );
    const { official } = summariseBenchmark("blimp", items, { items: texts });
    expect(official.by).toEqual({ UID: { toy: 0.75 }, field: { syntax: 0.75 } });
  });
});
