/** @file The data statement as table rows and as a Markdown file of its own; what it says is gathered in `runs/description/data-statement.ts`. */
import { join } from "node:path";
import { writeFileAtomically } from "../../disk/atomic-file.js";
import type { DataStatement, UsedSource } from "../../runs/description/data-statement.js";
import type { TidyRow } from "../render/frame.js";
import { fromProjectRoot } from "../render/from-project-root.js";
import { describeContext } from "../render/figure-context.js";
import { tableMarkdown } from "../render/table.js";

const MISSING = "no training text of this study, or made by the kit";

/** A row per source. Words are blank for what the study does not train on. */
export function dataStatementRows({ sources }: DataStatement): TidyRow[] {
  return sources.map((source) => ({
    source: source.source,
    "what it is": source.what,
    origin: source.origins.join("; "),
    terms: source.licences.join("; "),
    files: source.files,
    megabytes: source.bytes / 1e6,
    "words used": source.wordsUsed,
    "words held out": source.wordsHeldOut,
    "stands in": source.standIns.length > 0 ? "yes" : "no",
    "not at hand": source.absent.length,
  }));
}

/** The whole statement: the table, then what was changed, what stands in for something, and what is not here. */
export function dataStatementMarkdown(statement: DataStatement): string {
  const { scale, sources, notAtHand, textSource } = statement;
  const context = describeContext({ scale, source: textSource, seeds: [] });
  const list = (lines: readonly string[]): string[] =>
    lines.length === 0 ? ["None.", ""] : [...lines.map((line) => `- ${line}`), ""];
  // What several sources share is said once, behind their names.
  const ofSources = (told: (source: UsedSource) => readonly string[]): string[] => {
    const lines = [...new Set(sources.flatMap(told))];
    const tellers = (line: string): string[] =>
      sources.filter((source) => told(source).includes(line)).map(({ source }) => source);
    return lines.map((line) => `${tellers(line).join(", ")}: ${line}`);
  };
  const columns = dataStatementRows(statement);
  return [
    "# Data statement",
    "",
    `Of the study at ${context}. Terms are quoted as found; several sources state none.`,
    "",
    tableMarkdown(columns, { caption: "Sources", maxRows: columns.length, missing: MISSING }),
    "## What was changed",
    "",
    ...list(ofSources(({ changes }) => changes)),
    "## What stands in for something else",
    "",
    ...list(ofSources(({ standIns }) => standIns)),
    "## What is not here",
    "",
    ...list([
      ...notAtHand.map(({ need, where }) => `${need}: ${where}`),
      ...ofSources(({ absent }) => absent.map((path) => `${path} is missing or damaged on this machine`)),
    ]),
  ].join("\n");
}

/**
 * Writes the statement as `data-statement.md`.
 *
 * @param options.folder relative to the project root unless absolute
 */
export function dataStatementFile(statement: DataStatement, { folder }: { readonly folder: string }): void {
  writeFileAtomically(fromProjectRoot(join(folder, "data-statement.md")), dataStatementMarkdown(statement));
}
