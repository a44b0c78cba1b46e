/**
 * @file Agreement of predicted with true labels, as the (Super)GLUE tasks report it (docs/paper.md#fine-tuning).
 * Accuracy serves any number of classes; F1 and Matthews correlation are for labels 0 and 1.
 */

/** True and predicted class numbers of the same items, in the same order. */
export interface LabelledPredictions {
  readonly labels: readonly number[];
  readonly predictions: readonly number[];
}

/**
 * Share of items whose class was predicted.
 *
 * @returns proportion
 * @throws RangeError when there are no items, lengths differ, or a class is not a whole number from 0 up
 */
export function accuracy(outcome: LabelledPredictions): number {
  checkClasses("accuracy", outcome, Number.MAX_SAFE_INTEGER);
  const right = outcome.labels.filter((label, item) => label === outcome.predictions[item]);
  return right.length / outcome.labels.length;
}

/**
 * Harmonic mean of precision and recall of class 1.
 *
 *   2 TP / (2 TP + FP + FN)
 *
 * @returns proportion; 0 when class 1 occurs neither among labels nor among predictions
 * @throws RangeError when there are no items, lengths differ, or a class is neither 0 nor 1
 *
 * Source: sklearn.metrics.f1_score, zero division gives 0.
 */
export function f1Score(outcome: LabelledPredictions): number {
  checkClasses("f1Score", outcome, 1);
  const { truePositives, falsePositives, falseNegatives } = confusion(outcome);
  if (truePositives === 0) return 0;
  return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}

/**
 * Pearson correlation of two binary columns.
 *
 *   (TP · TN − FP · FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN))
 *
 * @returns −1 to 1; 0 when labels or predictions are all of one class
 * @throws RangeError when there are no items, lengths differ, or a class is neither 0 nor 1
 *
 * Source: sklearn.metrics.matthews_corrcoef, a zero denominator gives 0.
 */
export function matthewsCorrelation(outcome: LabelledPredictions): number {
  checkClasses("matthewsCorrelation", outcome, 1);
  const { truePositives, trueNegatives, falsePositives, falseNegatives } = confusion(outcome);
  // Roots before products: with many items the product of four counts would exceed 2^53.
  const denominator =
    Math.sqrt((truePositives + falsePositives) * (truePositives + falseNegatives)) *
    Math.sqrt((trueNegatives + falsePositives) * (trueNegatives + falseNegatives));
  if (denominator === 0) return 0;
  return (truePositives * trueNegatives - falsePositives * falseNegatives) / denominator;
}

function confusion({ labels, predictions }: LabelledPredictions) {
  const count = (label: number, prediction: number): number =>
    labels.filter((value, item) => value === label && predictions[item] === prediction).length;
  return {
    truePositives: count(1, 1),
    trueNegatives: count(0, 0),
    falsePositives: count(0, 1),
    falseNegatives: count(1, 0),
  };
}

function checkClasses(caller: string, outcome: LabelledPredictions, highest: number): void {
  const { labels, predictions } = outcome;
  if (labels.length === 0 || labels.length !== predictions.length) {
    throw new RangeError(
      `${caller}: labels and predictions must be as many and at least one, ` +
        `got ${labels.length} and ${predictions.length}. Predict every item once.`,
    );
  }
  for (const [name, classes] of [["labels", labels] as const, ["predictions", predictions] as const]) {
    const item = classes.findIndex((value) => !Number.isInteger(value) || value < 0 || value > highest);
    if (item < 0) continue;
    const wanted = highest === 1 ? "0 or 1" : "a whole number from 0 up";
    throw new RangeError(
      `${caller}: ${name} must each be ${wanted}, got ${classes[item]} at index ${item}. ` +
        "Map class names to numbers, and use accuracy for more than two classes.",
    );
  }
}
