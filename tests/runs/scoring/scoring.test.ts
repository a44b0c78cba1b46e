import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { MICROWORLD_UIDS } from "../../../src/data/microworld/minimal-pairs.js";
import { tf } from "../../../src/engine/backend.js";
import { parseCsv } from "../../../src/report/render/csv.js";
import { evaluateCondition } from "../../../src/runs/scoring/scoring.js";
import { defineTask, type Task } from "../../../src/runs/scoring/tasks.js";
import {
  itemsFile,
  readItemsText,
  readResults,
  runFolder,
  type Result,
} from "../../../src/runs/study/results.js";
import { trainedModel } from "../../../src/runs/training/training.js";
import { mean } from "../../../src/statistics/summary.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

const run = { model: "llama100M", condition: "base" } as const;
const study = openTinyStudy(sharedFolder());
const PAIRS = 2 * MICROWORLD_UIDS.length; // zeroShotItemsPerUid
let result: Result;
let stages: string[];
beforeAll(async () => {
  result = await evaluateCondition(study, { ...run, task: "blimp" });
  stages = stagesOf(study);
});

const itemsOf = (task: string) => {
  const text = readItemsText(itemsFile(runFolder(study, run), task));
  return { text, rows: parseCsv(text) };
};

describe("an evaluation", () => {
  test("trains the model it lacks and keeps its scores as a stage of their own", () => {
    expect(stages.map((name) => name.split("-")[0])).toEqual([
      "evaluation",
      ...["held", "held", "held"], // held-out losses
      "pretraining",
      "tokenizer",
      "tokens",
    ]);
    expect(result.stages.map(({ kind }) => kind)).toEqual(["pretraining", "evaluation"]);
    expect(result.stages.map(({ kind, hash }) => `${kind}-${hash}`).sort()).toEqual([stages[0], stages[4]]);
  });

  test("writes the result with configuration, seed, provenance and n of every metric", () => {
    const file = join(runFolder(study, run), "blimp.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(result);
    expect(file.endsWith(join("smoke-microworld", "llama100M", "base", "seed-1", "blimp.json"))).toBe(true);
    expect(result).toMatchObject({
      task: "blimp",
      scale: "smoke",
      source: "microworld",
      seed: 1,
      ...run,
    });
    expect(result.config).toEqual(study.config);
    expect(result.provenance).toMatchObject({ node: process.versions.node, tfjs: tf.version_core });
    const accuracies = result.metrics.filter(({ metric }) => metric === "accuracy");
    expect(accuracies).toHaveLength(2 * (1 + MICROWORLD_UIDS.length));
    for (const { part, n } of result.metrics) expect(n).toBe(part === "all" ? PAIRS : 2);
  });

  test("counts what its items say, and the mean over paradigms", () => {
    const { rows } = itemsOf("blimp");
    expect(rows).toHaveLength(PAIRS);
    const accuracyOf = (part: string) =>
      result.metrics.find((metric) => metric.part === part && metric.scoringRule === "official")?.value;
    for (const uid of MICROWORLD_UIDS) {
      const ofUid = rows.filter((row) => row["uid"] === uid);
      const right = ofUid.filter((row) => Number(row["logProb0"]) >= Number(row["logProb1"]));
      expect(accuracyOf(uid)).toBe(right.length / ofUid.length);
    }
    expect(accuracyOf("all")).toBeCloseTo(mean(MICROWORLD_UIDS.map((uid) => accuracyOf(uid) ?? NaN)), 12);
  });

  test("publishes ids and numbers of its items, no sentence", () => {
    const { text, rows } = itemsOf("blimp");
    expect(text).not.toMatch(/[ "]/);
    for (const { id, uid, ...numbers } of rows) {
      expect(id).toMatch(new RegExp(`^${uid}_\\d+$`));
      for (const value of Object.values(numbers)) expect(value).toMatch(/^-?\d+(\.\d+)?$/);
    }
  });

  test("is made once: the second call scores nothing and gives the same", async () => {
    const tensors = tf.memory().numTensors;
    expect(await evaluateCondition(study, { ...run, task: "blimp" })).toEqual(result);
    expect(stagesOf(study)).toEqual(stages);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test("of more items is another stage of the same model", async () => {
    const budget = { ...TINY_CONFIG.budget, zeroShotItemsPerUid: 3 };
    const more = {
      ...study,
      config: { ...TINY_CONFIG, budget },
      resultsFolder: `${study.resultsFolder}-more`,
    };
    const tensors = tf.memory().numTensors;
    const again = await evaluateCondition(more, { ...run, task: "blimp" });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(again.stages[0]).toEqual(result.stages[0]);
    expect(again.stages[1]?.hash).not.toBe(result.stages[1]?.hash);
    expect(again.metrics[0]?.n).toBe(3 * MICROWORLD_UIDS.length);
  });

  test("of another condition's model is another stage", async () => {
    const tuned = await evaluateCondition(study, { ...run, condition: "switch", task: "blimp" });
    expect(tuned.stages.map(({ kind }) => kind)).toEqual(["pretraining", "tuning", "evaluation"]);
    expect(tuned.stages[0]).toEqual(result.stages[0]);
    expect(stages).not.toContain(`evaluation-${tuned.stages[2]?.hash}`);
  });

  test("stands beside the training result of its model", () => {
    const ofBase = readResults(study.resultsFolder).filter(({ condition }) => condition === "base");
    expect(ofBase.map(({ task }) => task)).toEqual(["blimp", "training"]);
  });
});

test("a tie is right as the official pipeline counts, and half right corrected", async () => {
  const blimp = await defineTask(study, "blimp");
  const metrics = blimp.summarise(
    {
      columns: ["id", "uid", "logProb0", "logProb1", "tokens0", "tokens1", "choice", "tie", "credit"],
      rows: [
        ["a_0", "a", -5, -5, 3, 3, 0, 1, 0.5],
        ["a_1", "a", -4, -6, 3, 3, 0, 0, 1],
        ["b_0", "b", -6, -4, 3, 3, 1, 0, 0],
      ],
    },
    "items.json",
  );
  const all = metrics.filter(({ metric, part }) => metric === "accuracy" && part === "all");
  expect(all.map(({ scoringRule, value, n, ties }) => [scoringRule, value, n, ties])).toEqual([
    ["official", 0.5, 3, 1], // mean of 1 and 0
    ["corrected", 0.375, 3, 1], // mean of ¾ and 0
  ]);
});

test("reading times get both scores in three readings, from surprisals that are kept", async () => {
  const times = await evaluateCondition(study, { ...run, task: "reading" });
  const { rows } = itemsOf("reading");
  expect(rows.length).toBeGreaterThan(1000);
  for (const { surprisalNats, correctedNats, wholeWordNats } of rows)
    for (const nats of [surprisalNats, correctedNats, wholeWordNats]) expect(Number(nats)).toBeGreaterThan(0);
  const scores = times.metrics.filter(({ metric }) => metric === "partialRSquared");
  const measures = ["firstFixMs", "firstPassMs", "goPastMs", "rightBoundMs"];
  const parts = ["eyeTracking", ...measures, "selfPaced", "selfPacedMs"];
  expect(scores.map(({ part, scoringRule }) => `${scoringRule} ${part}`)).toEqual(
    ["official", "corrected", "wholeWord"].flatMap((name) => parts.map((part) => `${name} ${part}`)),
  );
  for (const { value, n } of scores) {
    expect(value).toBeGreaterThanOrEqual(0); // a nested model never explains less
    expect(n).toBeLessThanOrEqual(rows.length);
    expect(n).toBeGreaterThan(0.7 * rows.length); // self-paced reading loses the first words of sentences
  }
});

test("reading scores and held-out gains have intervals over sentences that hold them", async () => {
  const { metrics } = await evaluateCondition(study, { ...run, task: "reading" });
  const valueOf = (name: string, part: string) =>
    metrics.find(
      ({ metric, part: of, scoringRule }) => metric === name && of === part && scoringRule === "corrected",
    )?.value ?? NaN;
  for (const part of ["eyeTracking", "selfPaced"])
    for (const name of ["heldOutGainNats", "spilloverGainNats", "corpusFrequencyGainNats"]) {
      expect(valueOf(`${name}Low`, part)).toBeLessThanOrEqual(valueOf(name, part));
      expect(valueOf(`${name}High`, part)).toBeGreaterThanOrEqual(valueOf(name, part));
    }
  expect(valueOf("partialRSquaredHigh", "eyeTracking")).toBeGreaterThan(
    valueOf("partialRSquaredLow", "eyeTracking"),
  );
});

test("an unknown task is refused with those there are, before anything is trained", async () => {
  const untouched = openTinyStudy(join(study.cacheFolder, "..", "untouched"));
  await expect(
    evaluateCondition(untouched, { ...run, task: "glue" as Task }), // as a notebook may hand it over
  ).rejects.toThrow(/task must be one of blimp, .*reading, .*questions, got "glue"/);
  expect(existsSync(untouched.cacheFolder)).toBe(false);
});

test("an interrupted cell stops within a task, keeps nothing half scored, and leaves no tensor", async () => {
  const other = openTinyStudy(temporaryFolder());
  await trainedModel(other, run);
  const before = stagesOf(other);
  const tensors = tf.memory().numTensors;
  const signal = AbortSignal.abort(new Error("the cell was interrupted"));
  Reflect.set(globalThis, "__classItInterrupt", { signal });
  const interrupted = evaluateCondition(other, { ...run, task: "blimp" });
  await expect(interrupted).rejects.toThrow("the cell was interrupted");
  Reflect.deleteProperty(globalThis, "__classItInterrupt");
  expect(tf.memory().numTensors).toBe(tensors);
  expect(stagesOf(other)).toEqual(before);
});

test("first tokens that are never scored are kept with the items, where there are any", async () => {
  const blimp = await defineTask(study, "blimp");
  const columnsWith = async (unscoredFirst: number | undefined) => {
    const table = await blimp.score({
      splitWord: async (word) => [{ text: word, id: 0 }],
      guessingNats: async () => [],
      dispose: () => undefined,
      logLikelihood: async (requests) =>
        requests.map(() => ({
          logProb: -1,
          numTokens: 1,
          ...(unscoredFirst !== undefined && { unscoredFirst }),
        })),
    });
    return table.columns.filter((name) => name.startsWith("unscoredFirst"));
  };
  expect(await columnsWith(7)).toEqual(["unscoredFirst0", "unscoredFirst1"]);
  expect(await columnsWith(undefined)).toEqual([]);
});
