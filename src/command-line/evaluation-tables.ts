/** @file Scores as the tables that `class-it evaluate` prints. */
import { SCENES_PER_GAME } from "../data/microworld/reference-game.js";
import { GRAMMAR_SUCCESS } from "../evaluation/reference-game.js";
import type { Rules } from "../evaluation/rules.js";
import type { TidyRow } from "../report/render/frame.js";
import { tableMarkdown } from "../report/render/table.js";
import type { AcquisitionFolderSummary } from "../runs/scoring/folder-evaluation/acquisition.js";
import type { AcquisitionKind } from "../runs/scoring/tasks/acquisition-words.js";
import type { FolderSummary } from "../runs/scoring/folder-evaluation/folder-task.js";
import { GAME_PARTS, type GamePart } from "../runs/game/game-result.js";
import { turnFigureRows, turnRows, turnTableRows } from "../report/rows/turn-rows.js";
import type { TurnFolderSummary } from "../runs/scoring/folder-evaluation/turns.js";
import type { Result } from "../runs/study/results.js";
import { wilsonInterval } from "../statistics/summary.js";

/** A result as a table: one row per metric and part, official and corrected side by side; `rules` counted it. */
export function describeResult(
  { model, condition, seed, scale, source, task, metrics }: Result,
  rules: Rules,
): string {
  const correctedOf = (metric: string, part: string) =>
    metrics.find(
      (other) => other.metric === metric && other.part === part && other.scoringRule === "corrected",
    );
  const rows: TidyRow[] = metrics
    .filter(
      ({ metric, part, scoringRule }) =>
        scoringRule !== "corrected" ||
        !metrics.some(
          (other) => other.metric === metric && other.part === part && other.scoringRule !== scoringRule,
        ),
    )
    .map(({ metric, part, scoringRule, value, n, ties }) => {
      const corrected = correctedOf(metric, part);
      return {
        metric,
        part,
        official: scoringRule === "corrected" ? null : value,
        n,
        corrected: corrected?.value ?? null,
        "n corrected": corrected?.n ?? null,
        ...(ties === null ? {} : { ties }),
      };
    });
  return tableMarkdown(rows, {
    caption: `${task}: ${model} ${condition}, seed ${seed}, ${scale} scale, ${source} text, rules of ${rules}`,
    maxRows: rows.length,
    missing: "the metric has one scoring rule.",
    note: "Proportions from 0 to 1. Beside the paper's numbers: notebooks 05-zero-shot and 06-reading-times.",
  });
}

const PAIRINGS: Readonly<Record<GamePart, { readonly pairing: string; readonly grammar: number }>> = {
  self: { pairing: "with itself", grammar: GRAMMAR_SUCCESS.best },
  speaker: { pairing: "speaks to the grammar's listener", grammar: GRAMMAR_SUCCESS.best },
  listener: { pairing: "listens to the grammar's best speaker", grammar: GRAMMAR_SUCCESS.best },
  listenerOfBlind: {
    pairing: "listens to a speaker who ignores the scenes",
    grammar: GRAMMAR_SUCCESS.blind,
  },
};

/** The reference game of a model: each pairing next to chance and to the grammar in the model's place. */
export function describeGame({ model, condition, seed, scale, source, task, metrics }: Result): string {
  const rows: TidyRow[] = GAME_PARTS.flatMap((part) =>
    metrics
      .filter((metric) => metric.part === part)
      .map(({ value, n, ties }) => {
        const { low, high } = wilsonInterval({ successes: value * n, n, confidence: 0.95 });
        const { pairing, grammar } = PAIRINGS[part];
        return { pairing, success: value, low, high, n, ties, chance: 1 / SCENES_PER_GAME, grammar };
      }),
  );
  return tableMarkdown(rows, {
    caption: `${task}: ${model} ${condition}, seed ${seed}, ${scale} scale, ${source} text`,
    maxRows: rows.length,
    note: "Share of games in which the listener found what was meant, with a 95 % interval. The last column has the grammar in the model's place.",
  });
}

/** Choices of turns of a condition's model. */
export const describeTurns = (result: Result): string => {
  const { task, model, condition, seed, scale, source } = result;
  const rows = turnTableRows(turnRows([result])).map(
    ({ model: _model, condition: _condition, ...row }) => row,
  );
  return turnTable(rows, `${task}: ${model} ${condition}, seed ${seed}, ${scale} scale, ${source} text`);
};

