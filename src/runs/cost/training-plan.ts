/**
 * @file What a training run is about to compute, before it does: the stages that neither results nor the cache supply, and how long they
 * take at rates measured on this machine.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { MODELS, type Condition, type ModelName } from "../../config/config.js";
import { curriculumOf } from "../../config/curricula.js";
import { canonicalJson, hashStage } from "../stages/stage.js";
import { LONG_SECONDS } from "../stages/long-work.js";
import { describeProvenance } from "../stages/provenance.js";
import { keepsMoments } from "../study/distinct-stages.js";
import { keptResult } from "../study/kept.js";
import { openMaterial, type Material } from "../study/material.js";
import { readResults, type Result, type ResultRun } from "../study/results.js";
import { scaleFolderOf, type Study } from "../study/study.js";
import { isRecord } from "../study/study-change.js";
import { pretrainingPhase, tuningPhase } from "../training/phases.js";
import { scheduleSpans } from "../training/training.js";
import { median } from "../../statistics/summary.js";
import { rehearse } from "./rehearsal.js";
import { costOfStage } from "./training-budget.js";

/** A stage to be trained. */
export interface PlannedStage {
  readonly model: ModelName;
  /** The first condition that needs it. */
  readonly condition: Condition;
  readonly seed: number;
  readonly stage: string;
  readonly steps: number;
  /** Of all rows, padding included. */
  readonly tokens: number;
}

/** What is to be trained, and what is not. */
export interface TrainingPlan {
  readonly stages: readonly PlannedStage[];
  /** Stages that the cache holds. */
  readonly cached: number;
  /** Training runs whose results the folder keeps. */
  readonly kept: number;
  /** Tokens a second of each decoder on this machine; absent where nothing has measured it, and nothing needs to. */
  readonly rates: ReadonlyMap<ModelName, number>;
  /** At those rates; without one, at most so long on any processor. */
  readonly seconds: number;
  /** Hash of the last stage of every training run that was planned, by {@link modelKey}. */
  readonly models: ReadonlyMap<string, string>;
}

/** Whose model it is. */
export const modelKey = ({ seed }: Study, { model, condition }: ResultRun): string =>
  `${model} ${condition} ${seed}`;

/** What any processor that runs the kit reaches: what is short at this rate needs no measurement. */
const SLOWEST_OPERATIONS_PER_SECOND = 10e9;
const REHEARSED_STEPS = 3;

/**
 * Plans the training of some models; nothing is trained but a few steps of a decoder whose rate no result on this machine tells.
 *
 * @param studies  alike but for their seeds
 * @param runs models with their conditions
 * @param options.needsWeights whether kept results do not do, because the models themselves are needed
 * @throws RangeError for an unknown model or condition
 */
export async function planTraining(
  studies: readonly Study[],
  runs: readonly ResultRun[],
  { needsWeights }: { readonly needsWeights: boolean },
): Promise<TrainingPlan> {
  const models = new Map<string, string>();
  const stages: PlannedStage[] = [];
  const rates = new Map<ModelName, number>();
  let [cached, kept, seconds] = [0, 0, 0];
  for (const model of MODELS) {
    const ofModel = runs.filter((run) => run.model === model);
    const wanted = studies.map((study) => ({
      study,
      conditions: ofModel
        .filter((run) => needsWeights || keptResult(study, run, "training") === null)
        .map(({ condition }) => condition),
    }));
    kept += wanted.reduce((sum, { conditions }) => sum + ofModel.length - conditions.length, 0);
    const [first] = wanted.filter(({ conditions }) => conditions.length > 0);
    if (!first) continue;
    const material = await openMaterial(first.study, model);
    let [operations, tokens] = [0, 0];
    try {
      // Text, tokenizer and tokens do not depend on the seed.
      for (const { study, conditions } of wanted)
        for (const found of await missingStages({ ...material, study }, conditions, models)) {
          if (found === "cached") cached++;
          else {
            stages.push(found.stage);
            operations += found.operations;
            tokens += found.stage.tokens;
          }
        }
    } finally {
      material.tokens.stream.close();
    }
    const most = operations / SLOWEST_OPERATIONS_PER_SECOND;
    const rate =
      measuredRate(first.study, model) ??
      (most < LONG_SECONDS ? null : await rehearsedRate(first.study, model));
    if (rate !== null && tokens > 0) rates.set(model, rate);
    seconds += rate === null ? most : tokens / rate;
  }
  return { stages, cached, kept, rates, seconds, models };
}

