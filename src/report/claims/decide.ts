/**
 * @file From a comparison and evidence to an effect, its interval and p. Whether that supports the claim after correcting for
 * all claims is decided in `judge.ts`.
 */
import normalCdf from "@stdlib/stats-base-dists-normal-cdf";
import { bootstrapP, percentileInterval } from "../../statistics/bootstrap-interval.js";
import { normalQuantile } from "../../statistics/normal-quantile.js";
import { cochranQ } from "../../statistics/heterogeneity.js";
import { adjustHolm } from "../../statistics/multiple-comparisons.js";
import { sampleStandardDeviation, type Interval } from "../../statistics/summary.js";
import type { Comparison } from "./claim.js";
import {
  contrast,
  isMissing,
  weightedScore,
  type Evidence,
  type Missing,
  type Uncertain,
} from "./evidence.js";
import { medianZDifference } from "./median-z.js";

const CONFIDENCE = 0.95;

/** What a comparison came to, before any correction. */
export interface Finding {
  readonly effect: number;
  readonly unit: "points" | "standard deviations";
  /** 95 %; null where the effect has no interval. */
  readonly interval: Interval | null;
  /** Two-sided; of equivalence where that is claimed. */
  readonly p: number;
  /** Items the comparison rests on. */
  readonly n: number;
  /** What the data say of the claim, if p is small enough: `for` it or `against` it. */
  readonly direction: "for" | "against";
  /** Which of several differences the effect is; null where there is one. */
  readonly of: string | null;
}

/** Computes a comparison, or says what it lacks. */
export function decide(comparison: Comparison, evidence: Evidence): Finding | Missing {
  switch (comparison.kind) {
    case "difference":
      return decideDifference(comparison, evidence);
    case "everyDifference":
      return decideEvery(comparison, evidence);
    case "someLoss":
      return decideSomeLoss(comparison, evidence);
    case "dependsOnTask":
      return decideDependence(comparison, evidence);
    case "everyAtChance":
      return decideAtChance(comparison, evidence);
    case "medianZ": {
      const found = medianZDifference(comparison, evidence);
      return isMissing(found) ? found : { ...positive(found), unit: "standard deviations" };
    }
  }
}

type Of<Kind extends Comparison["kind"]> = Extract<Comparison, { kind: Kind }>;

/** A claim that a value is above 0. */
function positive({ value, replicates, n }: Uncertain, of: string | null = null): Finding {
  return {
    effect: value,
    unit: "points",
    interval: percentileInterval({ replicates }, CONFIDENCE),
    p: pOf(replicates, value),
    n,
    direction: value > 0 ? "for" : "against",
    of,
  };
}

/**
 * p of the replicates; below what their number can tell, of a normal variable with their spread: many claims and members are
 * corrected for, and 1 in 10,000 times 20 times 16 would always be inconclusive.
 */
function pOf(replicates: Float64Array, value: number): number {
  const p = bootstrapP({ replicates });
  const smallest = 2 / (replicates.length + 1);
  if (p > smallest) return p;
  const spread = sampleStandardDeviation([...replicates]);
  return Math.min(smallest, spread === 0 ? smallest : 2 * normalCdf(-Math.abs(value) / spread, 0, 1));
}

/**
 * A claim that a value is within ± margin: two one-sided tests, p is the larger.
 *
 * Source: Schuirmann (1987). Against it only when the whole interval is outside.
 */
function negligible({ value, replicates, n }: Uncertain, margin: number, of: string | null = null): Finding {
  const interval = percentileInterval({ replicates }, CONFIDENCE);
  const beyond = (outside: (drawn: number) => boolean): number =>
    (replicates.reduce((count, drawn) => count + (outside(drawn) ? 1 : 0), 0) + 1) / (replicates.length + 1);
  const isOutside = interval.low > margin || interval.high < -margin;
  const p = isOutside
    ? beyond((drawn) => Math.abs(drawn) <= margin)
    : Math.max(
        beyond((drawn) => drawn >= margin),
        beyond((drawn) => drawn <= -margin),
      );
  const direction = isOutside ? "against" : "for";
  return { effect: value, unit: "points", interval, p: Math.min(1, p), n, direction, of };
}

function decideDifference(
  { tasks, more, less, expect }: Of<"difference">,
  evidence: Evidence,
): Finding | Missing {
  const found = weightedScore(evidence, tasks, contrast(more, less));
  if (isMissing(found)) return found;
  return expect === "positive" ? positive(found) : negligible(found, expect.negligibleWithin);
}

/** Each of `more` against each of `less` on each task, or on their mean. */
function members(
  { tasks, more, less }: Pick<Of<"everyDifference">, "tasks" | "more" | "less">,
  over: "meanOfTasks" | "eachTask",
  evidence: Evidence,
): Finding[] | Missing {
  const findings: Finding[] = [];
  for (const ofTasks of over === "meanOfTasks" ? [tasks] : tasks.map((task) => [task]))
    for (const first of more)
      for (const second of less) {
        const found = weightedScore(evidence, ofTasks, contrast([first], [second]));
        if (isMissing(found)) return found;
        const where = over === "meanOfTasks" ? "" : ` on ${ofTasks.join()}`;
        findings.push(positive(found, `${first} − ${second}${where}`));
      }
  return findings;
}

