/**
 * @file Zero-shot evaluation of any Llama folder on any files of a task: items, figures under both scoring rules, and the files the official
 * pipeline would have written. Models of a study are scored in `runs/scoring/scoring.ts`.
 */
import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import type { Backend } from "../../../evaluation/backends.js";
import {
  summariseBenchmark,
  type BenchmarkFigures,
  type StoredItem,
} from "../../../evaluation/benchmark-summary.js";
import { benchmarkOf, type BenchmarkName } from "../../../evaluation/benchmarks.js";
import { scoreItems, type ChoiceItem, type ScoredChoice } from "../../../evaluation/choice-items.js";
import { chooseCandidate, rankedScores, tiedCandidates } from "../../../evaluation/choices.js";
import { itemsUnder } from "../../../evaluation/items-under-rules.js";
import type { Rules } from "../../../evaluation/rules.js";
import { writeFileAtomically } from "../../../disk/atomic-file.js";
import { notify } from "../../stages/progress.js";
import { codeVersion, describeProvenance } from "../../stages/provenance.js";
import { acquireLock } from "../../../disk/lock.js";
import { taskScoring } from "../score-task.js";
import { modelFolder } from "../model-folder.js";
import type { Task } from "../tasks.js";
import type { FolderEvaluation, FolderSummary, TaskFigures } from "./folder-task.js";
import { openItemLines, STEP_LINES, type ItemLines } from "./item-lines.js";
import { writeBenchmarkPredictions, type OfficialPlace } from "./official-predictions.js";
import { scoreReading } from "./reading.js";
import { findOrFetchedTaskFiles, type TaskFile } from "./task-files.js";

/**
 * Scores a task and writes `OUT/<task>/items.jsonl`, `summary.json` and the official tree. An interrupted run resumes at the items it
 * had not scored.
 *
 * @throws RangeError naming file and line when the task's files are not such a task's; what `signal` was aborted with
 */
