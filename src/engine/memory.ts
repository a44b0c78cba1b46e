/** @file How much memory a recorded step will need, before it runs; and the limit above which it is refused. */
import { totalmem } from "node:os";
import { liveOperations } from "./graph.js";
import { DATA_TYPES } from "./tensorflow-backend.js";
import type { Trace, Value } from "./trace.js";

/** Share of the machine's memory that is never planned with: the process itself, and what TensorFlow keeps. */
const RESERVED_SHARE = 0.1;

let limitBytes: number | null = null;

/**
 * Sets the limit for all steps recorded from now on; null is the machine's memory less a tenth.
 *
 * @param bytes what a recorded step may need at its fullest moment
 */
export function setMemoryLimit(bytes: number | null): void {
  limitBytes = bytes;
}

/** What a step may need, in bytes. */
export function memoryLimit(): number {
  if (limitBytes !== null) return limitBytes;
  const constrained = process.constrainedMemory();
  return (1 - RESERVED_SHARE) * (constrained > 0 ? Math.min(constrained, totalmem()) : totalmem());
}

/** Operations whose output is their input under another shape. */
const VIEWS = new Set(["Reshape", "ExpandDims", "Identity", "ReadVariableOp"]);

const bytesOf = ({ shape, dtype }: Value): number =>
  shape.reduce((size, axis) => size * axis, 1) * (dtype === DATA_TYPES.bool ? 1 : 4);

/**
 * Memory at the fullest moment of a step: its arguments and variables, and whatever has been made and is still needed when the
 * operations run in their recorded order.
 *
 * @returns bytes of tensors, all in float32; an estimate from above, since TensorFlow writes some results over their
 *   inputs. The process itself comes on top, about 0.4 GiB.
 */
export function estimateBytes(trace: Trace): number {
  const operations = liveOperations(trace);
  const sourceOf = (value: Value): Value => {
    const [input] = value.producer && VIEWS.has(value.producer.op) ? value.producer.inputs : [];
    return input ? sourceOf(input) : value;
  };
  const lastUse = new Map<Value, number>();
  operations.forEach(({ inputs, outputs }, index) => {
    for (const value of [...inputs, ...outputs]) lastUse.set(sourceOf(value), index);
  });
  for (const value of trace.results) lastUse.set(sourceOf(value), operations.length);
  const freedAt = new Map<number, number>();
  for (const [value, index] of lastUse)
    if (value.producer) freedAt.set(index, (freedAt.get(index) ?? 0) + bytesOf(value));
  const used = trace.variables.filter((place) => lastUse.has(place));
  let held = [...trace.arguments, ...used].reduce((sum, value) => sum + bytesOf(value), 0);
  let peak = held;
  operations.forEach(({ outputs }, index) => {
    for (const value of outputs) if (sourceOf(value) === value) held += bytesOf(value);
    peak = Math.max(peak, held);
    held -= freedAt.get(index) ?? 0;
  });
  return peak;
}

/** @throws RangeError that names estimate, limit and the way out, when a step needs too much */
export function requireMemory(bytes: number): void {
  const limit = memoryLimit();
  const gibibytes = (value: number) => (value / 2 ** 30).toFixed(2);
  if (bytes > limit)
    throw new RangeError(
      `compile: a step must fit into ${gibibytes(limit)} GiB, got one that needs about ${gibibytes(bytes)} GiB. Use smaller batches or shorter rows, or raise the limit with setMemoryLimit.`,
    );
}
