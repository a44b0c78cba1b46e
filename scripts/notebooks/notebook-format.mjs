/**
 * @file One canonical form of a notebook, so that two equal runs give two equal files: no timestamps, no terminal
 * colours, no paths of this machine, joined streams, counts 1 to n, sorted keys.
 */
import { homedir } from "node:os";
import { root } from "../set-up/system-tools.mjs";

/**
 * nbformat 4.5, as far as it is used here.
 *
 * @typedef {{ output_type: string, name?: string, text?: string | string[], data?: Record<string, unknown>,
 *   metadata?: Record<string, unknown>, ename?: string, evalue?: string, traceback?: string[],
 *   execution_count?: number | null }} Output
 * @typedef {{ cell_type: "code" | "markdown" | "raw", id: string, source: string | string[],
 *   metadata: { tags?: string[], title?: string }, outputs?: Output[] | undefined,
 *   execution_count?: number | null | undefined }} Cell
 * @typedef {{ cells: Cell[], metadata: Record<string, unknown>, nbformat: number, nbformat_minor: number }} Notebook
 */

const METADATA = {
  kernelspec: { display_name: "TypeScript (tslab)", language: "typescript", name: "tslab" },
  language_info: {
    file_extension: ".ts",
    mimetype: "text/typescript",
    name: "typescript",
    pygments_lexer: "typescript",
  },
};
const ANSI = /\u001b\[[0-9;]*m/g; // eslint-disable-line no-control-regex

/** @param {string | string[] | undefined} text nbformat's text, whole or in lines */
export const joined = (text) => (Array.isArray(text) ? text.join("") : (text ?? ""));

/** @param {string} text */
const inLines = (text) => (text === "" ? [] : text.split(/(?<=\n)/));

/** @param {Cell} cell @returns {boolean} whether a run executes it */
export const isExecutable = (cell) => cell.cell_type === "code" && joined(cell.source).trim() !== "";

/** Replaces what only this machine has: folders, the longest first, and colours. */
function machineScrubber() {
  /** @type {[string | undefined, string][]} */
  const places = [
    [root, "."],
    [process.env["CLASS_IT_DATA"], "$CLASS_IT_DATA"],
    [homedir(), "~"],
  ];
  const known = places
    .flatMap(([folder, name]) =>
      folder && folder.length > 1 ? [{ folder: folder.replace(/\/$/, ""), name }] : [],
    )
    .sort((a, b) => b.folder.length - a.folder.length)
    .map(({ folder, name }) => ({
      pattern: new RegExp(`${folder.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`, "g"),
      name,
    }));
  return (/** @type {string} */ text) =>
    known.reduce((rest, { pattern, name }) => rest.replace(pattern, () => name), text.replace(ANSI, ""));
}

/** @param {unknown} value @returns {unknown} the same with the keys of all objects in order */
function sortKeys(value) {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

/** @param {Output[]} outputs @param {number} count @param {(text: string) => string} scrub */
function normaliseOutputs(outputs, count, scrub) {
  /** @type {Output[]} */
  const result = [];
  for (const output of outputs) {
    if (output.metadata?.["class-it transient"]) continue; // progress, and text of others
    const last = result[result.length - 1];
    if (output.output_type === "stream") {
      const text = scrub(joined(output.text));
      if (last?.output_type === "stream" && last.name === output.name)
        last.text = inLines(joined(last.text) + text);
      else result.push({ output_type: "stream", name: output.name ?? "stdout", text: inLines(text) });
    } else if (output.output_type === "error") {
      const traceback = (output.traceback ?? []).map(scrub);
      const { ename = "", evalue = "" } = output;
      result.push({ output_type: "error", ename, evalue: scrub(evalue), traceback });
    } else {
      const data = Object.entries(output.data ?? {}).map(([type, payload]) => {
        const isText = typeof payload === "string" || Array.isArray(payload);
        if (!isText || /\+json$|\/json$/.test(type)) return [type, payload];
        const text = joined(payload);
        return [type, /^text\/|^image\/svg/.test(type) ? inLines(scrub(text)) : text];
      });
      result.push({
        output_type: output.output_type,
        data: Object.fromEntries(data),
        metadata: output.metadata ?? {},
        ...(output.output_type === "execute_result" ? { execution_count: count } : {}),
      });
    }
  }
  return result;
}

/**
 * Brings a notebook into the canonical form.
 *
 * @param {Notebook} notebook
 * @returns {Notebook}
 */
export function normaliseNotebook(notebook) {
  const scrub = machineScrubber();
  let count = 0;
  const cells = notebook.cells.map((cell, index) => {
    const { tags, title } = cell.metadata;
    const base = {
      cell_type: cell.cell_type,
      id: `cell-${String(index + 1).padStart(2, "0")}`,
      metadata: { ...(tags?.length ? { tags } : {}), ...(title ? { title } : {}) },
      source: inLines(joined(cell.source)),
    };
    if (cell.cell_type !== "code") return base;
    const outputs = cell.outputs ?? [];
    const hasRun = isExecutable(cell) && (typeof cell.execution_count === "number" || outputs.length > 0);
    if (hasRun) count++;
    return {
      ...base,
      execution_count: hasRun ? count : null,
      outputs: normaliseOutputs(outputs, count, scrub),
    };
  });
  return { cells, metadata: METADATA, nbformat: 4, nbformat_minor: 5 };
}

/** @param {Notebook} notebook @returns {string} the bytes nbformat would write */
export const serialiseNotebook = (notebook) => `${JSON.stringify(sortKeys(notebook), null, 1)}\n`;

/**
 * First cell in which two notebooks differ in what a person wrote: kind, text, tags, title.
 *
 * @param {Notebook} one
 * @param {Notebook} other
 * @returns {number} its index from 0, -1 when there is none
 */
export function firstDifference(one, other) {
  const written = (/** @type {Cell | undefined} */ cell) =>
    cell &&
    JSON.stringify([
      cell.cell_type,
      joined(cell.source),
      cell.metadata.tags ?? [],
      cell.metadata.title ?? "",
    ]);
  const length = Math.max(one.cells.length, other.cells.length);
  for (let i = 0; i < length; i++) if (written(one.cells[i]) !== written(other.cells[i])) return i;
  return -1;
}
