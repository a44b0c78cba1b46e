/**
 * @file The phases a model goes through, ready to run: what names each in the cache, what it trains on, and which
 * weights it begins with. Running them is next door in `training.ts`.
 */
import type { ModelName } from "../config.js";
import type { EpochBatches } from "../data/batches.js";
import { encodeExamples } from "../data/chat-template.js";
import type { PretrainingText } from "../data/corpora.js";
import type { NamedFile } from "../data/files.js";
import { exampleBatches, packedExampleBatches, type ExampleBatchOptions } from "../data/example-batches.js";
import { packedBatches, packRows } from "../data/packed-text.js";
import type { TokenSource } from "../data/token-file.js";
import type { Tokenizer } from "../data/tokenizer.js";
import { loadModel } from "../model/checkpoint.js";
import { initializeWeights, type Weights } from "../model/decoder.js";
import { deriveSeed, seeded } from "../random.js";
import { examplesOfPhase, type Phase } from "../training/curriculum.js";
import type { TrainingPlan } from "../training/train.js";
import { repeatEpochs } from "../training/step-batches.js";
import { loadInstructionSets } from "./instruction-sets.js";
import { codeVersion } from "./provenance.js";
import type { Stage, StageInputs } from "./stage.js";
import type { Study } from "./study.js";
import { requireEnd, type TokenizedText } from "./text.js";

const TRAINING_CODE = [
  "random",
  "engine",
  "data",
  "model",
  "training",
  "runs/held-out",
  "runs/instruction-sets",
  "runs/phases",
] as const;

/** What all phases of one model work with. */
export interface Material {
  readonly study: Study;
  readonly model: ModelName;
  readonly text: PretrainingText;
  readonly tokenizer: Tokenizer;
  readonly tokens: TokenizedText;
}

/** What became of the rows of a phase. */
export interface RowCounts {
  /** Examples whose prompt was cut from the left; 0 in pre-training. */
  readonly cutRows: number;
  /** Examples left out because their reply alone is too long; 0 in pre-training. */
  readonly leftOutRows: number;
}

/** One phase ready to run: its name in the cache, its plan, and where its weights come from. */
export interface PreparedPhase {
  readonly phase: string;
  readonly kind: "pretraining" | "tuning";
  readonly inputs: StageInputs;
  /** Data files the phase trains on. */
  readonly files: readonly NamedFile[];
  readonly start: () => Weights;
  readonly plan: () => Promise<{ plan: TrainingPlan; rows: RowCounts }>;
}

/** The first phase of every condition. */
export function pretrainingPhase({ study, model, text, tokenizer, tokens }: Material): PreparedPhase {
  const { config, seed } = study;
  const architecture = config.architectures[model];
  return {
    phase: "pre-training",
    kind: "pretraining",
    inputs: {
      model,
      architecture,
      tokens: tokens.stage.hash,
      rows: config.pretrainingRows,
      rowLengthTokens: config.rowLengthTokens[model],
      training: config.pretraining,
      seed,
      code: codeVersion(TRAINING_CODE),
    },
    files: text.files,
    start: () => initializeWeights(architecture, seeded(deriveSeed(seed, `${model} weights`))),
    plan: async () => {
      const seedOfOrder = deriveSeed(seed, `${model} pre-training order`);
      const batchesOf = (epoch: number): EpochBatches =>
        textBatches(study, model, {
          stream: tokens.stream,
          words: text.words,
          tokenizer,
          epoch,
          seed: seedOfOrder,
        });
      const plan: TrainingPlan = {
        name: `${model} pre-training`,
        architecture,
        config: config.pretraining,
        batches: repeatEpochs(batchesOf, { epochs: config.pretraining.maxEpochs }),
        wordsBefore: 0,
      };
      return { plan, rows: { cutRows: 0, leftOutRows: 0 } };
    },
  };
}

/** One tuning phase, after the stage `parent`. */
export async function tuningPhase(
  material: Material,
  phase: Phase,
  index: number,
  parent: { readonly stage: Stage; readonly wordsSeen: number },
): Promise<PreparedPhase> {
  const { study, model, tokenizer } = material;
  const { config, seed } = study;
  const architecture = config.architectures[model];
  const { switchboardRows, wikiRows } = config.budget;
  const loaded = await loadInstructionSets(study, phase.sets);
  return {
    phase: phase.name,
    kind: "tuning",
    inputs: {
      parent: parent.stage.hash,
      sets: phase.sets,
      place: index,
      rows: { switchboardRows, wikiRows },
      files: loaded.files,
      instructions: config.instructions,
      training: config.instructionTuning,
      seed,
      code: codeVersion(TRAINING_CODE),
    },
    files: loaded.files,
    start: () => loadModel(parent.stage.folder).weights,
    plan: async () => {
      const examples = examplesOfPhase(loaded.examples, phase);
      const { chatTemplate, lossOn } = config.instructions;
      const { maxLengthTokens } = architecture;
      const encoded = await encodeExamples(examples, {
        tokenizer,
        template: chatTemplate,
        lossOn,
        maxLengthTokens,
        overlongReplies: "leaveOut",
      });
      const seedOfOrder = deriveSeed(seed, `${model} ${phase.name} ${index} order`);
      const batchesOf = (epoch: number): EpochBatches =>
        instructionBatches(study, model, {
          examples: encoded.examples,
          epoch,
          seed: seedOfOrder,
          padId: tokenizer.padId ?? requireEnd(tokenizer),
        });
      const plan: TrainingPlan = {
        name: `${model} tuning on ${phase.name}`,
        architecture,
        config: config.instructionTuning,
        batches: repeatEpochs(batchesOf, { epochs: config.instructionTuning.maxEpochs }),
        wordsBefore: parent.wordsSeen,
      };
      return { plan, rows: { cutRows: encoded.cutRows, leftOutRows: encoded.leftOut.length } };
    },
  };
}

/** Batches of packed text, in an order of its own for each epoch. */
export function textBatches(
  { config }: Study,
  model: ModelName,
  options: {
    readonly stream: TokenSource;
    /** Words of the stream's text. */
    readonly words: number;
    readonly tokenizer: Tokenizer;
    readonly epoch: number;
    readonly seed: number;
  },
): EpochBatches {
  const { stream, words, tokenizer, epoch, seed } = options;
  return packedBatches({
    rows: packRows(stream, { lengthTokens: config.rowLengthTokens[model], words }),
    batchSize: config.pretraining.batchSize,
    epoch,
    seed,
    isolatedBy: config.pretrainingRows === "documentsIsolated" ? requireEnd(tokenizer) : null,
  });
}

/** Batches of instruction examples (D5). */
function instructionBatches(
  { config }: Study,
  model: ModelName,
  request: Omit<ExampleBatchOptions, "batchSize">,
): EpochBatches {
  const options = { ...request, batchSize: config.instructionTuning.batchSize };
  return config.instructions.instructionRows === "packed"
    ? packedExampleBatches({ ...options, rowLengthTokens: config.architectures[model].maxLengthTokens })
    : exampleBatches({ ...options, order: "groupedByLength" });
}
