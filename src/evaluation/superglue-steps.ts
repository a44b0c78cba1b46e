/** @file The compiled steps of a classifier: loss and gradients of some items, and logits. */
import type { ArchitectureConfig, Precision } from "../config/config.js";
import { tf } from "../engine/backend.js";
import { compile, type CompiledStep } from "../engine/compile.js";
import type { Weights } from "../model/weights.js";
import { withGradients, type LossAndGradients } from "../training/training-step.js";
import { headLogits, pooledHidden, type ClassifierRows } from "./superglue-classifier.js";

type StepInput = ClassifierRows & {
  readonly trained: Weights;
  readonly fixed: Weights;
  /** One-hot classes, each item times its share of the batch, [B, C]; zeros for those of other parts. */
  readonly labels: tf.Tensor2D;
  readonly keep?: tf.Tensor2D;
};
type PredictInput = ClassifierRows & { readonly weights: Weights };

/** Cross-entropy of the rows, each by its share of the batch. */
function lossOf(input: StepInput, weights: Weights, architecture: ArchitectureConfig): tf.Scalar {
  const { labels, keep, trained: _, fixed: __, ...rows } = input;
  const logits = headLogits(pooledHidden(rows, weights, architecture), weights, keep); // [B, C]
  return tf.neg(tf.sum<tf.Scalar>(tf.mul(labels, tf.logSoftmax(logits))));
}

function lossAndGradients(input: StepInput, architecture: ArchitectureConfig): LossAndGradients {
  return withGradients(input.trained, (trained) =>
    lossOf(input, { ...input.fixed, ...trained }, architecture),
  );
}

interface CompiledClassifier {
  readonly train: CompiledStep<StepInput, LossAndGradients>;
  readonly predict: CompiledStep<PredictInput, tf.Tensor2D>;
}
const compiled = new Map<string, CompiledClassifier>();

/** The compiled steps of an architecture; tasks and seeds share them and their graphs. */
export function classifierSteps(architecture: ArchitectureConfig, precision: Precision): CompiledClassifier {
  const key = JSON.stringify([architecture, precision]);
  let steps = compiled.get(key);
  if (!steps) {
    steps = {
      train: compile((input: StepInput) => lossAndGradients(input, architecture), { precision }),
      predict: compile(
        ({ weights, ...rows }: PredictInput) =>
          headLogits(pooledHidden(rows, weights, architecture), weights),
        { precision },
      ),
    };
    compiled.set(key, steps);
  }
  return steps;
}
