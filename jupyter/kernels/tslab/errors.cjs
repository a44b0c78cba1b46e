/**
 * @file Turns what a cell threw, or what its compiler found, into Jupyter's error message: name, message, the
 * line of the cell with a caret, and a stack without compiled code; source-maps.cjs finds the positions.
 */
"use strict";
const path = require("node:path");
const { fileURLToPath } = require("node:url");
const util = require("node:util");
const { locateInCell, locateInSource } = require("./source-maps.cjs");

const ROOT = path.resolve(__dirname, "../../..");
const FRAME = /^\s+at (?:(.+?) \()?(.+?):(\d+):(\d+)\)?$/;
const KERNEL_FRAME = /^node:|[\\/]node_modules[\\/]tslab[\\/]/;
const MAX_CAUSES = 5;

/** An error output of Jupyter. @typedef {{ ename: string, evalue: string, traceback: string[] }} ErrorOutput */

/** One finding of the compiler, positions from 1. */
class Diagnostic {
  constructor(file, line, column, text) {
    Object.assign(this, { file, line, column, text });
  }
}

/** `3 | code` and a caret below the column; the caret is as long as the word there. */
function excerpt(lines, line, column) {
  const text = lines[line - 1] ?? "";
  const word = /^[\w$]+/.exec(text.slice(column - 1))?.[0] ?? " ";
  const gutter = `  ${line} | `;
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, " "); // tabs stay, so that the caret is below its word
  return [`${gutter}${text}`, `${" ".repeat(gutter.length - 2)}| ${indent}${"^".repeat(word.length)}`];
}

/** Path from the project's root, or from the package for code of a dependency. */
function shortPath(file) {
  const parts = file.split(/[\\/]node_modules[\\/]/);
  if (parts.length > 1) return parts[parts.length - 1];
  const relative = path.relative(ROOT, file);
  return relative.startsWith("..") ? path.basename(file) : relative;
}

/** The frames of a stack that a reader can use: { text, cell } with `cell` set for those in a cell. */
function readableFrames(stack) {
  const frames = [];
  for (const line of stack.split("\n")) {
    const match = FRAME.exec(line);
    if (match === null) continue;
    const [, caller, place, row, column] = match;
    const file = place.startsWith("file://") ? fileURLToPath(place) : place.replace(/^async /, "");
    if (KERNEL_FRAME.test(file) || file.startsWith(__dirname)) continue;
    const cell = locateInCell(file, Number(row), Number(column));
    if (cell === "hidden") continue;
    const source = cell ?? locateInSource(file, Number(row), Number(column));
    const where = cell ? `cell [${cell.count}]` : shortPath(source.file);
    const position = `${where}:${source.line}:${source.column}`;
    const name = caller?.replace(/^async /, "").replace(/^Object\.<anonymous>$|^(?:Proxy|Object)\./, "");
    frames.push({ text: `    at ${name ? `${name} (${position})` : position}`, cell });
  }
  return frames;
}

/** Name of an error's class; classes that forgot to set `name` are called by their own name. */
function nameOf(error) {
  const own = error.constructor?.name;
  return error.name === "Error" && own !== undefined && own !== "" ? own : String(error.name);
}

/** Lines for one thrown value and what caused it. */
function describeThrown(error, depth = 0) {
  if (!(error instanceof Error) && !util.types.isNativeError(error))
    return { ename: "Thrown", evalue: util.inspect(error), traceback: [`Thrown: ${util.inspect(error)}`] };
  const [ename, evalue] = [nameOf(error), String(error.message)];
  const frames = readableFrames(String(error.stack ?? ""));
  const cell = frames.find((frame) => frame.cell)?.cell;
  const traceback = [evalue === "" ? ename : `${ename}: ${evalue}`];
  if (cell) traceback.push("", ...excerpt(cell.lines, cell.line, cell.column), "");
  traceback.push(...frames.map((frame) => frame.text));
  if (error.cause !== undefined && depth < MAX_CAUSES) {
    const cause = describeThrown(error.cause, depth + 1).traceback;
    traceback.push(`caused by ${cause[0]}`, ...cause.slice(1));
  }
  return { ename, evalue, traceback };
}

/** Lines for what the compiler found; the parts of one finding share a position. */
function describeDiagnostics(diagnostics, code) {
  const lines = code.split("\n");
  const traceback = [];
  let [previous, shown] = ["", []];
  for (const { file, line, column, text } of diagnostics) {
    const place = `${file}:${line}:${column}`;
    if (place === previous) {
      traceback.splice(traceback.length - shown.length, 0, `  ${text}`);
      continue;
    }
    const where = `${file === "" ? "" : `${file}, `}line ${line}, column ${column}`;
    shown = file === "" ? ["", ...excerpt(lines, line, column), ""] : [];
    traceback.push(`TypeScriptError: ${where}: ${text}`, ...shown);
    previous = place;
  }
  const [first] = diagnostics;
  return { ename: "TypeScriptError", evalue: `${first.line}:${first.column} - ${first.text}`, traceback };
}

/**
 * Describes why a cell failed.
 *
 * @param {unknown[]} errors what was thrown or found, in order; at least one
 * @param {string} code the cell's source
 * @returns {ErrorOutput}
 */
function describeErrors(errors, code) {
  const diagnostics = errors.filter((error) => error instanceof Diagnostic);
  if (diagnostics.length > 0) return describeDiagnostics(diagnostics, code);
  const first = describeThrown(errors[0]);
  const others = errors.slice(1).map((error) => `also ${describeThrown(error).traceback[0]}`);
  return { ...first, traceback: [...first.traceback, ...others] };
}

module.exports = { Diagnostic, describeErrors };
