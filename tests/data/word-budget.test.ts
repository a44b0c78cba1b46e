import fc from "fast-check";
import { expect, test } from "vitest";
import { checkWordBudget, describeWordBudget } from "../../src/data/word-budget.js";

const PAPER = [
  { name: "pre-training", words: 91_000_000, epochs: 8 },
  { name: "merged", words: 8_700_000, epochs: 10 },
];

test("the paper's run has 99.7M words and sees 815M: within the rules", () => {
  const budget = checkWordBudget(PAPER);
  expect(budget.phases.map(({ exposureWords }) => exposureWords)).toEqual([728_000_000, 87_000_000]);
  expect(budget).toMatchObject({ distinctWords: 99_700_000, exposureWords: 815_000_000, exceeded: [] });
  expect(describeWordBudget(budget)).toBe("99.7M words, 815M seen: within the BabyLM strict rules");
});

test.each([
  ["one word more than 100M", [{ name: "a", words: 100_000_001, epochs: 1 }], ["distinctWords"]],
  ["100M words ten times", [{ name: "a", words: 100_000_000, epochs: 10 }], []],
  ["an eleventh epoch", [{ name: "a", words: 100_000_000, epochs: 11 }], ["exposureWords", "epochs"]],
  [
    "18M instruction words as the poster counts",
    [PAPER[0], { name: "b", words: 18_000_000, epochs: 10 }],
    ["distinctWords"],
  ],
  ["nothing", [], []],
] as const)("%s: the limits named are those exceeded", (_, phases, exceeded) => {
  expect(checkWordBudget(phases.flatMap((phase) => phase ?? [])).exceeded).toEqual(exceeded);
});

test("a run over its budget is told which limits, in words", () => {
  const budget = checkWordBudget([{ name: "a", words: 120_000_000, epochs: 12 }]);
  expect(describeWordBudget(budget)).toBe(
    "120M words, 1440M seen: more than the BabyLM strict rules allow: 100M words, 1000M words seen, 10 epochs",
  );
});

test("phases add up, whatever their order", () => {
  const phase = fc.record({ words: fc.nat(10 ** 8), epochs: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(phase, { maxLength: 5 }), (drawn) => {
      const phases = drawn.map((one, at) => ({ name: String(at), ...one }));
      const { distinctWords, exposureWords, exceeded } = checkWordBudget(phases);
      expect(distinctWords).toBe(drawn.reduce((sum, { words }) => sum + words, 0));
      expect(exposureWords).toBe(drawn.reduce((sum, { words, epochs }) => sum + words * epochs, 0));
      expect(checkWordBudget([...phases].reverse())).toMatchObject({
        distinctWords,
        exposureWords,
        exceeded,
      });
    }),
  );
});

test("half words, no epochs and a phase twice are refused", () => {
  expect(() => checkWordBudget([{ name: "a", words: 0.5, epochs: 1 }])).toThrow("got 0.5 and 1 for a");
  expect(() => checkWordBudget([{ name: "a", words: 1, epochs: -1 }])).toThrow("got 1 and -1 for a");
  expect(() => checkWordBudget([PAPER, PAPER].flat())).toThrow("got pre-training twice");
});
