/** @file The batches of a tuning stage from what decides them: its examples, encoded, in the stage's order, epoch after epoch. */
import type { InstructionConfig, TuningStage } from "../../config/config.js";
import type { Epoch, EpochBatches } from "../../data/batches.js";
import { encodeExamples, type EncodedExample } from "../../data/instructions/chat-template.js";
import {
  batchOfRows,
  exampleSteps,
  inBatches,
  packedExampleSteps,
  type ExampleRows as RowsOfStep,
  type ExampleStepOptions,
} from "../../data/example-batches.js";
import type { NamedFile } from "../../data/files.js";
import { interleave } from "../../data/interleave.js";
import { preferenceBatches } from "../../data/preference-batches.js";
import { replayBatches } from "../../data/replay-batches.js";
import type { Tokenizer } from "../../data/tokenizer/tokenizer.js";
import { deriveSeed, seeded, shuffled } from "../../random.js";
import { filesOfSet, loadSet, type SetChoice, type StudyExample } from "../study/instruction-sets.js";
import { requireSameFiles } from "../study/same-files.js";
import { requireEnd } from "../study/token-folder.js";
import { encodePairs, type PreferenceRows } from "./preference-rows.js";
import { openRows, textBatches, type OpenedText, type RowCounts, type TextRows } from "./text-batches.js";

/** What decides the batches of instruction examples. */
export interface ExampleRows {
  readonly source: "real" | "microworld";
  readonly sets: readonly SetChoice[];
  /** Files of all sets, those of conversations that count besides questions included. */
  readonly files: readonly NamedFile[];
  readonly order: TuningStage["order"];
  readonly replies: TuningStage["replies"];
  readonly template: InstructionConfig["chatTemplate"];
  readonly lossOn: InstructionConfig["lossOn"];
  readonly trainedSpeakers: "second" | "both";
  readonly instructionRows: InstructionConfig["instructionRows"];
  readonly maxLengthTokens: number;
  readonly batchSize: number;
  /** Text in every step, and its share of the trained tokens (docs/options.md#d24); null without. */
  readonly replay: { readonly text: Omit<TextRows, "batchSize">; readonly share: number } | null;
}

/** What decides the batches of a tuning stage but for their number and the seed of their order. */
export type StageRows = TextRows | ExampleRows | PreferenceRows;

/** Epochs of batches without end, and what became of the rows. */
export interface Epochs {
  readonly batchesOf: (epoch: number) => EpochBatches;
  readonly rows: RowCounts;
}

/** Seed of the order of a tuning stage; the same sets in another place come in another order. */
export const orderSeed = (
  seed: number,
  { model, stage, place }: { readonly model: string; readonly stage: string; readonly place: number },
): number => deriveSeed(seed, `${model} ${stage} ${place} order`);

/** How the batches of a stage are made. */
interface Making {
  /** Of the order. */
  readonly seed: number;
  readonly tokenizer: Tokenizer;
  readonly opened: OpenedText;
}

/**
 * The epochs of a tuning stage.
 *
 * @param encode gives the examples in tokens; whoever opens a stage more than once keeps them
 */
export async function tuningEpochs(
  stage: StageRows,
  making: Making,
  encode: (stage: ExampleRows, tokenizer: Tokenizer) => Promise<EncodedStage> = encodeStage,
): Promise<Epochs> {
  if ("tokens" in stage)
    return { batchesOf: textBatches(stage, making), rows: { cutRows: 0, leftOutRows: 0 } };
  if ("preference" in stage) {
    const { pairs, rows } = await encodePairs(stage, making.tokenizer);
    const { seed, tokenizer } = making;
    const padId = tokenizer.padId ?? requireEnd(tokenizer);
    const batches = { pairs, batchSize: stage.batchSize, seed, padId };
    return { batchesOf: (epoch) => preferenceBatches({ ...batches, epoch }), rows };
  }
  const { sets, rows } = await encode(stage, making.tokenizer);
  return { batchesOf: epochMaker(stage, sets, making), rows };
}

/** The examples of a stage in tokens, set by set. */
export interface EncodedStage {
  readonly sets: readonly (readonly EncodedExample[])[];
  readonly rows: RowCounts;
}