/** Choices of turns of a folder. */
export const describeTurnFolder = ({ task, model, n, figures }: TurnFolderSummary): string =>
  turnTable(turnFigureRows(figures), `${task}: ${model.folder}, ${n} items`);

const turnTable = (rows: readonly TidyRow[], caption: string): string =>
  tableMarkdown(rows, {
    caption,
    maxRows: rows.length,
    missing: "no training text was looked through for the items.",
    note: "The share of items whose true turn is preferred, ties shared, with a 95 % interval over items.",
  });

const KINDS: Readonly<Record<AcquisitionKind, string>> = {
  official: "official words and contexts",
  substitute: "substitute: held-out child-directed text, not the official contexts",
  microworld: "generated words, contexts and children",
};

/** Age of acquisition of a folder of checkpoints. */
export function describeAcquisition(summary: AcquisitionFolderSummary): string {
  const { official, correlation, n, words, modelShare, childShare, rules, kind, checkpoints, model } =
    summary;
  const rows: TidyRow[] = [
    { figure: "score", value: printed(official) },
    { figure: "r", value: printed(correlation?.r) },
    { figure: "95 % interval, low", value: printed(correlation?.low) },
    { figure: "95 % interval, high", value: printed(correlation?.high) },
    { figure: "p", value: printed(correlation?.p) },
    { figure: "children's ages shuffled, low", value: printed(correlation?.shuffled.low) },
    { figure: "children's ages shuffled, high", value: printed(correlation?.shuffled.high) },
    { figure: "share of words with an age of the model", value: printed(modelShare) },
    { figure: "share of words with an age of children", value: printed(childShare) },
  ];
  return tableMarkdown(rows, {
    caption: `aoa: ${model.folder}, ${n} of ${words} words at ${checkpoints.length} checkpoints, rules of ${rules}; ${KINDS[kind]}`,
    maxRows: rows.length,
    missing: "fewer than three words have an age of both.",
    note: "The score is r, or 0 where it proves nothing: under the rules of 2026 with p above 0.1.",
  });
}

/** The figures of a folder: the average, and every group. */
export function describeFolderSummary({
  task,
  unit,
  official,
  corrected,
  n,
  ties,
  quirks,
  baselines,
  rules,
  model,
}: FolderSummary): string {
  const [left, right] = [flatten(official), flatten(corrected)];
  const rows: TidyRow[] = [...new Set([...left.keys(), ...right.keys()])].map((figure) => ({
    figure,
    official: printed(left.get(figure)),
    corrected: printed(right.get(figure)),
  }));
  const beside = Object.entries(baselines ?? {}).flatMap(([name, value]) =>
    value === null ? [] : [`${BASELINE_NAMES.get(name) ?? name} ${printed(value)}`],
  );
  const counted = Object.entries(quirks).map(([name, count]) => `${name} ${count}`);
  return tableMarkdown(rows, {
    caption: `${task}: ${model.folder}, ${n} items, rules of ${rules}`,
    maxRows: rows.length,
    missing: "the figure has one scoring rule.",
    note: `In ${unit === "percent" ? "percent" : "rank correlation"}.${beside.length > 0 ? ` For comparison: ${beside.join(", ")}.` : ""}${ties === null ? "" : ` Ties: ${ties}.`} Items a quirk of the official scoring could decide: ${counted.join(", ")}.`,
  });
}

const BASELINE_NAMES: ReadonlyMap<string, string> = new Map([
  ["chance", "guessing"],
  ["fewestTokens", "the option with the fewest tokens"],
]);

// Percent, milliseconds and counts stand in one column: each is printed with as many digits as it has.
const printed = (value: number | undefined): string | null =>
  value === undefined ? null : String(Number(value.toPrecision(5)));

/** Numbers of nested objects by their path. */
function flatten(value: unknown, path = ""): Map<string, number> {
  if (typeof value === "number") return new Map([[path, value]]);
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([name, inner]) => [
      ...flatten(inner, path === "" ? name : `${path} ${name}`),
    ]),
  );
}
