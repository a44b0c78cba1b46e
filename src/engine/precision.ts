/**
 * @file Which operations of a step compute in bfloat16: matrix products, accumulated in float32, and what only moves
 * their results. Everything else computes in float32.
 */
import { DATA_TYPES } from "./tensorflow-backend.js";
import type { Operation, Value } from "./trace.js";

/** Moves elements without changing them. */
const MOVES = new Set("Reshape Transpose SplitV ConcatV2 Slice ExpandDims Identity Pack Unpack".split(" "));

/** Whether an operation other than a matrix product keeps the bfloat16 that its inputs were computed in. */
export function computesInHalf({ op, inputs }: Operation, isHalf: (value: Value) => boolean): boolean {
  if (!MOVES.has(op)) return false;
  const floats = inputs.filter(({ dtype }) => dtype === DATA_TYPES.float32);
  return floats.length > 0 && floats.every(isHalf);
}
