/**
 * @file When a word is learned: the age at which half of the children say it, and the number of words a model has read when it expects
 * the word half as well as it ever will. Both are where a fitted S-curve crosses a threshold; what the two have to do with each other is
 * in `age-of-acquisition.ts`.
 */
import { fitBounded, type CurvePoint } from "../statistics/bounded-least-squares.js";
import { mean } from "../statistics/summary.js";
import type { Rules } from "./rules.js";

/** The curve a / (1 + exp(−b(x − c))) + d. */
export interface AcquisitionCurve {
  readonly rise: number;
  readonly steepness: number;
  readonly midpoint: number;
  readonly base: number;
}

/** Height of the curve. */
export const curveAt = (x: number, { rise, steepness, midpoint, base }: AcquisitionCurve): number =>
  rise / (1 + Math.exp(-steepness * (x - midpoint))) + base;

function sigmoid(x: number, [a = 0, b = 0, c = 0, d = 0]: readonly number[]): CurvePoint {
  const share = 1 / (1 + Math.exp(-b * (x - c)));
  const slope = a * share * (1 - share);
  return { value: a * share + d, gradient: [share, slope * (x - c), -slope * b, 1] };
}

/** Where the curve has the height; null where it never has. */
function crossing({ rise, steepness, midpoint, base }: AcquisitionCurve, height: number): number | null {
  if (height <= base || height >= base + rise) return null;
  return midpoint - Math.log(rise / (height - base) - 1) / steepness;
}

/** Months of age at which the children's table asks. */
export const CHILD_MONTHS: readonly number[] = Array.from({ length: 15 }, (_, index) => 16 + index);

/**
 * The age at which half of the children say a word.
 *
 * @param proportions of children who say it at each of {@link CHILD_MONTHS}, 0–1; NaN where it is not known
 * @returns months, and the fitted curve; null where fewer than three proportions are known, or the curve is not at one half between the
 *   first and the last of their months
 *
 * Source: BabyLM evaluation pipeline 2025 and 2026, utils.py, compute_child_aoa, after Chang and Bergen (2022).
 */
export function childAge(
  proportions: readonly number[],
): { readonly months: number; readonly curve: AcquisitionCurve } | null {
  const known = CHILD_MONTHS.flatMap((month, index) => {
    const share = proportions[index] ?? Number.NaN;
    return Number.isNaN(share) ? [] : [{ month, share }];
  });
  const [first, last] = [known[0]?.month ?? 0, known.at(-1)?.month ?? 0];
  if (known.length < 3) return null;
  const x = known.map(({ month }) => month);
  const { parameters } = fitBounded({
    x,
    y: known.map(({ share }) => share),
    curve: sigmoid,
    start: [1, 0.1, mean(x), 0],
    lower: [0, 0, first, -0.5],
    upper: [2, 1, last, 0.5],
    maxEvaluations: 1_000,
  });
  const curve = named(parameters);
  const months = curve.rise <= 0 || curve.steepness <= 0 ? null : crossing(curve, 0.5);
  return months === null || months < first || months > last ? null : { months, curve };
}

/** A model's surprisal at a word after so much text. */
export interface AcquisitionPoint {
  readonly wordsSeen: number;
  /** Mean over the word's contexts; NaN leaves the checkpoint out. */
  readonly surprisalNats: number;
  /** The lowest of any context. */
  readonly lowestNats: number;
}

/** A word's acquisition by a model. */
export interface ModelAcquisition {
  /** Common logarithm of the words seen when the threshold is crossed; null where it never is, or outside the checkpoints. */
  readonly logWords: number | null;
  /** Of −surprisal over the logarithm of words seen. */
  readonly curve: AcquisitionCurve;
  readonly thresholdNats: number;
}

const GUESSED_VOCABULARY = 300_000;

/**
 * The number of words after which a model's surprisal is half-way from that of guessing to the lowest it reaches.
 *
 * @param points   one a checkpoint, of rising `wordsSeen`
 * @param ceilingNats surprisal of guessing: pieces of the word × ln of the vocabulary's size; 2025 has log₂ 300,000 for every word
 * @returns null where fewer than three checkpoints have a surprisal
 *
 * Source: BabyLM evaluation pipelines 2025 and 2026, utils.py, compute_model_aoa.
 * Differs: under the rules of 2025 the pipeline fits all contexts one by one, and stops a fit that wanders off after 1,000 evaluations;
 * with as many contexts at each checkpoint their means have the same closest curve, which is what is fitted here.
 */
export function modelAcquisition(
  points: readonly AcquisitionPoint[],
  { ceilingNats, rules }: { readonly ceilingNats: number; readonly rules: Rules },
): ModelAcquisition | null {
  const known = points.filter(({ surprisalNats }) => !Number.isNaN(surprisalNats));
  if (points.length < 3 || known.length === 0) return null;
  const x = known.map(({ wordsSeen }) => Math.log10(wordsSeen + 1));
  const y = known.map(({ surprisalNats }) => -surprisalNats);
  const [lowest, highest] = [Math.min(...y), Math.max(...y)];
  const range = highest - lowest;
  const [first = 0, last = 0] = [x[0], x.at(-1)];
  const bounds =
    rules === 2026
      ? {
          lower: [0, 0, first - 1, lowest - 2 * range - 1],
          upper: [10 * range + 1, 100, last + 1, highest + 1],
        }
      : { lower: UNBOUNDED.map((bound) => -bound), upper: UNBOUNDED };
  const { parameters } = fitBounded({
    x,
    y,
    curve: sigmoid,
    start: [range, 1, mean(x), lowest],
    ...bounds,
    maxEvaluations: rules === 2026 ? 20_000 : 1_000,
  });
  const curve = named(parameters);
  const ceiling = rules === 2026 ? ceilingNats : Math.log2(GUESSED_VOCABULARY);
  const floor =
    rules === 2026 ? -highest : known.reduce((low, { lowestNats }) => Math.min(low, lowestNats), Infinity);
  const thresholdNats = (ceiling + floor) / 2;
  const least = rules === 2026 ? 1e-6 : 0;
  const isFlat = curve.rise <= least || curve.steepness <= least;
  const at = isFlat ? null : crossing(curve, -thresholdNats);
  const isBetween = at !== null && 10 ** at >= 10 ** first && 10 ** at <= 10 ** last;
  return { logWords: isBetween ? at : null, curve, thresholdNats };
}

const UNBOUNDED: readonly number[] = [Infinity, Infinity, Infinity, Infinity];

const named = ([rise = 0, steepness = 0, midpoint = 0, base = 0]: readonly number[]): AcquisitionCurve => ({
  rise,
  steepness,
  midpoint,
  base,
});
