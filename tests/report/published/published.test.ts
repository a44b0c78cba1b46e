import { expect, test } from "vitest";
import { CONDITIONS, MODELS, type ModelName } from "../../../src/config/config.js";
import {
  FINETUNING_TASKS,
  publishedFinetuning,
  publishedScore,
  publishedZeroShot,
  ZERO_SHOT_TASKS,
} from "../../../src/report/published/published.js";
import {
  publishedArchitectures,
  publishedTraining,
  publishedZScores,
  taskSizes,
} from "../../../src/report/published/published-settings.js";

test.each([
  ["fine-tuning", publishedFinetuning(), FINETUNING_TASKS],
  ["zero-shot", publishedZeroShot(), ZERO_SHOT_TASKS],
] as const)("%s has 8 own models and 3 baselines on 7 tasks, each once", (_, scores, tasks) => {
  expect(scores).toHaveLength(77);
  for (const kind of ["own", "baseline"] as const) {
    const names = new Set(scores.filter((score) => score.kind === kind).map((score) => score.publishedName));
    expect(names.size).toBe(kind === "own" ? 8 : 3);
    for (const name of names) {
      const mine = scores.filter((score) => score.publishedName === name);
      expect(mine.map((score) => score.task)).toEqual([...tasks]);
      expect(mine.every((score) => (score.model !== null) === (kind === "own"))).toBe(true);
    }
  }
});

test("the score of one model is the poster's, with n and whole items", () => {
  const score = publishedScore({ model: "llama140M", condition: "switch", task: "WSC", metric: "accuracy" });
  expect(score).toMatchObject({
    publishedName: "llama140M_it_switch",
    percent: 61.54,
    n: 52,
    itemsCorrect: 32,
    qualifier: null,
  });
  expect(score?.proportion).toBeCloseTo(0.6154, 12);
  expect(publishedScore({ model: "llama100M", condition: "base", task: "Eye tracking" })?.percent).toBe(
    10.54,
  );
});

test("bars too short to measure keep their qualifier", () => {
  const task = "Self-paced reading";
  const score = (condition: "base" | "wiki") => publishedScore({ model: "llama140M", condition, task });
  expect(score("base")).toMatchObject({ percent: 0.03, qualifier: "below" });
  expect(score("wiki")).toMatchObject({ percent: 0.08, qualifier: "approximately" });
});

test("a model the paper did not train has no score, and only those", () => {
  const missing = MODELS.flatMap((model) =>
    CONDITIONS.filter((condition) => publishedScore({ model, condition, task: "BLiMP" }) === null).map(
      (condition) => `${model} ${condition}`,
    ),
  );
  expect(missing.sort()).toEqual(
    ["switch", "wiki", "switchThenWiki", "wikiThenSwitch"]
      .map((condition) => `llama100M ${condition}`)
      .sort(),
  );
});

test("another metric than the paper's is refused", () => {
  expect(() =>
    publishedScore({ model: "llama140M", condition: "base", task: "QQP", metric: "accuracy" }),
  ).toThrow('the paper scores QQP by "f1", got "accuracy"');
});

test("whole items and percents agree", () => {
  for (const score of publishedFinetuning()) {
    if (score.itemsCorrect === null) continue;
    expect(Math.abs((100 * score.itemsCorrect) / score.n - score.percent)).toBeLessThanOrEqual(0.005 + 1e-9);
  }
});

test("the parameter counts follow from the other quantities of Table 1", () => {
  for (const model of MODELS) {
    const value = (quantity: string): number => {
      const row = publishedArchitectures().find((each) => each.model === model && each.quantity === quantity);
      if (typeof row?.value !== "number") throw new Error(`no ${quantity} of ${model}`);
      return row.value;
    };
    const [V, D, L] = [value("vocabSize"), value("hiddenSize"), value("numLayers")];
    expect(value("trainableParameters")).toBe(2 * V * D + L * (16 * D * D + 2 * D) + D);
  }
  const tied = publishedArchitectures().filter((row) => row.quantity === "tiedEmbeddings");
  expect(tied.map((row) => row.value)).toEqual([false, false]);
  expect(publishedArchitectures().find((row) => row.quantity === "ropeTheta")).toMatchObject({
    value: null,
    confidence: "unknown",
  });
});

test("training settings are numbers where they are numbers", () => {
  const row = (quantity: string) =>
    publishedTraining().find((each) => each.stage === "instructionTuning" && each.quantity === quantity);
  expect(row("learningRate")?.value).toBe(2e-5);
  expect(row("warmupSteps")?.value).toBe(500);
  expect(row("learningRateSchedule")?.value).toBe("cosine with restarts");
  expect(row("lossMasking")?.value).toBeNull();
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2;
}

function zScores(task: string): { model: ModelName | null; condition: string | null; z: number }[] {
  const scores = [...publishedFinetuning(), ...publishedZeroShot()]
    .filter((score) => score.kind === "own" && score.task === task)
    // The recomputed medians took the middle of "below 0.03".
    .map((score) => ({ ...score, value: score.qualifier === "below" ? score.percent / 2 : score.percent }));
  const mean = scores.reduce((sum, score) => sum + score.value, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score.value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (scores.length - 1));
  return scores.map(({ model, condition, value }) => ({ model, condition, z: (value - mean) / deviation }));
}

test("the medians of the z-scores follow from the tables of scores", () => {
  expect(publishedZScores()).toHaveLength(24);
  const tasks = {
    finetuning: FINETUNING_TASKS,
    zeroshot: ZERO_SHOT_TASKS,
    all: [...FINETUNING_TASKS, ...ZERO_SHOT_TASKS],
  };
  const zOfTask = new Map(tasks.all.map((task) => [task, zScores(task)]));
  for (const row of publishedZScores()) {
    const mine = tasks[row.scope]
      .flatMap((task) => zOfTask.get(task) ?? [])
      .filter((score) => score.model === row.model && score.condition === row.condition);
    expect(mine).toHaveLength(row.numTasks);
    expect(Math.abs(median(mine.map((score) => score.z)) - row.medianFromTables)).toBeLessThanOrEqual(
      0.0005 + 1e-9,
    );
    expect(row.medianPoster === null).toBe(row.scope === "zeroshot");
  }
});

test("sizes of subsets add up to those of their tasks", () => {
  const sizes = taskSizes();
  const whole = (task: string) => sizes.find((size) => size.task === task && size.split === "full")?.n;
  for (const task of ["BLiMP supplement", "EWoK"]) {
    const parts = sizes.filter((size) => size.task.startsWith(`${task}: `));
    expect(parts.reduce((sum, part) => sum + part.n, 0)).toBe(whole(task));
  }
  expect(whole("BLiMP")).toBe(59875);
  expect(sizes.find((size) => size.task === "MRPC")).toMatchObject({
    majorityPercent: 68.14,
    allPositiveF1Percent: 81.05,
    numTraining: 3668,
  });
});
