/** @file The files the official pipeline would have written, for its collation and leaderboard (docs/paper.md#result-files). */
import { join } from "node:path";
import type { Backend } from "../../../evaluation/backends.js";
import type { BenchmarkSummary } from "../../../evaluation/benchmark-summary.js";
import { benchmarkOf, type BenchmarkName } from "../../../evaluation/benchmarks.js";
import type { ChoiceItem } from "../../../evaluation/choice-items.js";
import { rankedScores, tiedCandidates, type ScoredItem } from "../../../evaluation/choices.js";
import type { Rules } from "../../../evaluation/rules.js";
import type { WordSurprisal } from "../../../evaluation/word-surprisal.js";
import { officialShare } from "../../../evaluation/wugs.js";
import { writeFileAtomically } from "../../../disk/atomic-file.js";
import { deriveSeed, seeded } from "../../../random.js";

/** Where the tree of a model begins. */
export interface OfficialPlace {
  readonly folder: string;
  readonly model: string;
  readonly backend: Backend;
}

const zeroShotFolder = ({ folder, model, backend }: OfficialPlace): string =>
  join(folder, model, "main", "zero_shot", backend);

/** Choices of a benchmark: `predictions.json` and the report. */
export function writeBenchmarkPredictions(
  place: OfficialPlace,
  name: BenchmarkName,
  {
    dataset,
    items,
    scored,
    summary,
  }: {
    readonly dataset: string;
    readonly items: readonly ChoiceItem[];
    readonly scored: readonly ScoredItem[];
    readonly summary: BenchmarkSummary;
  },
): void {
  const folder = join(zeroShotFolder(place), benchmarkOf(name).officialTask, dataset);
  const isWug = summary.unit === "correlation";
  const predictions = new Map<string, { predictions: object[] }>();
  for (const [index, { uid, id, predictions: texts }] of items.entries()) {
    const own = scored[index];
    if (!own) throw new Error(`writeBenchmarkPredictions: ${id} must have been scored.`);
    const prob = isWug ? { prob: officialShare(own.scores) } : {};
    const ofUid = predictions.get(uid) ?? { predictions: [] };
    predictions.set(uid, ofUid);
    ofUid.predictions.push({ id, pred: texts[predictedIndex(own, summary.rules)], ...prob });
  }
  writeFileAtomically(join(folder, "predictions.json"), JSON.stringify(Object.fromEntries(predictions)));
  writeFileAtomically(join(folder, "best_temperature_report.txt"), describeOfficially(summary));
}

/**
 * The candidate that a prediction file names.
 *
 * Differs: the official code of 2026 draws one of tied candidates without a seed; here the item's id is the seed, so that the file can
 * be written again.
 */
function predictedIndex({ id, scores, choice, tie }: ScoredItem, rules: Rules): number {
  if (rules === 2025 || !tie) return choice;
  const tied = tiedCandidates(rankedScores(scores, rules));
  return tied[Math.floor(seeded(deriveSeed(rules, id))() * tied.length)] ?? choice;
}

/**
 * The official text report.
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/run.py, create_evaluation_report.
 */
export function describeOfficially({ unit, official }: BenchmarkSummary): string {
  const [metric, scale] = unit === "correlation" ? ["SPEARMAN'S RHO", 1] : ["ACCURACY", 100];
  const sections = Object.entries(official.by).map(
    ([kind, groups]) =>
      `### ${kind.toUpperCase()} ${metric}\n` +
      Object.entries(groups)
        .map(([group, value]) => `${group}: ${(scale * value).toFixed(2)}\n`)
        .join(""),
  );
  return `TEMPERATURE: 1.00\n\n${sections.map((section) => `${section}\n`).join("")}### AVERAGE ${metric}\n${(scale * official.average).toFixed(2)}\n\n`;
}

/**
 * Surprisals of all words, and the report of both scores.
 *
 * Differs: missing values are NaN in this file, which is no JSON, because the official reader expects them so.
 */
export function writeReadingPredictions(
  place: OfficialPlace,
  surprisals: readonly WordSurprisal[],
  scores: { readonly eyeTracking: number; readonly selfPaced: number },
): void {
  const folder = join(zeroShotFolder(place), "reading");
  const rows = surprisals.map(
    ({ id, surprisalNats, previousSurprisalNats }) =>
      `{"id": ${id}, "pred": ${surprisalNats}, "prev_pred": ${previousSurprisalNats ?? "NaN"}}`,
  );
  writeFileAtomically(join(folder, "predictions.json"), `{"reading": {"predictions": [${rows.join(", ")}]}}`);
  writeFileAtomically(
    join(folder, "report.txt"),
    `EYE TRACKING SCORE: ${(100 * scores.eyeTracking).toFixed(2)}\n` +
      `SELF-PACED READING SCORE: ${(100 * scores.selfPaced).toFixed(2)}\n`,
  );
}
