import { expect, test } from "vitest";
import { microworldClassification } from "../../../src/data/microworld/classification-tasks.js";
import { seeded } from "../../../src/random.js";

type Row = Record<string, string | number>;
const rowsOf = (task: string, classes: number, rows = 12): Row[] =>
  microworldClassification(task, { rows, classes, random: seeded(5) })
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
const labels = (rows: readonly Row[]) => rows.map(({ label }) => label);

test("labels come in turn, of two classes or of three", () => {
  expect(labels(rowsOf("rte", 2, 5))).toEqual([0, 1, 0, 1, 0]);
  expect(labels(rowsOf("mnli", 3, 5))).toEqual([0, 1, 2, 0, 1]);
});

test("a statement stands in its passage where the label says that it follows, and nowhere else", () => {
  for (const { sentence1, sentence2, label } of rowsOf("rte", 2))
    expect(String(sentence1).includes(String(sentence2))).toBe(label === 0);
  for (const { sentence1, sentence2, label } of rowsOf("mrpc", 2))
    expect(String(sentence1).includes(String(sentence2))).toBe(label === 1);
  for (const { question1, question2, label } of rowsOf("qqp", 2))
    expect(String(question1).includes(String(question2))).toBe(label === 1);
  for (const { premise, hypothesis, label } of rowsOf("mnli", 3))
    expect(String(premise).includes(String(hypothesis))).toBe(label === 0);
});

test("a contradiction says that one thing is another", () => {
  const contradictions = rowsOf("mnli", 3).filter(({ label }) => label === 2);
  for (const { hypothesis } of contradictions) expect(hypothesis).toMatch(/^\S.* is \S.*\.$/);
  expect(contradictions).toHaveLength(4);
});

test("BoolQ asks whether a statement of the passage is true", () => {
  for (const { question, passage, label } of rowsOf("boolq", 2)) {
    const [, statement = "?"] = /^Is it true that (.+)$/.exec(String(question)) ?? [];
    expect(String(passage).includes(statement)).toBe(label === 1);
  }
});

test("WSC and MultiRC have the fields of their files", () => {
  for (const { span1_text, span2_text, text, label } of rowsOf("wsc", 2)) {
    expect(span2_text).toBe("It");
    expect(String(text)).toMatch(/ It is well known\.$/);
    expect(String(text).toLowerCase().includes(String(span1_text).toLowerCase())).toBe(label === 1);
  }
  const [first, second] = rowsOf("multirc", 2);
  expect(Object.keys(first ?? {})).toEqual(["question", "answer", "paragraph", "label"]);
  expect(String(first?.["question"])).toMatch(/\?$/);
  expect(first?.["answer"]).not.toBe(second?.["answer"]);
});

test("no rows and half a row are refused, one is enough", () => {
  for (const rows of [0, 1.5])
    expect(() => microworldClassification("rte", { rows, classes: 2, random: seeded(1) })).toThrow(
      `rows must be a whole number of at least 1, got ${rows}`,
    );
  expect(rowsOf("rte", 2, 1)).toHaveLength(1);
});
