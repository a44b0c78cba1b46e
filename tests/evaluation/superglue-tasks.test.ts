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

  test("with an empty text is refused with its field", () => {
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
