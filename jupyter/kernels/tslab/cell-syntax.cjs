/**
 * @file Two forms of TypeScript that tslab compiles wrongly, repaired around its converter:
 *  - `for await` at the top level of a cell. tslab recognises a top-level `await` by the compiler's complaint about
 *    it, and the compiler does not complain about `for await`: the cell ended in "Unexpected reserved word";
 *  - `{ name }` for a variable of an earlier cell. tslab rewrites such variables where they are used, but not in
 *    this shorthand: the cell ended in "name is not defined". It is compiled as `{ name: name }`.
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

/** The code with every shorthand property written out; the same string when there is none. */
function writeOutShorthands(ts, code) {
  const names = [];
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node) && node.objectAssignmentInitializer === undefined)
      names.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true));
  let out = code;
  // From the end, so that the positions before stay true.
  for (const name of names.reverse()) out = `${out.slice(0, name.end)}: ${name.text}${out.slice(name.end)}`;
  return out;
}

/** Wraps tslab's converters. Call it before the kernel starts. */
function installCellSyntax(converter, ts) {
  const { createConverter } = converter;
  converter.createConverter = (options) => {
    const made = createConverter(options);
    const convert = (previous, code) => {
      let result = made.convert(previous, code);
      const written = writeOutShorthands(ts, code);
      // Only code without complaints is compiled again, so that complaints keep the columns of the cell.
      if (written !== code && result.diagnostics.length === 0) result = made.convert(previous, written);
      const hasToplevelAwait = result.hasToplevelAwait || hasTopLevelForAwait(ts, code);
      return { ...result, hasToplevelAwait };
    };
    return { ...made, convert };
  };
}

module.exports = { installCellSyntax };
