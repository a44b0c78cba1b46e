/** @file The batches of a tuning stage: its examples, encoded, in the stage's order, for as many steps as it asks for. */
import type { Curriculum, InstructionSet, TuningStage } from "../../config.js";
import { curriculumOf } from "../../curricula.js";
import type { EpochBatches } from "../../data/batches.js";
import { encodeExamples, type EncodedExample } from "../../data/chat-template.js";
import {
  exampleBatches,
  packedExampleBatches,
  type ExampleBatchOptions,
} from "../../data/example-batches.js";
import { defaultPlaces } from "../../data/files.js";
import { interleave } from "../../data/interleave.js";
import { packedBatches, packRows } from "../../data/packed-text.js";
import { deriveSeed, seeded, shuffled } from "../../random.js";
import { repeatEpochs, type StepBatches } from "../../training/step-batches.js";
import { loadInstructionSets, type StudyExample } from "../study/instruction-sets.js";
import type { Material, RowCounts } from "../study/material.js";
import { requireEnd } from "../study/text.js";

/** A stage ready to be trained. */
export interface StageBatches {
  readonly batches: StepBatches;
  readonly rows: RowCounts;
}

/** Batches of packed pre-training text, in an order of its own for each epoch. */
export function textBatches(
  { study, model, text, tokenizer, tokens }: Material,
  { epoch, seed }: { readonly epoch: number; readonly seed: number },
): EpochBatches {
  const { config } = study;
  return packedBatches({
    rows: packRows(tokens.stream, { lengthTokens: config.rowLengthTokens[model], words: text.words }),
    batchSize: config.pretraining.batchSize,
    epoch,
    seed,
    isolatedBy: config.pretrainingRows === "documentsIsolated" ? requireEnd(tokenizer) : null,
  });
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
  const { study, model } = material;
  const seed = deriveSeed(study.seed, `${model} ${stage.name} ${place} order`);
  if (stage.examples === "text") {
    const batchesOf = (epoch: number): EpochBatches => textBatches(material, { epoch, seed });
    return {
      batches: await ofLength(material, stage, batchesOf),
      rows: { cutRows: 0, leftOutRows: 0 },
    };
  }
  const sets: EncodedExample[][] = [];
  const rows = { cutRows: 0, leftOutRows: 0 };
  for (const set of stage.examples) {
    const encoded = await encodeSet(material, set, stage.replies);
    sets.push(encoded.examples);
    rows.cutRows += encoded.cutRows;
    rows.leftOutRows += encoded.leftOutRows;
  }
  const epochOf = epochMaker(material, stage, sets, seed);
  return { batches: await ofLength(material, stage, epochOf), rows };
}

type EncodedSet = { readonly examples: EncodedExample[] } & RowCounts;

/** Sets encoded last: every condition asks for the same ones, also where all its stages are cached. */
const encodedSets = new Map<string, Promise<EncodedSet>>();
const KEPT_SETS = 4;

function encodeSet(
  material: Material,
  set: InstructionSet,
  replies: TuningStage["replies"],
): Promise<EncodedSet> {
  const { study, model, tokens } = material;
  const { instructions, budget, architectures } = study.config;
  const { maxLengthTokens } = architectures[model];
  const key = JSON.stringify([
    tokens.stage.hash,
    study.source,
    instructions,
    budget,
    maxLengthTokens,
    set,
    replies,
    defaultPlaces(),
  ]);
  let encoded = encodedSets.get(key);
  if (!encoded) {
    encoded = encodeAfresh(material, set, replies);
    encoded.catch(() => encodedSets.delete(key));
    encodedSets.set(key, encoded);
    for (const oldest of [...encodedSets.keys()].slice(0, -KEPT_SETS)) encodedSets.delete(oldest);
  }
  return encoded;
}

async function encodeAfresh(
  { study, model, tokenizer }: Material,
  set: InstructionSet,
  replies: TuningStage["replies"],
): Promise<EncodedSet> {
  const { config } = study;
  const { examples } = await loadInstructionSets(study, [set]);
  const encoded = await encodeExamples(replies === "permuted" ? permuteReplies(examples) : examples, {
    tokenizer,
    template: config.instructions.chatTemplate,
    lossOn: config.instructions.lossOn,
    maxLengthTokens: config.architectures[model].maxLengthTokens,
    overlongReplies: "leaveOut",
  });
  return {
    examples: [...encoded.examples],
    cutRows: encoded.cutRows,
    leftOutRows: encoded.leftOut.length,
  };
}

/** Every prompt with the reply of another example; the same for all seeds, as the examples are. */
function permuteReplies(examples: readonly StudyExample[]): StudyExample[] {
  const order = shuffled(examples, seeded(deriveSeed(0, "permuted replies")));
  return order.map(({ text: _text, ...example }, index) => ({
    ...example,
    reply: order[(index + 1) % order.length]?.reply ?? example.reply,
  }));
}

/** One epoch after the other, in the stage's order. */
function epochMaker(
  { study, model, tokenizer }: Material,
  { order }: TuningStage,
  sets: readonly EncodedExample[][],
  seed: number,
): (epoch: number) => EpochBatches {
  const { config } = study;
  const batches = (
    examples: readonly EncodedExample[],
    epoch: number,
    how: "groupedByLength" | "asGiven",
  ): EpochBatches => {
    const options: ExampleBatchOptions = {
      examples,
      epoch,
      seed,
      batchSize: config.instructionTuning.batchSize,
      padId: tokenizer.padId ?? requireEnd(tokenizer),
    };
    const rowLengthTokens = config.architectures[model].maxLengthTokens;
    return config.instructions.instructionRows === "packed"
      ? packedExampleBatches({
          ...options,
          rowLengthTokens,
          order: how === "asGiven" ? "asGiven" : "shuffled",
        })
      : exampleBatches({ ...options, order: how });
  };
  const all = sets.flat();
  const [first = [], second = []] = sets;
  switch (order) {
    case "shuffled":
      return (epoch) => batches(all, epoch, "groupedByLength");
    case "alternating":
    case "gradual":
      return (epoch) =>
        interleave(
          batches(first, epoch, "groupedByLength"),
          batches(second, epoch, "groupedByLength"),
          order,
        );
    case "shortestFirst":
    case "frequentFirst": {
      const sorted = sortExamples(all, order, seed);
      return (epoch) => batches(sorted, epoch, "asGiven");
    }
  }
}

/** The easier first; equally easy ones in an order drawn from the seed. */
function sortExamples(
  examples: readonly EncodedExample[],
  order: "shortestFirst" | "frequentFirst",
  seed: number,
): EncodedExample[] {
  const counts = new Map<number, number>();
  for (const { ids } of examples) for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  const rarity = ({ ids }: EncodedExample): number =>
    -ids.reduce((sum, id) => sum + Math.log(counts.get(id) ?? 1), 0) / ids.length;
  const difficulty = (example: EncodedExample): number =>
    order === "shortestFirst" ? example.ids.length : rarity(example);
  return shuffled(examples, seeded(seed))
    .map((example) => ({ example, difficulty: difficulty(example) }))
    .sort((a, b) => a.difficulty - b.difficulty)
    .map(({ example }) => example);
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
