/** @file Log-probabilities of given tokens, compiled once for each architecture: the forward half of a training step. */
import type { ArchitectureConfig } from "../config/config.js";
import type { tf } from "../engine/backend.js";
import { compile, type CompiledStep } from "../engine/compile.js";
import { decodeHidden, outputMatrix, type RowLayout } from "./decoder.js";
import type { Weights } from "./weights.js";
import { logProbsAt } from "./loss.js";

/** Weights by name, tokens int32 [B, T] with their layout, and what is asked of them, as `logProbsAt` takes it. */
export type ScoringInput = {
  readonly weights: Weights;
  readonly inputs: tf.Tensor2D;
  readonly layout: RowLayout;
  readonly asked: Record<"positions" | "rows" | "tokens", tf.Tensor1D>;
  readonly group?: tf.Tensor1D;
};

const compiled = new Map<string, CompiledStep<ScoringInput, tf.Tensor1D>>();

/** Gives natural-log probabilities, [R], in float32; models of the same architecture share the graphs. */
export function scoringStep(architecture: ArchitectureConfig): CompiledStep<ScoringInput, tf.Tensor1D> {
  const key = JSON.stringify(architecture);
  let step = compiled.get(key);
  if (!step) {
    step = compile(({ weights, inputs, layout, asked, group }: ScoringInput) => {
      const hidden = decodeHidden(inputs, weights, architecture, { layout });
      return logProbsAt(hidden, outputMatrix(weights, architecture), asked, group);
    });
    compiled.set(key, step);
  }
  return step;
}
