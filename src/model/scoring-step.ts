/** @file Log-probabilities of given tokens, compiled once for each architecture: the forward half of a training step. */
import type { ArchitectureConfig } from "../config.js";
import type { tf } from "../engine/backend.js";
import { compile, type CompiledStep } from "../engine/compile.js";
import { decodeHidden, outputMatrix, type Weights } from "./decoder.js";
import { targetLogProbs } from "./loss.js";

/** Weights by name, inputs int32 [B, T] and the token after each of them, int32 [B · T]. */
export type ScoringInput = {
  readonly weights: Weights;
  readonly inputs: tf.Tensor2D;
  readonly targets: tf.Tensor1D;
};

const compiled = new Map<string, CompiledStep<ScoringInput, tf.Tensor1D>>();

/** Gives natural-log probabilities, [B · T], in float32; models of the same architecture share the graphs. */
export function scoringStep(architecture: ArchitectureConfig): CompiledStep<ScoringInput, tf.Tensor1D> {
  const key = JSON.stringify(architecture);
  let step = compiled.get(key);
  if (!step) {
    step = compile(({ weights, inputs, targets }: ScoringInput) =>
      targetLogProbs(
        decodeHidden(inputs, weights, architecture),
        outputMatrix(weights, architecture),
        targets,
      ),
    );
    compiled.set(key, step);
  }
  return step;
}
