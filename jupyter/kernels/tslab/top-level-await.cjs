/**
 * @file Lets `for await` stand at the top level of a cell. tslab recognises a top-level `await` by the compiler's
 * complaint about it, and the compiler does not complain about `for await`: such a cell ran as plain code and ended in
 * "Unexpected reserved word".
 */
"use strict";

/** Whether a `for await` loop runs outside every function of the code. */
function hasTopLevelForAwait(ts, code) {
  const visit = (node) => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
    if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return true;
    return ts.forEachChild(node, visit) ?? false;
  };
  return visit(ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, false));
}

/** Wraps tslab's converters. Call it before the kernel starts. */
function installTopLevelAwait(converter, ts) {
  const { createConverter } = converter;
  converter.createConverter = (options) => {
    const made = createConverter(options);
    const convert = (previous, code) => {
      const result = made.convert(previous, code);
      const hasToplevelAwait = result.hasToplevelAwait || hasTopLevelForAwait(ts, code);
      return { ...result, hasToplevelAwait };
    };
    return { ...made, convert };
  };
}

module.exports = { installTopLevelAwait };
