/**
 * @file Non-linear least squares with bounds: the curve of a given form that is closest to some points. Learning curves of age of
 * acquisition are fitted with it; straight lines are in `regression.ts`.
 */
import { dot } from "./vectors.js";

/** A curve at one point: its height, and the derivative of the height by each parameter. */
export interface CurvePoint {
  readonly value: number;
  /** [P] */
  readonly gradient: readonly number[];
}

/** What is fitted to what. */
export interface BoundedFit {
  /** [N] */
  readonly x: readonly number[];
  /** [N] */
  readonly y: readonly number[];
  readonly curve: (x: number, parameters: readonly number[]) => CurvePoint;
  /** Where the search begins; moved between the bounds where it is outside. [P] */
  readonly start: readonly number[];
  /** [P]; −∞ for none */
  readonly lower: readonly number[];
  /** [P]; ∞ for none */
  readonly upper: readonly number[];
  /** How often the curve may be compared with the points. */
  readonly maxEvaluations?: number;
}

/** Parameters of the closest curve. */
export interface FittedCurve {
  readonly parameters: readonly number[];
  readonly residualSumOfSquares: number;
  readonly evaluations: number;
  /** False where the evaluations ran out first. */
  readonly converged: boolean;
}

const SMALL_GAIN = 1e-14; // relative: a few roundings of the sum of squares
const ENOUGH_SMALL_GAINS = 8; // one may be a short step in a bent valley
const LEAST_DAMPING = 1e-15;
const MOST_DAMPING = 1e20;

/**
 * The parameters within bounds at which the sum of squared distances has its minimum.
 *
 * Levenberg–Marquardt on the parameters that are free to move: one that a bound holds (it is at the bound and the sum falls beyond it)
 * is left out of the step, and a step that leaves the bounds ends at them. As in scipy, columns are scaled by the largest length they
 * have had.
 *
 * @throws RangeError when lengths differ, a number is missing, or a lower bound is not below its upper one
 *
 * Source: Moré (1978), The Levenberg–Marquardt algorithm; Kanzow, Yamashita and Fukushima (2004) for the projection.
 * Differs: scipy's `curve_fit` with bounds walks through the inside (trust region reflective) and stops at a gain of 1e-8. From the same
 * start both end in the same minimum on all fixtures, here to more digits. The npm package ml-levenberg-marquardt 5.1.0 was tried
 * first: it clips parameters, stalls at the bounds, and missed 34 of 680 children's ages by up to 0.28 months.
 */
export function fitBounded(fit: BoundedFit): FittedCurve {
  check(fit);
  const { x, y, curve, start, lower, upper, maxEvaluations = 20_000 } = fit;
  const clip = (values: readonly number[]): number[] =>
    values.map((value, p) => Math.min(upper[p] ?? Infinity, Math.max(lower[p] ?? -Infinity, value)));
  const compare = (parameters: readonly number[]): Comparison => {
    const points = x.map((at) => curve(at, parameters));
    const residuals = points.map(({ value }, row) => value - (y[row] ?? 0));
    const columns = parameters.map((_, p) => points.map(({ gradient }) => gradient[p] ?? 0));
    return { parameters, residuals, columns, cost: dot(residuals, residuals) };
  };

  let best = compare(clip(start));
  let [evaluations, damping, smallGains] = [1, 1e-3, 0];
  const scale = best.columns.map(() => 0);
  const end = (converged: boolean): FittedCurve => {
    const { parameters, cost } = best;
    return { parameters, residualSumOfSquares: cost, evaluations, converged };
  };
  for (;;) {
    const { parameters, residuals, columns, cost } = best;
    columns.forEach((column, p) => (scale[p] = Math.max(scale[p] ?? 0, Math.sqrt(dot(column, column)))));
    const slopes = columns.map((column) => dot(column, residuals));
    const free = [...slopes.keys()].filter((p) => {
      const [value = 0, slope = 0] = [parameters[p], slopes[p]];
      const isHeld = (value <= (lower[p] ?? 0) && slope > 0) || (value >= (upper[p] ?? 0) && slope < 0);
      return !isHeld && slope !== 0;
    });
    if (free.length === 0 || smallGains === ENOUGH_SMALL_GAINS) return end(true);
    let next: Comparison | undefined;
    while (next === undefined) {
      if (damping > MOST_DAMPING) return end(true); // no step, however short, is a gain
      if (evaluations >= maxEvaluations) return end(false);
      const step = dampedStep({ columns, slopes, scale, free, damping });
      const trial = compare(clip(parameters.map((value, p) => value + (step.get(p) ?? 0))));
      evaluations++;
      if (trial.cost < cost)
        next = trial; // NaN is no gain
      else damping *= 4;
    }
    smallGains = cost - next.cost <= SMALL_GAIN * cost ? smallGains + 1 : 0;
    damping = Math.max(damping / 9, LEAST_DAMPING);
    best = next;
  }
}

interface Comparison {
  readonly parameters: readonly number[];
  /** Curve less points, [N]. */
  readonly residuals: readonly number[];
  /** Derivatives by each parameter, [P][N]. */
  readonly columns: readonly (readonly number[])[];
  readonly cost: number;
}

/**
 * The step of the free parameters: (JᵀJ + damping · scale²) step = −slopes.
 *
 * Solved by Cholesky with columns scaled to length about 1: where rounding spoils the step, the next one starts from a slope that is
 * right again.
 */
function dampedStep(at: {
  readonly columns: readonly (readonly number[])[];
  readonly slopes: readonly number[];
  readonly scale: readonly number[];
  readonly free: readonly number[];
  readonly damping: number;
}): ReadonlyMap<number, number> {
  const { columns, slopes, scale, free, damping } = at;
  const unit = (p: number): number => scale[p] || 1;
  const factor: number[][] = []; // lower triangle
  const forward: number[] = [];
  for (const [row, p] of free.entries()) {
    const cells: number[] = [];
    for (const [before, q] of free.slice(0, row).entries()) {
      const product = dot(columns[p] ?? [], columns[q] ?? []) / (unit(p) * unit(q));
      cells.push((product - dot(cells, factor[before] ?? [])) / (factor[before]?.[before] ?? 1));
    }
    const square = dot(columns[p] ?? [], columns[p] ?? []) / unit(p) ** 2 + damping - dot(cells, cells);
    const diagonal = Math.sqrt(Math.max(square, damping));
    forward.push((-(slopes[p] ?? 0) / unit(p) - dot(cells, forward)) / diagonal);
    factor.push([...cells, diagonal]);
  }
  const step = forward.map(() => 0);
  for (let row = step.length - 1; row >= 0; row--) {
    const below = factor.slice(row + 1).map((cells) => cells[row] ?? 0);
    step[row] = ((forward[row] ?? 0) - dot(below, step.slice(row + 1))) / (factor[row]?.[row] ?? 1);
  }
  return new Map(free.map((p, row) => [p, (step[row] ?? 0) / unit(p)]));
}

function check({ x, y, start, lower, upper }: BoundedFit): void {
  const isRight =
    x.length > 0 &&
    x.length === y.length &&
    [x, y, start].every((column) => column.every(Number.isFinite)) &&
    lower.length === start.length &&
    upper.length === start.length &&
    lower.every((low, p) => low < (upper[p] ?? Number.NaN));
  if (isRight) return;
  throw new RangeError(
    `fitBounded: there must be as many finite x as y, and for each start a lower bound below an upper one, got ${x.length} x, ${y.length} y, start [${start.join(", ")}], bounds [${lower.join(", ")}] to [${upper.join(", ")}]. Drop incomplete points, or correct the bounds.`,
  );
}
