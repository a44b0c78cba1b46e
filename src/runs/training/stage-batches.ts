/** @file The tuning stages of a study as batches: what its settings make of a stage's rows, and of its length in steps. */
import type { Curriculum, PreferenceConfig, TuningStage } from "../../config/config.js";
import { curriculumOf, mixesText, setsOf } from "../../config/curricula.js";
import type { EpochBatches } from "../../data/batches.js";
import { defaultPlaces } from "../../data/files.js";
import { repeatEpochs, type StepBatches } from "../../training/step-batches.js";
import { chooseSet, filesOfSet } from "../study/instruction-sets.js";
import type { Material } from "../study/material.js";
import { filesOfPairs, type PreferenceRows } from "./preference-rows.js";
import type { OpenedText, RowCounts, TextRows } from "./text-batches.js";
import {
  distinctFiles,
  encodeStage,
  orderSeed,
  tuningEpochs,
  type EncodedStage,
  type Epochs,
  type StageRows,
} from "./tuning-batches.js";

/** A stage ready to be trained. */
export interface StageBatches {
  readonly batches: StepBatches;
  readonly rows: RowCounts;
}

/** A material's tokenizer and tokens by their hashes. */
export const openedText = ({ tokenizer, tokenizerStage, tokens }: Material): OpenedText => ({
  tokenizerOf: (hash) => only(hash, tokenizerStage.hash, tokenizer),
  tokensOf: (hash) => only(hash, tokens.stage.hash, tokens),
});

function only<T>(hash: string, own: string, value: T): T {
  if (hash === own) return value;
  throw new Error(
    `openedText: the stage must be ${own}, got ${String(hash)}. Name it in the stage's inputs.`,
  );
}

/** Rows of the pre-training text. */
export const textRows = ({ study: { config }, model, tokens }: Material): TextRows => ({
  tokens: tokens.stage.hash,
  rows: config.pretrainingRows,
  rowLengthTokens: config.rowLengthTokens[model],
  batchSize: config.pretraining.batchSize,
  ...(config.objective !== "causal" && { objective: config.objective }),
});

/** What a stage's batches depend on besides their number and the seed. */
export function stageRows(material: Material, stage: TuningStage): StageRows {
  const { order, replies, turns, trainedSpeakers = "second", shares: [share = 0] = [] } = stage;
  if (stage.examples === "text") return textRows(material);
  if (stage.preference) return preferenceRows(material, stage.preference);
  const { study, model } = material;
  const { instructions, instructionTuning, architectures } = study.config;
  const { batchSize: _rows, ...text } = textRows(material);
  const sets = setsOf(stage).map((set) => chooseSet(study, set, turns));
  return {
    source: study.source,
    sets,
    files: distinctFiles(sets.flatMap((set) => filesOfSet(set, study))),
    order,
    replies,
    template: instructions.chatTemplate,
    lossOn: instructions.lossOn,
    trainedSpeakers,
    instructionRows: instructions.instructionRows,
    maxLengthTokens: architectures[model].maxLengthTokens,
    batchSize: instructionTuning.batchSize,
    replay: mixesText(stage) ? { text, share } : null,
  };
}

function preferenceRows({ study, model }: Material, preference: PreferenceConfig): PreferenceRows {
  const { instructions, instructionTuning, architectures, budget } = study.config;
  const { microBatchSize, zLoss } = instructionTuning;
  const { loss, beta, margin = null, pairs: pairsFile = null } = preference;
  const refuse = (setting: string, must: string, got: unknown): never => {
    throw new RangeError(
      `stageRows: ${setting} must ${must} for a stage on preferences, got ${String(got)}. Change it, or leave the stage out.`,
    );
  };
  // The loss is a mean over pairs: parts of a batch would have to hold whole ones and weigh as many.
  if (microBatchSize !== null) refuse("instructionTuning.microBatchSize", "be null", microBatchSize);
  if (zLoss !== undefined) refuse("instructionTuning.zLoss", "be left out", zLoss);
  const { chatTemplate } = instructions;
  const template =
    chatTemplate === "released"
      ? refuse("instructions.chatTemplate", "write roles of its own", chatTemplate)
      : chatTemplate;
  const origin = { source: study.source, pairsFile };
  return {
    preference: { loss, beta, margin },
    ...origin,
    pairs: budget.switchboardRows,
    files: filesOfPairs(origin),
    template,
    maxLengthTokens: architectures[model].maxLengthTokens,
    batchSize: instructionTuning.batchSize,
  };
}

