/**
 * @file Every setting of a study, the choices where the paper is silent as closed unions. The paper's own values are next door in
 * `paper-settings.ts`, the smaller scales derived from them in `scales.ts`; data paths live in `data/manifest.ts`.
 */

/** Training conditions of the poster; the first is pre-training alone. */
export const CONDITIONS = ["base", "switch", "wiki", "merged", "switchThenWiki", "wikiThenSwitch"] as const;
/** Name of one of the poster's conditions. */
export type PublishedCondition = (typeof CONDITIONS)[number];
/** Name of an entry of a study's curricula: one of the poster's, a control of the kit's, or the reader's own. */
export type Condition = string;

/** The two published decoders. At smaller scales the name stands for their scaled-down namesake. */
export const MODELS = ["llama140M", "llama100M"] as const;
/** Name of one of the two decoders. */
export type ModelName = (typeof MODELS)[number];

/** How large a study is: `smoke` proves that the way runs, `laptop` trains for hours, `paper` is the published size. */
export const SCALES = ["smoke", "laptop", "paper"] as const;
/** Name of a scale. */
export type Scale = (typeof SCALES)[number];

/** A LLaMA-style decoder. */
export interface ArchitectureConfig {
  readonly vocabSize: number;
  /** Longest sequence the model accepts, in tokens. */
  readonly maxLengthTokens: number;
  readonly hiddenSize: number;
  readonly numHeads: number;
  /** Heads of keys and values, each shared by as many queries (grouped-query attention); absent means `numHeads`. */
  readonly numKeyValueHeads?: number;
  /** Width of one head; absent means hiddenSize / numHeads. */
  readonly headDim?: number;
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

/** AdamW with decoupled weight decay and clipping by the global norm (D3). */
export interface OptimizerConfig {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** Which weights decay: those of rank 2 where it is left out, else gains and biases too. */
  readonly decays?: "everything";
}

/**
 * Number format of matrix products (D22); weights, moments, norms, softmax and loss are float32 either way. Whether
 * `bfloat16` is faster depends on the processor: `class-it doctor` measures both.
 */
export const PRECISIONS = ["float32", "bfloat16"] as const;
/** Name of a number format. */
export type Precision = (typeof PRECISIONS)[number];

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
  /** Rows computed at once; the gradients of a step are their sum. Null computes the whole batch at once. */
  readonly microBatchSize: number | null;
  readonly precision: Precision;
  readonly optimizer: OptimizerConfig;
}

/** How instruction examples become training rows. */
export interface InstructionConfig {
  /** D1: the text around prompt and reply; `released` takes the text column of the released sets unchanged. */
  readonly chatTemplate: "plainRoles" | "speakerLetters" | "released";
  /** D2: train on reply tokens and the end token, or on everything. */
  readonly lossOn: "reply" | "full";
  /** D5: one example to a row, or as many as fit without seeing each other. */
  readonly instructionRows: "onePerRow" | "packed";
  /** D14: which turns become pairs; `released` takes the pairs of the released set. */
  readonly switchboardPairs: "minThreeWords" | "allTurns" | "noBackchannels" | "released";
  /**
   * D15: the released questions, or questions by template. `asFetched` is the first where the user has fetched the
   * released sets, else the second; `openStudy` puts one of them in its place, so no result has it.
   */
  readonly wikiSource: "asFetched" | "released" | "standIn";
  /** D16: questions until prompts and replies of both sets have 8.7M words, or all the budget of rows allows. */
  readonly instructionBudget: "words8.7M" | "all";
}

/** The two instruction sets of the paper. */
export const INSTRUCTION_SETS = ["switch", "wiki"] as const;
/** Name of an instruction set. */
export type InstructionSet = (typeof INSTRUCTION_SETS)[number];

/**
 * Order of a stage's batches. `shuffled`: anew in each epoch, in groups of similar length. `alternating`: batches of the sets
 * by turns. `gradual`: from the first set to the second, the share of the second growing steadily. `shortestFirst` and
 * `frequentFirst`: examples by length, and by how frequent their tokens are in the stage, the easier first.
 */