/** Encodes what a stage trains on besides text. */
export async function encodeStage(
  stage: Omit<ExampleRows, "replay">,
  tokenizer: Tokenizer,
): Promise<EncodedStage> {
  const { source, sets, files } = stage;
  requireSameFiles(distinctFiles(sets.flatMap((set) => filesOfSet(set, { source }))), files);
  const encoded: (readonly EncodedExample[])[] = [];
  const rows = { cutRows: 0, leftOutRows: 0 };
  for (const set of sets) {
    const { examples, cutRows, leftOut } = await encodeSet(set, stage, tokenizer);
    encoded.push(examples);
    rows.cutRows += cutRows;
    rows.leftOutRows += leftOut.length;
  }
  return { sets: encoded, rows };
}

/** Files without those named before. */
export const distinctFiles = (files: readonly NamedFile[]): NamedFile[] =>
  files.filter(({ path }, index) => files.findIndex((other) => other.path === path) === index);

async function encodeSet(
  set: SetChoice,
  { source, replies, template, lossOn, trainedSpeakers, maxLengthTokens }: Omit<ExampleRows, "replay">,
  tokenizer: Tokenizer,
): ReturnType<typeof encodeExamples> {
  const { examples } = await loadSet(set, { source });
  return encodeExamples(replies === "permuted" ? permuteReplies(examples) : examples, {
    tokenizer,
    template,
    lossOn,
    trainedSpeakers,
    maxLengthTokens,
    overlongReplies: "leaveOut",
  });
}

/** Every prompt with the reply of another example; the same for all seeds, as the examples are. */
function permuteReplies(examples: readonly StudyExample[]): StudyExample[] {
  const order = shuffled(examples, seeded(deriveSeed(0, "permuted replies")));
  return order.map(({ text: _text, ...example }, index) => ({
    ...example,
    reply: order[(index + 1) % order.length]?.reply ?? example.reply,
  }));
}

/** One epoch after the other, with text where the stage replays some. */
function epochMaker(
  stage: ExampleRows,
  sets: readonly (readonly EncodedExample[])[],
  { seed, tokenizer, opened }: Making,
): (epoch: number) => EpochBatches {
  const { instructionRows, replay } = stage;
  const padId = tokenizer.padId ?? requireEnd(tokenizer);
  const stepsOf = stepMaker(stage, sets, seed);
  if (!replay)
    return (epoch) =>
      inBatches(stepsOf(epoch), (rows) =>
        batchOfRows(rows, { padId, isolated: instructionRows === "packed" }),
      );
  const text = openRows(replay.text, { tokenizer, opened });
  const ofText = { ...text, share: replay.share, seed: deriveSeed(seed, "replayed text"), padId };
  return (epoch) => replayBatches(stepsOf(epoch), { ...ofText, epoch });
}

/** The examples of each step, in the stage's order. */
function stepMaker(
  { order, batchSize, instructionRows, maxLengthTokens }: ExampleRows,
  sets: readonly (readonly EncodedExample[])[],
  seed: number,
): (epoch: number) => Epoch<RowsOfStep> {
  const steps = (
    examples: readonly EncodedExample[],
    epoch: number,
    how: "groupedByLength" | "asGiven",
  ): Epoch<RowsOfStep> => {
    const options: ExampleStepOptions = { examples, epoch, seed, batchSize };
    return instructionRows === "packed"
      ? packedExampleSteps({
          ...options,
          rowLengthTokens: maxLengthTokens,
          order: how === "asGiven" ? "asGiven" : "shuffled",
        })
      : exampleSteps({ ...options, order: how });
  };
  const all = sets.flat();
  const [first = [], second = []] = sets;
  switch (order) {
    case "shuffled":
      return (epoch) => steps(all, epoch, "groupedByLength");
    case "alternating":
    case "gradual":
      return (epoch) =>
        interleave(steps(first, epoch, "groupedByLength"), steps(second, epoch, "groupedByLength"), order);
    case "shortestFirst":
    case "frequentFirst": {
      const sorted = sortExamples(all, order, seed);
      return (epoch) => steps(sorted, epoch, "asGiven");
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
