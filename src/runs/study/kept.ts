/**
 * @file What a results folder keeps of runs that took hours: a result or a description made with the same settings stands
 * for computing it again, so that notebooks open without text, models or time. Which studies do so is said when they are
 * opened; code may have changed since, so each keeps the commit it was made by.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { completeConfig } from "../../config/config-schema.js";
import { openManifest } from "../../data/manifest.js";
import { writeFileAtomically } from "../../disk/atomic-file.js";
import { readGzipText } from "../stages/gzip-text.js";
import { describeProvenance, provenanceSchema, type Provenance } from "../stages/provenance.js";
import { parseJson } from "../stages/read-json.js";
import { canonicalJson } from "../stages/stage.js";
import { withTodaysNames } from "./old-names.js";
import { findResult, type Result, type ResultRun } from "./results.js";
import type { Study } from "./study.js";

/** Below the study's results. */
export const KEPT_FOLDER = "kept";

/** What of a configuration decides a computation: not the prose, and of the reader's own curricula only the one in question. */
function settingsOf(given: Readonly<Record<string, unknown>>, condition: string): string {
  const config = completeConfig(given);
  const own = z.record(z.string(), z.unknown()).safeParse(config["curricula"]);
  return canonicalJson({ ...config, shrunk: null, curricula: (own.success && own.data[condition]) ?? null });
}

/**
 * The result of a run and task that the folder keeps for these settings and the data files of today's manifest. A setting that it
 * lacks, being older, has the schema's default.
 *
 * @returns null where the study computes, or where there is none with the same settings
 */
export function keptResult(study: Study, run: ResultRun, task: string): Result | null {
  const found = study.isKept ? findResult(study, run, task) : null;
  if (found === null) return null;
  const isSame =
    settingsOf(found.config, run.condition) === settingsOf({ ...study.config }, run.condition) &&
    found.seed === study.seed &&
    found.source === study.source;
  const manifest = openManifest();
  const isCurrent = found.files.every(
    ({ path, sha256 }) => (manifest.get(path)?.sha256 ?? sha256) === sha256,
  );
  return isSame && isCurrent ? found : null;
}

const fileSchema = z.object({
  schemaVersion: z.literal(1),
  inputs: z.unknown(),
  provenance: provenanceSchema,
  value: z.unknown(),
});

/**
 * A description the folder keeps, or computed by `compute` and then kept.
 *
 * @param what.name   of the description, part of the file's name
 * @param what.inputs whatever it depends on besides the study's settings and seed, as plain JSON
 * @param schema      of the value, which must be plain JSON
 * @throws Error naming the file when it is damaged
 */
export async function keptValue<T>(
  study: Study,
  what: { readonly name: string; readonly inputs?: Readonly<Record<string, unknown>> },
  schema: z.ZodType<T>,
  compute: () => Promise<T>,
): Promise<T> {
  if (!study.isKept) return compute();
  const { name, inputs: more = {} } = what;
  const inputs = {
    config: { ...study.config, shrunk: null },
    seed: study.seed,
    source: study.source,
    ...more,
  };
  const folder = join(study.resultsFolder, KEPT_FOLDER);
  const path = join(folder, `${name}-${hashInputs(inputs)}.json.gz`);
  const found = existsSync(path) ? path : findOlder(folder, name, inputs);
  if (found !== null) return readKept(found, schema);
  const value = await compute();
  const content = { schemaVersion: 1, inputs, provenance: describeProvenance(), value };
  writeFileAtomically(path, gzipSync(JSON.stringify(content), { level: 9 }));
  return schema.parse(JSON.parse(JSON.stringify(value)));
}

const hashInputs = (inputs: unknown): string =>
  createHash("sha256").update(canonicalJson(inputs)).digest("hex").slice(0, 12);

const olderSchema = z.looseObject({ config: z.record(z.string(), z.unknown()) });

/** The description of the same settings from before some of them were settings or had today's names: its file has another name. */
function findOlder(
  folder: string,
  name: string,
  inputs: { readonly config: Readonly<Record<string, unknown>> },
): string | null {
  const complete = (config: Readonly<Record<string, unknown>>) => ({
    ...completeConfig({ ...config, shrunk: [] }), // prose is none of the settings, but must be there
    shrunk: null,
  });
  const wanted = canonicalJson({ ...inputs, config: complete(inputs.config) });
  const isFile = new RegExp(`^${name}-[0-9a-f]{12}\\.json\\.gz$`);
  for (const file of existsSync(folder) ? readdirSync(folder).sort() : []) {
    const path = join(folder, file);
    if (!isFile.test(file) || typeof receiptOfKept(path) === "string") continue;
    const older = olderSchema.safeParse(withTodaysNames(openKept(path).inputs));
    if (older.success && canonicalJson({ ...older.data, config: complete(older.data.config) }) === wanted)
      return path;
  }
  return null;
}

/** The value of a kept file, and what it depends on. @throws an error of zlib or zod when it is damaged */
function openKept(path: string): z.infer<typeof fileSchema> {
  return fileSchema.parse(parseJson(readGzipText(path)));
}

/** What a kept file was computed with, or what is wrong with it: it cannot be read, or has the name of other inputs. */
export function receiptOfKept(path: string): Provenance | string {
  try {
    const { inputs, provenance } = openKept(path);
    const hash = hashInputs(inputs);
    return path.endsWith(`-${hash}.json.gz`) ? provenance : `must have the name of its inputs, ${hash}`;
  } catch (error) {
    return `must be a kept description of this version, got ${String(error)}`;
  }
}

function readKept<T>(path: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(openKept(path).value);
  } catch (cause) {
    throw new Error(
      `keptValue: ${path} must be a kept description of this version, got ${String(cause)}. Delete it to compute it again.`,
      { cause },
    );
  }
}