/**
 * Everything a stage trains on.
 *
 * @param place of the stage in its curriculum; the same sets in another place come in another order
 */
export async function stageBatches(
  material: Material,
  stage: TuningStage,
  place: number,
): Promise<StageBatches> {
  const { batchesOf, rows } = await epochsOf(material, stage, place);
  return { batches: await ofLength(material, stage, batchesOf), rows };
}

/** Stages encoded last: every condition asks for the same ones, also where all its stages are cached. */
const encodedStages = new Map<string, Promise<EncodedStage>>();
const KEPT_STAGES = 4;

function epochsOf(material: Material, stage: TuningStage, place: number): Promise<Epochs> {
  const { study, model, tokenizer, tokens } = material;
  const seed = orderSeed(study.seed, { model, stage: stage.name, place });
  const making = { seed, tokenizer, opened: openedText(material) };
  return tuningEpochs(stageRows(material, stage), making, (all) => {
    const { replay: _text, ...rows } = all;
    const key = JSON.stringify([tokens.stage.hash, rows, defaultPlaces()]);
    let encoded = encodedStages.get(key);
    if (!encoded) {
      encoded = encodeStage(rows, tokenizer);
      encoded.catch(() => encodedStages.delete(key));
      encodedStages.set(key, encoded);
      for (const oldest of [...encodedStages.keys()].slice(0, -KEPT_STAGES)) encodedStages.delete(oldest);
    }
    return encoded;
  });
}

/** Epochs, steps or words of a stage as steps. */
async function ofLength(
  material: Material,
  { length }: TuningStage,
  batchesOf: (epoch: number) => EpochBatches,
): Promise<StepBatches> {
  const { maxEpochs } = material.study.config.instructionTuning;
  if (length === "configured") return repeatEpochs(batchesOf, { epochs: maxEpochs });
  if (length === "halfConfigured")
    return repeatEpochs(batchesOf, { epochs: Math.max(1, Math.floor(maxEpochs / 2)) });
  if ("epochs" in length) return repeatEpochs(batchesOf, { epochs: length.epochs });
  if ("steps" in length) return repeatEpochs(batchesOf, { epochs: 1, steps: length.steps });
  if ("words" in length) return untilWords(batchesOf, length.words);
  if ("wordsOf" in length)
    return untilWords(
      batchesOf,
      await countWordsSeen(material, curriculumOf(material.study.config, length.wordsOf)),
    );
  const matched = curriculumOf(material.study.config, length.stepsOf);
  return repeatEpochs(batchesOf, { epochs: 1, steps: await countSteps(material, matched) });
}

/** Steps of all stages of a curriculum. */
export async function countSteps(material: Material, curriculum: Curriculum): Promise<number> {
  let steps = 0;
  for (const [place, stage] of curriculum.entries())
    steps += (await stageBatches(material, stage, place)).batches.steps;
  return steps;
}

/** Words that all stages of a curriculum hold, each as often as it is seen. */
async function countWordsSeen(material: Material, curriculum: Curriculum): Promise<number> {
  let words = 0;
  for (const [place, stage] of curriculum.entries()) {
    const { batches } = await stageBatches(material, stage, place);
    for (let step = 0; step < batches.steps; step++) words += batches.at(step).words;
  }
  return words;
}

/** As many steps as it takes to see so many words. */
function untilWords(batchesOf: (epoch: number) => EpochBatches, words: number): StepBatches {
  const endless = repeatEpochs(batchesOf, { epochs: 1, steps: Number.MAX_SAFE_INTEGER });
  let steps = 0;
  for (let seen = 0; seen < words; steps++) seen += Math.max(endless.at(steps).words, 1);
  return repeatEpochs(batchesOf, { epochs: 1, steps });
}
