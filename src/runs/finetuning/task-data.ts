/** @file The items of a (Super)GLUE task: from a folder, from where data lies, or generated; cut down to a scale's budget. */
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { defaultPlaces } from "../../data/files.js";
import { findEntry } from "../../data/manifest.js";
import { decodeText, readBytes } from "../../data/text-file.js";
import { microworldClassification } from "../../data/microworld/classification-tasks.js";
import {
  readNestedMultirc,
  readSuperglue,
  requireClasses,
  SUPERGLUE_CONFIGS,
  type SupergluePair,
  type SuperglueTask,
} from "../../evaluation/superglue-tasks.js";
import { deriveSeed, seeded, shuffled } from "../../random.js";
import type { Result } from "../study/results.js";

/** A task's items with what must be said about them. */
export interface TaskData {
  readonly task: SuperglueTask;
  readonly train: readonly SupergluePair[];
  readonly dev: readonly SupergluePair[];
  readonly files: Result["files"];
  /** `substitute` where the train file is not the official one: such scores never appear next to official ones. */
  readonly kind: "official" | "substitute" | "generated";
  readonly notes: readonly string[];
}

/** How much of the items a scale takes; null takes all. */
export interface ItemBudget {
  readonly trainRows: number | null;
  readonly devRows: number | null;
}

const GLUE = "babylm_eval_2025/full_eval/glue_filtered";
const FOLDERS = [GLUE, "full_eval/glue_filtered", "glue_filtered", "."];

interface FoundFile {
  readonly fileName: string;
  /** As results name it. */
  readonly path: string;
  /** Where it is, for errors. */
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

function find(roots: readonly string[], candidates: readonly string[]): FoundFile | null {
  for (const root of roots)
    for (const path of candidates) {
      const file = join(root, path);
      if (!existsSync(file)) continue;
      const bytes = readBytes(file);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return { fileName: basename(path), path, name: file, text: decodeText(bytes, file), sha256 };
    }
  return null;
}

const inFolders = (name: string): string[] => FOLDERS.map((folder) => join(folder, name));

/**
 * A task's items.
 *
 * @param from.dataFolder official layout, the folder of its files, one with `superglue_extra`, or one of the two files; the
 *   project's places without it
 * @param from.generated  items of the microworld in place of files
 * @throws Error naming the file that is missing; RangeError as `readSuperglue`, or when train items are of one class
 */
export function loadTask(
  task: SuperglueTask,
  from: { readonly dataFolder?: string; readonly generated?: boolean },
  budget: ItemBudget,
): TaskData {
  if (from.generated) return generatedTask(task, budget);
  const { rawFolder, dataFolder } = defaultPlaces();
  const roots =
    from.dataFolder === undefined
      ? [rawFolder, ...(dataFolder === null ? [] : [dataFolder])]
      : [folderOf(task, from.dataFolder)];
  const extra = { multirc: "multirc.train.superglue.jsonl", boolq: "boolq.substitute_train.jsonl" };
  const extraName = task === "multirc" || task === "boolq" ? extra[task] : null;
  const trainFile = find(roots, [
    ...inFolders(`${task}.train.jsonl`),
    ...(extraName === null ? [] : [`superglue_extra/${extraName}`, ...inFolders(extraName)]),
  ]);
  const devFile = find(roots, inFolders(`${task}.valid.jsonl`));
  if (!trainFile || !devFile)
    throw new Error(
      `loadTask: ${task} must have ${task}.train.jsonl and ${task}.valid.jsonl, found no ${trainFile ? "valid" : "train"} file in ${roots.join(" or ")}. Fetch the official (Super)GLUE files, or name their folder.`,
    );
  const isSubstitute = trainFile.fileName === extra.boolq;
  const train =
    trainFile.fileName === extra.multirc ? readNestedMultirc(trainFile) : readSuperglue(task, trainFile);
  const dev = readSuperglue(task, devFile);
  return cut(
    {
      task,
      train,
      dev,
      files: [trainFile, devFile].map(({ path, sha256 }) => fileRecord(path, sha256)),
      kind: isSubstitute ? "substitute" : "official",
      notes: [
        ...(isSubstitute ? ["trained on a substitute, not on the official train file"] : []),
        ...emptyAnswers(train),
      ],
    },
    budget,
  );
}

/** A folder, or that of one of a task's two files. @throws Error when there is neither */
function folderOf(task: SuperglueTask, place: string): string {
  const found = statSync(place, { throwIfNoEntry: false });
  if (found?.isDirectory()) return place;
  if (found?.isFile() && basename(place).startsWith(`${task}.`)) return dirname(place);
  throw new Error(
    `loadTask: --data must name a folder or a file of ${task}, got "${place}"${found ? "" : ", where there is nothing"}. ` +
      `Give the folder that holds ${task}.train.jsonl and ${task}.valid.jsonl, or one of the two.`,
  );
}

/** MultiRC has some answers without text, which are trained on as officially. */
function emptyAnswers(pairs: readonly SupergluePair[]): string[] {
  const empty = pairs.filter(({ first }) => /Answer:\s*$/.test(first)).length;
  return empty > 0 ? [`${empty} train items have an answer without text`] : [];
}

function fileRecord(path: string, sha256: string): Result["files"][number] {
  try {
    if (findEntry(path).sha256 === sha256) return { path, sha256 };
  } catch {
    // Not a file the manifest knows.
  }
  return { path, sha256, unverified: true };
}

function generatedTask(task: SuperglueTask, { trainRows, devRows }: ItemBudget): TaskData {
  const classes = SUPERGLUE_CONFIGS[task].classes.length;
  const pairs = (part: string, rows: number) => {
    const random = seeded(deriveSeed(0, `microworld ${task} ${part}`));
    return readSuperglue(task, {
      text: microworldClassification(task, { rows, classes, random }),
      name: `generated ${task}`,
    });
  };
  const [train, dev] = [pairs("train", trainRows ?? 400), pairs("dev", devRows ?? 100)];
  const notes = ["generated items, not the task's own"];
  return { task, train, dev, files: [], kind: "generated", notes };
}

/** The same items for every seed and model: what differs between them is the model. */
function cut(data: TaskData, { trainRows, devRows }: ItemBudget): TaskData {
  const some = (pairs: readonly SupergluePair[], rows: number | null, part: string) =>
    rows === null || rows >= pairs.length
      ? pairs
      : shuffled(pairs, seeded(deriveSeed(0, `${data.task} ${part}`))).slice(0, rows);
  const [train, dev] = [some(data.train, trainRows, "train"), some(data.dev, devRows, "dev")];
  requireClasses(train, `the train file of ${data.task}`);
  const notes = [
    ...data.notes,
    ...(train.length < data.train.length ? [`${train.length} of ${data.train.length} train items`] : []),
    ...(dev.length < data.dev.length ? [`${dev.length} of ${data.dev.length} dev items`] : []),
  ];
  return { ...data, train, dev, notes };
}
