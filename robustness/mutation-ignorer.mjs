/**
 * @file What `npm run robustness -- mutate` leaves alone: the wording of errors. That an error is thrown, of which class and when, is mutated; what
 * its message says is not, unless `--everything` asks for it.
 */
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

/**
 * A node of the syntax tree, as Babel names its parts.
 *
 * @typedef {{ node: unknown, parent: { type: string, callee?: { name?: string }, arguments?: unknown[] } | null }} NodePath
 */

/** Why a mutant was left alone. */
export const WORDING = "wording of an error";
const errorClass = /^(?:[A-Z]\w*)?Error$/;

/** @param {NodePath} path @returns {boolean} whether the node is the first argument of `new …Error(…)` */
function isWording({ node, parent }) {
  return (
    parent?.type === "NewExpression" &&
    errorClass.test(parent.callee?.name ?? "") &&
    parent.arguments?.[0] === node
  );
}

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, "wording", {
    // Babel's own type of a path says more than is needed, and lies in a package that is not ours.
    shouldIgnore: (path) =>
      isWording(/** @type {NodePath} */ (/** @type {unknown} */ (path))) ? WORDING : undefined,
  }),
];
