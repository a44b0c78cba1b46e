/** @file Which files of a data folder belong to a task: the folder may be the official one, a half of it, or hold the task's files alone. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { collectionRows, hasCollectionRows, rowsAsLines } from "../../../data/collection-rows.js";
import { decodeText, readBytes } from "../../../data/text-file.js";
import { benchmarkOf, type Benchmark } from "../../../evaluation/benchmarks.js";
import type { Task } from "../tasks.js";

/** A file of a task. */
export interface TaskFile {
  readonly path: string;
  /** Without extension. */
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

/** The files of a task, and what the official pipeline would call their folder. */
export interface TaskFiles {
  readonly dataset: string;
  readonly files: readonly TaskFile[];
}

const READING_FILE = "reading_data.csv";

/**
 * {@link findTaskFiles}, and where the folder has none the files that `class-it data --fetch` brought.
 *
 * @throws Error as {@link findTaskFiles}, and when a fetched file is damaged
 */
export async function findOrFetchedTaskFiles(
  place: string,
  task: Task,
  options: { readonly fast: boolean },
): Promise<TaskFiles> {
  const { fetched, fullFolder: dataset }: Pick<Benchmark, "fetched" | "fullFolder"> =
    task === "reading" ? { fullFolder: "reading" } : benchmarkOf(task);
  if (fetched === undefined) return findTaskFiles(place, task, options);
  if (/\.(parquet|tsv|csv)$/.test(place) && existsSync(place)) {
    const bytes = readBytes(place);
    const text = await rowsAsLines(bytes, place, fetched);
    return { dataset, files: [{ path: place, name: nameOf(place), text, sha256: sha256Of(bytes) }] };
  }
  if (hasTaskFiles(place, task, options) || !hasCollectionRows(fetched.collection))
    return findTaskFiles(place, task, options);
  const files = await collectionRows(fetched);
  return {
    dataset,
    files: files.map(({ path, sha256, text }) => ({ path, sha256, text, name: nameOf(path) })),
  };
}

/**
 * The files of a task below a folder: in `full_eval/<set>`, `fast_eval/<set>`, `<set>`, or the folder itself, in this order; with
 * `fast` in the fast set first. A file stands for itself.
 *
 * @param place a folder, or one file
 * @throws Error that lists where it looked when there is nothing, RangeError when a file is not UTF-8 text
 */
export function findTaskFiles(place: string, task: Task, { fast }: { readonly fast: boolean }): TaskFiles {
  const found = statSync(place, { throwIfNoEntry: false });
  if (found?.isFile()) return { dataset: basename(dirname(resolve(place))), files: [readTaskFile(place)] };
  if (!found?.isDirectory())
    throw new Error(
      `findTaskFiles: --data must name a folder or a file, got "${place}", where there is none. Give the folder of the evaluation data, or a file of the task.`,
    );
  const candidates = candidatesOf(task, fast);
  for (const candidate of candidates) {
    const folder = join(place, candidate);
    const wanted = namesIn(folder, task, fast);
    if (wanted.length > 0)
      return {
        dataset: datasetOf(task, fast, basename(resolve(folder))),
        files: wanted.map((name) => readTaskFile(join(folder, name))),
      };
  }
  const kind = task === "reading" ? READING_FILE : "a .jsonl file";
  throw new Error(
    `findTaskFiles: ${task} must have ${kind} in "${place}", got none in ${candidates.join(", ")}; the folder holds ${describeNames(readdirSync(place))}. ` +
      `Give the official evaluation data, the folder of this task's files, or one of them${fetchHint(task)}.`,
  );
}

const candidatesOf = (task: Task, fast: boolean): string[] => [
  ...setsOf(task, fast).flatMap((set) => [set.below, set.folder]),
  ".",
];

function namesIn(folder: string, task: Task, fast: boolean): string[] {
  const isFile = (name: string): boolean =>
    task === "reading" ? name === READING_FILE : name.endsWith(".jsonl");
  const names = existsSync(folder) ? readdirSync(folder).filter(isFile).sort() : [];
  return names.filter((name) => takes(task, fast, names, name));
}

/** A file stands for itself, and of what is neither file nor folder `findTaskFiles` says so. */
const hasTaskFiles = (place: string, task: Task, { fast }: { readonly fast: boolean }): boolean =>
  !statSync(place, { throwIfNoEntry: false })?.isDirectory() ||
  candidatesOf(task, fast).some((candidate) => namesIn(join(place, candidate), task, fast).length > 0);

function fetchHint(task: Task): string {
  const { fetched }: Pick<Benchmark, "fetched"> = task === "reading" ? {} : benchmarkOf(task);
  return fetched === undefined ? "" : `; or run npx class-it data --fetch ${fetched.collection}`;
}

const MOST_NAMES = 5;
const describeNames = (names: readonly string[]): string =>
  names.length === 0
    ? "nothing"
    : [...names].sort().slice(0, MOST_NAMES).join(", ") +
      (names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "");

/** Folders of a task in the official layout, the preferred one first. */
function setsOf(task: Task, fast: boolean): { readonly below: string; readonly folder: string }[] {
  const { fastFolder, fullFolder }: { fastFolder: string | null; fullFolder: string } =
    task === "reading" ? { fastFolder: "reading", fullFolder: "reading" } : benchmarkOf(task);
  const full = { below: `full_eval/${fullFolder}`, folder: fullFolder };
  const quick = fastFolder === null ? [] : [{ below: `fast_eval/${fastFolder}`, folder: fastFolder }];
  return fast ? [...quick, full] : [full, ...quick];
}

/** Of a full set a fast run may take some files alone. */
function takes(task: Task, fast: boolean, names: readonly string[], name: string): boolean {
  const { fastFiles } = task === "reading" ? { fastFiles: undefined } : benchmarkOf(task);
  const chosen = fastFiles?.map((file) => `${file}.jsonl`) ?? [];
  return (
    !fast || chosen.length === 0 || !chosen.every((file) => names.includes(file)) || chosen.includes(name)
  );
}

/** A fast set made of files of the full one goes by the fast set's name. */
const datasetOf = (task: Task, fast: boolean, folder: string): string => {
  const { fastFolder, fullFolder }: { fastFolder: string | null; fullFolder: string } =
    task === "reading" ? { fastFolder: null, fullFolder: "reading" } : benchmarkOf(task);
  return fast && folder === fullFolder && fastFolder !== null ? fastFolder : folder;
};

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const nameOf = (path: string): string => basename(path).replace(/\.[^.]+$/, "");

function readTaskFile(path: string): TaskFile {
  const bytes = readBytes(path);
  return { path, name: nameOf(path), text: decodeText(bytes, path), sha256: sha256Of(bytes) };
}
