/** @file Texts for the property tests of tokenization: random code points, mixed with what tokenizers trip over. */
import fc from "fast-check";

// fast-check's own unit "binary" does the same but takes two seconds to build its tables.
const codePoint = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));
const stumbling = fc.constantFrom(
  " ",
  "  ",
  "\n",
  "\t",
  "\u0085",
  "\ufeff",
  "\u0000",
  "'s",
  "'ll",
  "é",
  "e\u0301",
  "😀",
  "👍🏽",
  "<s>",
  "</s>",
  "a",
  "12",
);

export const arbitraryText: fc.Arbitrary<string> = fc
  .array(fc.oneof(codePoint, stumbling), { maxLength: 30 })
  .map((parts) => parts.join(""));
