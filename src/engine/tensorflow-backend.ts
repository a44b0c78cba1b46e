/**
 * @file tfjs-node's TensorFlow backend as the engine uses it: the calls beneath tfjs' own interface, typed and checked
 * once. Everything here is undocumented upstream, so the package's version is pinned.
 */
import { tf } from "./backend.js";

/** Numbers TensorFlow gives its element types (types.proto). */
export const DATA_TYPES = {
  float32: 1,
  float64: 2,
  int32: 3,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const;

/** An attribute of an operation; `type` is one of the binding's TF_ATTR_ numbers. */
export interface OperationAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[];
}

/** What an executed operation leaves: a handle of the native library. */
export interface TensorHandle {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** Values of a tensor as they are in memory. */
export type TensorValues = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** The native addon. */
export interface TensorflowBinding {
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: readonly number[], dtype: number, values: ArrayLike<number>): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TensorValues;
  executeOp(
    op: string,
    attributes: readonly OperationAttribute[],
    inputIds: readonly number[],
    numOutputs: number,
  ): TensorHandle[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputIds: readonly number[], inputs: string, outputs: string): TensorHandle[];
}

/** tfjs' backend object. */
export interface TensorflowBackend {
  binding: TensorflowBinding;
  createOutputTensor(handle: TensorHandle): tf.Tensor;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  executeMultipleOutputs(
    op: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly tf.Tensor[],
    numOutputs: number,
  ): tf.Tensor[];
  read(dataId: object): Promise<TensorValues>;
  readSync(dataId: object): TensorValues;
  move(dataId: object, values: unknown, shape: number[], dtype: tf.DataType, refCount: number): void;
}

const isTensorflow = (backend: unknown): backend is TensorflowBackend =>
  typeof backend === "object" &&
  backend !== null &&
  "binding" in backend &&
  "executeMultipleOutputs" in backend;

/** The TensorFlow backend, or null where another one (tfjs' plain `cpu`) is in use. */
export function tensorflowBackend(): TensorflowBackend | null {
  const backend: unknown = tf.backend();
  return isTensorflow(backend) ? backend : null;
}

/** The number TensorFlow gives the element type of a tensor. */
export function dataTypeOf(tensor: tf.TensorInfo): number {
  switch (tensor.dtype) {
    case "float32":
    case "int32":
    case "bool":
      return DATA_TYPES[tensor.dtype];
    default:
      throw new TypeError(
        `engine: element types must be float32, int32 or bool, got ${tensor.dtype}. Cast it before the step.`,
      );
  }
}
