/**
 * @file The seven (Super)GLUE tasks of the BabyLM evaluation: what their files hold, what the model reads of them, and
 * the official settings. How texts become tokens is in `superglue-inputs.ts`.
 */
import { z } from "zod";
import { parseJsonLines } from "../data/json-lines.js";

/** The tasks, in the order of the poster's Figure 2. */
export const SUPERGLUE_TASKS = ["wsc", "multirc", "qqp", "mrpc", "mnli", "boolq", "rte"] as const;
/** Name of a task of (Super)GLUE. */
export type SuperglueTask = (typeof SUPERGLUE_TASKS)[number];

/** How well predicted classes agree with true ones. */
export type SuperglueMetric = "accuracy" | "f1";

/** One task as the official pipeline runs it. */
export interface SuperglueTaskConfig {
  readonly label: string;
  /** Classes by number. */
  readonly classes: readonly string[];
  /** What picks the best epoch and is reported. */
  readonly metric: SuperglueMetric;
  readonly batchSize: number;
  readonly epochs: number;
  /** Items of the official dev file, and of the official train file. */
  readonly devItems: number;
  readonly trainItems: number;
}

/** Source: BabyLM evaluation pipeline 2025, eval_finetuning.sh and finetune/dataset.py; sizes from docs/paper.md#fine-tuning. */
export const SUPERGLUE_CONFIGS: Readonly<Record<SuperglueTask, SuperglueTaskConfig>> = {
  wsc: taskOf("WSC", ["other", "refers"], { epochs: 30, devItems: 52, trainItems: 554 }),
  multirc: taskOf("MultiRC", ["wrong", "right"], { batchSize: 16, devItems: 2_424, trainItems: 27_243 }),
  qqp: taskOf("QQP", ["different", "duplicate"], { metric: "f1", devItems: 20_215, trainItems: 10_000 }),
  mrpc: taskOf("MRPC", ["different", "paraphrase"], { metric: "f1", devItems: 204, trainItems: 3_668 }),
  mnli: taskOf("MNLI", ["entailment", "neutral", "contradiction"], { devItems: 4_908, trainItems: 10_000 }),
  boolq: taskOf("BoolQ", ["no", "yes"], { batchSize: 16, devItems: 1_635, trainItems: 9_427 }),
  rte: taskOf("RTE", ["entailment", "not entailment"], { devItems: 139, trainItems: 2_490 }),
};

function taskOf(
  label: string,
  classes: readonly string[],
  own: Partial<SuperglueTaskConfig> & Pick<SuperglueTaskConfig, "devItems" | "trainItems">,
): SuperglueTaskConfig {
  return { label, classes, metric: "accuracy", batchSize: 32, epochs: 10, ...own };
}

/** One item: two texts and the number of its class. */
export interface SupergluePair {
  /** `<task>_<line from 0>`, as in the official prediction files. */
  readonly id: string;
  readonly first: string;
  readonly second: string;
  readonly label: number;
  /** MultiRC's passage, by number: its items err together. */
  readonly cluster?: string;
}

const text = z.string().refine((value) => value.trim() !== "", "must not be empty");
const label = z.number().int();
const pair = z.object({ first: text, second: text, label });

/** What a line of each task holds; the two texts as the official pipeline makes them. */
const LINES: Readonly<
  Record<SuperglueTask, { fields: string; schema: z.ZodType<Omit<SupergluePair, "id" | "cluster">> }>
> = {
  wsc: {
    fields: "span1_text, span2_text and text",
    schema: z
      .object({ span1_text: text, span2_text: text, text, label })
      .transform(({ span1_text, span2_text, ...row }) => ({
        first: `Does "${span2_text}" refer to "${span1_text}" in this passage?`,
        second: row.text,
        label: row.label,
      })),
  },
  multirc: {
    fields: "question, answer and paragraph",
    // Some answers are empty; the official pipeline keeps them.
    schema: z.object({ question: text, answer: z.string(), paragraph: text, label }).transform((row) => ({
      first: `Question: ${row.question} Answer: ${row.answer}`,
      second: row.paragraph,
      label: row.label,
    })),
  },
  qqp: twoTexts("question1", "question2"),
  mrpc: twoTexts("sentence1", "sentence2"),
  mnli: twoTexts("premise", "hypothesis"),
  boolq: twoTexts("question", "passage"),
  rte: twoTexts("sentence1", "sentence2"),
};

