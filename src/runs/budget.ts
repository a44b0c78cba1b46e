/** @file The budget of a grid: what each of its stages costs, how long it took here, and how long it would take on a graphics card. */
import { MODELS, type Condition, type ModelName, type Scale } from "../config.js";
import { H100, projectOnto, type Accelerator, type Projection } from "./accelerator.js";
import { distinctStages } from "./distinct-stages.js";
import { modelsOf, publishedSubjects } from "./grid.js";
import { openMaterial } from "./material.js";
import { measuredSeconds, type MeasuredSeconds, type NotMeasured } from "./measured-seconds.js";
import { readResults, type ResultSubject } from "./results.js";
import type { Study } from "./study.js";
import { costOfStage, type StageCost } from "./training-budget.js";

/** A stage of a grid with its cost. */
export interface BudgetStage extends StageCost {
  readonly model: ModelName;
  /** The first condition that needs it. */
  readonly condition: Condition;
  /** Names of the tuning stages before it. */
  readonly after: readonly string[];
  readonly measured: MeasuredSeconds | NotMeasured;
  /** On the budget's card. */
  readonly projected: Projection;
}

/** A grid's stages, each once, for one seed. */
export interface Budget {
  readonly scale: Scale;
  readonly source: Study["source"];
  /** Words of the text it was counted on. */
  readonly textWords: number;
  readonly wikiSource: Study["config"]["instructions"]["wikiSource"];
  readonly card: Accelerator;
  readonly stages: readonly BudgetStage[];
}

/** Controls that the laptop grid trains. Source: workflow/grids/laptop.yaml. */
const BUDGET_CONTROLS = ["moreText", "moreTextSteps", "switchMatched", "wikiMatched"] as const;

/** The poster's eight models, the four controls of the laptop grid, and the reader's own conditions with both decoders. */
export function budgetSubjects({ config }: Study): ResultSubject[] {
  const subjects = [
    ...publishedSubjects(),
    ...BUDGET_CONTROLS.map((condition): ResultSubject => ({ model: "llama140M", condition })),
    ...Object.keys(config.curricula).flatMap((condition) =>
      modelsOf(condition).map((model) => ({ model, condition })),
    ),
  ];
  return MODELS.flatMap((model) => subjects.filter((subject) => subject.model === model));
}

/**
 * Counts what the stages of some models cost, on the batches they would be trained on. Nothing is trained, and nothing cached but
 * tokenizer and tokens.
 *
 * @param subjects conditions share the stages they have in common; each stands once
 * @throws RangeError when a condition does not exist; Error for a result that is none
 */
export async function countBudget(study: Study, subjects: readonly ResultSubject[]): Promise<Budget> {
  const { config, source } = study;
  const results = readResults(study.resultsFolder);
  const stages: BudgetStage[] = [];
  let textWords = 0;
  for (const model of MODELS) {
    const conditions = subjects
      .filter((subject) => subject.model === model)
      .map(({ condition }) => condition);
    if (conditions.length === 0) continue;
    const distinct = distinctStages(config, conditions);
    const material = await openMaterial(study, model);
    textWords = material.text.words;
    try {
      for (const { condition, phase, stage, after } of distinct) {
        const cost = await costOfStage(material, stage, phase - 1);
        const { steps, operations } = cost;
        const { numLayers } = config.architectures[model];
        stages.push({
          ...{ model, condition, after, ...cost },
          measured: measuredSeconds(results, config, { model, condition, phase, steps }),
          projected: projectOnto(H100, { model, numLayers, steps, operations }),
        });
      }
    } finally {
      material.tokens.stream.close();
    }
  }
  const { wikiSource } = config.instructions;
  return { scale: config.scale, source, textWords, wikiSource, card: H100, stages };
}
