/** @file Tensors in nested records and lists, such as weights by name: to a flat list and back. */
import { tf } from "./backend.js";

/** A tensor, or a list or record of tensors, as deep as needed. */
export type TensorTree = tf.Tensor | readonly TensorTree[] | { readonly [name: string]: TensorTree };

/** Where each leaf of a flattened tree belongs. */
export type TreeShape = number | readonly TreeShape[] | { readonly [name: string]: TreeShape };

const isList = (tree: TensorTree): tree is readonly TensorTree[] => Array.isArray(tree);

/**
 * The tensors of a tree in the order of its keys, and the shape to put them back.
 *
 * @throws TypeError when something in the tree is no tensor, naming its place
 */
export function flatten(tree: TensorTree): { leaves: tf.Tensor[]; shape: TreeShape } {
  const leaves: tf.Tensor[] = [];
  const visit = (node: TensorTree, place: string): TreeShape => {
    if (node instanceof tf.Tensor) return leaves.push(node) - 1;
    if (isList(node)) return node.map((child, index) => visit(child, `${place}[${index}]`));
    if (typeof node !== "object" || node === null || "then" in node)
      throw new TypeError(
        `compile: a step must take and return tensors, got ${describe(node)}${place}. Read values after the step, and make it synchronous.`,
      );
    return Object.fromEntries(
      Object.entries(node).map(([name, child]) => [name, visit(child, `${place}.${name}`)]),
    );
  };
  return { shape: visit(tree, ""), leaves };
}

const describe = (node: unknown): string =>
  node instanceof Promise || (typeof node === "object" && node !== null) ? "a promise " : `${String(node)} `;

/** Equal for trees of the same form whose leaves have the same shapes and element types. */
export const shapeKey = (leaves: readonly tf.Tensor[], shape: TreeShape): string =>
  JSON.stringify([shape, leaves.map((leaf) => [leaf.shape, leaf.dtype])]);

/** Puts leaves back into their tree. */
export function unflatten(shape: TreeShape, leaves: readonly tf.Tensor[]): TensorTree {
  if (typeof shape === "number") {
    const leaf = leaves[shape];
    if (!leaf) throw new Error(`unflatten: leaf ${shape} must be there, got ${leaves.length} leaves.`);
    return leaf;
  }
  if (Array.isArray(shape)) return shape.map((child: TreeShape) => unflatten(child, leaves));
  return Object.fromEntries(Object.entries(shape).map(([name, child]) => [name, unflatten(child, leaves)]));
}
