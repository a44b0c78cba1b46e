import { existsSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { MODELS } from "../../../src/config/config.js";
import { tune } from "../../../src/config/curricula.js";
import { budgetTable } from "../../../src/report/rows/budget-rows.js";
import { budgetRuns, countBudget } from "../../../src/runs/cost/budget.js";
import { readResults } from "../../../src/runs/study/results.js";
import { trainedModel } from "../../../src/runs/training/training.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

const model = "llama100M";
const study = openTinyStudy(sharedFolder());
const runs = ["base", "switch", "switchThenWiki"].map((condition) => ({ model, condition }) as const);
beforeAll(async () => {
  for (const condition of ["base", "switchThenWiki"]) await trainedModel(study, { model, condition });
});
const secondsOf = (condition: string): number[] =>
  readResults(study.resultsFolder)
    .filter((result) => result.condition === condition)
    .flatMap(({ stages }) => stages.filter(({ kind }) => kind !== "held-out-loss"))
    .map(({ seconds }) => seconds);

test("every stage has the seconds of its own training, and pre-training is listed once", async () => {
  const { stages } = await countBudget(study, runs);
  expect(
    stages.map(({ condition, stage, after, measured }) => ({ condition, stage, after, measured })),
  ).toEqual([
    {
      condition: "base",
      stage: "pre-training",
      after: [],
      measured: expect.objectContaining({ seconds: secondsOf("base")[0], seeds: [1] }),
    },
    { condition: "switch", stage: "switch", after: [], measured: { missing: "not trained" } },
    {
      condition: "switchThenWiki",
      stage: "wiki",
      after: ["switch"],
      measured: expect.objectContaining({ seconds: secondsOf("switchThenWiki")[2] }),
    },
  ]);
});

test("the sum of a condition's stages is the time all of its training took, once", async () => {
  const only = runs.filter(({ condition }) => condition === "switchThenWiki");
  const { rows } = await budgetTable(study, { measured: true, runs: only });
  expect(rows.map(({ stage }) => stage)).toEqual(["pre-training", "switch", "wiki, after switch", "sum"]);
  const seconds = secondsOf("switchThenWiki").reduce((sum, each) => sum + each, 0);
  expect(rows.at(-1)).toMatchObject({ condition: "all", "seconds here": seconds, seeds: 1 });
});

test("a study that keeps its results has the seconds, and needs no text for a second table", async () => {
  const kept = { ...study, isKept: true };
  const { rows, note } = await budgetTable(kept, { runs });
  expect(rows[0]).toMatchObject({ stage: "pre-training", "seconds here": secondsOf("base")[0] });
  const elsewhere = { ...kept, cacheFolder: `${study.cacheFolder}-gone` };
  expect(await budgetTable(elsewhere, { runs })).toEqual({ rows, note });
  expect(existsSync(elsewhere.cacheFolder)).toBe(false); // not even a tokenizer was made
});

test("without measured seconds the table is the same before and after a training run", async () => {
  const untrained = { ...study, resultsFolder: `${study.resultsFolder}-none` };
  const before = await budgetTable(untrained, { runs });
  expect(await budgetTable(study, { runs })).toEqual(before);
  expect(Object.keys(before.rows[0] ?? {})).not.toContain("seconds here");
});

test("counting trains nothing", async () => {
  const fresh = openTinyStudy(study.cacheFolder + "-fresh");
  await countBudget(fresh, runs);
  expect(stagesOf(fresh).map((name) => name.split("-")[0])).toEqual(["tokenizer", "tokens"]);
});

test("the poster's models come with the controls of the laptop grid, and with conditions of the reader's own", () => {
  const mine = openTinyStudy(study.cacheFolder, { ...TINY_CONFIG, curricula: { mine: [tune(["wiki"])] } });
  const conditions = MODELS.map((decoder) =>
    budgetRuns(mine).flatMap((run) => (run.model === decoder ? [run.condition] : [])),
  );
  expect(conditions).toEqual([
    [
      ...["base", "switch", "wiki", "switchThenWiki", "wikiThenSwitch", "merged"],
      ...["moreText", "moreTextSteps", "switchMatched", "wikiMatched", "mine"],
    ],
    ["base", "merged", "mine"],
  ]);
});
