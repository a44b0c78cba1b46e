/**
 * @file Remembers, for every cell, how its compiled code maps back to the TypeScript the reader wrote.
 *
 * tslab compiles a cell twice (TypeScript to ES modules, those to CommonJS) and runs the result without a name.
 * Here both compilations are asked for source maps and the result runs under the name `cell-<count>.ts`.
 */
"use strict";
const { existsSync, readFileSync } = require("node:fs");
const { SourceMap } = require("node:module");
const path = require("node:path");
const vm = require("node:vm");
const { installTypeSearch } = require("./find-packages.cjs");
const { allowSeveralTimers } = require("./rebuild-timers.cjs");

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;
const MAP_COMMENT = /\n\/\/# sourceMappingURL=.*\s*$/;
const WRAPPER = /^\((?:async )?function\(exports, require\) \{ /;
const WRAPPER_END = "\n})(__tslab__.exports, __tslab__.require)";
const PREFIX_LINES = 1; // tslab puts `export {};` before the cell

/** Both maps of compiled code, by that code: { compiled: SourceMap, typescript: SourceMap }. */
const mapsByCode = new Map();
/** Cells that ran, by file name: { count, lines, maps }. */
const cellsByFile = new Map();
let current = { count: 0, code: "" };

/**
 * Wraps tslab's compiler and the function that runs its output. Call it before tslab is loaded.
 *
 * @returns {typeof import("typescript")} the compiler, unwrapped
 */
function installSourceMaps() {
  const id = require.resolve("@tslab/typescript-for-tslab", {
    paths: [path.dirname(require.resolve("tslab/package.json"))],
  });
  const ts = require(id);
  installTypeSearch(ts);
  const patched = {};
  for (const name of Object.keys(ts))
    Object.defineProperty(patched, name, { get: () => ts[name], enumerable: true, configurable: true });
  const replace = (name, value) => Object.defineProperty(patched, name, { value, enumerable: true });
  replace("createWatchCompilerHost", (files, options, sys, ...rest) => {
    allowSeveralTimers(sys);
    return ts.createWatchCompilerHost(files, { ...options, inlineSourceMap: true }, sys, ...rest);
  });
  replace("transpileModule", (code, settings) => transpile(ts, code, settings));
  require.cache[id].exports = patched;

  const run = vm.runInThisContext;
  vm.runInThisContext = (code, options) => {
    const start = options?.breakOnSigint ? WRAPPER.exec(code)?.[0] : undefined;
    if (start === undefined || !code.endsWith(WRAPPER_END)) return run(code, options);
    const maps = mapsByCode.get(code.slice(start.length, -WRAPPER_END.length));
    const filename = `cell-${current.count}.ts`;
    cellsByFile.set(filename, { count: current.count, lines: current.code.split("\n"), maps });
    mapsByCode.clear();
    return run(code, { ...options, filename, columnOffset: -start.length, displayErrors: false });
  };
  return ts;
}

/** tslab's second compilation, keeping its map and the one that came with its input. */
function transpile(ts, code, settings) {
  const inline = INLINE_MAP.exec(code);
  if (inline === null) return ts.transpileModule(code, settings);
  const bare = code.slice(0, inline.index + 1);
  const compilerOptions = { ...settings.compilerOptions, sourceMap: true };
  const result = ts.transpileModule(bare, { ...settings, compilerOptions });
  const outputText = result.outputText.replace(MAP_COMMENT, "\n");
  mapsByCode.set(outputText, {
    compiled: new SourceMap(JSON.parse(result.sourceMapText)),
    typescript: new SourceMap(JSON.parse(Buffer.from(inline[1], "base64").toString())),
  });
  return { ...result, outputText };
}

/** Says which cell runs next. */
function beginCell(count, code) {
  current = { count, code };
}

/** Looks a position up, both counted from 0; undefined when that line has no counterpart. */
function origin(map, position) {
  const entry = map.findEntry(position.line, position.column);
  return entry.generatedLine === position.line
    ? { line: entry.originalLine, column: entry.originalColumn, source: entry.originalSource }
    : undefined;
}

/**
 * Position in a cell as its reader sees it.
 *
 * @param {string} file of a stack frame
 * @param {number} line from 1
 * @param {number} column from 1
 * @returns {{ count: number, line: number, column: number, lines: string[] } | "hidden" | undefined} undefined
 *   when the file is no cell, "hidden" when the line is tslab's addition to the cell
 */
function locateInCell(file, line, column) {
  const cell = cellsByFile.get(file);
  if (cell === undefined) return undefined;
  const module = cell.maps && origin(cell.maps.compiled, { line: line - 1, column: column - 1 });
  const found = module && origin(cell.maps.typescript, module);
  const sourceLine = found ? found.line - PREFIX_LINES : -1;
  if (sourceLine < 0 || sourceLine >= cell.lines.length) return "hidden";
  // The call of an imported function is mapped to its parenthesis: show the name before it.
  const text = cell.lines[sourceLine];
  const name = text[found.column] === "(" ? (/[\w$.]+$/.exec(text.slice(0, found.column))?.[0] ?? "") : "";
  return {
    count: cell.count,
    line: sourceLine + 1,
    column: found.column - name.length + 1,
    lines: cell.lines,
  };
}

/**
 * Position in the TypeScript a compiled file of the project was made from, by the map beside it.
 *
 * @param {string} file absolute path of a JavaScript file
 * @param {number} line from 1
 * @param {number} column from 1
 * @returns {{ file: string, line: number, column: number }} the position given when there is no map
 */
function locateInSource(file, line, column) {
  if (file.includes(`${path.sep}node_modules${path.sep}`) || !existsSync(`${file}.map`))
    return { file, line, column };
  const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8")));
  const found = origin(map, { line: line - 1, column: column - 1 });
  if (found === undefined) return { file, line, column };
  const source = path.resolve(path.dirname(file), found.source);
  return { file: source, line: found.line + 1, column: found.column + 1 };
}

module.exports = { installSourceMaps, beginCell, locateInCell, locateInSource };
