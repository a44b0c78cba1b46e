/**
 * @file From a recorded step to a TensorFlow graph: what does not reach a result is left out, plain matrix products take
 * TensorFlow's plain kernel, and in bfloat16 precision `precision.ts` says which operations compute in it.
 */
import type { Precision } from "../config/config.js";
import type { tf } from "./backend.js";
import { computesInHalf } from "./precision.js";
import { shapeProto, type GraphNode, type NodeAttribute } from "./saved-model.js";
import { DATA_TYPES, type OperationAttribute, type TensorflowBinding } from "./tensorflow-backend.js";
import type { Operation, Trace, Value } from "./trace.js";

/** A graph with the names of its ends. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly arguments: readonly string[];
  readonly results: readonly string[];
}

const { float32, float64, bfloat16, bool, int32, int64 } = DATA_TYPES;

/** Rows over columns from which a product counts as tall. */
const TALL = 4;

/** Operations that a result or an effect depends on, in recorded order. */
export function liveOperations({ operations, results, lastEffect }: Trace): Operation[] {
  const live = new Set<Operation>();
  const pending = results.flatMap(({ producer }) => (producer ? [producer] : []));
  if (lastEffect) pending.push(lastEffect);
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (live.has(next)) continue;
    live.add(next);
    pending.push(...next.after);
    for (const { producer } of next.inputs) if (producer) pending.push(producer);
  }
  return operations.filter((operation) => live.has(operation));
}

/** What a recorded step becomes a graph for. */
interface GraphOptions {
  readonly binding: TensorflowBinding;
  readonly precision: Precision;
  /** Before the names of all nodes, where several steps share a graph. */
  readonly prefix?: string;
  /** Names of the nodes of its variables, which are not part of this graph. */
  readonly variables?: readonly string[];
}

/** Writes the graph of a recorded step. */
export function buildGraph(trace: Trace, { variables = [], ...options }: GraphOptions): Graph {
  const writer = new GraphWriter(options);
  const names = trace.arguments.map((value, index) => writer.argument(value, `argument_${index}`));
  trace.variables.forEach((place, index) => writer.variable(place, variables[index] ?? ""));
  for (const operation of liveOperations(trace)) writer.operation(operation);
  const last = trace.lastEffect ? [trace.lastEffect] : [];
  const results = trace.results.map((value, index) => writer.result(value, `result_${index}`, last));
  return { nodes: writer.nodes, arguments: names, results };
}

/** Tensors by the names of a graph's arguments, whose order they are in. */
export const namedInputs = (
  graph: Pick<Graph, "arguments">,
  leaves: readonly tf.Tensor[],
): Map<string, tf.Tensor> => new Map(leaves.map((leaf, index) => [graph.arguments[index] ?? "", leaf]));

interface NodeOptions {
  readonly after?: readonly Operation[];
  readonly name?: string;
  readonly numOutputs?: number;
}

class GraphWriter {
  readonly nodes: GraphNode[] = [];
  /**
   * Nodes so far, numbers of an update not counted. TensorFlow adds up terms in the order of their names: a step rounds the
   * same whether its weights are arguments or variables.
   */
  #count = 0;
  /** Squares so far, which are numbered on their own: a norm is the same whatever comes before it. */
  #numSquares = 0;
  /** The name of each value by the element type it is at hand in. */
  readonly #names = new Map<Value, Map<number, string>>();
  /** Values computed in bfloat16; asking for them in float32 costs a cast. */
  readonly #half = new Set<Value>();
  readonly #nodeOf = new Map<Operation, string>();

  readonly #binding: TensorflowBinding;
  readonly #precision: Precision;
  readonly #prefix: string;

  constructor({ binding, precision, prefix = "" }: Omit<GraphOptions, "variables">) {
    this.#binding = binding;
    this.#precision = precision;
    this.#prefix = prefix;
  }

