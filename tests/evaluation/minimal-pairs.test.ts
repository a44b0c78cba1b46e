import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chooseCandidate, type TiePolicy } from "../../src/evaluation/choices.js";
import { summariseAccuracy } from "../../src/evaluation/accuracy.js";
import { readMinimalPairs } from "../../src/evaluation/minimal-pairs.js";
import { dataFolder, parityFolder, parityJson, parityPath } from "../support/parity.js";
import { scorePairs } from "../support/score-pairs.js";
import { bigram } from "./bigram.js";

const cats = bigram({
  "A| cat": 0.5,
  " cat| sleeps": 0.5,
  " cat| sleep": 0.125,
  "A| cats": 0.25,
  " cats| sleep": 1,
});
const catPairs = readMinimalPairs({
  uid: "agreement",
  text: [
    '{"sentence_good": "A cat sleeps", "sentence_bad": "A cat sleep"}',
    '{"sentence_good": "A cat sleep", "sentence_bad": "A cats sleep"}',
    '{"sentence_good": "A cat sleeps", "sentence_bad": "A cats sleep"}',
  ].join("\n"),
});

describe("pencil", () => {
  test("a bigram model scores ½ · ½ against ½ · ⅛, and so on: one right, one wrong, one tie", async () => {
    const items = await scorePairs(catPairs, cats);
    expect(items.map(({ id, choice, tie }) => [id, choice, tie])).toEqual([
      ["agreement_0", 0, false],
      ["agreement_1", 1, false],
      ["agreement_2", 0, true],
    ]);
    expect(items.map(({ scores }) => scores.map((score) => Math.exp(score)))).toEqual([
      [0.25, 0.0625],
      [0.0625, 0.25],
      [0.25, 0.25],
    ]);
    expect(summariseAccuracy(items, "official").average).toBeCloseTo(2 / 3, 14);
    expect(summariseAccuracy(items, "halfCredit").average).toBeCloseTo(1.5 / 3, 14);
    expect(summariseAccuracy(items, "wrong").average).toBeCloseTo(1 / 3, 14);
  });

  test("the mean is over paradigms, however many pairs each has", () => {
    const items = [
      { uid: "small", scores: [-1, -2], tie: false },
      ...[1, 2, 3].map(() => ({ uid: "large", scores: [-2, -1], tie: false })),
      { uid: "large", scores: [-2, -2], tie: true },
    ];
    expect(summariseAccuracy(items, "wrong")).toEqual({
      average: 0.5,
      byUid: [
        { uid: "small", accuracy: 1, n: 1, ties: 0 },
        { uid: "large", accuracy: 0, n: 4, ties: 1 },
      ],
      n: 5,
      ties: 1,
    });
  });

  test("a constant model scores 100 % officially and 50 % with half credit", async () => {
    const constant = await scorePairs(catPairs, async (requests) =>
      requests.map(() => ({ logProb: -3, numTokens: 1 })),
    );
    expect(summariseAccuracy(constant, "official").average).toBe(1);
    expect(summariseAccuracy(constant, "halfCredit").average).toBe(0.5);
  });

  test("whole sentences are asked for, good before bad, after an empty context and in one call", async () => {
    const calls: unknown[] = [];
    await scorePairs(catPairs.slice(0, 1), async (requests) => {
      calls.push(requests);
      return cats(requests);
    });
    expect(calls).toEqual([
      [
        { context: "", continuation: "A cat sleeps", tokenization: "joined" },
        { context: "", continuation: "A cat sleep", tokenization: "joined" },
      ],
    ]);
  });

  test("newlines, other fields and a foreign line separator inside a sentence survive reading", () => {
    const pairs = readMinimalPairs({
      uid: "turn_taking",
      text: `{"sentence_good": "A: Did you?\\nB: I did.", "sentence_bad": "A: Did you?\\nB: She\u2028did.", "quad": 3}\n`,
    });
    expect(pairs).toEqual([
      {
        uid: "turn_taking",
        id: "turn_taking_0",
        good: "A: Did you?\nB: I did.",
        bad: "A: Did you?\nB: She\u2028did.",
      },
    ]);
  });
});

