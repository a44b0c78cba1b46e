/**
 * @file Shape and element type of each operation's outputs, inferred from its inputs without computing anything:
 * what lets `trace.ts` record a step instead of running it.
 */
import { DATA_TYPES, type OperationAttribute } from "./tensorflow-backend.js";

/** What is known of a value before anything is computed. */
export interface KnownValue {
  readonly shape: readonly number[];
  readonly dtype: number;
  /** Elements, where the value is a constant. */
  readonly values?: ArrayLike<number | bigint>;
}

type Output = Pick<KnownValue, "shape" | "dtype">;
type Attributes = ReadonlyMap<string, OperationAttribute["value"]>;
type Rule = (inputs: readonly KnownValue[], attributes: Attributes) => Output[];

const at = (inputs: readonly KnownValue[], index: number): KnownValue => {
  const value = inputs[index];
  if (!value) throw new Error(`inferOutputs: input ${index} must be there, got ${inputs.length} inputs.`);
  return value;
};

const constant = (inputs: readonly KnownValue[], index: number): number[] => {
  const { values } = at(inputs, index);
  if (!values)
    throw new Error(
      `inferOutputs: input ${index} must be known while tracing, got a computed value. Use a fixed shape or axis.`,
    );
  return Array.from(values, Number);
};

const countOf = (shape: readonly number[]): number => shape.reduce((size, axis) => size * axis, 1);
const replaceAt = (shape: readonly number[], axis: number, size: number): number[] =>
  shape.map((old, i) => (i === axis ? size : old));
const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (x !== y && x !== 1 && y !== 1)
      throw new RangeError(`inferOutputs: shapes must broadcast, got [${a}] and [${b}].`);
    return x === 1 ? y : x;
  });
}

const same: Rule = (inputs) => [at(inputs, 0)];
const toBool: Rule = (inputs) => [{ shape: at(inputs, 0).shape, dtype: DATA_TYPES.bool }];
const binary: Rule = (inputs) => [
  { shape: broadcast(at(inputs, 0).shape, at(inputs, 1).shape), dtype: at(inputs, 0).dtype },
];
const comparison: Rule = (inputs) => [
  { shape: broadcast(at(inputs, 0).shape, at(inputs, 1).shape), dtype: DATA_TYPES.bool },
];

const reduction: Rule = (inputs, attributes) => {
  const { shape, dtype } = at(inputs, 0);
  const axes = constant(inputs, 1).map((axis) => axisOf(axis, shape.length));
  const kept = attributes.get("keep_dims") === true;
  const reduced = kept
    ? shape.map((size, i) => (axes.includes(i) ? 1 : size))
    : shape.filter((_, i) => !axes.includes(i));
  return [{ shape: reduced, dtype }];
};

const matrixProduct: Rule = (inputs, attributes) => {
  const [a, b] = [at(inputs, 0), at(inputs, 1)];
  const rows = a.shape.at(attributes.get("adj_x") === true ? -1 : -2) ?? 1;
  const columns = b.shape.at(attributes.get("adj_y") === true ? -2 : -1) ?? 1;
  return [
    { shape: [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns], dtype: a.dtype },
  ];
};

const reshape: Rule = (inputs) => {
  const { shape, dtype } = at(inputs, 0);
  const wanted = constant(inputs, 1);
  const known = countOf(wanted.filter((size) => size >= 0));
  return [{ shape: wanted.map((size) => (size < 0 ? countOf(shape) / known : size)), dtype }];
};

const slice: Rule = (inputs) => {
  const { shape, dtype } = at(inputs, 0);
  const begin = constant(inputs, 1);
  const sizes = constant(inputs, 2).map((size, i) => (size < 0 ? (shape[i] ?? 0) - (begin[i] ?? 0) : size));
  return [{ shape: sizes, dtype }];
};

const splitV: Rule = (inputs) => {
  const { shape, dtype } = at(inputs, 0);
  const axis = axisOf(constant(inputs, 2)[0] ?? 0, shape.length);
  return constant(inputs, 1).map((size) => ({ shape: replaceAt(shape, axis, size), dtype }));
};

const concat: Rule = (inputs) => {
  const parts = inputs.slice(0, -1);
  const { shape, dtype } = at(parts, 0);
  const axis = axisOf(constant(inputs, inputs.length - 1)[0] ?? 0, shape.length);
  const total = parts.reduce((size, part) => size + (part.shape[axis] ?? 0), 0);
  return [{ shape: replaceAt(shape, axis, total), dtype }];
};

const gather: Rule = (inputs, attributes) => {
  const [params, indices] = [at(inputs, 0), at(inputs, 1)];
  const axis = axisOf(constant(inputs, 2)[0] ?? 0, params.shape.length);
  const batchDims = Number(attributes.get("batch_dims") ?? 0);
  const shape = [
    ...params.shape.slice(0, axis),
    ...indices.shape.slice(batchDims),
    ...params.shape.slice(axis + 1),
  ];
  return [{ shape, dtype: params.dtype }];
};

const gatherNd: Rule = (inputs) => {
  const [params, indices] = [at(inputs, 0), at(inputs, 1)];
  const depth = indices.shape.at(-1) ?? 0;
  return [{ shape: [...indices.shape.slice(0, -1), ...params.shape.slice(depth)], dtype: params.dtype }];
};

