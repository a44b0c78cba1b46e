/**
 * @file `compile`: a step of tfjs operations as one TensorFlow graph, what `tf.function` and `jax.jit` are in Python.
 * Recording is in `trace.ts`, the graph in `graph.ts`, running it in `session.ts`.
 */
import type { Precision } from "../config/config.js";
import { tf } from "./backend.js";
import { buildGraph, type Graph } from "./graph.js";
import { estimateBytes, requireMemory } from "./memory.js";
import { profileGraph, type ProfileRow } from "./profile.js";
import { Session } from "./session.js";
import { tensorflowBackend, type TensorflowBackend } from "./tensorflow-backend.js";
import { flatten, unflatten, type TensorTree, type TreeShape } from "./tensor-tree.js";
import { isTracing, trace } from "./trace.js";

/** A step that is recorded once for each set of argument shapes. */
export interface CompiledStep<A extends TensorTree, R extends TensorTree> {
  /**
   * Runs the step.
   *
   * @returns tensors the caller disposes; the arguments stay
   */
  (args: A): R;
  /** How many sets of argument shapes have been recorded. */
  readonly numTraces: () => number;
  /** Memory that a run with these arguments is expected to need at its fullest moment, in bytes; records it if need be. */
  readonly estimateBytes: (args: A) => number;
  /** Where the time of one run with these arguments goes, by operation and size. */
  readonly profile: (args: A) => ProfileRow[];
  /** Frees all graphs; a later call records again. */
  readonly dispose: () => void;
}

interface LoadedTrace {
  readonly bytes: number;
  readonly graph: Graph;
  readonly session: Session;
  readonly shape: TreeShape;
}

/**
 * Compiles a step. The first call with arguments of given shapes records it, later ones run the graph; on backends other
 * than TensorFlow's every call runs the step as it stands.
 *
 *   const loss = compile(({ x, y }) => tf.losses.meanSquaredError(x, y));
 *
 * @param step pure and synchronous: it sees its arguments alone, and whatever numbers it reads from JavaScript are frozen
 *   at the first call
 * @param options.precision  bfloat16 computes matrix products in it, see `precision.ts`
 * @throws Error at the first call, when the step reads a value, uses a tensor from outside or an unknown operation;
 *   RangeError when it would need more memory than there is, see `memory.ts`
 */
export function compile<A extends TensorTree, R extends TensorTree>(
  step: (args: A) => R,
  { precision = "float32" }: { readonly precision?: Precision } = {},
): CompiledStep<A, R> {
  const loaded = new Map<string, LoadedTrace>();

  const load = (backend: TensorflowBackend, leaves: readonly tf.Tensor[], shape: TreeShape): LoadedTrace => {
    let results: TreeShape = [];
    const recorded = trace(
      (tensors) => {
        const returned = flatten(step(unflatten(shape, tensors) as A));
        results = returned.shape;
        return returned.leaves;
      },
      leaves.map((leaf) => ({ shape: leaf.shape, dtype: leaf.dtype })),
    );
    const bytes = estimateBytes(recorded);
    requireMemory(bytes);
    const graph = buildGraph(recorded, { binding: backend.binding, precision });
    const session = new Session(backend, graph.nodes);
    return { session, bytes, graph, shape: results };
  };

  const find = (backend: TensorflowBackend, args: A): { found: LoadedTrace; ids: number[] } => {
    const { leaves, shape } = flatten(args);
    const key = JSON.stringify([shape, leaves.map((leaf) => [leaf.shape, leaf.dtype])]);
    let found = loaded.get(key);
    if (!found) loaded.set(key, (found = load(backend, leaves, shape)));
    return { found, ids: backend.getInputTensorIds(leaves) };
  };

  const run = (args: A): R => {
    const backend = tensorflowBackend();
    if (backend === null || isTracing()) return tf.tidy(() => step(args) as R & tf.TensorContainer);
    const { found, ids } = find(backend, args);
    const handles = found.session.run(ids, found.graph.arguments, found.graph.results);
    const tensors = handles.map((handle) => backend.createOutputTensor(handle));
    return unflatten(found.shape, tensors) as R;
  };

  const tensorflow = (what: string): TensorflowBackend => {
    const backend = tensorflowBackend();
    if (backend !== null) return backend;
    throw new Error(`${what}: the backend must be TensorFlow's, got ${tf.getBackend()}. Choose that one.`);
  };

  const profile = (args: A): ProfileRow[] => {
    const backend = tensorflow("profile");
    const { found, ids } = find(backend, args);
    return profileGraph(backend, found.graph, ids);
  };

  return Object.assign(run, {
    numTraces: () => loaded.size,
    estimateBytes: (args: A) => find(tensorflow("estimateBytes"), args).found.bytes,
    profile,
    dispose: () => {
      for (const { session } of loaded.values()) session.dispose();
      loaded.clear();
    },
  });
}
