/** @file Verdicts as tables: every number of one body of evidence, and the overview of published and own side by side. */
import type { Rules } from "../../evaluation/rules.js";
import type { Interval } from "../../statistics/summary.js";
import type { TidyRow } from "../render/frame.js";
import type { Comparison } from "./claim.js";
import type { JudgedClaim, Verdict } from "./judge.js";
import { decimal } from "../render/decimal.js";

/** A verdict as a figure draws it; points are percentage points. */
export interface VerdictEffect {
  readonly label: string;
  readonly verdict: Verdict;
  readonly unit: "points" | "standard deviations";
  readonly effect: number;
  readonly interval: Interval | null;
  /** What is claimed to be no difference, from −margin to margin; null where a difference is claimed. */
  readonly margin: number | null;
}

const scaleOf = (unit: VerdictEffect["unit"]): number => (unit === "points" ? 100 : 1);

/**
 * The claims that have a verdict, in their order.
 *
 * @param judged claims with their verdicts, as `judgeClaims` gives them
 */
export function verdictEffects(judged: readonly JudgedClaim[]): VerdictEffect[] {
  return judged.flatMap((one): VerdictEffect[] => {
    if (one.verdict === null) return [];
    const { claim, verdict, unit, effect, interval } = one;
    const scale = scaleOf(unit);
    return [
      {
        label: claim.label,
        verdict,
        unit,
        effect: scale * effect,
        interval: interval && { low: scale * interval.low, high: scale * interval.high },
        margin: marginOf(claim.comparison),
      },
    ];
  });
}

function marginOf(comparison: Comparison): number | null {
  if (comparison.kind === "everyAtChance") return scaleOf("points") * comparison.within;
  if (comparison.kind !== "difference" || comparison.expect === "positive") return null;
  return scaleOf("points") * comparison.expect.negligibleWithin;
}

/**
 * One row per claim with every number; a claim without verdict is blank but for its reason.
 *
 * @param judged effects become points or standard deviations of models
 */
export function verdictRows(judged: readonly JudgedClaim[]): TidyRow[] {
  return judged.map((one) => {
    const { claim } = one;
    const [found] = verdictEffects([one]);
    return {
      claim: claim.statement,
      source: claim.source,
      verdict: one.verdict,
      effect: found?.effect ?? null,
      from: found?.interval?.low ?? null,
      to: found?.interval?.high ?? null,
      unit: found?.unit ?? null,
      "corrected p": one.verdict === null ? null : one.correctedP,
      n: one.verdict === null ? null : one.n,
      "training runs": one.verdict === null ? null : one.trainingRuns,
      "effect of": one.verdict === null ? null : one.of,
      "without results on": one.verdict === null ? null : one.without.join(", "),
      test: one.verdict === null ? null : one.test,
      "no verdict because": one.verdict === null ? one.reason : null,
      caveat: claim.caveat,
    };
  });
}

/**
 * What a reader wants first: each claim, what the published numbers say of it, and what ours do.
 *
 * @param judged.published   judged on the widest errors
 * @param judged.ifPaired    the same with the errors of an assumption
 * @param judged.own         judged on our results, under each year's rules
 * @throws RangeError when they are not about the same claims in one order
 */
export function verdictOverview(judged: {
  readonly published: readonly JudgedClaim[];
  readonly ifPaired: readonly JudgedClaim[];
  readonly own: readonly { readonly rules: Rules; readonly judged: readonly JudgedClaim[] }[];
}): TidyRow[] {
  const { published, ifPaired, own } = judged;
  return published.map((one, at) => {
    const assumed = ifPaired[at];
    const ours = own.map((year) => ({ rules: year.rules, ofYear: year.judged[at] }));
    const stray = [assumed, ...ours.map(({ ofYear }) => ofYear)].find(
      (other) => other?.claim.id !== one.claim.id,
    );
    if (stray || !assumed)
      throw new RangeError(
        `verdictOverview: all verdicts must be about the same claims, got "${one.claim.id}" and "${stray?.claim.id}" in row ${at + 1}. Judge one list of claims.`,
      );
    return {
      claim: one.claim.statement,
      source: one.claim.source,
      published: one.verdict ?? "",
      "effect [95 %], corrected p, n": effectInWords(one),
      "published if paired": assumed.verdict ?? "",
      ...Object.fromEntries(
        ours.flatMap(({ rules, ofYear }) => [
          [`ours, rules of ${rules}`, ofYear?.verdict ?? ""],
          [`our effect, rules of ${rules}`, ofYear ? effectInWords(ofYear) : ""],
        ]),
      ),
      "what it cannot settle": one.claim.caveat ?? "",
    };
  });
}

/**
 * Effect with its interval, corrected p and n in words; the reason where there is no verdict. Spaces within a number and its name do
 * not break.
 */
export function effectInWords(judged: JudgedClaim): string {
  if (judged.verdict === null) return judged.reason;
  const { unit, correctedP, n } = judged;
  const signed = (value: number): string => decimal(scaleOf(unit) * value, unit === "points" ? 1 : 2);
  const interval = judged.interval
    ? ` [${signed(judged.interval.low)},\u00a0${signed(judged.interval.high)}]`
    : "";
  const p = correctedP < 0.001 ? "p\u00a0<\u00a00.001" : `p\u00a0=\u00a0${correctedP.toFixed(3)}`;
  const items = `n\u00a0=\u00a0${n.toLocaleString("en-US")}`;
  const without = judged.without.length === 0 ? "" : `; without ${judged.without.join(", ")}`;
  const of =
    judged.trainingRuns === null
      ? ""
      : `, ${judged.trainingRuns}\u00a0training\u00a0run${judged.trainingRuns === 1 ? "" : "s"}`;
  return `${signed(judged.effect)}${unit === "points" ? "" : "\u00a0SD"}${interval}, ${p}, ${items}${of}${without}`;
}