function twoTexts<A extends string, B extends string>(first: A, second: B) {
  const schema = z
    .record(z.string(), z.unknown())
    .transform((row, context): Omit<SupergluePair, "id" | "cluster"> => {
      const parsed = pair.safeParse({
        first: row[first],
        second: row[second],
        label: row["label"],
      });
      if (parsed.success) return parsed.data;
      const names: Readonly<Record<string, string>> = { first, second };
      for (const { path, message } of parsed.error.issues)
        context.addIssue({
          code: "custom",
          message: `${names[String(path[0])] ?? String(path[0])}: ${message}`,
        });
      return z.NEVER;
    });
  return { fields: `${first} and ${second}`, schema };
}

/**
 * The items of a task's file.
 *
 * @param file.text contents, one object a line; other fields are ignored
 * @throws RangeError naming file and line (from 1) when a text is missing or empty, a label is none of the task's, or there
 *   is no line
 *
 * Source: BabyLM evaluation pipeline 2025, finetune/dataset.py.
 */
export function readSuperglue(
  task: SuperglueTask,
  file: { readonly text: string; readonly name: string },
): SupergluePair[] {
  const { classes } = SUPERGLUE_CONFIGS[task];
  const { fields, schema } = LINES[task];
  const labels = classes.map((_, index) => index).join(", ");
  const rows = parseJsonLines(file.text, {
    name: file.name,
    schema: schema.refine(
      (row) => row.label >= 0 && row.label < classes.length,
      `label must be one of ${labels}`,
    ),
    expected: `a JSON object of ${task} with the texts ${fields} and a label out of ${labels}`,
  });
  const passages = new Map(
    task === "multirc"
      ? [...new Set(rows.map(({ second }) => second))].map((passage, n) => [passage, n])
      : [],
  );
  return rows.map((row, index) => {
    const passage = passages.get(row.second);
    return {
      id: `${task}_${index}`,
      ...row,
      ...(passage !== undefined && { cluster: `passage ${passage}` }),
    };
  });
}

const nestedPassage = z.object({
  passage: z.object({
    text,
    questions: z.array(
      z.object({
        question: text,
        answers: z.array(z.object({ text: z.string(), label: label.min(0).max(1) })),
      }),
    ),
  }),
});

/**
 * MultiRC's train file as SuperGLUE ships it, one passage a line, flattened to one item per answer.
 *
 * @throws RangeError as {@link readSuperglue}
 */
export function readNestedMultirc(file: { readonly text: string; readonly name: string }): SupergluePair[] {
  const passages = parseJsonLines(file.text, {
    name: file.name,
    schema: nestedPassage,
    expected: "a JSON object of multirc with a passage, its questions and their answers",
  });
  const lines = passages.flatMap(({ passage }) =>
    passage.questions.flatMap(({ question, answers }) =>
      answers.map((answer) =>
        JSON.stringify({ question, answer: answer.text, paragraph: passage.text, label: answer.label }),
      ),
    ),
  );
  return readSuperglue("multirc", { text: lines.join("\n"), name: file.name });
}

/**
 * Refuses training items of one class, from which nothing can be learned.
 *
 * @throws RangeError naming the class
 */
export function requireClasses(pairs: readonly SupergluePair[], name: string): void {
  const labels = new Set(pairs.map((pair) => pair.label));
  if (labels.size >= 2) return;
  throw new RangeError(
    `requireClasses: ${name} must hold items of at least two classes, got label ${[...labels].join()} alone in ${pairs.length} items. Use the whole train file, or a larger sample.`,
  );
}
