/**
 * @file Age of acquisition of a study's models: every word's surprisal at every checkpoint that was kept, and what the curves come to
 * under both years' rules. One checkpoint is measured in `tasks/acquisition.ts`.
 */
import { z } from "zod";
import type { AcquisitionWord } from "../../evaluation/age-of-acquisition.js";
import { summariseAcquisition, type AcquisitionSummary } from "../../evaluation/age-of-acquisition.js";
import { RULES, type Rules } from "../../evaluation/rules.js";
import { requireWritable } from "../../disk/disk-fault.js";
import { publishResult, runFolder } from "../study/results.js";
import type { ItemTable, Metric, Result, ResultRun } from "../study/results.js";
import type { Stage } from "../stages/stage.js";
import type { Study } from "../study/study.js";
import { trainedModel } from "../training/training.js";
import { weightsOnTheWay } from "./checkpoint-scores.js";
import { scoreStage } from "./scoring.js";
import { ACQUISITION_TASK } from "./tasks.js";
import { readRows } from "./tasks/read-rows.js";
import { ACQUISITION_COLUMNS, acquisitionSettings, scorableAcquisition } from "./tasks/acquisition.js";
import { wordsToLearn } from "./tasks/acquisition-words.js";

/** There are more words than uids of any other task, and they are scored at every checkpoint. */
const ITEMS_PER_CONTEXT = 5;

/**
 * Scores age of acquisition over the checkpoints of a condition, which is trained first where the cache does not hold it.
 *
 * @returns the result, which also is in `results/`: `settings.kind` says whether words and contexts are the official ones
 * @throws RangeError for an unknown model or condition; Error when neither official files nor the substitute's are at hand
 */
export async function evaluateAcquisition(study: Study, run: ResultRun): Promise<Result> {
  const { source } = study;
  const { zeroShotItemsPerUid: limit } = study.config.budget;
  const contextsPerWord = limit === null ? null : Math.ceil(limit / ITEMS_PER_CONTEXT);
  const material = await wordsToLearn(source, { contextsPerWord });
  const { files } = scorableAcquisition(material);
  const definition = { choice: { task: ACQUISITION_TASK, source, contextsPerWord }, files } as const;
  requireWritable(runFolder(study, run), "evaluateAcquisition");
  const trained = await trainedModel(study, run);
  const stages: Stage[] = [];
  const rows: (string | number | null)[][] = [];
  let seen = -1;
  for (const { stage } of trained.phases)
    for (const { weights, wordsSeen } of weightsOnTheWay(stage)) {
      if (wordsSeen <= seen) continue; // the last weights of a stage that ended at a checkpoint
      seen = wordsSeen;
      const scored = await scoreStage(study, stage, {
        definition,
        label: `${run.model} ${run.condition} ${ACQUISITION_TASK} ${weights ?? "last"}`,
        ...(weights !== undefined && { weights }),
      });
      stages.push(scored.stage);
      rows.push(...scored.items.rows.map((row) => [wordsSeen, ...row]));
    }
  const items: ItemTable = { columns: ["wordsSeen", ...ACQUISITION_COLUMNS], rows };
  return publishResult(study, run, ACQUISITION_TASK, {
    metrics: acquisitionMetrics(readAcquisition(items, "the table of scored words")),
    settings: acquisitionSettings(material),
    files,
    stages: [...trained.phases.map((phase) => phase.stage), ...stages],
    items,
  });
}

const rowSchema = z.tuple([
  z.number(),
  z.string(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number().nullable(),
]);

/**
 * The table as words with their curves.
 *
 * @param path of the file it is read from, for errors
 * @throws TypeError naming file and row (from 1) where it is no such table
 */
export function readAcquisition(items: ItemTable, path: string): AcquisitionWord[] {
  const words = new Map<string, AcquisitionWord & { readonly points: AcquisitionWord["points"][number][] }>();
  for (const row of readRows(items, rowSchema, path)) {
    const [wordsSeen, id, , surprisalNats, lowestNats, ceilingNats, childMonths] = row;
    const word = words.get(id) ?? { id, childMonths, ceilingNats, points: [] };
    words.set(id, word);
    word.points.push({ wordsSeen, surprisalNats, lowestNats });
  }
  return [...words.values()];
}

/** The figures of both years; a part a year. Metrics of a correlation that is not there are left out. */
export const acquisitionMetrics = (words: readonly AcquisitionWord[]): Metric[] =>
  RULES.flatMap((rules) => metricsOf(summariseAcquisition(words, { rules }), rules));

function metricsOf(summary: AcquisitionSummary, rules: Rules): Metric[] {
  const { official, correlation, acquired, words, modelShare, childShare } = summary;
  const metric = (name: string, value: number, n: number, scoringRule: Metric["scoringRule"]): Metric => ({
    metric: name,
    part: String(rules),
    scoringRule,
    value,
    n,
    ties: null,
  });
  const figures =
    correlation === null
      ? {}
      : {
          pearson: correlation.r,
          pearsonLow: correlation.low,
          pearsonHigh: correlation.high,
          p: correlation.p,
          shuffledLow: correlation.shuffled.low,
          shuffledHigh: correlation.shuffled.high,
          shuffledP: correlation.shuffled.p,
        };
  return [
    metric("score", official, acquired.length, "official"),
    ...Object.entries(figures).map(([name, value]) => metric(name, value, acquired.length, "corrected")),
    metric("modelShare", modelShare, words, "none"),
    metric("childShare", childShare, words, "none"),
  ];
}
