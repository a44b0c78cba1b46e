import fc from "fast-check";
import { expect, test } from "vitest";
import { fill, join, oneOf, probabilityOf, text, variable } from "../../../src/data/microworld/templates.js";
import { seeded } from "../../../src/random.js";

test("by hand: a gap shared by two texts is filled alike, and costs its chance once", () => {
  const animal = variable([
    { one: "cat", many: "cats" },
    { one: "mouse", many: "mice" },
  ]);
  const both = [text`One ${animal("one")}.`, text`${oneOf(["Two", "Three", "Four"])} ${animal("many")}.`];
  expect(probabilityOf(both, ["One mouse.", "Four mice."])).toBeCloseTo(1 / 6, 15);
  expect(probabilityOf(both, ["One mouse.", "Four cats."])).toBe(0);
  expect(probabilityOf(both, ["One mouse.", "Four mice"])).toBe(0);
  expect(probabilityOf([text`a ${animal("many")}`], ["a mice"])).toBe(0.5);
  expect(probabilityOf(both, ["One mouse."])).toBe(0);
});

test("a text that can be filled in two ways has the probability of both", () => {
  const template = [text`${oneOf(["a", "ab"])}${oneOf(["bc", "c"])}`];
  expect(probabilityOf(template, ["abc"])).toBe(0.5);
  expect(probabilityOf(template, ["abbc"])).toBe(0.25);
  expect(probabilityOf([text`${oneOf(["x", "x", "y"])}`], ["x"])).toBeCloseTo(2 / 3, 15);
});

test("for all templates the probabilities of the texts they can make sum to 1, and each drawn one has some", () => {
  const words = fc.array(fc.constantFrom("a", "b", "ab", "ba", ""), { minLength: 1, maxLength: 4 });
  const parts = fc.array(fc.oneof(fc.constantFrom(0, 1, 2), fc.constantFrom("a", "-")), { maxLength: 5 });
  fc.assert(
    fc.property(fc.tuple(words, words, words), parts, parts, fc.integer(), (lists, first, second, seed) => {
      const gaps = lists.map((list) => oneOf(list));
      const templates = [first, second].map((line) =>
        line.map((part) => (typeof part === "string" ? part : (gaps[part] ?? ""))),
      );
      const [a, b, c] = lists;
      // Every way to fill the three gaps, by three loops of our own.
      const texts = a.flatMap((x) =>
        b.flatMap((y) =>
          c.map((z) =>
            [first, second].map((line) =>
              line.map((part) => (typeof part === "string" ? part : ([x, y, z][part] ?? ""))).join(""),
            ),
          ),
        ),
      );
      const distinct = [...new Map(texts.map((pair) => [pair.join("\n"), pair])).values()];
      const sum = distinct.reduce((total, pair) => total + probabilityOf(templates, pair), 0);
      expect(sum).toBeCloseTo(1, 12);
      expect(probabilityOf(templates, fill(templates, seeded(seed)))).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

test("templates join and nest as texts do", () => {
  const who = oneOf(["Mara"]);
  const start = text`${who} and ${who}`;
  expect(fill([text`${start} sing.`, join([text`a`, start, text`b`], "; ")], seeded(1))).toEqual([
    "Mara and Mara sing.",
    "a; Mara and Mara; b",
  ]);
});

test("a gap without words is an error", () => {
  expect(() => fill([text`a ${oneOf([])}`], seeded(1))).toThrow("must hold at least one");
});
