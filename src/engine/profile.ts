/**
 * @file Where the time of a step goes: its graph run node by node in TensorFlow's eager mode, each node timed. Sums come
 * close to the graph's own time, which also saves some copies; the shares are what to read.
 */
import type { Graph } from "./graph.js";
import type { GraphNode, NodeAttribute } from "./saved-model.js";
import {
  DATA_TYPES,
  type OperationAttribute,
  type TensorflowBackend,
  type TensorHandle,
} from "./tensorflow-backend.js";

/** All nodes of one kind and size together. */
export interface ProfileRow {
  readonly op: string;
  /** Shape of the first output. */
  readonly shape: readonly number[];
  readonly count: number;
  readonly milliseconds: number;
}

/**
 * Runs a graph once, node by node.
 *
 * @param argumentIds native tensors of the graph's arguments; they stay
 * @returns rows by falling time
 */
export function profileGraph(
  backend: TensorflowBackend,
  graph: Graph,
  argumentIds: readonly number[],
): ProfileRow[] {
  const { binding } = backend;
  const handles = new Map<string, TensorHandle[]>();
  const lastUse = new Map<string, number>();
  const nameOf = (input: string) => input.replace(/^\^/, "").replace(/:\d+$/, "");
  graph.nodes.forEach(({ name, input }, index) => {
    lastUse.set(name, index);
    for (const from of input) lastUse.set(nameOf(from), index);
  });
  const endingAt = groupByLast(lastUse);
  const rows = new Map<
    string,
    { op: string; shape: readonly number[]; count: number; milliseconds: number }
  >();
  graph.nodes.forEach((node, index) => {
    const argument = graph.arguments.indexOf(node.name);
    const started = performance.now();
    if (argument >= 0) {
      handles.set(node.name, [{ id: argumentIds[argument] ?? -1, shape: [], dtype: 0 }]);
    } else {
      const made = execute(backend, node, handles);
      handles.set(node.name, made);
      const shape = made[0]?.shape ?? [];
      const key = `${node.op} ${shape}`;
      const row = rows.get(key) ?? { op: node.op, shape, count: 0, milliseconds: 0 };
      row.count += 1;
      row.milliseconds += performance.now() - started;
      rows.set(key, row);
    }
    for (const name of endingAt.get(index) ?? [])
      if (!graph.arguments.includes(name))
        for (const { id } of handles.get(name) ?? []) binding.deleteTensor(id);
  });
  return [...rows.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}

function execute(
  { binding }: TensorflowBackend,
  { op, input, attr, numOutputs }: GraphNode,
  handles: ReadonlyMap<string, readonly TensorHandle[]>,
): TensorHandle[] {
  const value = attr["value"];
  if (op === "Const" && value && "tensor" in value) {
    const { dtype, tensorShape, tensorContent } = value.tensor;
    const shape = tensorShape.dim.map(({ size }) => size);
    const { buffer } = tensorContent.slice();
    const values =
      dtype === DATA_TYPES.float32
        ? new Float32Array(buffer)
        : dtype === DATA_TYPES.int32
          ? new Int32Array(buffer)
          : tensorContent; // bool
    return [{ id: binding.createTensor(shape, dtype, values), shape, dtype }];
  }
  const ids = input
    .filter((name) => !name.startsWith("^"))
    .map((name) => {
      const [node = "", index = "0"] = name.split(":");
      return handles.get(node)?.[Number(index)]?.id ?? -1;
    });
  const attributes = Object.entries(attr).map(([name, attribute]) =>
    eagerAttribute(binding, name, attribute),
  );
  return binding.executeOp(op, attributes, ids, numOutputs);
}

function eagerAttribute(
  binding: TensorflowBackend["binding"],
  name: string,
  attribute: NodeAttribute,
): OperationAttribute {
  if ("type" in attribute) return { name, type: binding.TF_ATTR_TYPE, value: attribute.type };
  if ("i" in attribute) return { name, type: binding.TF_ATTR_INT, value: attribute.i };
  if ("f" in attribute) return { name, type: binding.TF_ATTR_FLOAT, value: attribute.f };
  if ("b" in attribute) return { name, type: binding.TF_ATTR_BOOL, value: attribute.b };
  if ("list" in attribute) return { name, type: binding.TF_ATTR_INT, value: attribute.list.i };
  throw new Error(`profileGraph: attribute ${name} must be a type, number or flag. Add its kind.`);
}

function groupByLast(lastUse: ReadonlyMap<string, number>): Map<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const [name, index] of lastUse) groups.set(index, [...(groups.get(index) ?? []), name]);
  return groups;
}
