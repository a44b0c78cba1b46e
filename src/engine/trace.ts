/**
 * @file Records a step as a list of TensorFlow operations without computing anything: tfjs runs it as usual, loss and
 * gradients included, on a stand-in for the native addon that infers shapes (`operation-shapes.ts`) and notes each call.
 */
import { tf } from "./backend.js";
import { inferOutputs, type KnownValue } from "./operation-shapes.js";
import {
  DATA_TYPES,
  dataTypeOf,
  tensorflowBackend,
  type OperationAttribute,
  type TensorflowBackend,
  type TensorflowBinding,
  type TensorHandle,
  type TensorValues,
} from "./tensorflow-backend.js";

/** A value of a recorded step; the object itself is its identity. */
export interface Value extends KnownValue {
  /** The operation it comes from; none for arguments and constants. */
  readonly producer?: Operation;
}

/** One recorded operation. */
export interface Operation {
  readonly op: string;
  readonly attributes: readonly OperationAttribute[];
  readonly inputs: readonly Value[];
  readonly outputs: Value[];
  /** Operations that must have run before, beyond those the inputs come from. */
  readonly after: readonly Operation[];
}

/** A recorded step. */
export interface Trace {
  readonly arguments: readonly Value[];
  /** The places of its variables, as `resource` values with the shapes of what they hold. */
  readonly variables: readonly Value[];
  readonly operations: readonly Operation[];
  readonly results: readonly Value[];
  /** Its last effect on variables, which the results wait for; every effect waits for the one before. */
  readonly lastEffect: Operation | null;
}

/** A variable of a loaded graph as a step sees it: what it held when the step began, and where effects write to. */
export interface Variable {
  readonly value: tf.Tensor;
  readonly place: Value;
}

/** Shape and element type of an argument. */
export type ArgumentType = Pick<tf.TensorInfo, "shape" | "dtype">;

/** What is patched on the backend while a step is recorded. */
type Patches = Pick<
  TensorflowBackend,
  "binding" | "createOutputTensor" | "getInputTensorIds" | "read" | "readSync" | "move"
>;

const FIRST_ID = 2 ** 30; // real tensors count up from 0

class Recorder {
  readonly operations: Operation[] = [];
  readonly #values = new Map<number, Value>();
  readonly #own = new WeakSet<object>();
  #nextId = FIRST_ID;
  #after: readonly Operation[] = [];
  /** Runs only where the effects that are being recorded are wanted. */
  #branch: Operation | null = null;
  #lastEffect: Operation | null = null;
  /** A read that the step may have swallowed in a promise. */
  violation: Error | null = null;

  constructor(readonly backend: TensorflowBackend) {}

  valueOf(tensor: tf.Tensor): Value {
    const [id = -1] = this.backend.getInputTensorIds([tensor]);
    return this.#valueAt(id);
  }

