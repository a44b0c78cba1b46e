/**
 * @file Two studies side by side: what every model they share scored in each, with the interval of the difference. Answers to the same
 * items are paired, and training runs of the same seed.
 */
import { join } from "node:path";
import type { Condition, Scale } from "../../config/config.js";
import { RULES, type Rules } from "../../evaluation/rules.js";
import { canonicalJson } from "../../runs/stages/stage.js";
import { listStudies, study } from "../../runs/study/named-study.js";
import { describeChanges } from "../../runs/study/study-change.js";
import { readResults } from "../../runs/study/results.js";
import { DEFAULT_STUDY, scaleFolderOf, type Study } from "../../runs/study/study.js";
import { percentileInterval } from "../../statistics/bootstrap-interval.js";
import { runName } from "../claims/claim.js";
import { contrast, isMissing, weightedScore } from "../claims/evidence.js";
import { ownEvidence } from "../claims/own-evidence.js";
import { inPaperOrder } from "../render/palette.js";
import { readPairedOutcomes, type PairedOutcome } from "../claims/paired-outcomes.js";
import { parametersSet } from "../params.js";
import type { FigureContext } from "../render/figure-context.js";
import { groupRows } from "../rows/result-metrics.js";
import type { StudyDifference } from "./study-difference.js";
import { lossDifferences } from "./study-losses.js";
import { outputFolder } from "../rows/study-context.js";

/** Two studies of one scale, and all that both have. */
export interface StudyComparison {
  readonly first: string;
  readonly second: string;
  /** What each changes of the scale's settings, in words. */
  readonly changes: Readonly<Record<string, string>>;
  readonly differences: readonly StudyDifference[];
  /** Where a figure of the comparison goes: to the second study, or the first where that is the named one. */
  readonly folder: string;
  readonly context: FigureContext;
}

/** Where the studies are; what is left out is as the notebook's parameters say. */
export interface ComparisonPlace {
  readonly scale?: Scale;
  readonly resultsRoot?: string;
  /** Studies of generated text, even where there is real text. */
  readonly source?: "microworld";
  readonly rules?: readonly Rules[];
}

const CONFIDENCE = 0.95;

/**
 * Compares two studies on every result that both have for the same model, condition, task and seed.
 *
 * @param first  name of a study, such as `default`; differences are the second's less the first's
 * @param second name of another
 * @throws RangeError when a study is not defined, or its results are of several configurations; Error before the scale is known
 *
 * Differs: shares of R² have no items to pair; their intervals are those of samples with nothing in common, the widest.
 */
export function compareStudies(first: string, second: string, place: ComparisonPlace = {}): StudyComparison {
  const parameters = parametersSet();
  const { scale = parameters.scale, resultsRoot = parameters.out, rules = parameters.rules ?? RULES } = place;
  if (scale === undefined)
    throw new Error(
      'compareStudies: a scale must be known, got none. Give { scale: "laptop" }, or run kit.setParameters before.',
    );
  if (first === second)
    throw new RangeError(`compareStudies: two studies must be named, got "${first}" twice. Name another.`);
  const where = {
    ...{ scale, seeds: [0] as const, kept: true },
    ...(resultsRoot !== undefined && { resultsRoot }),
    ...(place.source && { source: place.source }),
  };
  const [a, b] = [first, second].map((name) => study({ ...where, name })[0]);
  if (!a || !b) throw new RangeError("compareStudies: two studies must be named.");
  const differences = [
    ...lossDifferences(readResults(a.resultsFolder), readResults(b.resultsFolder)),
    ...scoreDifferences({ first: a.resultsFolder, second: b.resultsFolder, rules, name: second }),
  ];
  const seeds = [...new Set(differences.flatMap((one) => one.seeds))];
  return {
    first,
    second,
    changes: { [first]: describeChanges(a.changes), [second]: describeChanges(b.changes) },
    differences,
    folder: outputFolder(second === DEFAULT_STUDY ? a : b, "figures"),
    context: { scale, source: a.source, seeds },
  };
}

