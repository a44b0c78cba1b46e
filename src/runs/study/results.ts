/**
 * @file Results on disk: one JSON a model, condition, seed and task, with everything needed to make it again, and its
 * items next to it. Written from cached stages, read by `report/`, `verify/`, notebooks and later runs (`kept.ts`).
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { csvFormatRows, csvParseRows } from "d3-dsv";
import { z } from "zod";
import { CONDITIONS, MODELS, SCALES, type Condition, type ModelName } from "../../config/config.js";
import { CONTROLS } from "../../config/curricula.js";
import { writeFileAtomically } from "../../disk/atomic-file.js";
import { readGzipText } from "../stages/gzip-text.js";
import { provenanceSchema } from "../stages/provenance.js";
import { readJson } from "../stages/read-json.js";
import type { Stage } from "../stages/stage.js";
import { withTodaysNames } from "./old-names.js";
import type { Study } from "./study.js";

const metricSchema = z.object({
  /** Such as `accuracy` or `partialRSquared`; proportions 0–1, losses in nats. */
  metric: z.string(),
  /** Which part: a paradigm, a measure, a phase; `all` for the whole task. */
  part: z.string(),
  /**
   * `official` as the BabyLM pipeline counts, `corrected` as docs/decisions.md#d18 and #d19 say; `none` where they agree;
   * `wholeWord` for reading times whose words are asked for up to their end.
   */
  scoringRule: z.enum(["official", "corrected", "wholeWord", "none"]),
  value: z.number(),
  n: z.number().int(),
  /** Items whose candidates scored alike; null where the task has no candidates. */
  ties: z.number().int().nullable(),
});
export type Metric = z.infer<typeof metricSchema>;

const resultSchema = z.object({
  schemaVersion: z.literal(1),
  task: z.string(),
  scale: z.enum(SCALES),
  source: z.enum(["real", "microworld"]),
  model: z.enum(MODELS),
  condition: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, "a name of letters and digits"),
  seed: z.number().int(),
  metrics: z.array(metricSchema),
  /** The whole configuration of the study. */
  config: z.record(z.string(), z.unknown()),
  /** Settings of the task itself, beyond the study's: those of fine-tuning. */
  settings: z.record(z.string(), z.unknown()).optional(),
  /** sha256 of the data files the task read; `unverified` where it was not known before the file arrived. */
  files: z.array(z.object({ path: z.string(), sha256: z.string(), unverified: z.literal(true).optional() })),
  stages: z.array(z.object({ kind: z.string(), hash: z.string(), seconds: z.number() })),
  provenance: provenanceSchema,
});
/** A result file: metrics with their n, and what they were computed with. */
export type Result = z.infer<typeof resultSchema>;

/** The result of one run and task of a study's seed, or null where there is none. @throws Error when it is damaged */
export function findResult(study: Study, run: ResultRun, task: string): Result | null {
  const path = join(runFolder(study, run), `${task}.json`);
  return existsSync(path) ? readResult(path) : null;
}

/** Who a result is about. */
export interface ResultRun {
  readonly model: ModelName;
  readonly condition: Condition;
}

/** Folder of one model, condition and seed. */
export function runFolder(study: Study, { model, condition }: ResultRun): string {
  return join(study.resultsFolder, model, condition, `seed-${study.seed}`);
}

/** A table of items: ids and numbers, never sentences. */
export const itemTableSchema = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
});
export interface ItemTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Writes `<task>.json`, and `<task>.items.csv.gz` where there are items. */
export function publishResult(
  study: Study,
  run: ResultRun,
  task: string,
  content: {
    readonly metrics: readonly Metric[];
    readonly files: Result["files"];
    readonly settings?: Readonly<Record<string, unknown>>;
    /** Stages that computed it; the last one says by what, and where. */
    readonly stages: readonly Stage[];
    /** Stages that measured the models of the others. */
    readonly measuredBy?: readonly Stage[];
    readonly items?: ItemTable;
  },
): Result {
  for (const { metric, part, value } of content.metrics)
    if (!Number.isFinite(value))
      throw new RangeError(
        `publishResult: ${metric} of ${part} in ${task} must be finite, got ${value}. Correct what computes it.`,
      );
  const last = content.stages.at(-1);
  if (!last) throw new RangeError(`publishResult: ${task} must come from at least one stage, got none.`);
  const result: Result = {
    schemaVersion: 1,
    task,
    scale: study.config.scale,
    source: study.source,
    model: run.model,
    condition: run.condition,
    seed: study.seed,
    metrics: [...content.metrics],
    config: { ...study.config },
    ...(content.settings && { settings: content.settings }),
    files: [...content.files],
    stages: [...content.stages, ...(content.measuredBy ?? [])].map(({ kind, hash, seconds }) => ({
      kind,
      hash,
      seconds,
    })),
    provenance: last.provenance,
  };
  const folder = runFolder(study, run);
  if (content.items)
    writeFileAtomically(itemsFile(folder, task), gzipSync(formatItems(content.items), { level: 9 }));
  writeFileAtomically(join(folder, `${task}.json`), JSON.stringify(result, null, 2) + "\n");
  return result;
}