  symbol({ shape, dtype }: ArgumentType): { tensor: tf.Tensor; value: Value } {
    const value = { shape: [...shape], dtype: dataTypeOf({ dataId: {}, shape, dtype }) };
    return { tensor: this.backend.createOutputTensor(this.#remember(value)), value };
  }

  variable({ shape, dtype }: ArgumentType): Variable {
    const place = { shape: [...shape], dtype: DATA_TYPES.resource };
    const type = dataTypeOf({ dataId: {}, shape, dtype });
    const attributes = [{ name: "dtype", type: this.backend.binding.TF_ATTR_TYPE, value: type }];
    const read: Operation = { op: "ReadVariableOp", attributes, inputs: [place], outputs: [], after: [] };
    const handle = this.#remember({ shape: [...shape], dtype: type, producer: read }, read.outputs);
    this.operations.push(read);
    return { value: this.backend.createOutputTensor(handle), place };
  }

  get lastEffect(): Operation | null {
    return this.#lastEffect;
  }

  effect(
    op: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly (tf.Tensor | Value)[],
  ): void {
    const values = inputs.map((input) => (input instanceof tf.Tensor ? this.valueOf(input) : input));
    this.#lastEffect = this.#record(op, attributes, values);
  }

  /** The operations of `build` are dead where the condition is false; whatever comes later is not. */
  conditional(condition: tf.Tensor, build: () => void): void {
    if (this.#branch) throw new Error("onlyIf: conditions must not be nested. Combine them into one.");
    const { TF_ATTR_TYPE, TF_ATTR_INT } = this.backend.binding;
    const { bool, int32 } = DATA_TYPES;
    const type = { name: "T", type: TF_ATTR_TYPE, value: bool };
    const asked = this.valueOf(condition);
    const choice = this.#record("Switch", [type], [asked, asked]);
    const [no, yes] = [this.#output(choice, bool), this.#output(choice, bool)];
    const begin = this.#record("Identity", [type], [yes]);
    let end: Value;
    this.#output(begin, bool);
    this.#branch = begin;
    try {
      build();
      end = this.#output(this.#record("Identity", [type], [yes]), bool);
    } finally {
      this.#branch = null;
      this.#lastEffect = null; // dead where the condition is false: the merge stands for it
    }
    const merge = this.#record("Merge", [type, { name: "N", type: TF_ATTR_INT, value: 2 }], [no, end]);
    this.#output(merge, bool);
    this.#output(merge, int32);
    this.#lastEffect = merge;
  }

  /** Runs `build` with its operations ordered after those `tensors` come from. */
  ordered<R>(tensors: readonly tf.Tensor[], build: () => R): R {
    const before = this.#after;
    const producers = tensors.flatMap((tensor) => this.valueOf(tensor).producer ?? []);
    if (producers.length > 0) this.#after = producers;
    try {
      return build();
    } finally {
      this.#after = before;
    }
  }

  patches(): Patches {
    const { backend } = this;
    const { binding } = backend;
    const original = {
      create: backend.createOutputTensor.bind(backend),
      ids: backend.getInputTensorIds.bind(backend),
      move: backend.move.bind(backend),
    };
    return {
      binding: this.#standIn(binding),
      createOutputTensor: (handle) => {
        const tensor = original.create(handle);
        this.#own.add(tensor.dataId);
        return tensor;
      },
      move: (dataId, ...rest) => {
        this.#own.add(dataId);
        original.move(dataId, ...rest);
      },
      getInputTensorIds: (tensors) => {
        for (const tensor of tensors) this.#refuseCaptured(tensor);
        return original.ids(tensors);
      },
      readSync: (dataId) => this.#read(dataId, original.ids),
      read: async (dataId) => this.#read(dataId, original.ids),
    };
  }

  /** The addon with the calls that touch tensors replaced. */
  #standIn(binding: TensorflowBinding): TensorflowBinding {
    const replaced: Pick<TensorflowBinding, "createTensor" | "deleteTensor" | "executeOp"> = {
      createTensor: (shape, dtype, values) =>
        this.#remember({ shape: [...shape], dtype, values: copyOf(values) }).id,
      deleteTensor: () => undefined,
      executeOp: (op, attributes, inputIds) => this.#execute(op, attributes, inputIds),
    };
    Object.setPrototypeOf(replaced, binding); // constants come from the addon itself
    if (!isBinding(replaced))
      throw new Error("trace: the addon must have its calls. Pin the package's version.");
    return replaced;
  }

  #execute(op: string, attributes: readonly OperationAttribute[], inputIds: readonly number[]) {
    const inputs = inputIds.map((id) => this.#valueAt(id));
    const outputs = inferOutputs(op, inputs, attributes);
    const operation = this.#record(op, attributes, inputs);
    return outputs.map((output) => this.#remember({ ...output, producer: operation }, operation.outputs));
  }

  #record(op: string, attributes: readonly OperationAttribute[], inputs: readonly Value[]): Operation {
    const order = [this.#branch, this.#lastEffect].filter((operation) => operation !== null);
    const operation: Operation = { op, attributes, inputs, outputs: [], after: [...this.#after, ...order] };
    this.operations.push(operation);
    return operation;
  }

  #output(producer: Operation, dtype: number): Value {
    const value = { shape: [], dtype, producer };
    producer.outputs.push(value);
    return value;
  }

  #remember(value: Value, outputs?: Value[]): TensorHandle {
    const id = this.#nextId++;
    this.#values.set(id, value);
    outputs?.push(value);
    return { id, shape: [...value.shape], dtype: value.dtype };
  }

  #valueAt(id: number): Value {
    const value = this.#values.get(id);
    if (!value)
      throw new Error("trace: every tensor of a step must belong to it. This is a fault of the engine.");
    return value;
  }

  #refuseCaptured(tensor: tf.TensorInfo): void {
    if (this.#own.has(tensor.dataId)) return;
    const name = tensor instanceof tf.Variable ? `the variable "${tensor.name}"` : "a tensor";
    throw new Error(
      `compile: a step must use its arguments and what it makes of them, got ${name} of shape [${tensor.shape}] from outside. Its values would be frozen: pass it as an argument.`,
    );
  }

  #read(dataId: object, idsOf: (tensors: readonly tf.TensorInfo[]) => number[]): TensorValues {
    const [id = -1] = this.#own.has(dataId) ? idsOf([{ dataId, shape: [], dtype: "float32" }]) : [];
    const value = this.#values.get(id);
    if (value?.values instanceof Float32Array || value?.values instanceof Int32Array) return value.values;
    this.violation ??= new Error(
      `compile: a step must not read values while it is recorded, got a read of ${value ? `a tensor of shape [${value.shape}]${value.producer ? ` made by ${value.producer.op}` : ""}` : "a tensor from outside"}. Return the tensor and read it after the step.`,
    );
    throw this.violation;
  }
}

const isBinding = (value: object): value is TensorflowBinding =>
  "runSavedModel" in value && "TF_ATTR_TYPE" in value;

function copyOf(values: ArrayLike<number>): ArrayLike<number> {
  return values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array
    ? values.slice()
    : Array.from(values);
}

let recorder: Recorder | null = null;

/** Whether a step is being recorded at this moment. */
export const isTracing = (): boolean => recorder !== null;

/**
 * Builds tensors whose operations start only when all of `tensors` are there; outside a recording, just builds them. A
 * graph otherwise starts whatever has its inputs, so that recomputed blocks would all be in memory at once. Name every
 * result of the block before: what is not waited for may be put off, and keeps its inputs in memory.
 */
export const startingAfter = <R>(tensors: readonly tf.Tensor[], build: () => R): R =>
  recorder === null ? build() : recorder.ordered(tensors, build);

/** The recording at hand. @throws Error outside of one, naming who asked */
function recording(caller: string): Recorder {
  if (recorder !== null) return recorder;
  throw new Error(`${caller}: variables must be written by a step of a ResidentGraph. Call it there.`);
}

/**
 * Records an operation that changes variables. Whatever the step records after it runs after it.
 *
 * @param inputs places of variables and tensors, in the operation's own order
 */
export const recordEffect = (
  op: string,
  attributes: readonly OperationAttribute[],
  inputs: readonly (tf.Tensor | Value)[],
): void => recording(op).effect(op, attributes, inputs);

/**
 * Records effects that happen only where a condition holds.
 *
 * @param condition bool, a scalar
 * @param build     writes variables; tensors it makes must not be used outside
 */
export const onlyIf = (condition: tf.Tensor, build: () => void): void =>
  recording("onlyIf").conditional(condition, build);

/**
 * Records a step.
 *
 * @param step      a function of tfjs operations; it gets one tensor an argument and returns tensors
 * @param types     shape and element type of each argument
 * @param variables the same of each variable it may read and write
 * @throws Error when the step reads a value, uses a tensor from outside, is asynchronous, or has an operation without a
 *   shape rule
 */
export function trace(
  step: (tensors: readonly tf.Tensor[], variables: readonly Variable[]) => readonly tf.Tensor[],
  types: readonly ArgumentType[],
  variables: readonly ArgumentType[] = [],
): Trace {
  const backend = tensorflowBackend();
  if (!backend)
    throw new Error(`trace: the backend must be TensorFlow's, got ${tf.getBackend()}. Run the step eagerly.`);
  const own = new Recorder(backend);
  const { binding } = backend;
  Object.assign(backend, own.patches());
  recorder = own;
  try {
    let results: readonly Value[] = [];
    let values: readonly Value[] = [];
    let places: readonly Value[] = [];
    tf.tidy(() => {
      const symbols = types.map((type) => own.symbol(type));
      const resident = variables.map((type) => own.variable(type));
      const returned = step(
        symbols.map(({ tensor }) => tensor),
        resident,
      );
      if (own.violation) throw own.violation;
      values = symbols.map(({ value }) => value);
      places = resident.map(({ place }) => place);
      results = returned.map((tensor) => own.valueOf(tensor));
    });
    const { operations, lastEffect } = own;
    return { arguments: values, variables: places, operations, results, lastEffect };
  } finally {
    recorder = null;
    backend.binding = binding;
    for (const name of ["createOutputTensor", "getInputTensorIds", "read", "readSync", "move"])
      Reflect.deleteProperty(backend, name); // the class has them
  }
}
