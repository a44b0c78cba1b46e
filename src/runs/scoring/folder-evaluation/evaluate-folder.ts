/**
 * @file Zero-shot evaluation of any Llama folder on any files of a task: items, figures in both readings, and the files the official
 * pipeline would have written. Models of a study are scored next door in `runs/scoring/scoring.ts`.
 */
import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { summariseBenchmark, type StoredItem } from "../../../evaluation/benchmark-summary.js";
import { benchmarkOf, type BenchmarkName } from "../../../evaluation/benchmarks.js";
import { numberItems, scoreItems, type ChoiceItem } from "../../../evaluation/choice-items.js";
import { writeFileAtomically } from "../../../disk/atomic-file.js";
import { notify } from "../../stages/progress.js";
import { codeVersion, describeProvenance } from "../../stages/provenance.js";
import { acquireLock } from "../../../disk/lock.js";
import { modelFolder } from "../model-folder.js";
import type { Task } from "../tasks.js";
import type { FolderEvaluation, FolderSummary, TaskFigures } from "./folder-task.js";
import { openItemLines, STEP_LINES, type ItemLines } from "./item-lines.js";
import { writeBenchmarkPredictions, type OfficialPlace } from "./official-predictions.js";
import { scoreReading } from "./reading.js";
import { findTaskFiles, type TaskFile } from "./task-files.js";

/**
 * Scores a task and writes `OUT/<task>/items.jsonl`, `summary.json` and the official tree. An interrupted run goes on at the items it
 * had not scored.
 *
 * @throws RangeError naming file and line when the task's files are not such a task's; what `signal` was aborted with
 */
export async function evaluateFolder(evaluation: FolderEvaluation): Promise<FolderSummary> {
  const { task, dataFolder, outFolder, fast, tiePolicy } = evaluation;
  const { dataset, files } = findTaskFiles(dataFolder, task, { fast });
  const model = {
    folder: basename(resolve(evaluation.modelFolder)),
    sha256: modelFolder(evaluation.modelFolder).hash,
  };
  const folder = join(outFolder, task);
  const key = keyOf(model.sha256, files, task);
  const items = join(folder, "items.jsonl");
  // Two at once would each append to what the other goes on from.
  const lock = await acquireLock(`${items}.lock`, {
    signal: evaluation.signal,
    onWait: (owner) => notify(`${owner} scores ${task} into ${folder}; waiting for it`),
  });
  try {
    const lines = openItemLines(items, { key });
    const place = { folder: join(outFolder, "official"), model: model.folder };
    const figures =
      task === "reading"
        ? await scoreReading(evaluation, files, lines, place)
        : await scoreBenchmark(task, evaluation, { files, dataset, lines, place });
    lines.complete();
    const summary: FolderSummary = {
      task,
      ...figures,
      corrected: { ...figures.corrected, ...(task !== "reading" && { tiePolicy }) },
      model,
      files: files.map(({ name, sha256 }) => ({ name, sha256 })),
      provenance: describeProvenance(),
    };
    writeFileAtomically(join(folder, "summary.json"), JSON.stringify(summary, null, 2) + "\n");
    return summary;
  } finally {
    lock.release();
  }
}

/** All that decides a score. */
const keyOf = (model: string, files: readonly TaskFile[], task: Task): string =>
  createHash("sha256")
    .update(JSON.stringify([task, model, files.map(({ name, sha256 }) => [name, sha256])]))
    .update(codeVersion(["engine", "data", "model", "evaluation"]))
    .digest("hex");

const lineSchema = z.object({
  scores: z.array(z.number()),
  numTokens: z.array(z.number()),
  choice: z.number(),
  tie: z.boolean(),
  unscoredFirst: z.array(z.number().nullable()).optional(),
});

async function scoreBenchmark(
  name: BenchmarkName,
  { scorer, tiePolicy, signal, onProgress }: FolderEvaluation,
  {
    files,
    dataset,
    lines,
    place,
  }: {
    readonly files: readonly TaskFile[];
    readonly dataset: string;
    readonly lines: ItemLines;
    readonly place: OfficialPlace;
  },
): Promise<TaskFigures> {
  const items = numberItems(files.flatMap(benchmarkOf(name).read));
  for (let from = lines.lines.length; from < items.length; from += STEP_LINES) {
    signal?.throwIfAborted();
    const scored = await scoreItems(items.slice(from, from + STEP_LINES), scorer.logLikelihood);
    lines.append(scored.map((item) => JSON.stringify(item)));
    onProgress?.(Math.min(from + STEP_LINES, items.length), items.length);
  }
  const scores = lines.parse(lineSchema);
  const stored = items.flatMap((item, index) => {
    const scored = scores[index];
    return scored ? [storedItem(item, scored)] : [];
  });
  const summary = summariseBenchmark(name, stored, { items, tiePolicy });
  writeBenchmarkPredictions(place, name, { dataset, items, scored: stored, summary });
  const scale = summary.unit === "correlation" ? 1 : 100;
  const scaled = ({ average, by }: typeof summary.official) => ({
    average: scale * average,
    by: Object.fromEntries(
      Object.entries(by).map(([kind, groups]) => [
        kind,
        Object.fromEntries(Object.entries(groups).map(([group, value]) => [group, scale * value])),
      ]),
    ),
  });
  return {
    unit: summary.unit === "correlation" ? "correlation" : "percent",
    official: {
      ...scaled(summary.official),
      ...(summary.firstFormShare !== undefined && { firstFormPercent: 100 * summary.firstFormShare }),
    },
    corrected: {
      ...scaled(summary.corrected),
      ...(summary.perToken !== null && { perToken: 100 * summary.perToken }),
    },
    n: summary.n,
    ties: summary.ties,
    quirks: { ...summary.quirks },
  };
}

function storedItem(
  { uid, id, humanShare }: ChoiceItem,
  { unscoredFirst, ...scored }: z.infer<typeof lineSchema>,
): StoredItem {
  return {
    uid,
    id,
    ...scored,
    ...(unscoredFirst !== undefined && { unscoredFirst }),
    ...(humanShare !== undefined && { humanShare }),
  };
}