const pad: Rule = (inputs) => {
  const { shape, dtype } = at(inputs, 0);
  const padding = constant(inputs, 1);
  return [{ shape: shape.map((size, i) => size + (padding[2 * i] ?? 0) + (padding[2 * i + 1] ?? 0)), dtype }];
};

const oneHot: Rule = (inputs) => {
  const depth = constant(inputs, 1)[0] ?? 0;
  return [{ shape: [...at(inputs, 0).shape, depth], dtype: at(inputs, 2).dtype }];
};

const argument: Rule = (inputs) => {
  const { shape } = at(inputs, 0);
  const axis = axisOf(constant(inputs, 1)[0] ?? 0, shape.length);
  return [{ shape: shape.filter((_, i) => i !== axis), dtype: DATA_TYPES.int32 }];
};

const expandDims: Rule = (inputs) => {
  const { shape, dtype } = at(inputs, 0);
  const axis = axisOf(constant(inputs, 1)[0] ?? 0, shape.length + 1);
  return [{ shape: [...shape.slice(0, axis), 1, ...shape.slice(axis)], dtype }];
};

const pack: Rule = (inputs, attributes) => {
  const { shape, dtype } = at(inputs, 0);
  const axis = axisOf(Number(attributes.get("axis") ?? 0), shape.length + 1);
  return [{ shape: [...shape.slice(0, axis), inputs.length, ...shape.slice(axis)], dtype }];
};

const unpack: Rule = (inputs, attributes) => {
  const { shape, dtype } = at(inputs, 0);
  const axis = axisOf(Number(attributes.get("axis") ?? 0), shape.length);
  const part = { shape: shape.filter((_, i) => i !== axis), dtype };
  return Array.from({ length: shape[axis] ?? 0 }, () => part);
};

const named = (names: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

const RULES: Readonly<Record<string, Rule>> = {
  ...named("Abs Neg Exp Expm1 Log Log1p Sqrt Rsqrt Square Reciprocal Sigmoid Tanh Erf Sin Cos Tan", same),
  ...named("Sign Floor Ceil Round Rint Relu Relu6 Elu Selu Softplus Softmax LogSoftmax", same),
  ...named("Identity ZerosLike OnesLike ClipByValue Cumsum AddN ReluGrad TensorScatterUpdate", same),
  ...named("IsNan IsInf IsFinite LogicalNot", toBool),
  ...named("Add AddV2 Sub Mul Div RealDiv DivNoNan FloorDiv FloorMod Pow Maximum Minimum", binary),
  ...named("SquaredDifference Atan2", binary),
  ...named("Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr", comparison),
  ...named("Sum Mean Max Min Prod All Any", reduction),
  ...named("ArgMax ArgMin", argument),
  BatchMatMulV2: matrixProduct,
  Cast: (inputs, attributes) => [{ shape: at(inputs, 0).shape, dtype: Number(attributes.get("DstT")) }],
  ConcatV2: concat,
  ExpandDims: expandDims,
  Fill: (inputs) => [{ shape: constant(inputs, 0), dtype: at(inputs, 1).dtype }],
  L2Loss: (inputs) => [{ shape: [], dtype: at(inputs, 0).dtype }],
  GatherNd: gatherNd,
  GatherV2: gather,
  OneHot: oneHot,
  Pack: pack,
  Pad: pad,
  PadV2: pad,
  Range: (inputs) => {
    const [start = 0, stop = 0, step = 1] = [0, 1, 2].map((index) => constant(inputs, index)[0] ?? 0);
    return [{ shape: [Math.max(0, Math.ceil((stop - start) / step))], dtype: at(inputs, 0).dtype }];
  },
  Reshape: reshape,
  Select: (inputs) => [at(inputs, 1)],
  SelectV2: (inputs) => [
    { shape: broadcast(at(inputs, 1).shape, at(inputs, 2).shape), dtype: at(inputs, 1).dtype },
  ],
  Slice: slice,
  SplitV: splitV,
  Tile: (inputs) => {
    const repeats = constant(inputs, 1);
    const { shape, dtype } = at(inputs, 0);
    return [{ shape: shape.map((size, i) => size * (repeats[i] ?? 1)), dtype }];
  },
  Transpose: (inputs) => {
    const { shape, dtype } = at(inputs, 0);
    return [{ shape: constant(inputs, 1).map((axis) => shape[axis] ?? 0), dtype }];
  },
  UnsortedSegmentSum: (inputs) => {
    const [data, segments] = [at(inputs, 0), at(inputs, 1)];
    const [count = 0] = constant(inputs, 2);
    return [{ shape: [count, ...data.shape.slice(segments.shape.length)], dtype: data.dtype }];
  },
  Unpack: unpack,
};

/**
 * Shapes and element types of an operation's outputs.
 *
 * @throws Error for an operation without a rule, naming it
 */
export function inferOutputs(
  op: string,
  inputs: readonly KnownValue[],
  attributes: readonly OperationAttribute[],
): Output[] {
  const rule = RULES[op];
  if (!rule)
    throw new Error(
      `compile: every operation of a step must have a shape rule, got ${op}. Add one to operation-shapes.ts, or compute it outside the step.`,
    );
  return rule(inputs, new Map(attributes.map(({ name, value }) => [name, value])));
}