/**
 * A named study against the default one; of the default one, every named study of its scale against it.
 *
 * @param rules years whose rules score
 * @throws as {@link compareStudies}
 */
export function compareWithDefault(
  study: Study,
  rules: readonly Rules[] = RULES,
): readonly StudyComparison[] {
  const folder = scaleFolderOf(study);
  const names = study.name === DEFAULT_STUDY ? listStudies(folder).map(({ name }) => name) : [study.name];
  const { source, config } = study;
  const place = {
    ...{ scale: config.scale, resultsRoot: join(folder, ".."), rules },
    ...(source === "microworld" && { source }),
  };
  return names.map((name) => compareStudies(DEFAULT_STUDY, name, place));
}

/** Whose outcome it is. */
const keyOf = ({ model, condition, seed, task }: PairedOutcome): string =>
  `${model} ${condition} ${seed} ${task}`;

/** Scores of all tasks under each year's rules; years that give the same answers stand together. */
function scoreDifferences({
  first,
  second,
  rules,
  name,
}: {
  readonly first: string;
  readonly second: string;
  readonly rules: readonly Rules[];
  readonly name: string;
}): StudyDifference[] {
  const byYear = rules.flatMap((year) => {
    const [ofFirst, ofSecond] = [readPairedOutcomes(first, year), readPairedOutcomes(second, year)];
    const pairs = ofFirst.flatMap((one) => {
      const other = ofSecond.find((outcome) => keyOf(outcome) === keyOf(one));
      return other ? [{ task: one.task, year, pair: [one, other] as const }] : [];
    });
    return groupRows(pairs, ({ task }) => task).map((group) => ({
      year,
      pairs: group.map(({ pair }) => pair),
    }));
  });
  const alike = groupRows(byYear, ({ pairs }) => canonicalJson(pairs));
  return alike.flatMap((years) =>
    taskDifferences(years[0].pairs, { name, rules: years.map(({ year }) => year) }),
  );
}

type Pair = readonly [first: PairedOutcome, second: PairedOutcome];

/** One task, a row per model and condition. */
function taskDifferences(
  pairs: readonly Pair[],
  { name, rules }: { readonly name: string; readonly rules: readonly Rules[] },
): StudyDifference[] {
  const paired = pairs.filter(([one, other]) => asksTheSame(one, other));
  const of = (condition: Condition): Condition => `${condition}, ${name}`;
  const evidence = ownEvidence(
    paired.flatMap(([one, other]) => [one, { ...other, condition: of(other.condition) }]),
  );
  const groups = groupRows(paired, ([{ model, condition }]) => runName(model, condition));
  return inPaperOrder(
    groups.flatMap((group): StudyDifference[] => {
      const [{ model, condition, task, kind }] = group[0];
      const [before, after] = [runName(model, condition), runName(model, of(condition))];
      const own = evidence.among?.([before, after], [task]) ?? evidence;
      const [alone, changed, found] = [
        weightedScore(own, [task], new Map([[before, 1]])),
        weightedScore(own, [task], new Map([[after, 1]])),
        weightedScore(own, [task], contrast([after], [before])),
      ];
      if (isMissing(alone) || isMissing(changed) || isMissing(found)) return [];
      const { low, high } = percentileInterval(found, CONFIDENCE);
      return [
        {
          ...{ model, condition, measure: task, rules, unit: "points" },
          ...{ first: 100 * alone.value, second: 100 * changed.value, difference: 100 * found.value },
          ...{ interval: { low: 100 * low, high: 100 * high }, n: found.n },
          seeds: group.map(([{ seed }]) => seed),
          over: `${kind === "items" ? "the same items" : "words, unpaired"}${group.length > 1 ? " and seeds" : ""}`,
        },
      ];
    }),
  );
}

/** Whether the answers can be paired. */
function asksTheSame(one: PairedOutcome, other: PairedOutcome): boolean {
  if (one.kind === "rSquared" || other.kind === "rSquared") return one.kind === other.kind;
  return one.ids.length === other.ids.length && one.ids.every((id, at) => id === other.ids[at]);
}
