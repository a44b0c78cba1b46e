import { describe, expect, test } from "vitest";
import { childAge, curveAt, modelAcquisition } from "../../src/evaluation/acquisition-age.js";
import { guessingNats, measureContexts } from "../../src/evaluation/acquisition-surprisal.js";
import { summariseAcquisition, type AcquisitionWord } from "../../src/evaluation/age-of-acquisition.js";
import { findContexts, readChildTable, readContexts } from "../../src/evaluation/child-words.js";

const MONTHS = Array.from({ length: 15 }, (_, index) => 16 + index);
const logistic = (x: number, middle: number, steepness: number): number =>
  1 / (1 + Math.exp(-steepness * (x - middle)));

describe("children", () => {
  test("half of them say a word at the middle of an exact S-curve", () => {
    const found = childAge(MONTHS.map((month) => logistic(month, 22.5, 0.6)));
    expect(found?.months).toBeCloseTo(22.5, 6);
    expect(found?.curve.steepness).toBeCloseTo(0.6, 5);
  });

  test("months without a number are left out; with fewer than three there is no age", () => {
    const some = MONTHS.map((month) => (month % 3 === 0 ? Number.NaN : logistic(month, 20, 0.5)));
    expect(childAge(some)?.months).toBeCloseTo(20, 5);
    expect(childAge(MONTHS.map((month) => (month < 18 ? 0.5 : Number.NaN)))).toBeNull();
  });

  test("a word that half of them say already at 16 months, or not yet at 30, has no age", () => {
    expect(childAge(MONTHS.map((month) => logistic(month, 10, 0.4)))).toBeNull();
    expect(childAge(MONTHS.map((month) => logistic(month, 45, 0.4)))).toBeNull();
  });
});

// From 9 to 2 nats, half-way at 10M words; guessing is 9.
const STEPS = [1e6, 2e6, 4e6, 8e6, 1.6e7, 3.2e7, 6.4e7, 1e8];
const learned = (logWords: number, steepness = 5): AcquisitionWord["points"] =>
  STEPS.map((wordsSeen) => {
    const surprisalNats = 9 - 7 * logistic(Math.log10(wordsSeen + 1), logWords, steepness);
    return { wordsSeen, surprisalNats, lowestNats: surprisalNats };
  });

describe("models", () => {
  test("a word is learned half-way between guessing and the lowest surprisal", () => {
    const found = modelAcquisition(learned(7), { ceilingNats: 9, rules: 2026 });
    expect(found?.thresholdNats).toBeCloseTo(5.5, 1);
    // A little late: the threshold is half-way to the lowest value, and the curve's end lies lower.
    expect(found?.logWords).toBeCloseTo(7, 2);
    expect(found && curveAt(7, found.curve)).toBeCloseTo(-5.5, 3);
  });

  test("two checkpoints, or a curve that never reaches the threshold, give none", () => {
    expect(modelAcquisition(learned(7).slice(0, 2), { ceilingNats: 9, rules: 2026 })).toBeNull();
    const flat = STEPS.map((wordsSeen) => ({ wordsSeen, surprisalNats: 7, lowestNats: 7 }));
    expect(modelAcquisition(flat, { ceilingNats: 9, rules: 2026 })?.logWords).toBeNull();
  });

  test("a checkpoint without a surprisal is left out", () => {
    const holed = learned(7).map((point, index) =>
      index === 3 ? { ...point, surprisalNats: Number.NaN } : point,
    );
    expect(modelAcquisition(holed, { ceilingNats: 9, rules: 2026 })?.logWords).toBeCloseTo(7, 2);
  });

  test("2025 guesses among 300,000 words with 18.2 bits, whatever the vocabulary, so that most words are learned before they begin", () => {
    const found = modelAcquisition(learned(7), { ceilingNats: 9, rules: 2025 });
    expect(found?.thresholdNats).toBeCloseTo((Math.log2(300_000) + 2) / 2, 1);
    expect(found?.logWords).toBeNull();
  });
});

const word = (id: string, childMonths: number | null, logWords: number): AcquisitionWord => ({
  id,
  childMonths,
  ceilingNats: 9,
  points: learned(logWords),
});

describe("the benchmark", () => {
  const months = [17, 19, 18, 22, 24, 23, 27, 29];
  const ordered = months.map((month, index) => word(`${index}`, month, 6.4 + 0.15 * index));

  test("a model that learns in the children's order scores near 1, in the opposite order near −1", () => {
    const { official, correlation, acquired, modelShare, childShare } = summariseAcquisition(ordered, {
      rules: 2026,
    });
    expect(acquired).toHaveLength(8);
    expect(official).toBeCloseTo(0.96, 2);
    expect(correlation?.r).toBe(official);
    expect(correlation?.low).toBeGreaterThan(0.7);
    expect(correlation?.shuffled.p).toBeLessThan(0.01);
    expect(Math.abs((correlation?.shuffled.low ?? 0) + (correlation?.shuffled.high ?? 0))).toBeLessThan(0.2);
    expect([modelShare, childShare]).toEqual([1, 1]);
    const turned = ordered.map((each, index) => ({ ...each, childMonths: months.at(-1 - index) ?? 0 }));
    expect(summariseAcquisition(turned, { rules: 2026 }).official).toBeLessThan(-0.9);
  });

  test("with p above 0.1 the official score is 0, and r is told", () => {
    const unordered = [20, 25, 18, 27, 19, 24].map((month, index) =>
      word(`${index}`, month, 6.4 + 0.2 * index),
    );
    const { official, correlation } = summariseAcquisition(unordered, { rules: 2026 });
    expect(correlation?.p).toBeGreaterThan(0.1);
    expect(correlation?.r).not.toBe(0);
    expect(official).toBe(0);
  });

  test("shares count words without an age of one side", () => {
    const some = [...ordered, word("unknown to children", null, 7), word("known at once", 20, 3)];
    const { acquired, words, modelShare, childShare } = summariseAcquisition(some, { rules: 2026 });
    expect([acquired.length, words, modelShare, childShare]).toEqual([8, 10, 0.9, 0.9]);
  });

  test("fewer than three words, or ages all alike, have no correlation", () => {
    expect(summariseAcquisition(ordered.slice(0, 2), { rules: 2026 })).toMatchObject({
      official: 0,
      correlation: null,
    });
    const alike = ordered.map((each) => ({ ...each, childMonths: 20 }));
    expect(summariseAcquisition(alike, { rules: 2026 }).correlation).toBeNull();
    expect(() => summariseAcquisition([], { rules: 2026 })).toThrow("at least one word, got none");
  });
});

