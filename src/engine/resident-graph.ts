/**
 * @file One loaded graph whose variables stay in it, and the steps that read and write them: what crosses in a step are its
 * own arguments and results. Steps are recorded as `compile.ts` does; what they may do to variables is in `effects.ts`.
 */
import type { Precision } from "../config/config.js";
import { tf } from "./backend.js";
import { buildGraph, namedInputs, type Graph } from "./graph.js";
import { estimateBytes, requireMemory } from "./memory.js";
import { encodeNodes, shapeProto, UNKNOWN_SHAPE, type GraphNode, type NodeAttribute } from "./saved-model.js";
import { Session } from "./session.js";
import { DATA_TYPES, tensorflowBackend, type TensorflowBackend } from "./tensorflow-backend.js";
import { flatten, shapeKey, unflatten, type TensorTree, type TreeShape } from "./tensor-tree.js";
import { trace, type Variable } from "./trace.js";

type Named = Readonly<Record<string, tf.Tensor>>;

/** The variables of a graph by name. */
export type Variables = Readonly<Record<string, Variable>>;

/** A step of tfjs operations over a graph's variables and its own arguments. */
export interface ResidentStep<A extends TensorTree, R extends TensorTree> {
  /** Runs the step. @returns tensors the caller disposes; the arguments stay */
  (args: A): R;
  /** Records the step for arguments of such shapes; the graph is loaded when a step next runs. */
  readonly record: (args: A) => void;
  readonly isRecorded: (args: A) => boolean;
  /** Memory that a run with such arguments is expected to need at its fullest moment, in bytes; records it if need be. */
  readonly estimateBytes: (args: A) => number;
}

interface RecordedStep {
  readonly bytes: number;
  readonly graph: Pick<Graph, "arguments" | "results">;
  readonly shape: TreeShape;
}

/**
 * Variables, float32, and steps over them. A step of a new shape loads the graph again, with the variables handed from the
 * old one to the new one; on a CPU nothing is copied. Owns native memory: `dispose` it.
 */
export class ResidentGraph {
  readonly #names: readonly string[];
  readonly #parts: Uint8Array[];
  /** Values of the variables for as long as no graph is loaded; null stands for zeros. */
  readonly #outside = new Map<string, tf.Tensor | null>();
  readonly #defined = new Set<string>();
  #session: Session | null = null;
  #numSteps = 0;

  readonly #backend: TensorflowBackend;

  /**
   * @param shapes of the variables by name; each must be written before it is read
   * @throws Error where the backend is not TensorFlow's
   */
  constructor(
    private readonly shapes: Readonly<Record<string, readonly number[]>>,
    private readonly options: { readonly precision: Precision },
  ) {
    const backend = tensorflowBackend();
    if (backend === null)
      throw new Error(
        `ResidentGraph: the backend must be TensorFlow's, got ${tf.getBackend()}. Choose that one.`,
      );
    this.#backend = backend;
    this.#names = Object.keys(shapes);
    this.#parts = [encodeNodes(variableNodes(Object.values(shapes)))];
  }

