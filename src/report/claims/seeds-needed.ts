/** @file Where the error of our own verdicts comes from, and how many training runs would settle what is open. */
import { normalQuantile } from "../../statistics/normal-quantile.js";
import { studentQuantile } from "../../statistics/student-quantile.js";
import type { Interval } from "../../statistics/summary.js";
import type { TidyRow } from "../render/frame.js";
import type { Comparison } from "./claim.js";
import type { JudgedClaim } from "./judge.js";

const CONFIDENCE = 0.95;
/** Probability that a true effect of this size is found. */
const POWER = 0.8;
/** Beyond this many training runs more items, or a larger effect, are the way. */
const MOST_SEEDS = 1_000;

const upper = (1 + CONFIDENCE) / 2;
const halfWidth = ({ low, high }: Interval): number => (high - low) / 2;

/** How far the effect is from what would decide the other way: 0, or the margin of a claim of no difference. */
function distanceToDecide(effect: number, { kind, ...comparison }: Comparison): number {
  const margin =
    kind === "difference" && "expect" in comparison && typeof comparison.expect === "object"
      ? comparison.expect.negligibleWithin
      : kind === "everyAtChance" && "within" in comparison
        ? comparison.within
        : null;
  return margin === null ? Math.abs(effect) : Math.abs(margin - Math.abs(effect));
}

/**
 * A row per claim that was decided on several seeds: the standard errors of its effect that come from items and from seeds, and how
 * many seeds would be needed to find an effect of this size four times out of five (5 %, two-sided, uncorrected),
 *
 *   k' = k · v / ((d / (z + z'))² − e²)
 *
 * with e² the variance from items, which the same items keep however many training runs there are, v that from k seeds, and d the
 * distance from what would decide the other way.
 *
 * @param judged.whole     decided over items and seeds
 * @param judged.itemsOnly the same claims over items alone
 * @returns points or standard deviations of models; blank where a claim has no verdict, no interval, or one training run, which
 *   says nothing of others
 * @throws RangeError when the two are not about the same claims
 *
 * Differs: normal errors, so that for fewer than about ten seeds the number is rather too small.
 */
export function seedsNeeded(judged: {
  readonly whole: readonly JudgedClaim[];
  readonly itemsOnly: readonly JudgedClaim[];
}): TidyRow[] {
  return judged.whole.map((one, at) => {
    const alone = judged.itemsOnly[at];
    if (alone?.claim.id !== one.claim.id)
      throw new RangeError(
        `seedsNeeded: both must be about the same claims, got "${one.claim.id}" and "${alone?.claim.id}" in row ${at + 1}. Judge one list of claims.`,
      );
    const seeds = one.verdict === null ? null : one.trainingRuns;
    const blank = { claim: one.claim.statement, verdict: one.verdict, "training runs": seeds };
    const isBlank =
      one.verdict === null || alone.verdict === null || one.interval === null || alone.interval === null;
    if (isBlank || seeds === null || seeds < 2)
      return {
        ...blank,
        effect: null,
        "error from items": null,
        "error from seeds": null,
        "seeds that would settle it": "",
      };
    const ofItems = halfWidth(alone.interval) / normalQuantile(upper);
    // What the whole interval has beyond that of items is Student's part.
    const beyond = Math.max(0, halfWidth(one.interval) ** 2 - halfWidth(alone.interval) ** 2);
    const ofSeeds = Math.sqrt(beyond) / studentQuantile(upper, seeds - 1);
    const scale = one.unit === "points" ? 100 : 1;
    const reach =
      distanceToDecide(one.effect, one.claim.comparison) / (normalQuantile(upper) + normalQuantile(POWER));
    return {
      ...blank,
      effect: scale * one.effect,
      "error from items": scale * ofItems,
      "error from seeds": scale * ofSeeds,
      "seeds that would settle it":
        one.verdict === "inconclusive"
          ? inWords((seeds * ofSeeds ** 2) / (reach ** 2 - ofItems ** 2), seeds)
          : "settled",
    };
  });
}

function inWords(needed: number, seeds: number): string {
  if (!(needed > 0) || !Number.isFinite(needed)) return "none: the items are too few for an effect so small";
  if (needed > MOST_SEEDS) return `more than ${MOST_SEEDS.toLocaleString("en-US")}`;
  return String(Math.max(seeds + 1, Math.ceil(needed)));
}
