import { expect, test } from "vitest";
import { countWords, firstWords, splitSentences } from "../../src/data/words.js";

test("words are what stands between white space, punctuation included", () => {
  expect(countWords("  The cat -- it's  2,000\tyears\n\nold. ")).toBe(7);
  expect(countWords("a\u00a0b\u3000c\u2003d\u0085e\u001cf")).toBe(6);
  expect(countWords(" \n\t")).toBe(0);
});

test("white space counts as in Python's str.split, which keeps the zero-width no-break space in a word", () => {
  expect(countWords("a\ufeffb c\u200bd")).toBe(2);
});

test("firstWords cuts right behind the word and keeps a shorter text whole", () => {
  expect(firstWords(" one  two\nthree four", 3)).toBe(" one  two\nthree");
  expect(firstWords("one two ", 2)).toBe("one two");
  expect(firstWords("one two ", 5)).toBe("one two ");
});

test("sentences end at a mark before white space, and neither at an initial nor inside a number", () => {
  expect(splitSentences('He ran. "Stop!" she said? Dr. J. Smith paid 3.50. (Really.) Yes')).toEqual([
    "He ran.",
    '"Stop!"',
    "she said?",
    "Dr. J. Smith paid 3.50.",
    "(Really.)",
    "Yes",
  ]);
});

test("a limit that is no positive whole number is refused", () => {
  expect(() => firstWords("a", 0)).toThrow(
    "firstWords: limitWords must be a whole number of at least 1, got 0.",
  );
});
