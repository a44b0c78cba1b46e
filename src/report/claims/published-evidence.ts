/** @file The paper's scores as evidence: what each could have been on other items, drawn from its sampling error. */
import { deriveSeed, normal, seeded } from "../../random.js";
import { ASSUMED_DISCORDANT } from "../../statistics/minimum-detectable-difference.js";
import { publishedFinetuning, publishedZeroShot, type PublishedScore } from "../published/published.js";
import { runName, type RunName } from "./claim.js";
import { onceEach, type Evidence, type UncertainScore } from "./evidence.js";
import { publishedStandardError, publishedValue } from "./sampling-error.js";

/** What is assumed of models that answered the same items, whose answers are not published. */
export type Pairing =
  /** Errors have nothing in common: differences look as uncertain as they can be. */
  | "unpaired"
  /** Any two of the own models differ on 15 % of the items: about what related models do (docs/paper.md#effect-size-and-noise). */
  | "pairedAssumption";

const TESTS: Readonly<Record<Pairing, string>> = {
  unpaired: "normal errors of two samples, unpaired: the widest",
  pairedAssumption: "normal errors, 15 % of items discordant: an assumption",
};

/**
 * The published scores of the 8 own models and 3 baselines on all 14 tasks.
 *
 * @param pairing what is assumed of answers that are not published
 * @param options.replicates how many samples are drawn from each score's normal error
 * @param options.seed of the drawing
 *
 * Differs: no items are published, so that no paired test is possible; nor can the spread between seeds be known.
 */
export function publishedEvidence(
  pairing: Pairing,
  { replicates = 10_000, seed = 0 }: { readonly replicates?: number; readonly seed?: number } = {},
): Evidence {
  const scores = [...publishedFinetuning(), ...publishedZeroShot()];
  return {
    test: () => TESTS[pairing],
    replicates,
    trainingRuns: null,
    task: onceEach((task) => {
      const ofTask = scores.filter((score) => score.task === task);
      const first = ofTask[0];
      if (!first) return { missing: `the paper has no ${task}` };
      const shared = draws(replicates, deriveSeed(seed, task));
      const drawn = ofTask.map((score): readonly [RunName, UncertainScore] => {
        const own = draws(replicates, deriveSeed(seed, `${task}/${score.publishedName}`));
        const correlation = pairing === "pairedAssumption" ? correlationOf(score) : 0;
        const [value, error] = [publishedValue(score), publishedStandardError(score)];
        const values = own.map(
          (alone, at) =>
            value + error * (Math.sqrt(correlation) * (shared[at] ?? 0) + Math.sqrt(1 - correlation) * alone),
        );
        return [nameOf(score), { score: value, replicates: values }];
      });
      return { n: first.n, scores: new Map(drawn) };
    }),
  };
}

const nameOf = ({ model, condition, publishedName }: PublishedScore): RunName =>
  model === null || condition === null ? publishedName : runName(model, condition);

/** Two accuracies p over n items that differ on a share d have a difference of variance d / n. */
function correlationOf(score: PublishedScore): number {
  if (score.kind === "baseline" || score.metric.startsWith("percent")) return 0;
  const proportion = publishedValue(score);
  return Math.max(0, 1 - ASSUMED_DISCORDANT / (2 * proportion * (1 - proportion)));
}

function draws(count: number, seed: number): Float64Array {
  const random = seeded(seed);
  return Float64Array.from({ length: count }, () => normal(random));
}