  argument(value: Value, name: string): string {
    const { dtype, shape } = value;
    const attr = { dtype: { type: dtype }, shape: { shape: shapeProto(shape) } };
    const node = this.#node("Placeholder", [], attr, { name });
    if (shape.length === 0) this.#count -= 1;
    this.#names.set(value, new Map([[dtype, node]]));
    return node;
  }

  /** @param name of a node outside of this graph */
  variable(place: Value, name: string): void {
    this.#names.set(place, new Map([[place.dtype, name]]));
  }

  result(value: Value, name: string, after: readonly Operation[]): string {
    const { dtype } = value;
    return this.#node("Identity", [this.#nameOf(value, dtype)], { T: { type: dtype } }, { name, after });
  }

  operation(operation: Operation): void {
    if (operation.op === "BatchMatMulV2") this.#matrixProduct(operation);
    else this.#plain(operation);
  }

  #plain(operation: Operation): void {
    const { op, attributes, inputs } = operation;
    const half =
      this.#precision === "bfloat16" && computesInHalf(operation, (value) => this.#half.has(value));
    const type = (value: Value) => (half && value.dtype === float32 ? bfloat16 : value.dtype);
    const attr = Object.fromEntries(
      attributes.map((attribute) => [
        attribute.name,
        half && attribute.name === "T" ? { type: bfloat16 } : this.#attribute(attribute),
      ]),
    );
    // tfjs-node leaves these to the eager runtime, which infers them.
    const [first] = inputs;
    if (op === "ExpandDims" && first)
      Object.assign(attr, { T: { type: type(first) }, Tdim: { type: int32 } });
    const name = this.#node(
      op,
      inputs.map((value) => this.#nameOf(value, type(value))),
      attr,
      { after: operation.after, numOutputs: operation.outputs.length },
    );
    this.#define(operation, name, half);
  }

  /** Products without batch axes go through MatMul: TensorFlow's batched kernel is slower for them. */
  #matrixProduct(operation: Operation): void {
    const [a, b] = operation.inputs;
    if (!a || !b) throw new Error("buildGraph: a matrix product must have two factors.");
    const dtype = this.#precision === "bfloat16" && a.dtype === float32 ? bfloat16 : a.dtype;
    const flag = (name: string) =>
      operation.attributes.find((attribute) => attribute.name === name)?.value === true;
    const isPlain = [a, b].every(({ shape }) => shape.slice(0, -2).every((size) => size === 1));
    const [adjX, adjY] = [flag("adj_x"), flag("adj_y")];
    const [rows = 1, columns = 1] = operation.outputs[0]?.shape.slice(-2) ?? [];
    // Tall results of a transposed factor (gradients of wide layers) are the exception, by a fifth to a half.
    const isTall = adjX && rows >= TALL * columns;
    let name: string;
    if (isPlain && !isTall) {
      const inputs = [this.#asMatrix(a, dtype), this.#asMatrix(b, dtype)];
      const attr = { T: { type: dtype }, transpose_a: { b: adjX }, transpose_b: { b: adjY } };
      name = this.#withShape(this.#node("MatMul", inputs, attr, operation), operation, dtype);
    } else {
      const nameOf = (value: Value) => (isPlain ? this.#asMatrix(value, dtype) : this.#nameOf(value, dtype));
      const inputs = [nameOf(a), nameOf(b)];
      const attr = { T: { type: dtype }, adj_x: { b: adjX }, adj_y: { b: adjY } };
      name = this.#node("BatchMatMulV2", inputs, attr, operation);
      if (isPlain) name = this.#withShape(name, operation, dtype);
    }
    this.#define(operation, name, dtype === bfloat16);
  }

  /** A value whose leading axes are 1 as a matrix; the reshape tfjs put before the product is passed by. */
  #asMatrix(value: Value, dtype: number): string {
    const matrix = value.shape.slice(-2);
    let source = value;
    while (source.producer?.op === "Reshape" && source.shape.length !== 2) {
      const [before] = source.producer.inputs;
      if (!before || before.shape.slice(-2).join() !== matrix.join()) break;
      source = before;
    }
    const name = this.#nameOf(source, dtype);
    return source.shape.length === 2 ? name : this.#reshape(name, matrix, dtype);
  }

  /** A matrix with the leading axes of the operation's own output. */
  #withShape(name: string, { outputs }: Operation, dtype: number): string {
    const [output] = outputs;
    return output && output.shape.length > 2 ? this.#reshape(name, output.shape, dtype) : name;
  }

  #reshape(name: string, shape: readonly number[], dtype: number): string {
    const wanted = this.#constant(int32, [shape.length], shape);
    return this.#node("Reshape", [name, wanted], { T: { type: dtype }, Tshape: { type: int32 } });
  }

  #define(operation: Operation, name: string, half: boolean): void {
    this.#nodeOf.set(operation, name);
    operation.outputs.forEach((value, index) => {
      const isHalf = half && value.dtype === float32;
      if (isHalf) this.#half.add(value);
      const output = index === 0 ? name : `${name}:${index}`;
      this.#names.set(value, new Map([[isHalf ? bfloat16 : value.dtype, output]]));
    });
  }

  /** The value in an element type, cast at most once. */
  #nameOf(value: Value, dtype: number): string {
    let names = this.#names.get(value);
    if (!names) {
      if (!value.values) throw new Error("buildGraph: a value must be made before it is used.");
      names = new Map([[value.dtype, this.#constant(value.dtype, value.shape, value.values)]]);
      this.#names.set(value, names);
    }
    const there = names.get(dtype);
    if (there !== undefined) return there;
    const [[from, source] = [value.dtype, ""]] = names;
    const attr = { SrcT: { type: from }, DstT: { type: dtype }, Truncate: { b: false } };
    const cast = this.#node("Cast", [source], attr);
    names.set(dtype, cast);
    return cast;
  }

  #constant(dtype: number, shape: readonly number[], values: ArrayLike<number | bigint>): string {
    const tensor = { dtype, tensorShape: shapeProto(shape), tensorContent: bytesOf(dtype, values) };
    return this.#node("Const", [], { dtype: { type: dtype }, value: { tensor } });
  }

  #node(
    op: string,
    inputs: readonly string[],
    attr: Readonly<Record<string, NodeAttribute>>,
    { after = [], name: own, numOutputs = 1 }: NodeOptions = {},
  ): string {
    const number = op === "L2Loss" ? this.#numSquares++ : this.#count;
    const name = `${this.#prefix}${own ?? `${op}_${number}`}`;
    this.#count += 1;
    const control = after.map((operation) => `^${this.#nodeOf.get(operation)}`);
    this.nodes.push({ name, op, input: [...inputs, ...control], attr, numOutputs });
    return name;
  }

  #attribute({ name, type, value }: OperationAttribute): NodeAttribute {
    const binding = this.#binding;
    if (type === binding.TF_ATTR_TYPE) return { type: Number(value) };
    if (type === binding.TF_ATTR_INT)
      return Array.isArray(value) ? { list: { i: value.map(Number) } } : { i: Number(value) };
    if (type === binding.TF_ATTR_FLOAT) return { f: Number(value) };
    if (type === binding.TF_ATTR_BOOL) return { b: value === true };
    if (type === binding.TF_ATTR_STRING) return { s: Buffer.from(String(value)) };
    throw new Error(`buildGraph: attribute ${name} must be of a known kind, got ${type}. Add the kind.`);
  }
}

function bytesOf(dtype: number, values: ArrayLike<number | bigint>): Uint8Array {
  const typed = (() => {
    switch (dtype) {
      case float32:
        return Float32Array.from(values, Number);
      case float64:
        return Float64Array.from(values, Number);
      case int32:
        return Int32Array.from(values, Number);
      case int64:
        return BigInt64Array.from(Array.from(values, BigInt));
      case bool:
        return Uint8Array.from(values, Number);
      default:
        throw new TypeError(
          `buildGraph: a constant must be float32, float64, int32, int64 or bool, got type ${dtype}.`,
        );
    }
  })();
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}
