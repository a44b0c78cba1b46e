/** @file The official settings of fine-tuning, the positions a head may read, and the learning rate. Batch sizes and epochs are the tasks' own, in `superglue-tasks.ts`. */
import type { OptimizerConfig } from "../config/config.js";
import type { Rules } from "./rules.js";

/**
 * Position of the body the head reads. `lastToken` is the last one of the text, wherever the padding is (docs/decisions.md#d11).
 * `firstToken` and `officialFinal` are the first and last position of the row: the official default and `--take_final`.
 */
export const POOLINGS = ["lastToken", "firstToken", "officialFinal"] as const;
export type Pooling = (typeof POOLINGS)[number];

/** What a token of a text sees: what came before it, or all of the text (docs/options.md#d27). */
export const ATTENTIONS = ["causal", "both"] as const;
/** Name of one of them. */
export type Attention = (typeof ATTENTIONS)[number];

/**
 * The position each year's official runs pool: the first of rows padded on the right, or the last of rows padded on the left, which is
 * the text's last token. Positions are rotary, so left padding moves logits by rounding alone.
 *
 * Source: BabyLM evaluation pipeline 2025, finetune/run.py, defaults; of 2026, scripts/eval_finetuning.sh.
 */
export const OFFICIAL_POOLING: Readonly<Record<Rules, Pooling>> = { 2025: "firstToken", 2026: "lastToken" };

/** Source: BabyLM evaluation pipeline 2025, finetune/run.py and trainer.py, defaults; docs/paper.md#fine-tuning. */
export const FINETUNING = {
  learningRate: 3e-5,
  warmupRatio: 0.06,
  /** Share of the peak the cosine ends at. */
  finalShare: 0.1,
  maxLengthTokens: 512,
  dropout: 0.1,
  optimizer: {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    clipNorm: Number.POSITIVE_INFINITY,
    decays: "everything",
  } satisfies OptimizerConfig,
} as const;

/**
 * Rate of one update.
 *
 *   peak · k / W for k < W, then peak · (0.1 + 0.9 · ½ (1 + cos(π (k − W) / (S − W))))      W = ⌊0.06 S⌋
 *
 * @param step k, from 0: the first update has rate 0 where there is a warm-up
 * @param totalSteps S
 *
 * Source: BabyLM evaluation pipeline 2025, finetune/utils.py, cosine_schedule_with_warmup.
 */
export function finetuningRate(step: number, totalSteps: number, peak: number): number {
  const warmup = Math.floor(FINETUNING.warmupRatio * totalSteps);
  if (step < warmup) return (peak * step) / Math.max(1, warmup);
  const progress = (step - warmup) / Math.max(1, totalSteps - warmup);
  const { finalShare } = FINETUNING;
  return peak * (finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
