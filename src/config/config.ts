/**
 * @file Every setting of a study, the choices where the paper is silent as closed unions. The paper's own values are in
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
  /**
   * `perHead` divides each head of queries and keys by its root mean square, with a learned gain of width headDim, before
   * rotary positions (docs/options.md#d28); absent means neither.
   */
  readonly queryKeyNorm?: "perHead";
  /** One matrix for input and output embeddings; false in the paper (docs/paper.md#models: no integer solution otherwise). */
  readonly tiedEmbeddings: boolean;
}

/** Byte-level BPE (docs/decisions.md#d17). The vocabulary size is in the architecture. */
export interface TokenizerConfig {
  /** `byteWithPrefixSpace` puts a space and `<s>` in front of every text, `bytePlain` neither. */
  readonly variant: "bytePlain" | "byteWithPrefixSpace";
}

/**
 * How Muon's learning rate depends on the shape of a matrix: so that AdamW's rates and decay fit it, or as its authors published it
 * (docs/options.md#d32).
 */
export const RATE_SCALINGS = ["matchRmsAdamW", "original"] as const;
/** Name of a scaling. */
export type RateScaling = (typeof RATE_SCALINGS)[number];

/** AdamW with decoupled weight decay and clipping by the global norm (docs/decisions.md#d3), or Muon for some of the weights. */
export interface OptimizerConfig {
  /** `muon` updates matrices inside the layers by Muon, and all other weights by AdamW (docs/options.md#d32); absent is AdamW alone. */
  readonly kind?: "muon";
  /** Muon's share of the momentum that is kept in each update, 0.95 where it is left out. */
  readonly momentum?: number;
  /** Whether Muon looks one update ahead; it does where this is left out. */
  readonly nesterov?: boolean;
  /** By what Muon's rate is multiplied for a matrix of some shape; the first where it is left out. */
  readonly rateScaling?: RateScaling;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** Learning rate of the embedding and output matrices over that of all other weights (docs/options.md#d30); absent means 1. */
  readonly embeddingRateRatio?: number;
  /** Which weights decay: those of rank 2 where it is left out, else gains and biases too. */
  readonly decays?: "everything";
}

/**
 * Number format of matrix products (docs/decisions.md#d22); weights, moments, norms, softmax and loss are always float32.
 * Whether `bfloat16` is faster depends on the processor: `class-it doctor` measures both.
 */
export const PRECISIONS = ["float32", "bfloat16"] as const;
/** Name of a number format. */
export type Precision = (typeof PRECISIONS)[number];

/**
 * How the learning rate goes on after its warm-up: down to 0 in a line; down a cosine, with restarts; or level, and down in a line
 * over the last steps (docs/options.md#d31).
 */
export const SCHEDULES = ["linear", "cosineWithRestarts", "warmupStableDecay"] as const;
/** Name of a schedule. */
export type Schedule = (typeof SCHEDULES)[number];

/** Training on masked rows next to causal ones, as GPT-BERT does (docs/options.md#d27). */
export interface MaskedObjective {
  /** Share of a text stage's rows whose masked tokens are predicted, with sight in both directions; above 0 and below 1. */
  readonly maskedShare: number;
  /** Share of a masked row's tokens that is predicted. */
  readonly maskRate: number;
  /** `linear` falls from twice `maskRate` to `maskRate` in the course of a stage; `constant` stays. */
  readonly schedule: "linear" | "constant";
}

/** One training phase. */
export interface TrainingConfig {
  /** Peak of the schedule. */
  readonly learningRate: number;
  /** Rows a step: packed rows in pre-training, examples in instruction tuning. */
  readonly batchSize: number;
  readonly maxEpochs: number;
  readonly schedule: Schedule;
  readonly warmupSteps: number;
  /** Share of all steps that warm-up takes in place of `warmupSteps`, as at smaller scales (docs/decisions.md#d10), or null. */
  readonly warmupRatio: number | null;
  /** Restarts of the cosine schedule (docs/decisions.md#d9). */
  readonly cosineCycles: number;
  /** Share of all steps at the end in which `warmupStableDecay` falls (docs/options.md#d31); absent means a tenth. */
  readonly decayRatio?: number;
  /** Rows computed at once; the gradients of a step are their sum. Null computes the whole batch at once. */
  readonly microBatchSize: number | null;
  readonly precision: Precision;
  /** Weight of the squared logarithm of what the softmax divides by, added to the loss (docs/options.md#d29); absent means 0. */
  readonly zLoss?: number;
  readonly optimizer: OptimizerConfig;
}

/** The words around prompt and reply; `released` takes the text column of the released sets unchanged (docs/decisions.md#d1). */
export const CHAT_TEMPLATES = ["plainRoles", "speakerLetters", "released"] as const;
/** Name of a template. */
export type ChatTemplate = (typeof CHAT_TEMPLATES)[number];

/** How instruction examples become training rows. */
export interface InstructionConfig {
  readonly chatTemplate: ChatTemplate;
  /** Train on reply tokens and the end token, or on everything (docs/decisions.md#d2). */
  readonly lossOn: "reply" | "full";
  /** One example to a row, or as many as fit without seeing each other (docs/decisions.md#d5). */
  readonly instructionRows: "onePerRow" | "packed";
  /** Which turns become pairs; `released` takes the pairs of the released set (docs/decisions.md#d14). */
  readonly switchboardPairs: "minThreeWords" | "allTurns" | "noBackchannels" | "released";
  /**
   * The released questions, or questions by template (docs/decisions.md#d15). `asFetched` is the first if the user has fetched
   * the released sets, else the second; `openStudy` replaces it with one of them, so no result has it.
   */
  readonly wikiSource: "asFetched" | "released" | "standIn";
  /** Questions until both sets together have 8.7M words, or all that the budget of rows allows (docs/decisions.md#d16). */
  readonly instructionBudget: "words8.7M" | "all";
}

/** The two instruction sets of the paper. */
export const INSTRUCTION_SETS = ["switch", "wiki"] as const;
/** Name of an instruction set. */
export type InstructionSet = (typeof INSTRUCTION_SETS)[number];

/**
 * Order of a stage's batches. `shuffled`: drawn again in each epoch, in groups of similar length. `alternating`: batches of the sets
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

/** Training on a better and a worse reply to the same prompt (docs/options.md#d26). */
export interface PreferenceConfig {
  readonly loss: "dpo" | "simpo";
  /** How much a difference of log-probabilities counts; above 0. */
  readonly beta: number;
  /** SimPO's: by how much β times the difference of means should exceed 0; from 0. */
  readonly margin?: number;
  /** A JSON file of pairs `{ id, prompt, chosen, rejected }` in place of the study's own, such as those of the reference game. */
  readonly pairs?: string;
}

/** One stage of tuning. */
export interface TuningStage {
  readonly name: string;
  /**
   * Instruction sets, or `text` to go on with pre-training text at tuning rates. A list that begins with `text` mixes text into
   * every step of its sets (docs/options.md#d24).
   */
  readonly examples: readonly ("text" | InstructionSet)[] | "text" | "preferences";
  /** The loss of a stage on `preferences`, pairs of a better and a worse reply. */
  readonly preference?: PreferenceConfig;
  /** Where text is mixed in: shares of a step's trained tokens, of text and of all sets together; they add up to 1. */
  readonly shares?: readonly number[];
  readonly order: ExampleOrder;
  /** `permuted` gives every prompt another example's reply: the form of conversation without its content. */
  readonly replies: "own" | "permuted";
  /**
   * Turns of a conversation at most, an even number: as many of the pairs of one dialogue as follow each other become one example.
   * Pairs of two where it is left out (docs/options.md#d25).
   */
  readonly turns?: number;
  /** Whose turns are trained: the replies, as without it, or the prompts too; roles never are (docs/options.md#d25). */
  readonly trainedSpeakers?: "second" | "both";
  readonly length: StageLength;
  /** Peak learning rate in place of the study's. */
  readonly learningRate?: number;
  readonly schedule?: Schedule;
  /** Whether the stage keeps the optimizer's moments; without it the study decides (docs/decisions.md#d8). */
  readonly optimizer?: "reset" | "carry";
}

/** Stages in the order they are trained; none leaves the pre-trained model as it is. */
export type Curriculum = readonly TuningStage[];

/** What the poster leaves open about the order of stages. */
export interface CurriculumConfig {
  /** Whether each of two phases has all epochs, or both together have them (docs/decisions.md#d6). */
  readonly phaseEpochs: "tenEach" | "tenInAll";
  /** Whether one set alone is trained as many epochs, or as many steps, as both together (docs/decisions.md#d7). */
  readonly singleSourceBudget: "epochs" | "matchedSteps";
  /** A schedule of its own for each stage, or one over all of tuning (docs/decisions.md#d8). */
  readonly scheduleSpan: "perPhase" | "whole";
  /** Whether a stage begins with fresh moments (docs/decisions.md#d8). */
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
  /** Tuning starts from the last pre-training epoch, or from the one with the lowest held-out loss (docs/decisions.md#d23). */
  readonly startCheckpoint: "lastEpoch" | "bestHeldOut";
  /** Conditions of the reader's own, in addition to the poster's and the kit's (`curricula.ts`). */
  readonly curricula: Readonly<Record<Condition, Curriculum>>;
  /** What stages on text train: the next token alone, or masked rows too (docs/options.md#d27). */
  readonly objective: "causal" | MaskedObjective;
  /** Whether documents that share a row see what came before them in it (docs/decisions.md#d4). */
  readonly pretrainingRows: "documents" | "documentsIsolated";
  /** Length of a pre-training row in tokens; at paper scale the model's maximum. */
  readonly rowLengthTokens: Readonly<Record<ModelName, number>>;
  readonly budget: DataBudget;
  /** Words seen, stages counted on, after which a model's weights are kept: learning curves are measured on them. */
  readonly checkpointWords: readonly number[];
  /** What was shrunk against the paper, one sentence each; empty at paper scale. */
  readonly shrunk: readonly string[];
}