describe("failure", () => {
  test("a bad line is named with its uid, line and field", () => {
    const text = '{"sentence_good": "a b", "sentence_bad": "a c"}\n{"sentence_good": "a b"}';
    expect(() => readMinimalPairs({ text, uid: "hypernym" })).toThrow(/hypernym, line 2 .* sentence_bad: /);
    expect(() => readMinimalPairs({ text: '{"sentence_good": ', uid: "cut" })).toThrow(
      /cut, line 1 must be a JSON/,
    );
    expect(() => readMinimalPairs({ text: "", uid: "empty" })).toThrow(/empty must have at least one line/);
  });

  test("NaN names the item instead of winning it", async () => {
    const broken = scorePairs(catPairs, async (requests) =>
      requests.map((_, index) => ({ logProb: index === 3 ? Number.NaN : -1, numTokens: 1 })),
    );
    await expect(broken).rejects.toThrow(/agreement_1 .* none NaN, got \[-1, NaN\]/);
  });

  test("a sentence without a scored token and a short answer list are errors", async () => {
    const oneToken = readMinimalPairs({
      uid: "short",
      text: '{"sentence_good": "a", "sentence_bad": "a b"}',
    });
    await expect(scorePairs(oneToken, bigram({ "a| b": 0.5 }))).rejects.toThrow(/short_0 .* got 0 and 1/);
    await expect(scorePairs(catPairs, async () => [])).rejects.toThrow(/all 6 requests, got 0 answers/);
  });

  test("no items and a misspelt tie policy are refused", () => {
    const misspelt = "half" as TiePolicy;
    expect(() => summariseAccuracy([], "official")).toThrow(/at least one item/);
    expect(() => summariseAccuracy([{ uid: "a", scores: [-1, -2], tie: false }], misspelt)).toThrow(
      /official, halfCredit, wrong/,
    );
  });
});

interface OfficialItem {
  readonly id: string;
  readonly uid: string;
  readonly pred_index: number;
  readonly scores: readonly number[];
}
interface OfficialSummary {
  readonly average: number;
  readonly exact_ties: number;
  readonly near_tie_ids: readonly string[];
}

const officialTasks = [
  "blimp_fast",
  "blimp_supplement_fast",
  "comps_standin",
  "ewok_handmade",
  "edge_cases",
].flatMap((task) => ["plain", "prefix_space"].map((model) => ({ task, model })));

// Needs the parity folder beside CLASS_IT_DATA: the official pipeline's own scores, choices and averages.
test.skipIf(parityFolder === null).each(officialTasks)(
  "$model on $task: official scores give the official choices and average",
  ({ task, model }) => {
    const folder = [model, "expected", "zero_shot"];
    const summary = parityJson(...folder, `${task}.summary.json`) as OfficialSummary;
    const lines = readFileSync(parityPath(...folder, `${task}.items.jsonl`), "utf8")
      .trimEnd()
      .split("\n");
    const items = lines.map((line) => JSON.parse(line) as OfficialItem);
    const scored = items.map((item) => ({ ...item, ...chooseCandidate(item.scores, item.id) }));
    // The file prints six decimals, so that near ties may look exact.
    const nearTies = new Set(summary.near_tie_ids);
    for (const { id, choice, pred_index } of scored)
      if (!nearTies.has(id)) expect([id, choice]).toEqual([id, pred_index]);
    expect(scored.filter(({ tie }) => tie).length).toBe(summary.exact_ties);
    expect(summariseAccuracy(scored, "official").average).toBeCloseTo(summary.average / 100, 10);
  },
);

// Needs CLASS_IT_DATA: the evaluation files themselves.
test.skipIf(dataFolder === null)(
  "every fast BLiMP and supplement file is read: 67 × 200 and 5 × 50 pairs",
  () => {
    const read = (folder: string) => {
      const path = join(dataFolder ?? "", "babylm_eval_2025", "fast_eval", folder);
      return readdirSync(path).map((name) =>
        readMinimalPairs({ text: readFileSync(join(path, name), "utf8"), uid: name.replace(".jsonl", "") }),
      );
    };
    expect(read("blimp_fast").map((pairs) => pairs.length)).toEqual(Array<number>(67).fill(200));
    expect(read("supplement_fast").map((pairs) => pairs.length)).toEqual(Array<number>(5).fill(50));
  },
);
