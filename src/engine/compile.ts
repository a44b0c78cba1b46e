/**
 * @file `compile`: a step of tfjs operations as one TensorFlow graph, what `tf.function` and `jax.jit` are in Python.
 * Recording is in `trace.ts`, the graph in `graph.ts`, running it in `session.ts`.
 */
import type { Precision } from "../config/config.js";
import { tf } from "./backend.js";
import { buildGraph, namedInputs, type Graph } from "./graph.js";
import { estimateBytes, requireMemory } from "./memory.js";
import { profileGraph, type ProfileRow } from "./profile.js";
import { encodeNodes } from "./saved-model.js";
import { Session } from "./session.js";
import { tensorflowBackend, type TensorflowBackend } from "./tensorflow-backend.js";
import { flatten, shapeKey, unflatten, type TensorTree, type TreeShape } from "./tensor-tree.js";
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

interface RecordedStep {
  readonly bytes: number;
  readonly graph: Graph;
  /** Loaded when it is first run. */
  session: Session | null;
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
  const recordings = new Map<string, RecordedStep>();

  const record = (
    { binding }: TensorflowBackend,
    leaves: readonly tf.Tensor[],
    shape: TreeShape,
  ): RecordedStep => {
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
    return { session: null, bytes, graph: buildGraph(recorded, { binding, precision }), shape: results };
  };

  const find = (backend: TensorflowBackend, args: A): { found: RecordedStep; leaves: tf.Tensor[] } => {
    const { leaves, shape } = flatten(args);
    const key = shapeKey(leaves, shape);
    let found = recordings.get(key);
    if (!found) recordings.set(key, (found = record(backend, leaves, shape)));
    return { found, leaves };
  };

  const run = (args: A): R => {
    const backend = tensorflowBackend();
    if (backend === null || isTracing()) return tf.tidy(() => step(args) as R & tf.TensorContainer);
    const { found, leaves } = find(backend, args);
    found.session ??= new Session(backend, [encodeNodes(found.graph.nodes)]);
    const inputs = namedInputs(found.graph, leaves);
    return unflatten(found.shape, found.session.run(inputs, found.graph.results)) as R;
  };

  const tensorflow = (what: string): TensorflowBackend => {
    const backend = tensorflowBackend();
    if (backend !== null) return backend;
    throw new Error(`${what}: the backend must be TensorFlow's, got ${tf.getBackend()}. Choose that one.`);
  };

  const profile = (args: A): ProfileRow[] => {
    const backend = tensorflow("profile");
    const { found, leaves } = find(backend, args);
    return profileGraph(backend, found.graph, backend.getInputTensorIds(leaves));
  };

  return Object.assign(run, {
    numTraces: () => recordings.size,
    estimateBytes: (args: A) => find(tensorflow("estimateBytes"), args).found.bytes,
    profile,
    dispose: () => {
      for (const { session } of recordings.values()) session?.dispose();
      recordings.clear();
    },
  });
}