  /**
   * Makes a step.
   *
   * @param build pure and synchronous, as for `compile`; besides its arguments it sees the graph's variables
   */
  step<A extends TensorTree, R extends TensorTree>(
    build: (variables: Variables, args: A) => R,
  ): ResidentStep<A, R> {
    const recordings = new Map<string, RecordedStep>();
    const find = (args: A): { found: RecordedStep; leaves: tf.Tensor[] } => {
      const { leaves, shape } = flatten(args);
      const key = shapeKey(leaves, shape);
      let found = recordings.get(key);
      if (!found)
        recordings.set(
          key,
          (found = this.#record(leaves, (variables, tensors) =>
            build(variables, unflatten(shape, tensors) as A),
          )),
        );
      return { found, leaves };
    };
    const run = (args: A): R => {
      const { found, leaves } = find(args);
      const results = this.#load().run(namedInputs(found.graph, leaves), found.graph.results);
      return unflatten(found.shape, results) as R;
    };
    return Object.assign(run, {
      record: (args: A) => {
        find(args);
      },
      estimateBytes: (args: A) => find(args).found.bytes,
      isRecorded: (args: A) => {
        const { leaves, shape } = flatten(args);
        return recordings.has(shapeKey(leaves, shape));
      },
    });
  }

  /** Whether a variable has been written. */
  isDefined(name: string): boolean {
    return this.#defined.has(name);
  }

  /** Variables as they are now. The caller disposes them, before the next step that writes them to save a copy. */
  read(names: readonly string[]): Named {
    if (names.length === 0) return {};
    const missing = names.find((name) => !this.#defined.has(name));
    if (missing !== undefined)
      throw new Error(`ResidentGraph.read: ${missing} must have been written. Write it first.`);
    const tensors =
      this.#session === null
        ? names.map((name) => this.#clone(name))
        : this.#session.run(
            new Map(),
            names.map((name) => `read_${this.#indexOf(name)}`),
          );
    return Object.fromEntries(names.map((name, index) => [name, tensors[index] as tf.Tensor]));
  }

  /** Sets variables; the tensors stay the caller's, who may dispose them at once. */
  write(values: Named): void {
    for (const [name, value] of Object.entries(values)) {
      const shape = this.shapes[name];
      if (shape?.join() !== value.shape.join())
        throw new Error(
          `ResidentGraph.write: a variable must keep its shape, got ${name} of [${value.shape}] for [${shape}]. Write what was declared.`,
        );
      this.#defined.add(name);
      if (this.#session === null) this.#keep(name, value);
    }
    if (this.#session !== null) this.#assign(this.#session, new Map(Object.entries(values)));
  }

  /** Sets variables to zero. */
  zero(names: readonly string[]): void {
    for (const name of names) {
      this.#defined.add(name);
      if (this.#session === null) this.#keep(name, null);
    }
    if (this.#session !== null) this.#clear(this.#session, names);
  }

  /** Frees what the variables hold; the steps stay, and the graph if it is loaded, for the next who writes variables. */
  clear(): void {
    if (this.#session !== null) {
      const done = [...this.#defined].map((name) => `free_${this.#indexOf(name)}`);
      if (done.length > 0) tf.dispose(this.#session.run(new Map(), done));
    }
    this.#leave();
    this.#defined.clear();
  }

  dispose(): void {
    this.#session?.dispose();
    this.#session = null;
    this.#leave();
    this.#defined.clear();
  }

  #keep(name: string, value: tf.Tensor | null): void {
    this.#outside.get(name)?.dispose();
    this.#outside.set(name, value && tf.keep(tf.clone(value)));
  }

  #clone(name: string): tf.Tensor {
    const value = this.#outside.get(name);
    return value ? tf.clone(value) : tf.fill([...(this.shapes[name] ?? [])], 0);
  }

  /** Forgets the values outside. */
  #leave(): void {
    for (const value of this.#outside.values()) value?.dispose();
    this.#outside.clear();
  }

  #clear(session: Session, names: readonly string[]): void {
    const done = names.map((name) => `zero_${this.#indexOf(name)}`);
    if (done.length > 0) tf.dispose(session.run(new Map(), done));
  }

  #indexOf(name: string): number {
    const index = this.#names.indexOf(name);
    if (index < 0) throw new Error(`ResidentGraph: a variable must be declared, got ${name}. Declare it.`);
    return index;
  }

  #assign(session: Session, values: ReadonlyMap<string, tf.Tensor>): void {
    const indices = [...values.keys()].map((name) => this.#indexOf(name));
    const inputs = new Map([...values.values()].map((value, at) => [`value_${indices[at]}`, value]));
    if (inputs.size > 0)
      tf.dispose(
        session.run(
          inputs,
          indices.map((index) => `assign_${index}`),
        ),
      );
  }

  /** The graph with all that has been recorded, loaded. */
  #load(): Session {
    if (this.#session !== null) return this.#session;
    const session = new Session(this.#backend, this.#parts);
    const outside = [...this.#outside];
    this.#assign(session, new Map(outside.flatMap(([name, value]) => (value ? [[name, value]] : []))));
    this.#clear(
      session,
      outside.flatMap(([name, value]) => (value ? [] : [name])),
    );
    this.#leave();
    return (this.#session = session);
  }

  /** Takes the variables out, because the graph is about to grow. */
  #unload(): void {
    if (this.#session === null) return;
    for (const [name, value] of Object.entries(this.read([...this.#defined])))
      this.#outside.set(name, tf.keep(value));
    this.#session.dispose();
    this.#session = null;
  }

  #record(
    leaves: readonly tf.Tensor[],
    build: (variables: Variables, tensors: readonly tf.Tensor[]) => TensorTree,
  ): RecordedStep {
    let shape: TreeShape = [];
    const recorded = trace(
      (tensors, variables) => {
        const named = Object.fromEntries(
          this.#names.map((name, index) => [name, variables[index] as Variable]),
        );
        const returned = flatten(build(named, tensors));
        shape = returned.shape;
        return returned.leaves;
      },
      leaves,
      Object.values(this.shapes).map((of) => ({ shape: [...of], dtype: "float32" })),
    );
    const bytes = estimateBytes(recorded);
    requireMemory(bytes);
    const graph = buildGraph(recorded, {
      binding: this.#backend.binding,
      precision: this.options.precision,
      prefix: `step_${this.#numSteps}/`,
      variables: this.#names.map((_, index) => `variable_${index}`),
    });
    this.#numSteps += 1;
    this.#unload();
    this.#parts.push(encodeNodes(graph.nodes));
    return { bytes, graph: { arguments: graph.arguments, results: graph.results }, shape };
  }
}

const { float32, int32 } = DATA_TYPES;

/** The variables, and for each a way to read, to write, to clear and to free it. */
function variableNodes(shapes: readonly (readonly number[])[]): GraphNode[] {
  const nodes: GraphNode[] = [];
  const node = (
    name: string,
    op: string,
    input: readonly string[],
    attr: Readonly<Record<string, NodeAttribute>>,
  ): string => {
    nodes.push({ name, op, input, attr, numOutputs: 1 });
    return name;
  };
  const T = { type: float32 };
  const constant = (name: string, values: Float32Array | Int32Array, shape: readonly number[]): string => {
    const dtype = values instanceof Float32Array ? float32 : int32;
    const tensorContent = new Uint8Array(values.buffer);
    const tensor = { dtype, tensorShape: shapeProto(shape), tensorContent };
    return node(name, "Const", [], { dtype: { type: dtype }, value: { tensor } });
  };
  const zero = constant("zero", Float32Array.of(0), []);
  shapes.forEach((sizes, index) => {
    const shape = { shape: shapeProto(sizes) };
    const variable = node(`variable_${index}`, "VarHandleOp", [], {
      dtype: T,
      // As of arguments: with their shapes TensorFlow adds up some terms in another order, and rounds otherwise.
      shape: { shape: UNKNOWN_SHAPE },
      shared_name: { s: Buffer.from(`variable_${index}`) },
      container: { s: Buffer.from("") },
    });
    node(`read_${index}`, "Identity", [node(`now_${index}`, "ReadVariableOp", [variable], { dtype: T })], {
      T,
    });
    const set = (name: string, value: string): void => {
      const done = node(`${name}_done_${index}`, "AssignVariableOp", [variable, value], { dtype: T });
      node(`${name}_${index}`, "Identity", [zero, `^${done}`], { T });
    };
    set("assign", node(`value_${index}`, "Placeholder", [], { dtype: T, shape }));
    const dims = constant(`dims_${index}`, Int32Array.from(sizes), [sizes.length]);
    const index_type = { type: int32 };
    set("zero", node(`zeros_${index}`, "Fill", [dims, zero], { T, index_type }));
    const freed = node(`freed_${index}`, "DestroyResourceOp", [variable], {
      ignore_lookup_error: { b: true },
    });
    node(`free_${index}`, "Identity", [zero, `^${freed}`], { T });
  });
  return nodes;
}
