/** @file Loss curves while they grow: one Plotly figure in the cell, redrawn as the steps of a training run come in. */
import { randomUUID } from "node:crypto";
import type { Condition, ModelName } from "../../config/config.js";
import { display, isInNotebook } from "../render/display.js";
import { plotlyBundle } from "../render/plotly.js";
import type { FigureContext } from "../render/figure-context.js";
import { interactiveLearningCurves, type LossRow } from "./training-curves.js";

/** A step as far as a curve needs it, with the run it belongs to. */
export interface WatchedStep {
  readonly model: ModelName;
  readonly condition: Condition;
  /** Where several seeds pass by, each has a line. */
  readonly seed?: number;
  readonly lossNats: number;
}

const REDRAW_EVERY_MS = 2_000;
/** Points a line has at most: a notebook with every step of a long run would be too large to open. */
const MAX_POINTS = 400;

/** One run's loss, thinned to every second, fourth, … step as it grows. */
class ThinnedCurve {
  readonly #points: { readonly step: number; readonly lossNats: number }[] = [];
  #steps = 0;
  #every = 1;

  add(lossNats: number): void {
    this.#steps += 1;
    if (this.#steps % this.#every !== 0) return;
    this.#points.push({ step: this.#steps, lossNats });
    if (this.#points.length <= MAX_POINTS) return;
    this.#every *= 2;
    const kept = this.#points.filter(({ step }) => step % this.#every === 0);
    this.#points.splice(0, this.#points.length, ...kept);
  }

  get points(): readonly { readonly step: number; readonly lossNats: number }[] {
    return this.#points;
  }
}

/**
 * Passes on the steps of a training run, and draws the losses of all its runs in the cell as they come; steps of all stages are
 * counted on. What stays in the notebook is the last drawing.
 *
 * @param steps   such as those of `trainAll`
 * @param options.name becomes the element's id
 * @param options.alt  what the figure shows, for who cannot see it
 * @param now     milliseconds; a test brings its own
 * @yields the steps as they are
 */
export async function* watchCurves<Step extends WatchedStep>(
  steps: AsyncIterable<Step>,
  options: { readonly name: string; readonly alt: string; readonly context: FigureContext },
  now: () => number = () => performance.now(),
): AsyncGenerator<Step, void, void> {
  const curves = new Map<string, { readonly of: WatchedStep; readonly curve: ThinnedCurve }>();
  const id = randomUUID();
  let isShown = false;
  let drawnAt = -Infinity;
  const draw = (): void => {
    const rows = rowsOf(curves);
    if (rows.length === 0) return;
    const figure = interactiveLearningCurves(rows, options.context);
    display(plotlyBundle(figure, options), {}, { id, isUpdate: isShown });
    isShown = true;
    drawnAt = now();
  };
  try {
    for await (const step of steps) {
      const run = [step.model, step.condition, ...(step.seed === undefined ? [] : [step.seed])].join(" ");
      const known = curves.get(run) ?? { of: step, curve: new ThinnedCurve() };
      curves.set(run, known);
      known.curve.add(step.lossNats);
      if (isInNotebook() && now() - drawnAt >= REDRAW_EVERY_MS) draw();
      yield step;
    }
  } finally {
    draw(); // an interrupted run's curve stays as far as it came
  }
}

const rowsOf = (
  curves: ReadonlyMap<string, { readonly of: WatchedStep; readonly curve: ThinnedCurve }>,
): LossRow[] =>
  [...curves].flatMap(([run, { of, curve }]) =>
    curve.points.map(({ step, lossNats }): LossRow => ({
      run,
      model: of.model,
      condition: of.condition,
      step,
      lossNats,
      measuredOn: "training",
    })),
  );
