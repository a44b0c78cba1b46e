/**
 * @file Verifying a results folder, first kind of check: every file can be read, lies where it belongs, and names the data files of
 * today's manifest. What the results say is checked in `scores.ts`, `training.ts` and `steps.ts`.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describeIssue, studyConfigSchema } from "../../config/config-schema.js";
import type { Scale, StudyConfig } from "../../config/config.js";
import { openManifest } from "../../data/manifest.js";
import { GAME_TASK, TASKS } from "../scoring/tasks.js";
import { TURN_TASKS } from "../scoring/tasks/turn-task.js";
import type { Provenance } from "../stages/provenance.js";
import { KEPT_FOLDER, receiptOfKept } from "../study/kept.js";
import { itemsFile, readResult, seedFilesOf, runFolder, type Result } from "../study/results.js";
import { describeChanges, settingChanges } from "../study/study-change.js";
import { DEFAULT_STUDY, type Study } from "../study/study.js";

/** One kind of check. */
export interface Check {
  readonly name: string;
  /** What was compared, in words, with its counts. */
  readonly found: string;
  /** One sentence each, with the file. */
  readonly differences: readonly string[];
}

/** Results to be verified. */
export interface VerifiedFolder {
  readonly scale: Scale;
  readonly source: Study["source"];
  readonly resultsFolder: string;
  readonly cacheFolder: string;
  /** The settings of a named study, which each of its results must have. */
  readonly config?: StudyConfig;
}

/** A result that could be read, in the study it belongs to. */
export interface OpenedResult {
  readonly path: string;
  readonly kind: "zero-shot" | "fine-tuning" | "training";
  readonly result: Result;
  readonly study: Study;
}

/** What a file of results was computed with. */
export interface Receipt {
  readonly path: string;
  readonly provenance: Provenance;
}

/** What a folder holds. */
export interface OpenedFolder {
  readonly results: readonly OpenedResult[];
  readonly kept: readonly Receipt[];
  readonly differences: readonly string[];
}

/** Reads every result and every kept description of a folder, and looks for the items of each result. */
export function openResults(folder: VerifiedFolder): OpenedFolder {
  const differences: string[] = [];
  const results: OpenedResult[] = [];
  const files = seedFilesOf(folder.resultsFolder);
  for (const path of files.filter((name) => name.endsWith(".json"))) {
    const opened = openResult(path, folder);
    if (typeof opened === "string") differences.push(opened);
    else results.push(opened);
    const items = path.replace(/\.json$/, ITEMS);
    if (!files.includes(items)) differences.push(`${items} must be next to its result, found no such file`);
  }
  for (const path of files.filter((name) => name.endsWith(ITEMS)))
    if (!files.includes(path.replace(ITEMS, ".json")))
      differences.push(`${path} must be next to its result, found none`);
  const keptFolder = join(folder.resultsFolder, KEPT_FOLDER);
  const names = existsSync(keptFolder) ? readdirSync(keptFolder).sort() : [];
  const kept = names.flatMap((name): Receipt[] => {
    const path = join(keptFolder, name);
    const receipt = receiptOfKept(path);
    if (typeof receipt !== "string") return [{ path, provenance: receipt }];
    differences.push(`${path} ${receipt}`);
    return [];
  });
  return { results, kept, differences };
}

const ITEMS = itemsFile("", "").replace(/^\//, "");

/** A result in its study, or what is wrong with it. */
function openResult(
  path: string,
  { scale, source, resultsFolder, cacheFolder, config: defined }: VerifiedFolder,
): OpenedResult | string {
  let result: Result;
  try {
    result = readResult(path);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (result.scale !== scale || result.source !== source)
    return `${path} must be of ${scale} scale and ${source} text, says ${result.scale} and ${result.source}`;
  const config = studyConfigSchema.safeParse(result.config);
  if (!config.success || config.data.scale !== scale)
    return `${path} must hold the configuration of a ${scale} study, got ${config.success ? `that of ${config.data.scale}` : describeIssue(config.error, "configuration")}`;
  if (defined !== undefined) {
    // What "asFetched" comes to was decided when the result was computed.
    const others = settingChanges({ ...defined }, { ...config.data }).filter(
      ({ usual }) => usual !== "asFetched",
    );
    if (others.length > 0)
      return `${path} must have the settings that its study is defined with, has ${describeChanges(others)}`;
  }
  const study: Study = {
    name: DEFAULT_STUDY,
    changes: [],
    config: config.data,
    seed: result.seed,
    source,
    resultsFolder,
    cacheFolder,
    isKept: false,
  };
  const place = join(runFolder(study, result), `${result.task}.json`);
  if (place !== path) return `${path} must be about what its path names, is about ${place}`;
  const kind = kindOf(result.task);
  return kind === null
    ? `${path} must be of a task the kit knows, is of ${result.task}`
    : { path, kind, result, study };
}

function kindOf(task: string): OpenedResult["kind"] | null {
  if (task === "training") return "training";
  if (task.startsWith("superglue-")) return "fine-tuning";
  return [...TASKS, GAME_TASK, ...TURN_TASKS].some((known) => known === task) ? "zero-shot" : null;
}

/** Compares the hashes of the data files that results name with today's manifest. */
export function checkDataFiles(results: readonly OpenedResult[]): Check {
  const manifest = openManifest();
  const named = results.flatMap(({ path, result }) => result.files.map((file) => ({ ...file, by: path })));
  const verified = named.filter(({ unverified }) => unverified === undefined);
  const differences = verified.flatMap(({ path, sha256, by }) => {
    const today = manifest.get(path)?.sha256 ?? "no such file";
    return today === sha256
      ? []
      : [`${by}: ${path} must have the sha256 of data/manifest.json, ${today}, names ${sha256}`];
  });
  const paths = new Set(verified.map(({ path }) => path)).size;
  const others = named.length - verified.length;
  return {
    name: "data files",
    found:
      `${count(verified.length, "hash", "hashes")} of ${count(paths, "file")} compared with data/manifest.json` +
      (others > 0 ? `; ${count(others, "hash", "hashes")} of files it does not know` : ""),
    differences,
  };
}

/** Such as "1 file", "2,400 files". */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