export const EXAMPLE_ORDERS = [
  "shuffled",
  "alternating",
  "gradual",
  "shortestFirst",
  "frequentFirst",
] as const;
/** Name of an order. */
export type ExampleOrder = (typeof EXAMPLE_ORDERS)[number];

/**
 * How long a stage trains: `configured` is `maxEpochs` of the study's instruction tuning, `halfConfigured` half of them.
 * `stepsOf` and `wordsOf` name a condition of whose tuning the steps, or the words seen, are matched.
 */
export type StageLength =
  | "configured"
  | "halfConfigured"
  | { readonly epochs: number }
  | { readonly steps: number }
  | { readonly words: number }
  | { readonly stepsOf: string }
  | { readonly wordsOf: string };

/** One stage of tuning. */
export interface TuningStage {
  readonly name: string;
  /** Instruction sets, or `text` to go on with pre-training text at tuning rates. */
  readonly examples: readonly InstructionSet[] | "text";
  readonly order: ExampleOrder;
  /** `permuted` gives every prompt another example's reply: the form of conversation without its content. */
  readonly replies: "own" | "permuted";
  readonly length: StageLength;
  /** Peak learning rate in place of the study's. */
  readonly learningRate?: number;
  readonly schedule?: "linear" | "cosineWithRestarts";
  /** Whether the optimizer's moments are those of the stage before; the study's own choice (D8) where it is left out. */
  readonly optimizer?: "reset" | "carry";
}

/** Stages in the order they are trained; none leaves the pre-trained model as it is. */
export type Curriculum = readonly TuningStage[];

/** What the poster leaves open about the order of stages. */
export interface CurriculumConfig {
  /** D6: whether each of two phases has all epochs, or both together have them. */
  readonly phaseEpochs: "tenEach" | "tenInAll";
  /** D7: whether one set alone is trained as many epochs, or as many steps, as both together. */
  readonly singleSourceBudget: "epochs" | "matchedSteps";
  /** D8: a schedule of its own for each stage, or one over all of tuning. */
  readonly scheduleSpan: "perPhase" | "whole";
  /** D8: whether a stage begins with fresh moments. */
  readonly optimizerAtPhase: "reset" | "carry";
}

/** How much data a scale uses; null means all there is. */
export interface DataBudget {
  readonly pretrainingWords: number | null;
  readonly heldOutWords: number;
  /** Examples of each instruction set that are held out for measuring losses. */
  readonly heldOutRows: number;
  readonly switchboardRows: number | null;
  readonly wikiRows: number | null;
  /** Items of each uid of the zero-shot benchmarks; of the fast sets where those have as many. */
  readonly zeroShotItemsPerUid: number | null;
}

/** Everything that determines a study at one scale. */
export interface StudyConfig {
  readonly scale: Scale;
  readonly architectures: Readonly<Record<ModelName, ArchitectureConfig>>;
  readonly tokenizers: Readonly<Record<ModelName, TokenizerConfig>>;
  readonly pretraining: TrainingConfig;
  readonly instructionTuning: TrainingConfig;
  readonly instructions: InstructionConfig;
  readonly curriculum: CurriculumConfig;
  /** D23: tuning starts from the weights after the last pre-training epoch, or after the one with the lowest held-out loss. */
  readonly startCheckpoint: "lastEpoch" | "bestHeldOut";
  /** Conditions of the reader's own, beside the poster's and the kit's (`curricula.ts`). */
  readonly curricula: Readonly<Record<Condition, Curriculum>>;
  /** D4: whether documents that share a row see what came before them in it. */
  readonly pretrainingRows: "documents" | "documentsIsolated";
  /** Length of a pre-training row in tokens; at paper scale the model's maximum. */
  readonly rowLengthTokens: Readonly<Record<ModelName, number>>;
  readonly budget: DataBudget;
  /** Words seen, stages counted on, after which a model's weights are kept: learning curves are measured on them. */
  readonly checkpointWords: readonly number[];
  /** What was shrunk against the paper, one sentence each; empty at paper scale. */
  readonly shrunk: readonly string[];
}
