/**
 * @file Verifying a results folder: the metrics of zero-shot tasks and of fine-tuning follow from the items next to them, to the
 * last digit. Numbers in the items keep every digit their metrics were computed from, so that there is no tolerance.
 */
import { predictionOf } from "../../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS } from "../../evaluation/superglue-tasks.js";
import { mean } from "../../statistics/summary.js";
import { scoreAnswers } from "../finetuning/answers.js";
import { finetunedTask, finetuningSeedsOf } from "../finetuning/results.js";
import { gameMetrics } from "../game/game-result.js";
import { defineTask, GAME_TASK, TASKS, tasksOf } from "../scoring/tasks.js";
import { TURN_TASKS } from "../scoring/tasks/turn-task.js";
import { turnMetrics } from "../scoring/tasks/turn-table.js";
import type { TaskDefinition } from "../scoring/tasks/task-definition.js";
import { itemsFile, readItems, runFolder, type ItemTable, type Metric } from "../study/results.js";
import { count, type Check, type OpenedResult } from "./files.js";

/** Tasks whose metrics follow from their items alone, so that no other file is needed. */
const METRICS_OF_ITEMS: ReadonlyMap<string, Pick<TaskDefinition, "summarise">> = new Map([
  [GAME_TASK, { summarise: gameMetrics }],
  ...TURN_TASKS.map((task) => [task, { summarise: turnMetrics }] as const),
]);

/** A metric by what it is of, and its value; `ties` only where it has been computed again. */
type Recomputed = Pick<Metric, "metric" | "part" | "scoringRule" | "value" | "n"> &
  Partial<Pick<Metric, "ties">>;

/** Sums up every zero-shot result's items again. */
export async function checkZeroShot(
  results: readonly OpenedResult[],
  {
    hasText,
    readingTimes,
    onProgress,
  }: {
    readonly hasText: boolean;
    /** Reading times as well: their intervals take six seconds of a core for each result. */
    readonly readingTimes: boolean;
    readonly onProgress: (text: string) => void;
  },
): Promise<Check> {
  const own = results.filter(({ kind }) => kind === "zero-shot");
  const differences: string[] = [];
  let [checked, metrics, withoutItems, times] = [0, 0, 0, 0];
  for (const opened of own) {
    const items = itemsOf(opened, differences);
    if (items === null) continue;
    const { study, result, path } = opened;
    const isAtHand =
      METRICS_OF_ITEMS.has(result.task) || (hasText && tasksOf(study).some((task) => task === result.task));
    if (!isAtHand || (result.task === "reading" && !readingTimes)) {
      if (isAtHand) times += 1;
      else withoutItems += 1;
      continue;
    }
    onProgress(`${result.model} ${result.condition} seed ${result.seed}: ${result.task}`);
    const definition = METRICS_OF_ITEMS.get(result.task) ?? (await definitionOf(opened));
    try {
      const again = definition.summarise(items, itemsPathOf(opened));
      differences.push(
        ...compareMetrics(path, result.metrics, again),
        ...surplus(path, result.metrics, again),
      );
      metrics += again.length;
    } catch (error) {
      differences.push(`${path}: its items must be a table of the task, got ${String(error)}`);
    }
    checked += 1;
  }
  const left = [
    ...(withoutItems > 0
      ? [`${count(withoutItems, "result")} only read, because the task's own files are not at hand`]
      : []),
    ...(times > 0
      ? [`${count(times, "result")} of reading times only read: --reading takes six seconds for each`]
      : []),
  ];
  return {
    name: "zero-shot",
    found: [`${count(metrics, "metric")} of ${checked} of ${count(own.length, "result")} computed from items`]
      .concat(left)
      .join("; "),
    differences,
  };
}

/** Tasks of this process: every model is asked the same items. */
const defined = new Map<string, Promise<TaskDefinition>>();

async function definitionOf({ study, result }: OpenedResult): Promise<TaskDefinition> {
  const task = TASKS.find((name) => name === result.task);
  if (task === undefined)
    throw new RangeError(
      `definitionOf: task must be one of ${TASKS.join(", ")}, got "${result.task}". Correct the name.`,
    );
  const key = JSON.stringify([task, study.config.budget, study.source]);
  const found = defined.get(key) ?? defineTask(study, task);
  defined.set(key, found);
  return found;
}

/** Scores the committed answers of every fine-tuning result again. */
export function checkFinetuning(results: readonly OpenedResult[]): Check {
  const own = results.filter(({ kind }) => kind === "fine-tuning");
  const differences: string[] = [];
  let metrics = 0;
  for (const opened of own) {
    const items = itemsOf(opened, differences);
    if (items === null) continue;
    try {
      const answers = readAnswers(opened, items);
      differences.push(...answers.faults.map((fault) => `${opened.path}: ${fault}`));
      const again = scoresOf(opened, answers);
      differences.push(...compareMetrics(opened.path, opened.result.metrics, again));
      metrics += again.length;
    } catch (error) {
      differences.push(`${opened.path}: its items must be a table of answers, got ${String(error)}`);
    }
  }
  return {
    name: "fine-tuning",
    found:
      `${count(metrics, "metric")} of ${count(own.length, "result")} computed from labels and logits` +
      (own.length > 0 ? "; those of the official epoch, whose answers are not kept, are not" : ""),
    differences,
  };
}

