/** @file The paper's tables as constants: both decoders, both training phases, and which conditions each decoder has. */
import type {
  ArchitectureConfig,
  ModelName,
  OptimizerConfig,
  PublishedCondition,
  TrainingConfig,
} from "./config.js";

/** CLASS-IT poster, Table 1; unknown fields by docs/decisions.md#d22 (plain LLaMA values). */
export const PAPER_ARCHITECTURES = {
  llama140M: {
    vocabSize: 32_000,
    maxLengthTokens: 6_144,
    hiddenSize: 704,
    numHeads: 11,
    numLayers: 12,
    feedForwardSize: 2_816,
    rotaryBase: 10_000,
    normEpsilon: 1e-5,
    initializerStd: 0.02,
    tiedEmbeddings: false,
  },
  llama100M: {
    vocabSize: 16_384,
    maxLengthTokens: 6_000,
    hiddenSize: 512,
    numHeads: 8,
    numLayers: 20,
    feedForwardSize: 2_048,
    rotaryBase: 10_000,
    normEpsilon: 1e-5,
    initializerStd: 0.02,
    tiedEmbeddings: false,
  },
} as const satisfies Record<ModelName, ArchitectureConfig>;

/** The settings of the LLaMA family (docs/decisions.md#d3). */
export const LLAMA_OPTIMIZER = {
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
} as const satisfies OptimizerConfig;

/** What the poster's Table 2 leaves open (docs/decisions.md#d3, #d9, #d10, #d22), alike in both phases. */
const UNSTATED = {
  warmupRatio: null,
  cosineCycles: 1,
  microBatchSize: null,
  precision: "float32",
  optimizer: LLAMA_OPTIMIZER,
} as const satisfies Partial<TrainingConfig>;

/** CLASS-IT poster, Table 2, column "Pre-training". */
export const PRETRAINING = {
  learningRate: 2e-4,
  batchSize: 8,
  maxEpochs: 8,
  schedule: "linear",
  warmupSteps: 5_000,
  ...UNSTATED,
} as const satisfies TrainingConfig;

/** CLASS-IT poster, Table 2, column "Instr. tuning". */
export const INSTRUCTION_TUNING = {
  learningRate: 2e-5,
  batchSize: 8,
  maxEpochs: 10,
  schedule: "cosineWithRestarts",
  warmupSteps: 500,
  ...UNSTATED,
} as const satisfies TrainingConfig;

/** Conditions the poster trains with each decoder, in its order. */
export const PUBLISHED_CONDITIONS = {
  llama140M: ["base", "switch", "wiki", "switchThenWiki", "wikiThenSwitch", "merged"],
  llama100M: ["base", "merged"],
} as const satisfies Record<ModelName, readonly PublishedCondition[]>;
