/** @file Muon as an update rule: matrices inside the layers by `muon.ts`, all other weights by AdamW (docs/options.md#d32). */
import type { OptimizerConfig } from "../config/config.js";
import { tf } from "../engine/backend.js";
import { assign, assignSub } from "../engine/effects.js";
import { isLayerMatrix } from "../model/weights.js";
import { hasSecondMoment, muonSettings, muonStep } from "./muon.js";
import { adamW, type UpdateRule } from "./update-rule.js";

/** What an optimizer's configuration stands for. */
export const ruleOf = (optimizer: OptimizerConfig): UpdateRule =>
  optimizer.kind === "muon" ? muon(optimizer) : adamW(optimizer);

/** The momentum of Muon takes the place of a first moment; weights decay as in AdamW. */
function muon(optimizer: OptimizerConfig): UpdateRule {
  const others = adamW(optimizer);
  const settings = muonSettings(optimizer);
  return {
    scalars: (learningRate, updates) => ({
      ...others.scalars(learningRate, updates),
      matrixRate: learningRate,
      matrixDecay: learningRate * optimizer.weightDecay,
    }),
    hasSecond: (name, rank) => hasSecondMoment(optimizer, name, rank),
    update(trained, gradient, scalars) {
      const { name, weight, first } = trained;
      if (!isLayerMatrix(name, weight.value.rank)) {
        others.update(trained, gradient, scalars);
        return;
      }
      const { matrixRate, matrixDecay } = scalars;
      if (!matrixRate || !matrixDecay) throw new Error("muon: an update must be handed its rates, got none.");
      const { moment, change } = muonStep(gradient as tf.Tensor2D, first.value as tf.Tensor2D, settings);
      assign(first, moment);
      assignSub(weight, tf.add(tf.mul(weight.value, matrixDecay), tf.mul(change, matrixRate)));
    },
  };
}
