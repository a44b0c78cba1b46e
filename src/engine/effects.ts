/**
 * @file What a step of a `ResidentGraph` may do to its variables, each kernel in place, and two numbers such a step needs. The
 * order in which a step writes effects down is the order in which they happen.
 */
import { tf } from "./backend.js";
import {
  DATA_TYPES,
  tensorflowBackend,
  type OperationAttribute,
  type TensorflowBackend,
} from "./tensorflow-backend.js";
import { recordEffect, type Variable } from "./trace.js";

export { onlyIf, type Variable } from "./trace.js";

function tensorflow(): TensorflowBackend {
  const backend = tensorflowBackend();
  if (backend === null) throw new Error("effects: the backend must be TensorFlow's. Choose that one.");
  return backend;
}

const type = (name: string, value: number): OperationAttribute => ({
  name,
  type: tensorflow().binding.TF_ATTR_TYPE,
  value,
});
const flag = (name: string, value: boolean): OperationAttribute => ({
  name,
  type: tensorflow().binding.TF_ATTR_BOOL,
  value,
});

const assignment =
  (op: string) =>
  (variable: Variable, value: tf.Tensor): void =>
    recordEffect(op, [type("dtype", DATA_TYPES.float32)], [variable.place, value]);

/** variable ← value */
export const assign = assignment("AssignVariableOp");
/** variable ← variable + value */
export const assignAdd = assignment("AssignAddVariableOp");
/** variable ← variable − value */
export const assignSub = assignment("AssignSubVariableOp");

/**
 * One update by TensorFlow's fused kernel.
 *
 *   m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²      w ← w − rate · m / (√v + ε)
 *
 * @param how.rate with both bias corrections, as `epsilon`: in float32 1 − β₂ᵗ would lose digits here
 */
export function applyAdam(
  { weight, first, second }: Record<"weight" | "first" | "second", Variable>,
  gradient: tf.Tensor,
  { rate, beta1, beta2, epsilon }: Record<"rate" | "beta1" | "beta2" | "epsilon", tf.Scalar>,
): void {
  const zero = tf.scalar(0); // both powers: the corrections are in the rate
  const places = [weight.place, first.place, second.place];
  recordEffect(
    "ResourceApplyAdam",
    [type("T", DATA_TYPES.float32), flag("use_locking", false), flag("use_nesterov", false)],
    [...places, zero, zero, rate, beta1, beta2, epsilon, gradient],
  );
}

/** ½ Σ x², by a kernel that makes no squares. */
export function halfSquare(x: tf.Tensor): tf.Scalar {
  const [half] = tensorflow().executeMultipleOutputs("L2Loss", [type("T", DATA_TYPES.float32)], [x], 1);
  if (!half) throw new Error("halfSquare: the kernel must give a sum. Pin TensorFlow's version.");
  return half as tf.Scalar;
}

/**
 * min(1, limit / (norm + 1e-6)), computed in float64, which tfjs has no tensors of; only inside a recorded step.
 *
 * @param limit largest norm that is left as it is; may be infinite
 *
 * Source: PyTorch `clip_grad_norm_`.
 */
export function clipFactor(norm: tf.Scalar, limit: number): tf.Scalar {
  const backend = tensorflow();
  const { binding } = backend;
  const { float32, float64 } = DATA_TYPES;
  const run = (op: string, attributes: readonly OperationAttribute[], inputs: readonly number[]) => {
    const [output] = binding.executeOp(op, attributes, inputs, 1);
    if (!output) throw new Error(`clipFactor: ${op} must have a result. Pin TensorFlow's version.`);
    return output;
  };
  const cast = (id: number, from: number, to: number) =>
    run("Cast", [type("SrcT", from), type("DstT", to), flag("Truncate", false)], [id]);
  const number = (value: number) => binding.createTensor([], float64, [value]);
  const double = (op: string, inputs: readonly number[]) => run(op, [type("T", float64)], inputs).id;
  const [given = -1] = backend.getInputTensorIds([norm]);
  const safe = double("AddV2", [cast(given, float32, float64).id, number(1e-6)]);
  const factor = double("Minimum", [number(1), double("RealDiv", [number(limit), safe])]);
  return backend.createOutputTensor(cast(factor, float64, float32)) as tf.Scalar;
}