type Found = "cached" | { readonly stage: PlannedStage; readonly operations: number };

/** The stages of some conditions, each once, and the last one of each in `models`. A stage is known by its key alone, so that none before it must exist. */
async function missingStages(
  material: Material,
  conditions: readonly Condition[],
  models: Map<string, string>,
): Promise<Found[]> {
  const { study, model } = material;
  const { config, cacheFolder, seed } = study;
  const found = new Map<string, Found>();
  for (const condition of conditions) {
    const curriculum = curriculumOf(config, condition);
    const keepsFor = (place: number): boolean => keepsMoments(config, curriculum, place);
    const spans = await scheduleSpans(material, curriculum);
    let prepared = pretrainingPhase(material, { keepMoments: keepsFor(0) });
    for (let place = -1; ; place++) {
      const hash = hashStage(prepared.kind, prepared.inputs);
      const folder = join(cacheFolder, `${prepared.kind}-${hash}`);
      if (!found.has(hash)) {
        if (existsSync(folder)) found.set(hash, "cached");
        else {
          const cost = await costOfStage(material, curriculum[place] ?? null, place);
          const { stage, steps, tokens, operations } = cost;
          found.set(hash, { stage: { model, condition, seed, stage, steps, tokens }, operations });
        }
      }
      const next = curriculum[place + 1];
      if (!next) {
        models.set(modelKey(study, { model, condition }), hash);
        break;
      }
      const where = {
        place: place + 1,
        span: spans[place + 1] ?? null,
        keepMoments: keepsFor(place + 2),
      };
      prepared = await tuningPhase(material, next, where, { hash, folder });
    }
  }
  return [...found.values()];
}

/** Tokens a second of a decoder in results of the same work on the same machine; the median of their stages. */
function measuredRate(study: Study, model: ModelName): number | null {
  const here = describeProvenance();
  const folders = new Set([study.resultsFolder, scaleFolderOf(study)]);
  const work = canonicalJson(workOf({ ...study.config }, model));
  const rates = [...folders]
    .flatMap((folder) => readResults(folder))
    .filter(
      ({ task, provenance, config, ...result }) =>
        task === "training" &&
        result.model === model &&
        provenance.device === here.device &&
        provenance.processor === here.processor &&
        provenance.cores === here.cores &&
        canonicalJson(workOf(config, model)) === work,
    )
    .flatMap(({ metrics }: Pick<Result, "metrics">) =>
      metrics.flatMap(({ metric, value }) => (metric === "tokensPerSecond" ? [value] : [])),
    );
  return rates.length === 0 ? null : median(rates);
}

/** The decoder, the format it is computed in, and the optimizer. */
function workOf(config: Readonly<Record<string, unknown>>, model: ModelName): unknown {
  const part = (name: string): Readonly<Record<string, unknown>> => {
    const found = config[name];
    return isRecord(found) ? found : {};
  };
  const { precision, optimizer } = part("pretraining");
  return [part("architectures")[model], precision, isRecord(optimizer) ? (optimizer["kind"] ?? null) : null];
}

/** Tokens a second of a few steps, really taken. */
async function rehearsedRate(study: Study, model: ModelName): Promise<number> {
  const steps = rehearse(study, { model, steps: REHEARSED_STEPS });
  for (;;) {
    const next = await steps.next();
    if (next.done) return next.value.tokensPerSecond;
  }
}
