/**
 * @file The phases a model goes through, ready to run: what names each in the cache, what it trains on, and which
 * weights it begins with. Running them is next door in `training.ts`.
 */
import type { ModelName } from "../config.js";
import { exampleBatches, packedBatches, packRows } from "../data/batches.js";
import { encodeExamples } from "../data/chat-template.js";
import type { PretrainingText } from "../data/corpora.js";
import type { Tokenizer } from "../data/tokenizer.js";
import { loadModel } from "../model/checkpoint.js";
import { initializeWeights, type Weights } from "../model/decoder.js";
import { deriveSeed, seeded } from "../random.js";
import { examplesOfPhase, type Phase } from "../training/curriculum.js";
import type { TrainingPlan } from "../training/train.js";
import { loadInstructionSets, type NamedFile } from "./instruction-sets.js";
import { codeVersion } from "./provenance.js";
import type { Stage, StageInputs } from "./stage.js";
import type { Study } from "./study.js";
import { textIdentity } from "./text.js";

const TRAINING_CODE = [
  "random",
  "engine",
  "data",
  "model",
  "training",
  "runs/instruction-sets",
  "runs/phases",
] as const;

/** What all phases of one model work with. */
export interface Material {
  readonly study: Study;
  readonly model: ModelName;
  readonly text: PretrainingText;
  readonly tokenizer: Tokenizer;
  readonly tokenizerStage: Stage;
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
export function pretrainingPhase({ study, model, text, tokenizer, tokenizerStage }: Material): PreparedPhase {
  const { config, seed } = study;
  const architecture = config.architectures[model];
  return {
    phase: "pre-training",
    kind: "pretraining",
    inputs: {
      model,
      architecture,
      tokenizer: tokenizerStage.hash,
      text: textIdentity(study, text),
      rowLengthTokens: config.rowLengthTokens[model],
      training: config.pretraining,
      seed,
      code: codeVersion(TRAINING_CODE),
    },
    files: text.files,
    start: () => initializeWeights(architecture, seeded(deriveSeed(seed, `${model} weights`))),
    plan: async () => {
      const rows = await packText(study, model, text.documents, tokenizer);
      const { batchSize } = config.pretraining;
      const order = deriveSeed(seed, `${model} pre-training order`);
      const plan: TrainingPlan = {
        name: `${model} pre-training`,
        architecture,
        config: config.pretraining,
        batchesOf: (epoch) => packedBatches({ rows, batchSize, epoch, seed: order }),
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
  parent: Stage,
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
      parent: parent.hash,
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
    start: () => loadModel(parent.folder).weights,
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
      const { batchSize } = config.instructionTuning;
      const order = deriveSeed(seed, `${model} ${phase.name} ${index} order`);
      const plan: TrainingPlan = {
        name: `${model} tuning on ${phase.name}`,
        architecture,
        config: config.instructionTuning,
        batchesOf: (epoch) =>
          exampleBatches({
            examples: encoded.examples,
            batchSize,
            epoch,
            seed: order,
            order: "groupedByLength",
            padId: tokenizer.padId ?? requireEnd(tokenizer),
          }),
      };
      return { plan, rows: { cutRows: encoded.cutRows, leftOutRows: encoded.leftOut.length } };
    },
  };
}

/** Documents as rows of the study's length. */
export async function packText(
  study: Study,
  model: ModelName,
  documents: readonly { readonly text: string }[],
  tokenizer: Tokenizer,
): Promise<ReturnType<typeof packRows>> {
  const encoded = await tokenizer.encodeIds(
    documents.map((document) => document.text),
    { addSpecialTokens: false },
  );
  return packRows({
    documents: encoded,
    rowLengthTokens: study.config.rowLengthTokens[model],
    startId: tokenizer.addsStartToken ? tokenizer.startId : null,
    endId: requireEnd(tokenizer),
  });
}

function requireEnd(tokenizer: Tokenizer): number {
  if (tokenizer.endId === null)
    throw new Error("training: the tokenizer must have an end token </s>, got none. Train one with it.");
  return tokenizer.endId;
}
