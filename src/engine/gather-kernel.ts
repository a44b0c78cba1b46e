/**
 * @file tfjs-node's gather without its read: upstream copies all indices to JavaScript to check their range, which
 * waits for everything computed before and cannot be recorded (`trace.ts`). TensorFlow checks the range itself.
 * Imported for its effect.
 */
import * as tf from "@tensorflow/tfjs-node-gpu";
import { z } from "zod";

const OP = "GatherV2";
const BACKEND = "tensorflow";

const inputsSchema = z.object({ x: z.custom<tf.Tensor>(), indices: z.custom<tf.Tensor>() });
const attributesSchema = z.object({ axis: z.number(), batchDims: z.number() });
const backendSchema = z.custom<{
  binding: { TF_ATTR_INT: number; TF_ATTR_TYPE: number };
  getDTypeInteger(dtype: tf.DataType): number;
  executeSingleOutput(op: string, attributes: object[], inputs: tf.Tensor[]): tf.Tensor;
}>();

if (tf.getKernel(OP, BACKEND)) {
  tf.unregisterKernel(OP, BACKEND);
  tf.registerKernel({
    kernelName: OP,
    backendName: BACKEND,
    kernelFunc: (call) => {
      const { x, indices } = inputsSchema.parse(call.inputs);
      const { axis, batchDims } = attributesSchema.parse(call.attrs);
      const backend = backendSchema.parse(call.backend);
      const { TF_ATTR_INT, TF_ATTR_TYPE } = backend.binding;
      const axisTensor = tf.scalar(axis, "int32");
      const type = (name: string, dtype: tf.DataType) => ({
        name,
        type: TF_ATTR_TYPE,
        value: backend.getDTypeInteger(dtype),
      });
      const result = backend.executeSingleOutput(
        OP,
        [
          { name: "batch_dims", type: TF_ATTR_INT, value: batchDims },
          type("Tparams", x.dtype),
          type("Tindices", indices.dtype),
          type("Taxis", "int32"),
        ],
        [x, indices, axisTensor],
      );
      axisTensor.dispose();
      return result;
    },
  });
}
