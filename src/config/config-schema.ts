/**
 * @file The shape of a study's configuration, for one that no compiler has seen: read from a file, or edited in a cell. Which
 * values go together is decided in `runs/study/study.ts` and `curricula.ts`.
 */
import { z } from "zod";
import {
  CHAT_TEMPLATES,
  EXAMPLE_ORDERS,
  INSTRUCTION_SETS,
  MODELS,
  RATE_SCALINGS,
  SCALES,
  SCHEDULES,
  type StudyConfig,
  type TuningStage,
} from "./config.js";

// NaN passes here, and is refused with its field's own limits. JSON has no infinity, but reads 1e999 as one.
const number = z.custom<number>((value) => typeof value === "number" && Math.abs(value) !== Infinity, {
  error: ({ input }) => `expected a ${typeof input === "number" ? "finite " : ""}number`,
});
const perModel = <T extends z.ZodType>(of: T) => z.record(z.enum(MODELS), of);

const architecture = z.strictObject({
  vocabSize: number,
  maxLengthTokens: number,
  hiddenSize: number,
  numHeads: number,
  numKeyValueHeads: number.exactOptional(),
  headDim: number.exactOptional(),
  numLayers: number,
  feedForwardSize: number,
  rotaryBase: number,
  normEpsilon: number,
  initializerStd: number,
  queryKeyNorm: z.literal("perHead").exactOptional(),
  tiedEmbeddings: z.boolean(),
});

const optimizer = z.strictObject({
  kind: z.literal("muon").exactOptional(),
  momentum: number.exactOptional(),
  nesterov: z.boolean().exactOptional(),
  rateScaling: z.enum(RATE_SCALINGS).exactOptional(),
  beta1: number,
  beta2: number,
  epsilon: number,
  weightDecay: number,
  clipNorm: number,
  embeddingRateRatio: number.exactOptional(),
  decays: z.literal("everything").exactOptional(),
});

const schedule = z.enum(SCHEDULES);

const training = z.strictObject({
  learningRate: number,
  batchSize: number,
  maxEpochs: number,
  schedule,
  warmupSteps: number,
  warmupRatio: number.nullable(),
  cosineCycles: number,
  decayRatio: number.exactOptional(),
  microBatchSize: number.nullable(),
  precision: z.enum(["float32", "bfloat16"]),
  zLoss: number.exactOptional(),
  optimizer,
});

const maskedObjective = z.strictObject({
  maskedShare: number,
  maskRate: number,
  schedule: z.enum(["linear", "constant"]),
});

const stageLength = z.union(
  [
    z.enum(["configured", "halfConfigured"]),
    z.strictObject({ epochs: number }),
    z.strictObject({ steps: number }),
    z.strictObject({ words: number }),
    z.strictObject({ stepsOf: z.string() }),
    z.strictObject({ wordsOf: z.string() }),
  ],
  "expected configured, halfConfigured, or one of epochs, steps, words, stepsOf and wordsOf",
);

/** One stage of a curriculum. */
export const tuningStageSchema: z.ZodType<TuningStage> = z.strictObject({
  name: z.string(),
  examples: z.union(
    [z.enum(["text", "preferences"]), z.array(z.enum(["text", ...INSTRUCTION_SETS])).readonly()],
    `expected "text", "preferences" or a list of text, ${INSTRUCTION_SETS.join(", ")}`,
  ),
  preference: z
    .strictObject({
      loss: z.enum(["dpo", "simpo"]),
      beta: number,
      margin: number.exactOptional(),
      pairs: z.string().exactOptional(),
    })
    .exactOptional(),
  shares: z.array(number).readonly().exactOptional(),
  order: z.enum(EXAMPLE_ORDERS),
  replies: z.enum(["own", "permuted"]),
  turns: number.exactOptional(),
  trainedSpeakers: z.enum(["second", "both"]).exactOptional(),
  length: stageLength,
  learningRate: number.exactOptional(),
  schedule: schedule.exactOptional(),
  optimizer: z.enum(["reset", "carry"]).exactOptional(),
});

const wholeConfig = z.strictObject({
  scale: z.enum(SCALES),
  architectures: perModel(architecture),
  tokenizers: perModel(z.strictObject({ variant: z.enum(["bytePlain", "byteWithPrefixSpace"]) })),
  pretraining: training,
  instructionTuning: training,
  instructions: z.strictObject({
    chatTemplate: z.enum(CHAT_TEMPLATES),
    lossOn: z.enum(["reply", "full"]),
    instructionRows: z.enum(["onePerRow", "packed"]),
    switchboardPairs: z.enum(["minThreeWords", "allTurns", "noBackchannels", "released"]),
    wikiSource: z.enum(["asFetched", "released", "standIn"]),
    instructionBudget: z.enum(["words8.7M", "all"]),
  }),
  curriculum: z.strictObject({
    phaseEpochs: z.enum(["tenEach", "tenInAll"]),
    singleSourceBudget: z.enum(["epochs", "matchedSteps"]),
    scheduleSpan: z.enum(["perPhase", "whole"]),
    optimizerAtPhase: z.enum(["reset", "carry"]),
  }),
  startCheckpoint: z.enum(["lastEpoch", "bestHeldOut"]).default("lastEpoch"),
  curricula: z.record(z.string(), z.array(tuningStageSchema).readonly()),
  objective: z
    .union([z.literal("causal"), maskedObjective], {
      error: 'expected "causal" or numbers maskedShare and maskRate with a schedule of "linear"|"constant"',
    })
    .default("causal"),
  pretrainingRows: z.enum(["documents", "documentsIsolated"]),
  rowLengthTokens: perModel(number),
  budget: z.strictObject({
    pretrainingWords: number.nullable(),
    heldOutWords: number,
    heldOutRows: number,
    switchboardRows: number.nullable(),
    wikiRows: number.nullable(),
    zeroShotItemsPerUid: number.nullable(),
  }),
  checkpointWords: z.array(number).readonly(),
  shrunk: z.array(z.string()).readonly(),
});

/** The compiler refuses it if the type allows a value that the schema lacks. */
type SchemaOf<Type extends Inferred, Inferred> = z.ZodType<Type>;

/**
 * A whole configuration. An unknown field is refused. A setting that is newer than some results has a default here: what the
 * kit did before there was such a setting.
 */
export const studyConfigSchema: SchemaOf<StudyConfig, z.infer<typeof wholeConfig>> = wholeConfig;

/** The configuration of an older result with the settings it lacks; as it is where it is none of this version. */
export function completeConfig(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const parsed = studyConfigSchema.safeParse(config);
  return parsed.success ? { ...parsed.data } : config;
}

/**
 * The first thing wrong with a value of the wrong shape, such as `instructions.lossOn: expected one of "reply"|"full"`.
 *
 * @param name of the value as a whole, for what is wrong with itself
 */
export function describeIssue({ issues: [issue] }: z.ZodError, name: string): string {
  const place = issue?.path.join(".") ?? "";
  return `${place === "" ? name : place}: ${(issue?.message ?? "unknown").replace(/^Invalid \w+: /, "")}`;
}
