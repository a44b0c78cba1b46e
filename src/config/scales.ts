/** @file The scales: the paper's own study, and the one function that derives the smaller ones and says what it shrinks. */
import {
  SCALES,
  type ArchitectureConfig,
  type CurriculumConfig,
  type ModelName,
  type Scale,
  type StudyConfig,
} from "./config.js";
import { INSTRUCTION_TUNING, PAPER_ARCHITECTURES, PRETRAINING } from "./paper-settings.js";

/** The defaults where the poster is silent (docs/decisions.md#d6, #d7, #d8). */
const CURRICULUM: CurriculumConfig = {
  phaseEpochs: "tenEach",
  singleSourceBudget: "epochs",
  scheduleSpan: "perPhase",
  optimizerAtPhase: "reset",
};

/**
 * Every 1M words up to 10M, every 10M up to 100M, every 100M up to 1B.
 *
 * Source: BabyLM 2025 rules; docs/paper.md#babylm-rules.
 */
const BABYLM_CHECKPOINTS: readonly number[] = [1e6, 1e7, 1e8].flatMap((unit) =>
  Array.from({ length: unit === 1e6 ? 10 : 9 }, (_, index) => (unit === 1e6 ? index + 1 : index + 2) * unit),
);

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
    instructionRows: "onePerRow",
    switchboardPairs: "minThreeWords",
    wikiSource: "asFetched",
    instructionBudget: "words8.7M",
  },
  curriculum: CURRICULUM,
  startCheckpoint: "lastEpoch",
  curricula: {},
  objective: "causal",
  pretrainingRows: "documents",
  rowLengthTokens: { llama140M: 6_144, llama100M: 6_000 },
  budget: {
    pretrainingWords: null,
    heldOutWords: 50_000,
    heldOutRows: 200,
    switchboardRows: null,
    wikiRows: null,
    zeroShotItemsPerUid: null,
  },
  checkpointWords: BABYLM_CHECKPOINTS,
  shrunk: [],
};

// Shares of all steps at paper scale (docs/paper.md#training, docs/decisions.md#d5): 5,000 of about 20,000 and 500 of about 86,000.
const PRETRAINING_WARMUP_RATIO = 0.25;
const TUNING_WARMUP_RATIO = 0.006;

/** A paper architecture with fewer and narrower layers; everything else stays. */
const shrink = (
  model: ModelName,
  to: Pick<ArchitectureConfig, "vocabSize" | "maxLengthTokens" | "hiddenSize" | "numHeads" | "numLayers">,
): ArchitectureConfig => ({ ...PAPER_ARCHITECTURES[model], ...to, feedForwardSize: 4 * to.hiddenSize });

/** Seeds each scale is run with. */
export const SCALE_SEEDS: Readonly<Record<Scale, readonly [number, ...number[]]>> = {
  smoke: [42],
  laptop: [42, 1, 2],
  paper: [42],
};

/**
 * The study at one scale. `smoke` and `laptop` are the paper's tables made smaller; `shrunk` says where.
 *
 * @param scale `smoke`, `laptop` or `paper`
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
            hiddenSize: 192,
            numHeads: 3,
            numLayers: 4,
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
          learningRate: 2e-3,
          batchSize: 16,
          maxEpochs: 1,
          warmupRatio: PRETRAINING_WARMUP_RATIO,
        },
        instructionTuning: {
          ...INSTRUCTION_TUNING,
          learningRate: 2e-4,
          maxEpochs: 1,
          warmupRatio: TUNING_WARMUP_RATIO,
        },
        rowLengthTokens: { llama140M: 256, llama100M: 256 },
        budget: {
          ...PAPER_STUDY.budget,
          switchboardRows: 12_800,
          wikiRows: 9_600,
          zeroShotItemsPerUid: 200,
        },
        shrunk: [
          "decoders of 2.4M and 2.1M non-embedding parameters in place of 95M and 84M, vocabulary 8,192",
          "about 6M words of text in place of 91M, one epoch in place of 8",
          "rows of 256 tokens in place of 6,144 and 6,000, batches of 16 rows",
          "12,800 rows of conversations and 9,600 of questions, a third of what there is, one epoch in place of 10",
          "peak learning rates 2e-3 and 2e-4 in place of 2e-4 and 2e-5; warm-up as the same share of all steps",
          "the fast BLiMP set, 200 pairs a paradigm, and no more items a uid of the other zero-shot sets",
        ],
      };
    case "smoke":
      return {
        ...PAPER_STUDY,
        scale,
        architectures: {
          llama140M: shrink("llama140M", {
            vocabSize: 2_048,
            maxLengthTokens: 256,
            hiddenSize: 96,
            numHeads: 3,
            numLayers: 3,
          }),
          llama100M: shrink("llama100M", {
            vocabSize: 1_024,
            maxLengthTokens: 256,
            hiddenSize: 64,
            numHeads: 2,
            numLayers: 5,
          }),
        },
        pretraining: {
          ...PRETRAINING,
          learningRate: 3e-3,
          batchSize: 16,
          maxEpochs: 1,
          warmupRatio: PRETRAINING_WARMUP_RATIO,
        },
        instructionTuning: {
          ...INSTRUCTION_TUNING,
          learningRate: 3e-4,
          maxEpochs: 1,
          warmupRatio: TUNING_WARMUP_RATIO,
        },
        rowLengthTokens: { llama140M: 128, llama100M: 128 },
        budget: {
          pretrainingWords: 300_000,
          heldOutWords: 6_000,
          heldOutRows: 40,
          switchboardRows: 320,
          wikiRows: 320,
          zeroShotItemsPerUid: 20,
        },
        checkpointWords: [100_000, 200_000, 300_000],
        shrunk: [
          "decoders of 0.8M and 0.5M parameters in place of 140M and 101M, vocabularies 2,048 and 1,024",
          "about 0.3M words of text in place of 91M, one epoch in place of 8",
          "rows of 128 tokens in place of 6,144 and 6,000, batches of 16 rows",
          "320 rows of each instruction set, one epoch in place of 10",
          "peak learning rates 3e-3 and 3e-4 in place of 2e-4 and 2e-5; warm-up as the same share of all steps",
          "20 pairs a paradigm of the fast BLiMP set, and as many items a uid of the other zero-shot sets",
          "weights kept after every 0.1M words in place of 1M and more",
        ],
      };
    default:
      throw new RangeError(
        `deriveStudy: scale must be one of ${SCALES.join(", ")}, got "${String(scale)}". Correct the parameter.`,
      );
  }
}
