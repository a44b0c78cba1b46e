/** @file Losses of the same models in two studies: what is compared of training (`study-comparison.ts`). */
import type { Result } from "../../runs/study/results.js";
import { studentQuantile } from "../../statistics/student-quantile.js";
import { mean, sampleStandardDeviation, type Interval } from "../../statistics/summary.js";
import { runName } from "../claims/claim.js";
import { inPaperOrder } from "../render/palette.js";
import { groupRows } from "../rows/result-metrics.js";
import type { StudyDifference } from "./study-difference.js";

const CONFIDENCE = 0.95;
const SOURCES = {
  heldOutTextNats: "held-out text",
  "heldOutNats.switch": "conversations",
  "heldOutNats.wiki": "questions",
} as const;

/**
 * Losses after the last stage of training of all that both studies trained, paired by seed.
 *
 * @param first  results of one study
 * @param second results of the other
 */
export function lossDifferences(first: readonly Result[], second: readonly Result[]): StudyDifference[] {
  const trained = (results: readonly Result[]) => results.filter(({ task }) => task === "training");
  const pairs = trained(first).flatMap((one) => {
    const other = trained(second).find(
      ({ model, condition, seed }) => model === one.model && condition === one.condition && seed === one.seed,
    );
    return other ? [[one, other] as const] : [];
  });
  return Object.entries(SOURCES).flatMap(([metric, measure]) =>
    inPaperOrder(
      groupRows(pairs, ([{ model, condition }]) => runName(model, condition)).flatMap((group) => {
        const losses = group.flatMap(([one, other]) => {
          const [before, after] = [lastOf(one, metric), lastOf(other, metric)];
          return before && after && before.n === after.n ? [{ seed: one.seed, before, after }] : [];
        });
        const [some] = losses;
        if (!some) return [];
        const [{ model, condition }] = group[0];
        const changes = losses.map(({ before, after }) => after.value - before.value);
        return [
          {
            ...{ model, condition, measure, rules: [], unit: "nats/token" as const },
            first: mean(losses.map(({ before }) => before.value)),
            second: mean(losses.map(({ after }) => after.value)),
            difference: mean(changes),
            interval: studentInterval(changes),
            n: some.before.n,
            seeds: losses.map(({ seed }) => seed),
            over: changes.length < 2 ? "one seed has no spread" : "the same seeds",
          },
        ];
      }),
    ),
  );
}

/** The metric after the last stage that has it. */
const lastOf = ({ metrics }: Result, name: string) => metrics.filter(({ metric }) => metric === name).at(-1);

/** Student's interval of the mean over seeds; null for one seed. */
function studentInterval(values: readonly number[]): Interval | null {
  if (values.length < 2) return null;
  const half =
    (studentQuantile((1 + CONFIDENCE) / 2, values.length - 1) * sampleStandardDeviation(values)) /
    Math.sqrt(values.length);
  const centre = mean(values);
  return { low: centre - half, high: centre + half };
}
