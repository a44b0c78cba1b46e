/**
 * @file Every default of `docs/decisions.md` and `docs/options.md`, and every constant of the paper: the code has the values that the documents give. A
 * changed default is red here.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { studyConfigSchema, tuningStageSchema } from "../src/config/config-schema.js";
import { tune } from "../src/config/curricula.js";
import { INSTRUCTION_BUDGET_WORDS } from "../src/data/instructions/instruction-budget.js";
import { WORD_LIMITS } from "../src/data/word-budget.js";
import { summariseBenchmark } from "../src/evaluation/benchmark-summary.js";
import { BENCHMARKS } from "../src/evaluation/benchmarks.js";
import type { TiePolicy } from "../src/evaluation/choices.js";
import { FINETUNING } from "../src/evaluation/superglue-schedule.js";
import { SUPERGLUE_CONFIGS } from "../src/evaluation/superglue-tasks.js";
import {
  INSTRUCTION_TUNING,
  PAPER_ARCHITECTURES,
  PRETRAINING,
  PUBLISHED_CONDITIONS,
} from "../src/config/paper-settings.js";
import { FINETUNING_SEEDS, finetuningSettings } from "../src/runs/finetuning/budget.js";
import { deriveStudy, SCALE_SEEDS } from "../src/config/scales.js";
import { command } from "./command-line/command.js";

const DOCUMENT = ["decisions", "options"]
  .map((name) => readFileSync(fileURLToPath(new URL(`../docs/${name}.md`, import.meta.url)), "utf8"))
  .join("\n");
const paper = deriveStudy("paper");

/** Rows of both tables: the decision, its field or option, and its values with the default first; "none" is a field left out. */
const ROWS = DOCUMENT.split("\n").flatMap((line) => {
  const [, anchor = "", field = "", values = ""] =
    /^\| \[D\d+\]\(#(d\d+)\)\s*\| `([^`]+)`\s*\| (.+?)\s*\|$/.exec(line) ?? [];
  const listed = [...values.matchAll(/^none|`([^`]+)`/g)].map(([, value]): unknown =>
    value === undefined ? undefined : JSON.parse(value),
  );
  return anchor === "" ? [] : [{ anchor, field, values: listed }];
});
const STAGE_FIELDS = ROWS.filter(({ field }) => field.startsWith("stage."));
const FIELDS = ROWS.filter(({ field }) => !/^(class-it|stage\.)/.test(field));
const OPTIONS = ROWS.filter(({ field }) => field.startsWith("class-it"));

/** A value of a configuration by its path. */
const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((found, name) => z.record(z.string(), z.unknown()).parse(found)[name], value);

/** The configuration with another value at a path. */
function withValue(value: unknown, path: readonly string[], other: unknown): unknown {
  const [name = "", ...rest] = path;
  const record = z.record(z.string(), z.unknown()).parse(value);
  const changed: unknown = rest.length === 0 ? other : withValue(record[name], rest, other);
  const kept = Object.entries({ ...record, [name]: changed }).filter(([, field]) => field !== undefined);
  return Object.fromEntries(kept);
}

test("the documents list their decisions, each with a section", () => {
  const sections = [...DOCUMENT.matchAll(/^## (D\d+)$/gm)].map(([, name = ""]) => name);
  const numbers = sections.map((name) => Number(name.slice(1)));
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  const listed = new Set(ROWS.map(({ anchor }) => anchor.toUpperCase()));
  // These two have no setting, as the document says.
  expect(sections.filter((name) => !listed.has(name))).toEqual(["D19", "D20"]);
});

describe.each(FIELDS)("$field", ({ field, values }) => {
  const path = field.split(".");

  test("is at paper scale what the document says", () => {
    expect(at(paper, path)).toEqual(values[0]);
  });

  test("takes the listed values and no other, where it is one of a list", () => {
    for (const value of values)
      expect(studyConfigSchema.safeParse(withValue(paper, path, value)).error).toBeUndefined();
    const { error } = studyConfigSchema.safeParse(withValue(paper, path, "no such value"));
    const [issue] = error?.issues ?? [];
    const given = values.filter((value) => value !== undefined);
    if (issue?.code === "invalid_value") expect(new Set(issue.values)).toEqual(new Set(given));
    else expect(given).toHaveLength(1);
  });
});

test("fields of a stage are left out where nothing is said, and take the listed values", () => {
  for (const { field, values } of STAGE_FIELDS) {
    const stage: object = tune(["switch"]);
    const name = field.replace("stage.", "");
    expect([name in stage, values[0]]).toEqual([false, undefined]);
    for (const value of values.slice(1))
      expect(tuningStageSchema.safeParse({ ...stage, [name]: value }).error).toBeUndefined();
    expect(tuningStageSchema.safeParse({ ...stage, [name]: "no such value" }).error).toBeDefined();
  }
});

describe("options of the command line", () => {
  const help: Record<string, string> = {};
  beforeAll(async () => {
    for (const name of ["finetune", "evaluate"])
      help[name] = (await command(`${name} --help`)).stdout.replace(/\s+/g, " ");
  });

  test.each(OPTIONS.filter(({ values }) => !Array.isArray(values[0])))("$field", ({ field, values }) => {
    const [, name = "", option = ""] = /^class-it (\w+) (--[\w-]+)$/.exec(field) ?? [];
    const [, choices = ""] =
      new RegExp(`${option} <\\w+> [^(]*\\(choices: ([^)]*?)(?:, default: [^)]*)?\\)`).exec(
        help[name] ?? "",
      ) ?? [];
    expect(new Set(choices.split(", "))).toEqual(new Set(values.map((value) => JSON.stringify(value))));
  });

  test("have the document's defaults where nothing is chosen", () => {
    const defaultOf = (option: string) => OPTIONS.find(({ field }) => field.endsWith(option))?.values[0];
    expect(finetuningSettings("rte", "paper")).toMatchObject({
      pooling: defaultOf("--pooling"),
      selection: defaultOf("--selection"),
      trainRows: null,
    });
    expect(defaultOf("--multirc-train")).toBe("all");
    expect(finetuningSettings("multirc", "paper").trainRows).toBeNull();
    expect(finetuningSettings("multirc", "paper", { multircTrain: "first10k" }).trainRows).toBe(10_000);
    expect(FINETUNING_SEEDS).toEqual(defaultOf("--seeds"));
    const tie = {
      ...{ uid: "pairs", id: "pairs_0", label: 0, scores: [-1, -1], numTokens: [1, 1], choice: 0, tie: true },
      groups: {},
    };
    const corrected = (tiePolicy?: TiePolicy) =>
      summariseBenchmark("blimp", [tie], tiePolicy ? { tiePolicy } : {}).corrected;
    expect(corrected()).toEqual(corrected("halfCredit"));
    expect(corrected()).not.toEqual(corrected("official"));
    expect(defaultOf("--tie-policy")).toBe("halfCredit");
  });
});

/** Warm-up of the smaller scales, as D10 gives it. */
const SHARES = { pretraining: 0.25, instructionTuning: 0.006 } as const;
const million = (...counts: number[]) => counts.map((count) => count * 1e6);

test.each<[what: string, actual: unknown, expected: unknown]>([
  // Poster, Table 1, and what follows from its parameter counts.
  [
    "llama140M",
    PAPER_ARCHITECTURES.llama140M,
    {
      ...{ vocabSize: 32_000, maxLengthTokens: 6_144, hiddenSize: 704, numHeads: 11, numLayers: 12 },
      ...{ feedForwardSize: 2_816, tiedEmbeddings: false },
      ...{ rotaryBase: 10_000, normEpsilon: 1e-5, initializerStd: 0.02 },
    },
  ],
  [
    "llama100M",
    PAPER_ARCHITECTURES.llama100M,
    {
      ...{ vocabSize: 16_384, maxLengthTokens: 6_000, hiddenSize: 512, numHeads: 8, numLayers: 20 },
      ...{ feedForwardSize: 2_048, tiedEmbeddings: false },
      ...{ rotaryBase: 10_000, normEpsilon: 1e-5, initializerStd: 0.02 },
    },
  ],
  // Poster, Table 2.
  [
    "pre-training",
    [
      PRETRAINING.learningRate,
      PRETRAINING.batchSize,
      PRETRAINING.maxEpochs,
      PRETRAINING.schedule,
      PRETRAINING.warmupSteps,
    ],
    [2e-4, 8, 8, "linear", 5_000],
  ],
  [
    "instruction tuning",
    [
      ...[INSTRUCTION_TUNING.learningRate, INSTRUCTION_TUNING.batchSize, INSTRUCTION_TUNING.maxEpochs],
      ...[INSTRUCTION_TUNING.schedule, INSTRUCTION_TUNING.warmupSteps],
    ],
    [2e-5, 8, 10, "cosineWithRestarts", 500],
  ],
  [
    "conditions of llama140M",
    PUBLISHED_CONDITIONS.llama140M,
    ["base", "switch", "wiki", "switchThenWiki", "wikiThenSwitch", "merged"],
  ],
  ["conditions of llama100M", PUBLISHED_CONDITIONS.llama100M, ["base", "merged"]],
  // docs/decisions.md#d10, #d13, #d16.
  ...(["smoke", "laptop"] as const).map((scale): [string, unknown, unknown] => [
    `warm-up at ${scale} scale`,
    [deriveStudy(scale).pretraining.warmupRatio, deriveStudy(scale).instructionTuning.warmupRatio],
    [SHARES.pretraining, SHARES.instructionTuning],
  ]),
  ["seeds", SCALE_SEEDS, { smoke: [42], laptop: [42, 1, 2], paper: [42] }],
  ["words of instructions", INSTRUCTION_BUDGET_WORDS, 8_700_000],
  // docs/paper.md#babylm-rules.
  ["limits of the strict track", WORD_LIMITS, { distinctWords: 1e8, exposureWords: 1e9, epochs: 10 }],
  [
    "words after which BabyLM asks for weights",
    paper.checkpointWords,
    million(
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
      ...[200, 300, 400, 500, 600, 700, 800, 900, 1_000],
    ),
  ],
  // docs/paper.md#fine-tuning.
  [
    "fine-tuning",
    FINETUNING,
    {
      ...{ learningRate: 3e-5, warmupRatio: 0.06, finalShare: 0.1, maxLengthTokens: 512, dropout: 0.1 },
      optimizer: {
        ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, clipNorm: Infinity },
        decays: "everything",
      },
    },
  ],
  [
    "batch size, epochs and metric of each fine-tuning task",
    Object.entries(SUPERGLUE_CONFIGS).map(([task, { batchSize, epochs, metric }]) => [
      task,
      batchSize,
      epochs,
      metric,
    ]),
    [
      ["wsc", 32, 30, "accuracy"],
      ["multirc", 16, 10, "accuracy"],
      ["qqp", 32, 10, "f1"],
      ["mrpc", 32, 10, "f1"],
      ["mnli", 32, 10, "accuracy"],
      ["boolq", 16, 10, "accuracy"],
      ["rte", 32, 10, "accuracy"],
    ],
  ],
  // docs/paper.md#zero-shot-tasks.
  [
    "chance level of zero-shot tasks",
    (["blimp", "blimp_supplement", "ewok", "entity_tracking", "wug_adj", "comps"] as const).map(
      (name) => BENCHMARKS[name].chance,
    ),
    [0.5, 0.5, 0.5, 0.2, null, 0.5],
  ],
])("%s: the code has the documents' numbers", (_what, actual, expected) => {
  expect(actual).toEqual(expected);
});
