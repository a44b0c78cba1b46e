/** @file The interval of a score's mean over seeds: seeds and items are both drawn, as the runs are a sample of both. */
import { percentileInterval } from "./bootstrap-interval.js";
import { indexDrawer, resampleMeans, type Resampling } from "./resample.js";
import type { Interval } from "./summary.js";

/**
 * Percentile interval of the mean over seeds of accuracy or F1 of class 1.
 *
 * Items are the same for all seeds and drawn once a replicate; F1 follows from the drawn shares,
 *
 *   F1 = 2 TP / (2 TP + 1 − accuracy), with TP the share of true positives, 0 without any
 *
 * @param answers.labels      true classes, [N]
 * @param answers.predictions classes each seed predicted, [S][N]
 * @param answers.clusters    items of one name are drawn together, [N]; each alone when left out
 * @throws RangeError when there is no seed or item, or lengths differ
 *
 * Source: Davison and Hinkley (1997), section 3.8, for two crossed factors drawn independently.
 */
export function scoreInterval(
  answers: {
    readonly labels: readonly number[];
    readonly predictions: readonly (readonly number[])[];
    readonly clusters?: readonly string[];
  },
  {
    metric,
    confidence = 0.95,
    ...resampling
  }: Resampling & { readonly metric: "accuracy" | "f1"; readonly confidence?: number },
): Interval {
  const { labels, predictions, clusters } = answers;
  const share = (isCounted: (prediction: number, label: number | undefined) => boolean): number[][] =>
    predictions.map((row) => row.map((prediction, item) => (isCounted(prediction, labels[item]) ? 1 : 0)));
  const right = share((prediction, label) => prediction === label);
  const truePositives = metric === "f1" ? share((prediction, label) => prediction === 1 && label === 1) : [];
  const means = resampleMeans([...right, ...truePositives], { ...resampling, ...(clusters && { clusters }) });
  const scores = right.map((_, seed) =>
    Float64Array.from({ length: resampling.replicates }, (_, replicate) => {
      const accuracy = means[seed]?.[replicate] ?? 0;
      if (metric === "accuracy") return accuracy;
      const positives = means[right.length + seed]?.[replicate] ?? 0;
      return positives === 0 ? 0 : (2 * positives) / (2 * positives + 1 - accuracy);
    }),
  );
  const draw = indexDrawer(resampling.seed + 1);
  const drawn = new Int32Array(scores.length);
  const replicates = Float64Array.from({ length: resampling.replicates }, (_, replicate) => {
    draw(drawn, scores.length);
    return drawn.reduce((sum, seed) => sum + (scores[seed]?.[replicate] ?? 0), 0) / scores.length;
  });
  return percentileInterval({ replicates }, confidence);
}