describe("surprisal", () => {
  test("a word is asked for with one space before it, whatever white space its context ends in", async () => {
    const asked: string[] = [];
    const found = await measureContexts([{ context: "  we saw a \n", word: " dog " }], (requests) => {
      asked.push(...requests.map(({ context, continuation }) => `[${context}|${continuation}]`));
      return Promise.resolve(requests.map(() => ({ logProb: -2.5, numTokens: 2 })));
    });
    expect(asked).toEqual(["[we saw a |dog]"]);
    expect(found).toEqual([2.5]);
  });

  test("no scored token, and no number, are errors that name the word", async () => {
    const answer = (logProb: number, numTokens: number) =>
      measureContexts([{ context: "", word: "dog" }], () => Promise.resolve([{ logProb, numTokens }]));
    await expect(answer(0, 0)).rejects.toThrow('"dog" after 0 characters');
    await expect(answer(Number.NaN, 1)).rejects.toThrow("got 1 and NaN");
  });

  test("guessing costs ln of the vocabulary for every piece, and a word has one at least", async () => {
    const json = { model: { type: "BPE", vocab: { a: 0, b: 1, c: 2, d: 3 } } };
    const encodeIds = (texts: readonly string[]) =>
      Promise.resolve(texts.map((text) => (text === "The glued" ? [1] : text.split("").map(() => 0))));
    const found = await guessingNats(["ab", "glued"], { encodeIds, json: json as never });
    // " ab" is three letters more than "The".
    expect(found).toEqual([3 * Math.log(4), Math.log(4)]);
  });
});

describe("files", () => {
  const head = `num_item_id,definition,type,category,${MONTHS.join(",")}`;
  const shares = MONTHS.map((month) => (month / 30).toFixed(2));

  test("the children's table by either name of its word column; blanks are unknown", () => {
    const [row] = readChildTable(
      `${head}\n7,"fish (animal)",word,animals,NA,,${shares.slice(2).join(",")}\n`,
    );
    expect(row).toMatchObject({ id: "7", word: "fish (animal)" });
    expect(row?.proportions.slice(0, 3)).toEqual([Number.NaN, Number.NaN, 0.6]);
    const official = readChildTable(
      `word,${MONTHS.join(",")}\nball,${shares.join(",")}\ndog,${shares.join(",")}\n`,
    );
    expect(official.map(({ id, word: name }) => [id, name])).toEqual([
      ["0", "ball"],
      ["1", "dog"],
    ]);
  });

  test.each([
    ["words.csv must have rows and the columns word (or definition) and 16 to 30", "word,16\nball,0.5\n"],
    [
      'from 0 to 1 or blank, got "many" in row 2 (ball) of words.csv',
      `word,${MONTHS.join(",")}\nball,many${",0".repeat(14)}\n`,
    ],
  ])("a wrong table: %s", (message, text) => {
    expect(() => readChildTable(text, "words.csv")).toThrow(message);
  });

  test("official contexts, without words of one letter", () => {
    const text = JSON.stringify({
      a: [{ context: "x" }],
      ball: [{ context: "throw the" }, { context: "my" }],
    });
    expect([...readContexts(text)]).toEqual([["ball", ["throw the", "my"]]]);
    expect(() => readContexts("{", "a/words.json")).toThrow("a/words.json must be JSON");
    expect(() => readContexts('{"ball": ["my"]}', "a/words.json")).toThrow(
      /a\/words\.json must .* fault at ball\.0/,
    );
  });

  test("contexts of a text: whole tokens with words enough before them, each once, spread over the text", () => {
    const lines = [
      "look at the big ball .",
      "look at the big ball .", // the same text
      "oh , that is my ball .", // a mark before it
      "my ball .", // too little before it
      "do you see the Ball and the dog ?",
      "balls are not a ball game for us",
    ];
    const found = findContexts(["ball", "dog", "fish (animal)", "cat*"], lines, {
      contextsPerWord: 20,
      minContextWords: 3,
    });
    expect([...found]).toEqual([
      ["ball", ["look at the big", "do you see the", "balls are not a"]],
      ["dog", ["do you see the Ball and the"]],
    ]);
    const two = findContexts(["ball"], lines, { contextsPerWord: 2, minContextWords: 3 });
    expect(two.get("ball")).toEqual(["look at the big", "balls are not a"]);
    const starred = findContexts(["cat*"], ["this is a cat"], { contextsPerWord: 1, minContextWords: 1 });
    expect([...starred]).toEqual([["cat*", ["this is a"]]]);
  });
});
