/** @file How far a published score could be from the truth by its number of items alone, where no items are published. */
import { proportionStandardError } from "../../statistics/summary.js";
import { taskSizes, type TaskSize } from "../published/published-settings.js";
import type { PublishedScore } from "../published/published.js";

/** A bar too short to measure is known to be between 0 and its bound. */
export function publishedValue({ proportion, qualifier }: PublishedScore): number {
  return qualifier === "below" ? proportion / 2 : proportion;
}

/**
 * Standard error of a published score.
 *
 *   accuracy        √(Σ p (1 − p) / n_g) / G over its G subsets, the error of a mean of subsets
 *   F1              2 / (1 + J)² · √(J (1 − J) / m),  J = F1 / (2 − F1),  m = P (2 − F1)
 *   share of R²     √(4 R² (1 − R²)² / n)
 *
 * and the error of reading a bar, taken as uniform. P is the number of positive items; m items are positive or called so when
 * precision and recall are alike.
 *
 * @returns a proportion
 * @throws RangeError for a metric that has no such formula
 *
 * Source: the F1 of m items is a function of the Jaccard share J, which is binomial (delta method); for R² Olkin and Finn
 * (1995), Correlations redux.
 */
export function publishedStandardError(score: PublishedScore): number {
  const reading = score.digitisationErrorPoints / 100 / Math.sqrt(3);
  return Math.hypot(itemError(score), reading);
}

function itemError(score: PublishedScore): number {
  const [{ metric, task, n }, proportion] = [score, publishedValue(score)];
  if (metric.startsWith("accuracy")) {
    const sizes = subsetSizes(task, n);
    return (
      Math.hypot(...sizes.map((size) => proportionStandardError({ proportion, n: size }))) / sizes.length
    );
  }
  if (metric === "f1") {
    const jaccard = proportion / (2 - proportion);
    const concerned = positivesOf(task, n) * (2 - proportion);
    return (2 / (1 + jaccard) ** 2) * proportionStandardError({ proportion: jaccard, n: concerned });
  }
  if (metric.startsWith("percent partial R2")) return rSquaredStandardError(proportion, n);
  throw new RangeError(
    `publishedStandardError: metric must be an accuracy, f1 or a share of R², got "${metric}". Add its formula.`,
  );
}

/** Large-sample standard error of a share of variance explained. */
export function rSquaredStandardError(rSquared: number, n: number): number {
  return 2 * Math.sqrt(Math.max(0, rSquared) / n) * (1 - rSquared);
}

let sizes: readonly TaskSize[] | null = null;
const sizesOf = (task: string): readonly TaskSize[] => {
  sizes ??= taskSizes();
  return sizes.filter((size) => size.task === task || size.task.startsWith(`${task}: `));
};

/** Items of each subset a task's mean is over; one number where the subsets' sizes are not published. */
function subsetSizes(task: string, n: number): number[] {
  const subsets = sizesOf(task).filter(({ task: name, split, metric }) => {
    return name !== task && split === "full" && metric === "accuracy";
  });
  return subsets.length === 0 ? [n] : subsets.map((size) => size.n);
}

/** From the F1 of calling everything positive: 2P / (P + n). */
function positivesOf(task: string, n: number): number {
  const f1 = sizesOf(task).find(({ allPositiveF1Percent }) => allPositiveF1Percent !== null);
  if (!f1 || f1.allPositiveF1Percent === null)
    throw new RangeError(`positivesOf: ${task} must have the F1 of all positives, got none. Add it.`);
  const share = f1.allPositiveF1Percent / 100;
  return (n * share) / (2 - share);
}
