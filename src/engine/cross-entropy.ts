/**
 * @file Softmax cross-entropy with whole-number labels: one TensorFlow kernel for value and gradient where the backend
 * has it, plain tfjs ops elsewhere. tfjs has no such op, and its one-hot detour fills memory with [N, V] arrays.
 */
import { z } from "zod";
import { tf } from "./backend.js";

/** What is used of tfjs-node's backend beyond tfjs' own interface. */
const tensorflowBackend = z.looseObject({
  binding: z.looseObject({
    TF_ATTR_TYPE: z.number(),
    TF_FLOAT: z.number(),
    TF_INT32: z.number(),
  }),
  executeMultipleOutputs: z.custom<
    (op: string, attributes: object[], inputs: tf.Tensor[], numOutputs: number) => tf.Tensor[]
  >((value) => typeof value === "function"),
});

/** Losses, and the derivative of each loss with respect to its row of logits. */
interface LossAndDerivative {
  readonly losses: tf.Tensor1D; // [N]
  readonly derivative: tf.Tensor2D; // [N, V], softmax − one-hot
}

/**
 * −ln softmax(logits)[label], row by row.
 *
 * @param logits [N, V]
 * @param labels int32 [N]
 * @returns      [N], nats
 *
 * Source: TensorFlow, SparseSoftmaxCrossEntropyWithLogits.
 */
export function sparseCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const withGradient = tf.customGrad((x, save) => {
    if (!(x instanceof tf.Tensor) || typeof save !== "function")
      throw new Error("sparseCrossEntropy: tfjs must hand over logits and save. Pin its version.");
    const { losses, derivative } = lossAndDerivative(x as tf.Tensor2D, labels);
    save([derivative]);
    return {
      value: losses,
      gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const [kept] = saved;
        if (!kept) throw new Error("sparseCrossEntropy: the saved derivative is missing.");
        return tf.mul(kept, tf.expandDims(upstream, -1)); // [N, V]
      },
    };
  });
  return withGradient(logits);
}

function lossAndDerivative(logits: tf.Tensor2D, labels: tf.Tensor1D): LossAndDerivative {
  const backend = tensorflowBackend.safeParse(tf.backend());
  if (!backend.success) return composedLossAndDerivative(logits, labels);
  const { binding } = backend.data;
  const attributes = [
    { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: "Tlabels", type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
  ];
  // Called on the backend itself: zod hands over a copy, and the method needs its `this`.
  const execute = backend.data.executeMultipleOutputs.bind(tf.backend());
  const [losses, derivative] = execute(
    "SparseSoftmaxCrossEntropyWithLogits",
    attributes,
    [logits, labels],
    2,
  );
  if (!losses || !derivative) throw new Error("sparseCrossEntropy: the kernel must give two outputs.");
  return { losses: losses as tf.Tensor1D, derivative: derivative as tf.Tensor2D };
}

/** The same from plain ops, for backends without the kernel. */
export function composedLossAndDerivative(logits: tf.Tensor2D, labels: tf.Tensor1D): LossAndDerivative {
  const logProbs = tf.logSoftmax(logits); // [N, V]
  const chosen = tf.oneHot(labels, logits.shape[1], 1, 0, "float32"); // [N, V]
  return {
    losses: tf.neg(tf.sum(tf.mul(logProbs, chosen), -1)) as tf.Tensor1D,
    derivative: tf.sub(tf.exp(logProbs), chosen),
  };
}
