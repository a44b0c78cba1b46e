/** @file The budget of a grid: what each of its stages costs, how long it took here, and how long it would take on a GPU. */
import { z } from "zod";
import { MODELS, type Scale } from "../../config/config.js";
import { modelsOf, publishedRuns } from "../grid.js";
import { distinctStages } from "../study/distinct-stages.js";
import { keptValue } from "../study/kept.js";
import { openMaterial } from "../study/material.js";
import { readResults, type ResultRun } from "../study/results.js";
import type { Study } from "../study/study.js";
import { H100, projectOnto, type Accelerator, type Projection } from "./accelerator.js";
import { measuredSeconds, type MeasuredSeconds, type NotMeasured } from "./measured-seconds.js";
import { costOfStage } from "./training-budget.js";

const countedSchema = z.object({
  /** Words of the text it was counted on. */
  textWords: z.number(),
  stages: z.array(
    z.object({
      model: z.enum(MODELS),
      /** The first condition that needs it. */
      condition: z.string(),
      /** Counted from pre-training, which is 0. */
      phase: z.number(),
      /** Names of the tuning stages before it. */
      after: z.array(z.string()),
      stage: z.string(),
      words: z.number(),
      tokens: z.number(),
      steps: z.number(),
      operations: z.number(),
    }),
  ),
});
type Counted = z.infer<typeof countedSchema>;

/** A stage of a grid with its cost and its times. */
export type BudgetStage = Readonly<Counted["stages"][number]> & {
  readonly measured: MeasuredSeconds | NotMeasured;
  readonly measuredOnGpu: MeasuredSeconds | NotMeasured;
  /** On the budget's GPU. */
  readonly projected: Projection;
};

/** A grid's stages, each once, for one seed. */
export interface Budget {
  readonly scale: Scale;
  readonly source: Study["source"];
  readonly textWords: number;
  readonly wikiSource: Study["config"]["instructions"]["wikiSource"];
  readonly gpu: Accelerator;
  readonly stages: readonly BudgetStage[];
}

/** Controls that the laptop grid trains. Source: cluster/grids/laptop.yaml. */
const BUDGET_CONTROLS = ["moreText", "moreTextSteps", "switchMatched", "wikiMatched"] as const;

/** The poster's eight models, the four controls of the laptop grid, and the reader's own conditions with both decoders. */
export function budgetRuns({ config }: Study): ResultRun[] {
  const runs = [
    ...publishedRuns(),
    ...BUDGET_CONTROLS.map((condition): ResultRun => ({ model: "llama140M", condition })),
    ...Object.keys(config.curricula).flatMap((condition) =>
      modelsOf(condition).map((model) => ({ model, condition })),
    ),
  ];
  return MODELS.flatMap((model) => runs.filter((run) => run.model === model));
}

/**
 * Counts what the stages of some models cost, on the batches they would be trained on, and finds the times they took. Nothing is
 * trained, and nothing cached but tokenizer and tokens; counts that the results folder keeps are read.
 *
 * @param runs conditions share the stages they have in common; each occurs once
 * @throws RangeError when a condition does not exist; Error for a result that is none
 */
export async function countBudget(study: Study, runs: readonly ResultRun[]): Promise<Budget> {
  const { config, source } = study;
  const { textWords, stages } = await keptValue(
    study,
    { name: "budget", inputs: { subjects: runs } },
    countedSchema,
    () => countStages(study, runs),
  );
  const results = readResults(study.resultsFolder);
  return {
    scale: config.scale,
    source,
    textWords,
    gpu: H100,
    wikiSource: config.instructions.wikiSource,
    stages: stages.map((stage) => ({
      ...stage,
      measured: measuredSeconds(results, config, { ...stage, on: "processor" }),
      measuredOnGpu: measuredSeconds(results, config, { ...stage, on: "gpu" }),
      projected: projectOnto(H100, { ...stage, numLayers: config.architectures[stage.model].numLayers }),
    })),
  };
}

async function countStages(study: Study, runs: readonly ResultRun[]): Promise<Counted> {
  const stages: Counted["stages"] = [];
  let textWords = 0;
  for (const model of MODELS) {
    const conditions = runs.filter((run) => run.model === model).map(({ condition }) => condition);
    if (conditions.length === 0) continue;
    const distinct = distinctStages(study.config, conditions);
    const material = await openMaterial(study, model);
    textWords = material.text.words;
    try {
      for (const { condition, phase, stage, after } of distinct) {
        const cost = await costOfStage(material, stage, phase - 1);
        stages.push({ model, condition, phase, after: [...after], ...cost });
      }
    } finally {
      material.tokens.stream.close();
    }
  }
  return { textWords, stages };
}