/** Labels and chosen answers of a result. */
interface Answers {
  readonly seeds: readonly number[];
  readonly labels: readonly number[];
  readonly clusters: readonly string[];
  readonly logits: readonly (readonly (readonly number[])[])[];
  /** Predictions and credits that are not those of the logits. */
  readonly faults: readonly string[];
}

function readAnswers(opened: OpenedResult, { columns, rows }: ItemTable): Answers {
  const { result } = opened;
  const path = itemsPathOf(opened);
  const { classes } = SUPERGLUE_CONFIGS[finetunedTask(result)];
  const seeds = finetuningSeedsOf(result);
  const cells = rows.map((row) => new Map(columns.map((column, at) => [column, row[at] ?? null])));
  const number = (row: ReadonlyMap<string, unknown>, column: string): number => {
    const value = row.get(column);
    if (typeof value === "number") return value;
    throw new TypeError(
      `readAnswers: ${path} must have a number as ${column} of ${String(row.get("id"))}, got ${JSON.stringify(value ?? null)}. Delete the file and fine-tune again.`,
    );
  };
  const labels = cells.map((row) => number(row, "label"));
  const logits = seeds.map((seed) =>
    cells.map((row) => classes.map((_, label) => number(row, `logit ${label} seed ${seed}`))),
  );
  const ids = cells.map((row) => String(row.get("id")));
  const faults = cells.flatMap((row, item) => [
    ...seeds.flatMap((seed, place) => {
      const [said, own] = [number(row, `prediction seed ${seed}`), predictionOf(logits[place]?.[item] ?? [])];
      return said === own ? [] : [`seed ${seed} predicts ${said} for ${ids[item]}, its logits say ${own}`];
    }),
    ...creditFaults(number(row, "credit"), {
      id: ids[item] ?? "",
      right: logits.map((answers) => (predictionOf(answers[item] ?? []) === labels[item] ? 1 : 0)),
    }),
  ]);
  const clusters = cells.map((row, item) => String(row.get("cluster") ?? ids[item]));
  return { seeds, labels, clusters, logits, faults };
}

function creditFaults(
  said: number,
  { id, right }: { readonly id: string; readonly right: readonly number[] },
) {
  const own = mean(right);
  return said === own ? [] : [`${id} has the credit ${said}, its predictions earn ${own}`];
}

function scoresOf({ result }: OpenedResult, { seeds, labels, ...answers }: Answers): Recomputed[] {
  const scores = scoreAnswers(finetunedTask(result), { labels, ...answers });
  const { spread, interval } = scores;
  const metric = (
    name: string,
    value: number | null | undefined,
    { part = "all", scoringRule = "corrected" }: Partial<Pick<Metric, "part" | "scoringRule">> = {},
  ): Recomputed[] =>
    value === null || value === undefined
      ? []
      : [{ metric: name, part, scoringRule, value, n: labels.length, ties: null }];
  return [
    ...metric("score", scores.mean),
    ...seeds.flatMap((seed, place) =>
      (["accuracy", "f1", "mcc"] as const).flatMap((name) =>
        metric(name, scores.figures[place]?.[name], { part: `seed ${seed}` }),
      ),
    ),
    ...metric("accuracySeedDeviation", spread.seedDeviation),
    ...metric("accuracyItemError", spread.itemError),
    ...metric("accuracyStandardError", spread.standardError),
    ...metric("scoreLow", interval.low),
    ...metric("scoreHigh", interval.high),
    ...metric("majority", scores.majority, { scoringRule: "none" }),
    ...metric("trivial", scores.trivial, { scoringRule: "none" }),
  ];
}

const itemsPathOf = ({ study, result }: OpenedResult): string =>
  itemsFile(runFolder(study, result), result.task);

/** The items of a result; what is wrong with their file joins the differences. */
function itemsOf(opened: OpenedResult, differences: string[]): ItemTable | null {
  try {
    return readItems(itemsPathOf(opened));
  } catch (error) {
    differences.push(error instanceof Error ? error.message : String(error));
    return null;
  }
}

type Key = Pick<Metric, "metric" | "part" | "scoringRule">;
const isSame = (a: Key, b: Key): boolean =>
  a.metric === b.metric && a.part === b.part && a.scoringRule === b.scoringRule;
const nameOf = ({ metric, part, scoringRule }: Key): string =>
  `${metric} of ${part}${scoringRule === "none" ? "" : ` (${scoringRule})`}`;

/** Metrics of a result that are not what its items give. */
export function compareMetrics(
  path: string,
  committed: readonly Metric[],
  again: readonly Recomputed[],
): string[] {
  return again.flatMap((own) => {
    const found = committed.find((metric) => isSame(metric, own));
    if (!found) return [`${path}: ${nameOf(own)} must be ${own.value}, is not in the result`];
    return (["value", "n", "ties"] as const).flatMap((field) =>
      own[field] === undefined || found[field] === own[field]
        ? []
        : [
            `${path}: ${field === "value" ? "" : `${field} of `}${nameOf(own)} is ${found[field]}, from its items ${own[field]}`,
          ],
    );
  });
}

/** Metrics of a result that its items do not give. */
function surplus(path: string, committed: readonly Metric[], again: readonly Recomputed[]): string[] {
  return committed
    .filter((metric) => !again.some((own) => isSame(metric, own)))
    .map((metric) => `${path}: ${nameOf(metric)} is ${metric.value}, its items give none`);
}