/**
 * All of several claims: the weakest decides, its p is that of all.
 *
 * Source: intersection-union test, Berger (1982): no correction for their number. One member against it, after Holm over the
 * members, is against the whole.
 */
function all(findings: readonly Finding[]): Finding | Missing {
  const corrected = adjustHolm(findings.map(({ direction, p }) => (direction === "against" ? p : 1)));
  const worst = indexOfSmallest(
    findings.map(({ effect }, at) => (corrected[at] ?? 1) * 10 - Math.abs(effect)),
  );
  const against = findings[worst];
  if (against && (corrected[worst] ?? 1) < 0.05) return { ...against, p: corrected[worst] ?? 1 };
  const weakest =
    findings[indexOfSmallest(findings.map(({ direction, p }) => (direction === "for" ? -p : p - 2)))];
  if (!weakest) return { missing: "nothing to compare" };
  // A member that points the other way is no evidence for the whole.
  return { ...weakest, p: weakest.direction === "for" ? weakest.p : 1 };
}

function decideEvery(comparison: Of<"everyDifference">, evidence: Evidence): Finding | Missing {
  const findings = members(comparison, comparison.over, evidence);
  return isMissing(findings) ? findings : all(findings);
}

function decideAtChance(
  { task, runs, chance, within }: Of<"everyAtChance">,
  evidence: Evidence,
): Finding | Missing {
  const findings: Finding[] = [];
  for (const name of runs) {
    const found = weightedScore(evidence, [task], new Map([[name, 1]]));
    if (isMissing(found)) return found;
    const distance = {
      ...found,
      value: found.value - chance,
      replicates: found.replicates.map((drawn) => drawn - chance),
    };
    findings.push(negligible(distance, within, `${name} − chance`));
  }
  return all(findings);
}

/**
 * Any of several losses, p corrected for their number (Holm). One task is enough to show a loss, so tasks without results are
 * left out by name; against it only when every model gains beyond error on every task.
 */
function decideSomeLoss(comparison: Of<"someLoss">, evidence: Evidence): Finding | Missing {
  const absent = comparison.tasks.filter((task) => isMissing(evidence.task(task)));
  const tasks = comparison.tasks.filter((task) => !absent.includes(task));
  const findings = members({ ...comparison, tasks }, "eachTask", evidence);
  if (isMissing(findings)) return findings;
  const corrected = adjustHolm(findings.map(({ effect, p }) => (effect < 0 ? p : 1)));
  const clearest = indexOfSmallest(findings.map(({ effect }, at) => (corrected[at] ?? 1) * 10 + effect));
  const loss = findings[clearest];
  if (!loss) return { missing: `no results on ${absent.join(", ")} at this scale` };
  const without = absent.length === 0 ? "" : `; without ${absent.join(", ")}`;
  if (loss.effect < 0)
    return { ...loss, p: corrected[clearest] ?? 1, direction: "for", of: `${loss.of}${without}` };
  const whole = all(findings);
  if (isMissing(whole)) return whole;
  return {
    ...whole,
    p: absent.length === 0 ? whole.p : 1,
    direction: "against",
    of: `${whole.of}${without}`,
  };
}

/** Effect: how far gains differ beyond their errors, as the standard deviation between tasks (DerSimonian and Laird 1986). */
function decideDependence({ tasks, more, less }: Of<"dependsOnTask">, evidence: Evidence): Finding | Missing {
  if (tasks.length < 2)
    return { missing: `results on ${tasks.join()} alone: there is nothing it could differ from` };
  const effects: { effect: number; standardError: number }[] = [];
  let n = 0;
  for (const task of tasks) {
    const found = weightedScore(evidence, [task], contrast(more, less));
    if (isMissing(found)) return found;
    n += found.n;
    // Between few seeds replicates have heavy tails: their spread is read off the middle.
    const { low, high } = percentileInterval(found, CONFIDENCE);
    const standardError = (high - low) / (2 * normalQuantile((1 + CONFIDENCE) / 2));
    if (!(standardError > 0)) return { missing: `no spread in ${task}` };
    effects.push({ effect: found.value, standardError });
  }
  const { q, p } = cochranQ(effects);
  const weights = effects.map(({ standardError }) => standardError ** -2);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const scale = sum - weights.reduce((total, weight) => total + weight ** 2, 0) / sum;
  const effect = Math.sqrt(Math.max(0, (q - (tasks.length - 1)) / scale));
  return { effect, unit: "points", interval: null, p, n, direction: "for", of: "deviation between tasks" };
}

function indexOfSmallest(values: readonly number[]): number {
  return values.reduce((best, value, at) => (value < (values[best] ?? Infinity) ? at : best), 0);
}
