import { expect, test } from "vitest";
import { summariseBenchmark } from "../../src/evaluation/benchmark-summary.js";
import { numberItems, scoreItems } from "../../src/evaluation/choice-items.js";
import { readGlobalPiqa } from "../../src/evaluation/global-piqa.js";

const row = (more: object): string =>
  JSON.stringify({
    prompt: "To dry a shirt,",
    solution0: "put it in water.",
    solution1: "hang it up.",
    label: 1,
    language: "eng_latn",
    example_id: "shirt",
    ...more,
  });

test("a prompt, a space and a solution; the uid is the example's id and the label may be any", () => {
  const text = `${row({})}\n${row({ example_id: 7, label: 0 })}\n`;
  const items = numberItems(readGlobalPiqa({ text, name: "eng_latn" }, 2));
  expect(items.map(({ id, uid, label }) => [id, uid, label])).toEqual([
    ["shirt_0", "shirt", 1],
    ["7_0", "7", 0],
  ]);
  expect(items[0]?.candidates).toEqual([
    { context: "To dry a shirt,", continuation: " put it in water." },
    { context: "To dry a shirt,", continuation: " hang it up." },
  ]);
  expect(items[0]?.predictions).toEqual([" put it in water.", " hang it up."]);
});

test("scores are per token: the longer solution wins where each of its tokens is likelier, and wins only where it is the label", async () => {
  const text = `${row({})}\n${row({ example_id: "other", label: 0 })}\n`;
  const items = numberItems(readGlobalPiqa({ text, name: "eng_latn" }, 2));
  const scored = await scoreItems(
    items,
    (requests) =>
      Promise.resolve(
        requests.map(({ continuation }) =>
          continuation.includes("water") ? { logProb: -8, numTokens: 2 } : { logProb: -9, numTokens: 3 },
        ),
      ),
    { rules: 2026, scorePer: "token" },
  );
  expect(scored.map(({ scores, choice }) => [...scores, choice])).toEqual([
    [-4, -3, 1],
    [-4, -3, 1],
  ]);
  const summary = summariseBenchmark("global_piqa_nonparallel", scored, { items, rules: 2026 });
  expect(summary.official.by["UID"]).toEqual({ shirt: 1, other: 0 });
  expect(summary.official.average).toBe(0.5);
});

test.each([
  [
    "line 1 must be a JSON object with the texts prompt, example_id and solution0, solution1",
    row({ solution1: "" }),
  ],
  ["and a label from 0 to 1", row({ label: 2 })],
  ['ids of eng_latn must not repeat, got "shirt" in lines 1 and 2', `${row({})}\n${row({})}`],
])("a wrong file: %s", (message, text) => {
  expect(() => readGlobalPiqa({ text, name: "eng_latn" }, 2)).toThrow(message);
});

test("the parallel part needs all four solutions", () => {
  expect(() => readGlobalPiqa({ text: row({}), name: "eng_latn" }, 4)).toThrow("solution2");
});