export async function evaluateFolder(evaluation: FolderEvaluation): Promise<FolderSummary> {
  const { task, dataFolder, outFolder, fast, tiePolicy, rules, backend = "causal" } = evaluation;
  const { dataset, files } = await findOrFetchedTaskFiles(dataFolder, task, { fast });
  const model = {
    folder: basename(resolve(evaluation.modelFolder)),
    sha256: modelFolder(evaluation.modelFolder).hash,
  };
  const folder = join(outFolder, task);
  const asked = rules === 2025 ? [task] : [task, rules];
  const key = keyOf(model.sha256, files, backend === "causal" ? asked : [...asked, backend]);
  const items = join(folder, "items.jsonl");
  // Two at once would each append to what the other resumes from.
  const lock = await acquireLock(`${items}.lock`, {
    signal: evaluation.signal,
    onWait: (owner) => notify(`${owner} scores ${task} into ${folder}; waiting for it`),
  });
  try {
    const lines = openItemLines(items, { key });
    const place = { folder: join(outFolder, "official"), model: model.folder, backend };
    const figures =
      task === "reading"
        ? await scoreReading(evaluation, files, lines, place)
        : await scoreBenchmark(task, evaluation, { files, dataset, lines, place });
    lines.complete();
    const summary: FolderSummary = {
      task,
      ...figures,
      rules,
      ...(backend !== "causal" && { backend }),
      corrected: figures.corrected && { ...figures.corrected, ...(task !== "reading" && { tiePolicy }) },
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
const keyOf = (
  model: string,
  files: readonly TaskFile[],
  asked: readonly (Task | Rules | Backend)[],
): string =>
  createHash("sha256")
    .update(JSON.stringify([...asked, model, files.map(({ name, sha256 }) => [name, sha256])]))
    .update(codeVersion(taskScoring.module))
    .digest("hex");

const lineSchema = z.object({
  // JSON has no NaN and writes null.
  scores: z.array(z.number().nullable()).transform((scores) => scores.map((score) => score ?? Number.NaN)),
  numTokens: z.array(z.number()),
  choice: z.number().nullable(),
  tie: z.boolean(),
  unscoredFirst: z.array(z.number().nullable()).optional(),
});

/**
 * A scored item as a line of `items.jsonl`. Under the rules of 2026 a tie has no choice, because the official code draws one without a
 * seed: the candidates it draws from are `tied`.
 */
function itemLine(item: ChoiceItem, scored: ScoredChoice, rules: Rules): string {
  if (rules === 2025) return JSON.stringify(scored);
  const { choice, tie, ...numbers } = scored;
  const tied = tie && { tied: tiedCandidates(rankedScores(scored.scores, rules)) };
  const { id2025 } = item;
  return JSON.stringify({
    ...numbers,
    choice: tie ? null : choice,
    tie,
    ...tied,
    ...(id2025 !== undefined && { id2025 }),
  });
}

async function scoreBenchmark(
  name: BenchmarkName,
  { scorer, tiePolicy, rules, signal, onProgress }: FolderEvaluation,
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
  const { read, scorePer, chance } = benchmarkOf(name);
  const how = { rules, ...(scorePer && { scorePer }) };
  const items = itemsUnder(name, files.flatMap(read), rules);
  // What the figures would refuse is refused before hours of scoring.
  summariseBenchmark(name, items.map(rehearsed(rules)), { items, tiePolicy, rules });
  for (let from = lines.lines.length; from < items.length; from += STEP_LINES) {
    signal?.throwIfAborted();
    const step = items.slice(from, from + STEP_LINES);
    const scored = await scoreItems(step, scorer.logLikelihood, how);
    lines.append(
      step.flatMap((item, index) => {
        const own = scored[index];
        return own ? [itemLine(item, own, rules)] : [];
      }),
    );
    onProgress?.(Math.min(from + STEP_LINES, items.length), items.length);
  }
  const scores = lines.parse(lineSchema);
  const stored = items.flatMap((item, index) => {
    const scored = scores[index];
    return scored ? [storedItem(item, scored, rules)] : [];
  });
  const summary = summariseBenchmark(name, stored, { items, tiePolicy, rules });
  writeBenchmarkPredictions(place, name, { dataset, items, scored: stored, summary });
  const scale = summary.unit === "correlation" ? 1 : 100;
  const scaled = ({ average, averageIfTiesWrong, averageIfTiesRight, by }: BenchmarkFigures) => ({
    average: scale * average,
    ...(averageIfTiesWrong !== undefined && { averageIfTiesWrong: scale * averageIfTiesWrong }),
    ...(averageIfTiesRight !== undefined && { averageIfTiesRight: scale * averageIfTiesRight }),
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
    corrected: summary.corrected && {
      ...scaled(summary.corrected),
      ...(summary.perToken !== null && { perToken: 100 * summary.perToken }),
    },
    baselines: {
      chance: chance === null ? null : scale * chance,
      fewestTokens: summary.fewestTokens === null ? null : scale * summary.fewestTokens,
    },
    n: summary.n,
    ties: summary.ties,
    quirks: { ...summary.quirks },
  };
}

/** An item as if it had been scored, so that no two are alike. */
const rehearsed =
  (rules: Rules) =>
  (item: ChoiceItem, index: number): StoredItem => {
    const scores = item.candidates.map((_, candidate) => -1 - candidate * (1 + index));
    return storedItem(item, { scores, numTokens: scores.map(() => 1), choice: 0, tie: false }, rules);
  };

function storedItem(
  { uid, id, label, humanShare }: ChoiceItem,
  { unscoredFirst, scores, numTokens }: z.infer<typeof lineSchema>,
  rules: Rules,
): StoredItem {
  return {
    uid,
    id,
    scores,
    numTokens,
    ...chooseCandidate(scores, id, rules),
    ...(label !== undefined && { label }),
    ...(unscoredFirst !== undefined && { unscoredFirst }),
    ...(humanShare !== undefined && { humanShare }),
  };
}
