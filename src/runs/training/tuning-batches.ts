/** @file The batches of a tuning stage from what decides them: its examples, encoded, in the stage's order, epoch after epoch. */
import type { InstructionConfig, TuningStage } from "../../config/config.js";
import type { EpochBatches } from "../../data/batches.js";
import { encodeExamples, type EncodedExample } from "../../data/instructions/chat-template.js";
import {
  exampleBatches,
  packedExampleBatches,
  type ExampleBatchOptions,
} from "../../data/example-batches.js";
import type { NamedFile } from "../../data/files.js";
import { interleave } from "../../data/interleave.js";
import type { Tokenizer } from "../../data/tokenizer/tokenizer.js";
import { deriveSeed, seeded, shuffled } from "../../random.js";
import { filesOfSet, loadSet, type SetChoice, type StudyExample } from "../study/instruction-sets.js";
import { requireSameFiles } from "../study/same-files.js";
import { requireEnd } from "../study/token-folder.js";
import { textBatches, type OpenedText, type RowCounts, type TextRows } from "./text-batches.js";

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
  readonly instructionRows: InstructionConfig["instructionRows"];
  readonly maxLengthTokens: number;
  readonly batchSize: number;
}

/** What decides the batches of a tuning stage but for their number and the seed of their order. */
export type StageRows = TextRows | ExampleRows;

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

/** The epochs of a tuning stage. @param how.seed of the order */
export async function tuningEpochs(
  stage: StageRows,
  how: { readonly seed: number; readonly tokenizer: Tokenizer; readonly opened: OpenedText },
): Promise<Epochs> {
  if ("tokens" in stage) return { batchesOf: textBatches(stage, how), rows: { cutRows: 0, leftOutRows: 0 } };
  const { source, sets, files } = stage;
  requireSameFiles(distinctFiles(sets.flatMap((set) => filesOfSet(set, { source }))), files);
  const encoded: EncodedExample[][] = [];
  const rows = { cutRows: 0, leftOutRows: 0 };
  for (const set of sets) {
    const { examples, cutRows, leftOut } = await encodeSet(set, stage, how.tokenizer);
    encoded.push([...examples]);
    rows.cutRows += cutRows;
    rows.leftOutRows += leftOut.length;
  }
  return { batchesOf: epochMaker(stage, encoded, how), rows };
}

/** Files without those named before. */
export const distinctFiles = (files: readonly NamedFile[]): NamedFile[] =>
  files.filter(({ path }, index) => files.findIndex((other) => other.path === path) === index);

async function encodeSet(
  set: SetChoice,
  { source, replies, template, lossOn, maxLengthTokens }: ExampleRows,
  tokenizer: Tokenizer,
): ReturnType<typeof encodeExamples> {
  const { examples } = await loadSet(set, { source });
  return encodeExamples(replies === "permuted" ? permuteReplies(examples) : examples, {
    tokenizer,
    template,
    lossOn,
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

/** One epoch after the other, in the stage's order. */
function epochMaker(
  { order, batchSize, instructionRows, maxLengthTokens }: ExampleRows,
  sets: readonly EncodedExample[][],
  { seed, tokenizer }: { readonly seed: number; readonly tokenizer: Tokenizer },
): (epoch: number) => EpochBatches {
  const padId = tokenizer.padId ?? requireEnd(tokenizer);
  const batches = (
    examples: readonly EncodedExample[],
    epoch: number,
    how: "groupedByLength" | "asGiven",
  ): EpochBatches => {
    const options: ExampleBatchOptions = { examples, epoch, seed, batchSize, padId };
    return instructionRows === "packed"
      ? packedExampleBatches({
          ...options,
          rowLengthTokens: maxLengthTokens,
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
