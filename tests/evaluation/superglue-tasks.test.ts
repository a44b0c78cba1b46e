/** @file Files of (Super)GLUE tasks: the official inputs, and what is refused. */
import { describe, expect, test } from "vitest";
import { microworldClassification } from "../../src/data/microworld/classification-tasks.js";
import {
  readNestedMultirc,
  readSuperglue,
  requireClasses,
  SUPERGLUE_CONFIGS,
  SUPERGLUE_TASKS,
} from "../../src/evaluation/superglue-tasks.js";
import { seeded } from "../../src/random.js";

const lines = (...rows: readonly object[]) => ({
  text: rows.map((row) => JSON.stringify(row)).join("\n"),
  name: "own words",
});

test("WSC asks whether the pronoun refers to the name, and then gives the text", () => {
  const [pair] = readSuperglue(
    "wsc",
    lines({ span1_text: "Ann", span2_text: "she", text: "Ann sang because she was glad.", label: 1 }),
  );
  expect(pair).toEqual({
    id: "wsc_0",
    first: 'Does "she" refer to "Ann" in this passage?',
    second: "Ann sang because she was glad.",
    label: 1,
  });
});

test("MultiRC's flat file asks with the answer; passages are numbered as they first appear", () => {
  const rows = ["The mill is old.", "The pond is deep.", "The mill is old."].map((paragraph, label) => ({
    ...{ question: "What is old?", answer: "The mill", paragraph, label: label % 2 },
  }));
  expect(
    readSuperglue("multirc", lines(...rows)).map(({ id, second, cluster }) => [id, second, cluster]),
  ).toEqual([
    ["multirc_0", "The mill is old.", "passage 0"],
    ["multirc_1", "The pond is deep.", "passage 1"],
    ["multirc_2", "The mill is old.", "passage 0"],
  ]);
});

test.each([
  ["qqp", "question1", "question2"],
  ["mrpc", "sentence1", "sentence2"],
  ["mnli", "premise", "hypothesis"],
  ["boolq", "question", "passage"],
  ["rte", "sentence1", "sentence2"],
] as const)("%s reads %s before %s, and nothing else", (task, first, second) => {
  const row = { [second]: "It is wet.", [first]: "It rains.", label: 1, idx: 7 };
  expect(readSuperglue(task, lines(row))).toEqual([
    { id: `${task}_0`, first: "It rains.", second: "It is wet.", label: 1 },
  ]);
});

test("the official settings: F1 for QQP and MRPC, 30 epochs of WSC, batches of 16 for the long ones", () => {
  const of = (isSo: (config: (typeof SUPERGLUE_CONFIGS)["wsc"]) => boolean) =>
    SUPERGLUE_TASKS.filter((task) => isSo(SUPERGLUE_CONFIGS[task]));
  expect(of(({ metric }) => metric === "f1")).toEqual(["qqp", "mrpc"]);
  expect(of(({ metric }) => metric === "accuracy")).toHaveLength(5);
  expect(of(({ epochs }) => epochs === 30)).toEqual(["wsc"]);
  expect(of(({ epochs }) => epochs === 10)).toHaveLength(6);
  expect(of(({ batchSize }) => batchSize === 16)).toEqual(["multirc", "boolq"]);
  expect(of(({ batchSize }) => batchSize === 32)).toHaveLength(5);
  expect(of(({ classes }) => classes.length === 3)).toEqual(["mnli"]);
});

test("MultiRC's nested train file becomes one item an answer, the empty one as well, under its passage", () => {
  const passage = {
    text: "The mill is old.",
    questions: [
      {
        question: "What is old?",
        answers: [
          { text: "The mill", label: 1 },
          { text: "", label: 0 },
        ],
      },
    ],
  };
  const other = { ...passage, text: "The pond is deep." };
  const pairs = readNestedMultirc(lines({ passage }, { passage: other }));
  expect(pairs.slice(0, 2).map(({ first }) => first)).toEqual([
    "Question: What is old? Answer: The mill",
    "Question: What is old? Answer: ",
  ]);
  expect(pairs.map(({ cluster }) => cluster)).toEqual(["passage 0", "passage 0", "passage 1", "passage 1"]);
});

describe("a task's file", () => {
  const row = { sentence1: "It rains.", sentence2: "It is wet.", label: 0 };

  test("with an unknown label is refused with file, line and the labels there are", () => {
    expect(() => readSuperglue("rte", lines(row, { ...row, label: 2 }))).toThrow(
      /own words, line 2 .*label must be one of 0, 1/,
    );
  });

  test("of MNLI may have label 2; below 0 and between the numbers there is none", () => {
    const nli = { premise: "It rains.", hypothesis: "It is wet." };
    expect(readSuperglue("mnli", lines({ ...nli, label: 2 }))[0]?.label).toBe(2);
    for (const label of [-1, 3, 0.5])
      expect(() => readSuperglue("mnli", lines({ ...nli, label }))).toThrow(/label/);
  });

  test("with an empty text of WSC or MultiRC is refused, but for an answer", () => {
    const wsc = { span1_text: "Ann", span2_text: "", text: "Ann sang.", label: 1 };
    expect(() => readSuperglue("wsc", lines(wsc))).toThrow(/span1_text, span2_text and text/);
    const multirc = { question: "What?", answer: "", paragraph: "A mill.", label: 1 };
    expect(readSuperglue("multirc", lines(multirc))[0]?.first).toBe("Question: What? Answer: ");
    expect(() => readSuperglue("multirc", lines({ ...multirc, paragraph: "" }))).toThrow(
      /question, answer and paragraph/,
    );
    expect(() => readNestedMultirc(lines({ passage: { text: "", questions: [] } }))).toThrow(/its questions/);
  });

  test("of two classes can be trained on", () => {
    expect(() => requireClasses(readSuperglue("rte", lines(row, { ...row, label: 1 })), "own")).not.toThrow();
  });

  test("with an empty text is refused with its field", () => {
    expect(() => readSuperglue("rte", lines({ ...row, sentence1: "" }))).toThrow(/sentence1.*empty/);
    expect(() => readSuperglue("rte", lines({ ...row, sentence2: " " }))).toThrow(/sentence2.*empty/);
  });

  test("of another task is refused with the fields it should have", () => {
    expect(() => readSuperglue("mnli", lines(row))).toThrow(/premise and hypothesis/);
  });

  test("of one class cannot be trained on", () => {
    expect(() => requireClasses(readSuperglue("rte", lines(row, row)), "own words")).toThrow(
      /at least two classes, got label 0 alone in 2 items/,
    );
  });
});

test.each(SUPERGLUE_TASKS)("generated items of %s have the shape of its files and every class", (task) => {
  const classes = SUPERGLUE_CONFIGS[task].classes.length;
  const text = microworldClassification(task, { rows: 12, classes, random: seeded(1) });
  const labels = readSuperglue(task, { text, name: task }).map(({ label }) => label);
  expect(new Set(labels).size).toBe(classes);
});
