/**
 * @file The figures of a benchmark from its scored items, in two readings: as the official pipeline counts, and as a careful reader
 * would; and how many items each quirk of the first decides (docs/paper.md#sentence-scoring).
 */
import { mean } from "../statistics/summary.js";
import { summariseAccuracy } from "./accuracy.js";
import type { BenchmarkName } from "./benchmarks.js";
import type { ChoiceItem, ScoredChoice } from "./choice-items.js";
import { chooseCandidate, creditForFirst, type TiePolicy } from "./choices.js";
import { averageSplits } from "./entity-tracking.js";
import { correlateWithPeople, officialShare } from "./wugs.js";

/** A scored item as it is kept: numbers and ids alone. */
export interface StoredItem extends ScoredChoice {
  /** WUGs alone. */
  readonly humanShare?: number;
}

/** Figures under one reading. */
export interface BenchmarkReading {
  /** The figure that is reported: of the uids, or of the splits in entity tracking. */
  readonly average: number;
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
}

/** Everything reported of a benchmark. */
export interface BenchmarkSummary {
  readonly unit: "proportion" | "correlation";
  readonly official: BenchmarkReading;
  readonly corrected: BenchmarkReading;
  /** Accuracy with scores divided by their number of tokens, ties by half; null for WUGs. */
  readonly perToken: number | null;
  /** WUGs alone: share of items on which the first form wins, the figure of before August 2025. */
  readonly firstFormShare?: number;
  readonly n: number;
  readonly ties: number;
  readonly quirks: Quirks;
}

/**
 * All figures of a benchmark.
 *
 * @param scored     at least one
 * @param more.items the items themselves, for groups besides the uid and for candidates of the same text; kept items have none
 * @param more.tiePolicy what a tie earns in the corrected reading (docs/decisions.md#d18)
 * @throws RangeError when there are no items, or people's shares are missing from WUGs
 */
export function summariseBenchmark(
  name: BenchmarkName,
  scored: readonly StoredItem[],
  {
    items = [],
    tiePolicy = "halfCredit",
  }: { readonly items?: readonly ChoiceItem[]; readonly tiePolicy?: TiePolicy } = {},
): BenchmarkSummary {
  const accuracy = summariseAccuracy(scored, "official");
  const common = { n: accuracy.n, ties: accuracy.ties };
  const quirks = countQuirks(scored, items);
  if (name === "wug_adj" || name === "wug_past") {
    const wugs = scored.map(({ id, scores, humanShare }) => {
      if (humanShare === undefined)
        throw new RangeError(
          `summariseBenchmark: ${id} must have people's share, got none. Score the items again.`,
        );
      return { scores, humanShare };
    });
    const reading = (of: "official" | "corrected"): BenchmarkReading => {
      const average = correlateWithPeople(wugs, of);
      return { average, by: { UID: { avg: average } } };
    };
    const shares = wugs.map(({ scores }) => officialShare(scores));
    return {
      unit: "correlation",
      official: reading("official"),
      corrected: reading("corrected"),
      perToken: null,
      firstFormShare: accuracy.average,
      ...common,
      quirks: { ...quirks, singlePrecisionTies: shares.length - new Set(shares).size },
    };
  }
  const reading = (policy: TiePolicy): BenchmarkReading => accuracyReading(name, scored, items, policy);
  const perToken = scored.map(({ uid, scores, numTokens, id }) => {
    const divided = scores.map((score, index) => score / (numTokens[index] ?? Number.NaN));
    return { uid, scores: divided, ...chooseCandidate(divided, id) };
  });
  return {
    unit: "proportion",
    official: reading("official"),
    corrected: reading(tiePolicy),
    perToken: accuracyReading(name, perToken, [], "halfCredit").average,
    ...common,
    quirks,
  };
}

function accuracyReading(
  name: BenchmarkName,
  scored: readonly Pick<StoredItem, "uid" | "scores" | "tie">[],
  items: readonly ChoiceItem[],
  policy: TiePolicy,
): BenchmarkReading {
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
): BenchmarkReading["by"] {
  const credits = new Map<string, Map<string, number[]>>();
  for (const [index, { groups }] of items.entries())
    for (const [kind, group] of Object.entries(groups)) {
      const ofKind = credits.get(kind) ?? new Map<string, number[]>();
      credits.set(kind, ofKind);
      const credit = creditForFirst(scored[index]?.scores ?? [], policy);
      const ofGroup = ofKind.get(group) ?? [];
      ofKind.set(group, ofGroup);
      ofGroup.push(credit);
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
    perTokenChangesChoice: count(scored, ({ scores, numTokens, choice, id }) => {
      const divided = scores.map((score, index) => score / (numTokens[index] ?? Number.NaN));
      return chooseCandidate(divided, id).choice !== choice;
    }),
    unscoredFirstTokens: count(scored, ({ unscoredFirst = [] }) => new Set(unscoredFirst).size > 1),
  };
}
