import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeTraining } from "../../../src/runs/cost/announce.js";
import { planTraining, type TrainingPlan } from "../../../src/runs/cost/training-plan.js";
import { hearNotices } from "../../../src/runs/stages/progress.js";
import { trainAll } from "../../../src/runs/grid.js";
import { trainCondition } from "../../../src/runs/training/training.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const RUNS = (["base", "switch", "switchThenWiki"] as const).map(
  (condition) => ({ model: "llama140M", condition }) as const,
);
const WEIGHTS = { needsWeights: true } as const;

describe("what a training run is about to compute", () => {
  test("is each stage once, with the steps it then takes; what the cache holds is not in it", async () => {
    const study = openTinyStudy(temporaryFolder());
    const before = await planTraining([study], RUNS, WEIGHTS);
    expect(before.stages.map(({ condition, stage }) => `${condition} ${stage}`)).toEqual([
      "base pre-training",
      "switch switch",
      "switchThenWiki wiki",
    ]);
    expect(before).toMatchObject({ cached: 0, kept: 0 });
    const steps = new Map<string, number>();
    for await (const step of trainCondition(study, { model: "llama140M", condition: "switch" }))
      steps.set(step.phase, step.step);
    expect(before.stages.slice(0, 2).map((stage) => stage.steps)).toEqual([...steps.values()]);
    const after = await planTraining([study], RUNS, WEIGHTS);
    expect(after.cached).toBe(2);
    expect(after.stages.map(({ stage }) => stage)).toEqual(["wiki"]);
    // The model's key is that of the stage which training has left behind.
    const hash = after.models.get("llama140M switch 1") ?? "";
    expect(readdirSync(study.cacheFolder)).toContain(`tuning-${hash}`);
  }, 60_000);

  test("has the time that results of this machine tell, and another seed shares nothing but the rate", async () => {
    const folder = temporaryFolder();
    const study = openTinyStudy(folder);
    const unmeasured = await planTraining([study], RUNS, WEIGHTS);
    expect([...unmeasured.rates]).toEqual([]); // too short to be measured for it
    expect(unmeasured.seconds).toBeLessThan(10);
    for await (const step of trainCondition(study, { model: "llama140M", condition: "base" })) void step;
    const second = openTinyStudy(folder, TINY_CONFIG, 2);
    const plan = await planTraining([study, second], RUNS.slice(0, 1), WEIGHTS);
    expect(plan).toMatchObject({ cached: 1, stages: [{ seed: 2, stage: "pre-training" }] });
    const [{ tokens } = { tokens: Number.NaN }] = plan.stages;
    expect(plan.seconds).toBeCloseTo(tokens / (plan.rates.get("llama140M") ?? 0), 6);
  }, 60_000);

  test("kept results do for training, not where the models are needed", async () => {
    const study = { ...openTinyStudy(temporaryFolder()), isKept: true };
    for await (const step of trainCondition(study, { model: "llama140M", condition: "base" })) void step;
    const elsewhere = { ...study, cacheFolder: temporaryFolder() };
    const base = RUNS.slice(0, 1);
    expect(await planTraining([elsewhere], base, { needsWeights: false })).toMatchObject({
      stages: [],
      kept: 1,
    });
    expect((await planTraining([elsewhere], base, WEIGHTS)).stages).toHaveLength(1);
  }, 60_000);
});

describe("a plan in words", () => {
  const stage = (name: string, seed: number) =>
    ({ model: "llama140M", condition: "switch", seed, stage: name, steps: 1_000, tokens: 6e6 }) as const;
  const plan = (more: Partial<TrainingPlan>): TrainingPlan => ({
    stages: [stage("pre-training", 1), stage("switch", 1), stage("switch", 2)],
    ...{ cached: 1, kept: 2, rates: new Map([["llama140M", 6_026.4]]), seconds: 3_000, models: new Map() },
    ...more,
  });

  test("says what is trained, for how long at which rate, and what the cache and results supply", () => {
    expect(describeTraining(plan({}))).toBe(
      "To be trained: pre-training of 1 model and 2 tuning stages, 3000 steps, about 50 min at the rates measured here " +
        "(tokens/s: llama140M 6,026). From the cache: 1 stage. From kept results: 2 training runs.",
    );
    expect(describeTraining(plan({ seconds: 9_720 }))).toContain("about 2.7 h at");
  });

  test("is not told below a minute, or where nothing is trained", async () => {
    expect(describeTraining(plan({ seconds: 59 }))).toBeNull();
    expect(describeTraining(plan({ stages: [], seconds: 0 }))).toBeNull();
    const heard: string[] = [];
    const deafen = hearNotices((text) => heard.push(text));
    const study = openTinyStudy(temporaryFolder());
    for await (const step of trainAll(study, RUNS.slice(0, 1))) void step;
    deafen();
    expect(heard).toEqual([]);
  }, 60_000);
});
