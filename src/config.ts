/**
 * @file Every setting of the study: the paper's tables as constants, the choices where the paper is silent as
 * closed unions, and the one function that derives the smaller scales. Data paths live in `data/manifest.ts`.
 */

/** Training conditions of the poster; the first is pre-training alone. */
export const CONDITIONS = ["base", "switch", "wiki", "merged", "switchThenWiki", "wikiThenSwitch"] as const;
export type Condition = (typeof CONDITIONS)[number];

/** The two published decoders. At smaller scales the name stands for their scaled-down namesake. */
export const MODELS = ["llama140M", "llama100M"] as const;
export type ModelName = (typeof MODELS)[number];

export const SCALES = ["smoke", "laptop", "paper"] as const;
export type Scale = (typeof SCALES)[number];

/** A LLaMA-style decoder. */
export interface ArchitectureConfig {
  readonly vocabSize: number;
  /** Longest sequence the model accepts, in tokens. */
  readonly maxLengthTokens: number;
  readonly hiddenSize: number;
  readonly numHeads: number;
  readonly numLayers: number;
  /** Width of the gated feed-forward layer; 4 · hiddenSize in the paper. */
  readonly feedForwardSize: number;
  readonly rotaryBase: number;
  /** Added to the mean square inside RMSNorm. */
  readonly normEpsilon: number;
  /** Standard deviation of the normal initialisation. */
  readonly initializerStd: number;
  /** One matrix for input and output embeddings; false in the paper (paper.md 2.2: no integer solution otherwise). */
  readonly tiedEmbeddings: boolean;
}

/** Byte-level BPE (D17). The vocabulary size stands in the architecture. */
export interface TokenizerConfig {
  /** `byteWithPrefixSpace` puts a space and `<s>` in front of every text, `bytePlain` neither. */
  readonly variant: "bytePlain" | "byteWithPrefixSpace";
}

/** AdamW with decoupled weight decay on rank-2 weights and clipping by the global norm (D3). */
export interface OptimizerConfig {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
}

/** One training phase. */
export interface TrainingConfig {
  /** Peak of the schedule. */
  readonly learningRate: number;
  /** Rows a step: packed rows in pre-training, examples in instruction tuning. */
  readonly batchSize: number;
  readonly maxEpochs: number;
  readonly schedule: "linear" | "cosineWithRestarts";
  readonly warmupSteps: number;
  /** Share of all steps the warm-up takes at scales below the paper's (D10); null uses `warmupSteps` as it is. */
  readonly warmupShare: number | null;
  /** Restarts of the cosine schedule (D9). */
  readonly cosineCycles: number;
  readonly optimizer: OptimizerConfig;
}

/** How instruction examples become training rows. */
export interface InstructionConfig {
  /** D1: the text around prompt and reply. */
  readonly chatTemplate: "plainRoles" | "speakerLetters";
  /** D2: train on reply tokens and the end token, or on everything. */
  readonly lossOn: "reply" | "full";
  /** D14: which turns become pairs. */
  readonly switchboardPairs: "minThreeWords" | "allTurns" | "noBackchannels";
  /** D15: questions by template; the released set becomes a source once it can be downloaded. */
  readonly wikiSource: "standIn";
}

/** How much data a scale uses; null means all there is. */
export interface DataBudget {
  readonly pretrainingWords: number | null;
  readonly heldOutWords: number;
  readonly switchboardRows: number | null;
  readonly wikiRows: number | null;
  readonly blimpPairsPerUid: number | null;
}

/** Everything that determines a study at one scale. */
export interface StudyConfig {
  readonly scale: Scale;
  readonly architectures: Readonly<Record<ModelName, ArchitectureConfig>>;
  readonly tokenizers: Readonly<Record<ModelName, TokenizerConfig>>;
  readonly pretraining: TrainingConfig;
  readonly instructionTuning: TrainingConfig;
  readonly instructions: InstructionConfig;
  /** Length of a pre-training row in tokens; at paper scale the model's maximum. */
  readonly rowLengthTokens: Readonly<Record<ModelName, number>>;
  readonly budget: DataBudget;
  /** What was shrunk against the paper, one sentence each; empty at paper scale. */
  readonly shrunk: readonly string[];
}

/** CLASS-IT poster, Table 1; unknown fields by paper.md D22 (plain LLaMA values). */
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

/** paper.md D3: the settings of the LLaMA family. */
export const LLAMA_OPTIMIZER = {
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
} as const satisfies OptimizerConfig;

/** CLASS-IT poster, Table 2, column "Pre-training". */
export const PRETRAINING = {
  learningRate: 2e-4,
  batchSize: 8,
  maxEpochs: 8,
  schedule: "linear",
  warmupSteps: 5_000,
  warmupShare: null,
  cosineCycles: 1,
  optimizer: LLAMA_OPTIMIZER,
} as const satisfies TrainingConfig;

/** CLASS-IT poster, Table 2, column "Instr. tuning". */
export const INSTRUCTION_TUNING = {
  learningRate: 2e-5,
  batchSize: 8,
  maxEpochs: 10,
  schedule: "cosineWithRestarts",
  warmupSteps: 500,
  warmupShare: null,
  cosineCycles: 1,
  optimizer: LLAMA_OPTIMIZER,
} as const satisfies TrainingConfig;

/** Conditions the poster trains with each decoder, in its order. */
export const PUBLISHED_CONDITIONS = {
  llama140M: ["base", "switch", "wiki", "switchThenWiki", "wikiThenSwitch", "merged"],
  llama100M: ["base", "merged"],
} as const satisfies Record<ModelName, readonly Condition[]>;

