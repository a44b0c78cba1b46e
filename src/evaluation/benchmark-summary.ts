/**
 * @file The figures of a benchmark from its scored items, under two scoring rules: as the official pipeline counts, and as a careful reader
 * would; and how many items each quirk of the first decides (docs/paper.md#sentence-scoring).
 */
import { mean } from "../statistics/summary.js";
import { summariseAccuracy } from "./accuracy.js";
import { benchmarkOf, type BenchmarkName } from "./benchmarks.js";
import type { ChoiceItem, ScoredChoice } from "./choice-items.js";
import { chooseCandidate, creditForFirst, rankedScores, type TiePolicy } from "./choices.js";
import { averageSplits } from "./entity-tracking.js";
import type { Rules } from "./rules.js";
import { correlateWithPeople, officialShare } from "./wugs.js";

/** A scored item as it is kept: numbers and ids alone. */
export interface StoredItem extends ScoredChoice {
  /** WUGs alone. */
  readonly humanShare?: number;
  /** The rules of 2026 leave the item out. */
  readonly isDropped2026?: true;
  /** The item's id before the filter of 2026, where that changes ids. */
  readonly id2025?: string;
}

/** Figures under one scoring rule. */
export interface BenchmarkFigures {
  /** The figure that is reported: of the uids, or of the splits in entity tracking. */
  readonly average: number;
  /** Official rules of 2026 alone: what the average comes to when every draw among tied candidates is wrong, or right. */
  readonly averageIfTiesWrong?: number;
  readonly averageIfTiesRight?: number;
  /** By the kind of group, first of all `UID`, and the group. */
  readonly by: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** How many items a property of the scoring could decide. */
export interface Quirks {
  /** Candidates that score exactly alike. */
  readonly ties: number;
  /** Candidates that are the same text: ties for every model. */
  readonly sameText: number;
  /** Items whose choice is another when scores are divided by their number of tokens. */
  readonly perTokenChangesChoice: number;
  /** Items whose candidates begin with different tokens that, first in the sequence, are never scored. */
  readonly unscoredFirstTokens: number;
  /** WUGs alone: items that share their preference with another only because it is kept in single precision. */
  readonly singlePrecisionTies?: number;
  /** Items with a score that is NaN; left out where there is none. */
  readonly nan?: number;
}

/** Everything reported of a benchmark. */
export interface BenchmarkSummary {
  readonly unit: "proportion" | "correlation";
  readonly rules: Rules;
  readonly official: BenchmarkFigures;
  /** Null where a score is NaN, which only the official rules of 2026 allow. */
  readonly corrected: BenchmarkFigures | null;
  /** Accuracy with scores divided by their number of tokens, ties by half; null for WUGs, and where official scores are so divided. */
  readonly perToken: number | null;
  /** Accuracy of a chooser that sees lengths alone; null where all candidates of every item are equally long, and for WUGs. */
  readonly fewestTokens: number | null;
  /** WUGs alone: share of items on which the first form wins, the figure of before August 2025. */
  readonly firstFormShare?: number;
  readonly n: number;
  readonly ties: number;
  readonly quirks: Quirks;
}

/** What a summary counts by. */
export interface SummaryOptions {
  /** The items themselves, for groups besides the uid and for candidates of the same text; kept items have none. */
  readonly items?: readonly ChoiceItem[];
  /** What a tie earns under the corrected scoring rule (docs/decisions.md#d18). */
  readonly tiePolicy?: TiePolicy;
  /** Whose rules the official scoring rule follows. */
  readonly rules?: Rules;
}

/**
 * All figures of a benchmark.
 *
 * @param scored     at least one, as the rules have them: see `items-under-rules.ts`
 * @throws RangeError when there are no items, or people's shares are missing from WUGs
 *
 * Source: BabyLM evaluation pipeline 2025; under the rules of 2026 a tie earns the expectation of the official random draw.
 */
export function summariseBenchmark(
  name: BenchmarkName,
  scored: readonly StoredItem[],
  { items = [], tiePolicy = "halfCredit", rules = 2025 }: SummaryOptions = {},
): BenchmarkSummary {
  const ranked =
    rules === 2025 && scored.every(({ label = 0 }) => label === 0)
      ? scored
      : scored.map((item) => correctFirst({ ...item, scores: rankedScores(item.scores, rules) }));
  const nan = scored.filter(({ scores }) => scores.some((score) => Number.isNaN(score))).length;
  const accuracy = summariseAccuracy(ranked, "official");
  const common = { rules, n: accuracy.n, ties: accuracy.ties };
  const quirks = { ...countQuirks(scored, items), ...(nan > 0 && { nan }) };
  if (name === "wug_adj" || name === "wug_past")
    return { ...common, ...summariseWugs(scored, accuracy.average, quirks) };
  const figures = (policy: TiePolicy): BenchmarkFigures => accuracyFigures(name, ranked, items, policy);
  const isPerToken = benchmarkOf(name).scorePer === "token";
  return {
    unit: "proportion",
    official:
      rules === 2025
        ? figures("official")
        : {
            ...figures("halfCredit"),
            averageIfTiesWrong: figures("wrong").average,
            averageIfTiesRight: figures("official").average,
          },
    corrected: nan > 0 ? null : figures(tiePolicy),
    perToken:
      nan > 0 || isPerToken
        ? null
        : accuracyFigures(name, ranked.map(dividedByTokens), [], "halfCredit").average,
    fewestTokens: ranked.some(({ numTokens }) => numTokens.some((count) => count !== numTokens[0]))
      ? accuracyFigures(name, ranked.map(byLength), [], "halfCredit").average
      : null,
    ...common,
    quirks,
  };
}

/** The item with its correct candidate in front, as credit is given; `unscoredFirst` is left as it is. */
export function correctFirst<Item extends Pick<StoredItem, "label" | "scores" | "numTokens">>({
  label = 0,
  ...item
}: Item): Omit<Item, "label"> {
  if (label === 0) return item;
  const first = <Value>(values: readonly Value[]): Value[] => [
    ...values.slice(label, label + 1),
    ...values.filter((_, index) => index !== label),
  ];
  return { ...item, scores: first(item.scores), numTokens: first(item.numTokens) };
}

const perToken = ({ scores, numTokens }: Pick<StoredItem, "scores" | "numTokens">): number[] =>
  scores.map((score, index) => score / (numTokens[index] ?? Number.NaN));

type Counted = Pick<StoredItem, "uid" | "scores" | "tie">;

function dividedByTokens(item: StoredItem): Counted {
  const scores = perToken(item);
  return { uid: item.uid, scores, tie: chooseCandidate(scores, item.id).tie };
}

/** Scored as if every token were as probable as every other. */
function byLength({ uid, id, numTokens }: StoredItem): Counted {
  const scores = numTokens.map((count) => -count);
  return { uid, scores, tie: chooseCandidate(scores, id).tie };
}

/** Correlations in place of accuracies. */
function summariseWugs(
  scored: readonly StoredItem[],
  firstFormShare: number,
  quirks: Quirks,
): Omit<BenchmarkSummary, "rules" | "n" | "ties"> {
  const wugs = scored.map(({ id, scores, humanShare }) => {
    if (humanShare === undefined)
      throw new RangeError(
        `summariseBenchmark: ${id} must have people's share, got none. Score the items again.`,
      );
    return { scores, humanShare };
  });
  const figures = (of: "official" | "corrected"): BenchmarkFigures => {
    const average = correlateWithPeople(wugs, of);
    return { average, by: { UID: { avg: average } } };
  };
  const shares = wugs.map(({ scores }) => officialShare(scores));
  return {
    unit: "correlation",
    official: figures("official"),
    corrected: figures("corrected"),
    perToken: null,
    fewestTokens: null,
    firstFormShare,
    quirks: { ...quirks, singlePrecisionTies: shares.length - new Set(shares).size },
  };
}

function accuracyFigures(
  name: BenchmarkName,
  scored: readonly Counted[],
  items: readonly ChoiceItem[],
  policy: TiePolicy,
): BenchmarkFigures {
  const { average, byUid } = summariseAccuracy(scored, policy);
  const uids = Object.fromEntries(byUid.map(({ uid, accuracy }) => [uid, accuracy]));
  const groups = groupAccuracies(scored, items, policy);
  if (name !== "entity_tracking") return { average, by: { UID: uids, ...groups } };
  const splits = averageSplits(byUid);
  return { average: splits.average, by: { UID: { ...uids, ...splits.splits } } };
}

/** Mean credit within each group besides the uid. */
function groupAccuracies(
  scored: readonly Pick<StoredItem, "scores">[],
  items: readonly ChoiceItem[],
  policy: TiePolicy,
): BenchmarkFigures["by"] {
  const credits = new Map<string, Map<string, number[]>>();
  for (const [index, { groups }] of items.entries()) {
    const kinds = Object.entries(groups);
    if (kinds.length === 0) continue;
    const credit = creditForFirst(scored[index]?.scores ?? [], policy);
    for (const [kind, group] of kinds) {
      let ofKind = credits.get(kind);
      if (ofKind === undefined) credits.set(kind, (ofKind = new Map<string, number[]>()));
      const ofGroup = ofKind.get(group);
      if (ofGroup === undefined) ofKind.set(group, [credit]);
      else ofGroup.push(credit);
    }
  }
  return Object.fromEntries(
    [...credits].map(([kind, ofKind]) => [
      kind,
      Object.fromEntries([...ofKind].map(([group, values]) => [group, mean(values)])),
    ]),
  );
}

function countQuirks(scored: readonly StoredItem[], items: readonly ChoiceItem[]): Quirks {
  const textsOf = ({ candidates }: ChoiceItem): string[] =>
    candidates.map(({ context, continuation }) => context + continuation);
  const count = <T>(all: readonly T[], holds: (one: T) => boolean): number => all.filter(holds).length;
  return {
    ties: count(scored, ({ tie }) => tie),
    sameText: count(items, (item) => new Set(textsOf(item)).size < item.candidates.length),
    perTokenChangesChoice: count(scored, ({ choice, id, ...item }) => {
      const divided = perToken(item);
      return !divided.some(Number.isNaN) && chooseCandidate(divided, id).choice !== choice;
    }),
    unscoredFirstTokens: count(scored, ({ unscoredFirst = [] }) => new Set(unscoredFirst).size > 1),
  };
}
