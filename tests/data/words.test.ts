import fc from "fast-check";
import { expect, test } from "vitest";
import { countWords, firstWords, splitIntoParts, splitSentences } from "../../src/data/words.js";

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

test("a long text is cut at line ends first, at sentence ends inside a long line, and last between words", () => {
  expect(splitIntoParts("a b\nc d\ne", 4)).toEqual(["a b\nc d", "e"]);
  expect(splitIntoParts("A b. C d. E f.", 4)).toEqual(["A b. C d.", "E f."]);
  expect(splitIntoParts("a b c d e", 2)).toEqual(["a b", "c d", "e"]);
});

test("cutting a text loses no word and never exceeds the limit", () => {
  const text = fc.array(fc.constantFrom("a", "bc", "d.", "e!", "\n", "\n\n", " "), { maxLength: 60 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), (pieces, limit) => {
      const whole = pieces.join(" ");
      const parts = splitIntoParts(whole, limit);
      expect(parts.join(" ").match(/\S+/g)).toEqual(whole.match(/\S+/g));
      expect(Math.max(0, ...parts.map(countWords))).toBeLessThanOrEqual(limit);
    }),
  );
});

test("a limit that is no positive whole number is refused", () => {
  expect(() => firstWords("a", 0)).toThrow(
    "firstWords: limitWords must be a whole number of at least 1, got 0.",
  );
  expect(() => splitIntoParts("a", 1.5)).toThrow("got 1.5");
});
