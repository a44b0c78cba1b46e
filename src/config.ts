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
  readonly readingSentences: number | null;
}

/** Everything that determines a study at one scale. */
export interface StudyConfig {
  readonly scale: Scale;
  readonly architectures: Readonly<Record<ModelName, ArchitectureConfig>>;
  readonly tokenizers: Readonly<Record<ModelName, TokenizerConfig>>;
  readonly pretraining: TrainingConfig;
  readonly instructionTuning: TrainingConfig;
  readonly instructions: InstructionConfig;
  /** Length of a training row in tokens; at paper scale the model's maximum. */
  readonly rowLengthTokens: number;
  readonly budget: DataBudget;
  /** What was shrunk against the paper, one sentence each; empty at paper scale. */
  readonly shrunk: readonly string[];
}