/** The file of a task's items, next to its result: comma-separated and compressed, since a grid has millions of them. */
export const itemsFile = (folder: string, task: string): string => join(folder, `${task}.items.csv.gz`);

/**
 * The text of a file of items, header and all.
 *
 * @throws Error naming the file when it is not there or is damaged
 */
export function readItemsText(path: string): string {
  if (!existsSync(path))
    throw new Error(`readItemsText: ${path} must exist, found no such file. Run its notebook again.`);
  try {
    return readGzipText(path);
  } catch (cause) {
    throw new Error(
      `readItemsText: ${path} must be a compressed table of items, got ${String(cause)}. Delete it and run its notebook again.`,
      { cause },
    );
  }
}

/**
 * A file of items as the table it was written from: numbers, text, and null for a blank.
 *
 * @throws Error naming the file when it is not there or is damaged
 */
export function readItems(path: string): ItemTable {
  const [columns, ...rows] = csvParseRows(readItemsText(path));
  const uneven = rows.findIndex((row) => row.length !== columns?.length);
  if (columns === undefined || uneven >= 0)
    throw new Error(
      `readItems: ${path} must have a header and as many cells in every row, got ${columns === undefined ? "no header" : `another number in row ${uneven + 1}`}. Delete it and run its notebook again.`,
    );
  return { columns, rows: rows.map((row) => row.map(readCell)) };
}

/** Ids and names never look like a number as JavaScript prints it, so that the form tells the type. */
function readCell(text: string): string | number | null {
  if (text === "") return null;
  const number = Number(text);
  return String(number) === text ? number : text;
}

function formatItems({ columns, rows }: ItemTable): string {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? "" : String(cell))));
  return csvFormatRows([[...columns], ...cells]) + "\n";
}

/**
 * Every result of a study's scale, all seeds, in the order of models, conditions and seeds.
 *
 * @param resultsFolder `results/<scale>`
 * @throws Error naming a file that is no result of this version
 */
export const readResults = (resultsFolder: string): Result[] => resultFiles(resultsFolder).map(readResult);

/** Files of all results, in the order of {@link readResults}. */
const resultFiles = (resultsFolder: string): string[] =>
  seedFilesOf(resultsFolder).filter((path) => path.endsWith(".json"));

/** Whatever is in the folders of models, conditions and seeds. */
export const seedFilesOf = (resultsFolder: string): string[] =>
  MODELS.flatMap((model) =>
    conditionFolders(join(resultsFolder, model)).flatMap((condition) => {
      const folder = join(resultsFolder, model, condition);
      return seedFolders(folder).flatMap((seed) =>
        readdirSync(join(folder, seed))
          .sort()
          .map((file) => join(folder, seed, file)),
      );
    }),
  );

/** The paper's conditions in its order, then the kit's controls, then others by name. */
function conditionFolders(folder: string): string[] {
  const found = existsSync(folder) ? readdirSync(folder).sort() : [];
  const known: readonly string[] = [...CONDITIONS, ...Object.keys(CONTROLS)];
  return [...known.filter((name) => found.includes(name)), ...found.filter((name) => !known.includes(name))];
}

/** `seed-0`, `seed-1`, …: by number, so that 2 comes before 10. */
function seedFolders(folder: string): string[] {
  const numberOf = (name: string) => Number(name.slice("seed-".length));
  return readdirSync(folder)
    .filter((name) => /^seed-\d+$/.test(name))
    .sort((a, b) => numberOf(a) - numberOf(b));
}

/** One result. @throws Error naming the file when it is none of this version */
export function readResult(path: string): Result {
  const parsed = resultSchema.safeParse(withTodaysNames(readJson(path)));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(
    `readResults: ${path} must be a result of schema version 1, got ${issue?.path.join(".") || "file"}: ${issue?.message}. Delete it and run its notebook again.`,
  );
}
