import { expect, test } from "vitest";
import { instructionWords, takeWithinWords } from "../../../src/data/instructions/instruction-budget.js";

/** Three words a row, and a fourth for the long one. */
const rows = [
  { prompt: "How much?", reply: "Much." },
  { prompt: "Why?", reply: "Why not?" },
  { prompt: "Who was it?", reply: "Ann." },
];

test("words are those of prompts and replies", () => {
  expect(instructionWords(rows)).toBe(3 + 3 + 4);
  expect(instructionWords([])).toBe(0);
});

test("rows are taken from the first on while they fit, and exactly full is full enough", () => {
  expect([10, 9, 6, 5, 3].map((words) => takeWithinWords(rows, words).length)).toEqual([3, 2, 2, 1, 1]);
  expect(takeWithinWords(rows, 6)).toEqual(rows.slice(0, 2));
});

test("the first row that does not fit ends it, though a later one would", () => {
  const [first, , long] = rows;
  expect(
    takeWithinWords(
      [first, long, first].filter((row) => row !== undefined),
      6,
    ),
  ).toEqual([first]);
});

test("a budget without room for one row is refused", () => {
  expect(() => takeWithinWords(rows, 2)).toThrow(/room for a row of questions, got 2 words/);
  expect(() => takeWithinWords(rows, -5)).toThrow(/got 0 words/);
});