/** The run everything at paper scale is measured against; the budget is the official one. */
const PAPER_STUDY: StudyConfig = {
  scale: "paper",
  architectures: PAPER_ARCHITECTURES,
  tokenizers: { llama140M: { variant: "bytePlain" }, llama100M: { variant: "byteWithPrefixSpace" } },
  pretraining: PRETRAINING,
  instructionTuning: INSTRUCTION_TUNING,
  instructions: {
    chatTemplate: "plainRoles",
    lossOn: "reply",
    switchboardPairs: "minThreeWords",
    wikiSource: "standIn",
  },
  rowLengthTokens: { llama140M: 6_144, llama100M: 6_000 },
  budget: {
    pretrainingWords: null,
    heldOutWords: 50_000,
    switchboardRows: null,
    wikiRows: null,
    blimpPairsPerUid: null,
  },
  shrunk: [],
};

// Shares of all steps at paper scale (paper.md 3.1, D5): 5,000 of about 20,000 and 500 of about 86,000.
const PRETRAINING_WARMUP_SHARE = 0.25;
const TUNING_WARMUP_SHARE = 0.006;

/** A paper architecture with fewer and narrower layers; everything else stays. */
const shrink = (
  model: ModelName,
  to: Pick<ArchitectureConfig, "vocabSize" | "maxLengthTokens" | "hiddenSize" | "numHeads" | "numLayers">,
): ArchitectureConfig => ({ ...PAPER_ARCHITECTURES[model], ...to, feedForwardSize: 4 * to.hiddenSize });

/**
 * The study at one scale. `smoke` and `laptop` are the paper's tables made smaller; `shrunk` says where.
 *
 * @throws RangeError when the scale is unknown
 *
 * Differs: the smaller scales raise both learning rates, because they take far fewer steps.
 */
export function deriveStudy(scale: Scale): StudyConfig {
  switch (scale) {
    case "paper":
      return PAPER_STUDY;
    case "laptop":
      return {
        ...PAPER_STUDY,
        scale,
        architectures: {
          llama140M: shrink("llama140M", {
            vocabSize: 8_192,
            maxLengthTokens: 1_024,
            hiddenSize: 256,
            numHeads: 4,
            numLayers: 5,
          }),
          llama100M: shrink("llama100M", {
            vocabSize: 8_192,
            maxLengthTokens: 1_024,
            hiddenSize: 128,
            numHeads: 2,
            numLayers: 8,
          }),
        },
        pretraining: {
          ...PRETRAINING,
          learningRate: 1e-3,
          batchSize: 16,
          maxEpochs: 3,
          warmupShare: PRETRAINING_WARMUP_SHARE,
        },
        instructionTuning: {
          ...INSTRUCTION_TUNING,
          learningRate: 1e-4,
          maxEpochs: 2,
          warmupShare: TUNING_WARMUP_SHARE,
        },
        rowLengthTokens: { llama140M: 256, llama100M: 256 },
        budget: { ...PAPER_STUDY.budget, blimpPairsPerUid: 200 },
        shrunk: [
          "decoders of 5.2M and 2.1M non-embedding parameters in place of 95M and 84M, vocabulary 8,192",
          "about 7M words of text in place of 91M, 3 epochs in place of 8",
          "rows of 256 tokens in place of 6,144 and 6,000, batches of 16 rows",
          "instruction tuning for 2 epochs in place of 10, wiki questions by template",
          "peak learning rates 1e-3 and 1e-4 in place of 2e-4 and 2e-5; warm-up as the same share of all steps",
          "the fast BLiMP set, 200 pairs a phenomenon",
        ],
      };
    case "smoke":
      return {
        ...PAPER_STUDY,
        scale,
        architectures: {
          llama140M: shrink("llama140M", {
            vocabSize: 2_048,
            maxLengthTokens: 512,
            hiddenSize: 96,
            numHeads: 3,
            numLayers: 3,
          }),
          llama100M: shrink("llama100M", {
            vocabSize: 1_024,
            maxLengthTokens: 512,
            hiddenSize: 72,
            numHeads: 3,
            numLayers: 6,
          }),
        },
        pretraining: {
          ...PRETRAINING,
          learningRate: 3e-3,
          batchSize: 16,
          maxEpochs: 1,
          warmupShare: PRETRAINING_WARMUP_SHARE,
        },
        instructionTuning: {
          ...INSTRUCTION_TUNING,
          learningRate: 3e-4,
          maxEpochs: 1,
          warmupShare: TUNING_WARMUP_SHARE,
        },
        rowLengthTokens: { llama140M: 128, llama100M: 128 },
        budget: {
          pretrainingWords: 300_000,
          heldOutWords: 6_000,
          switchboardRows: 480,
          wikiRows: 480,
          blimpPairsPerUid: 20,
        },
        shrunk: [
          "decoders of 0.8M and 0.6M parameters in place of 140M and 101M, vocabularies 2,048 and 1,024",
          "about 0.3M words of text in place of 91M, one epoch in place of 8",
          "rows of 128 tokens in place of 6,144 and 6,000, batches of 16 rows",
          "480 rows of each instruction set, one epoch in place of 10, wiki questions by template",
          "peak learning rates 3e-3 and 3e-4 in place of 2e-4 and 2e-5; warm-up as the same share of all steps",
          "20 pairs a phenomenon of the fast BLiMP set",
        ],
      };
    default:
      throw new RangeError(
        `deriveStudy: scale must be one of ${SCALES.join(", ")}, got "${String(scale)}". Correct the parameter.`,
      );
  }
}
