/** @file Progress on stderr: one line that rewrites itself on a terminal, a plain line now and then elsewhere. */
import { clockTime } from "../report/render/duration.js";
import type { ConditionStep } from "../runs/training/build-phase.js";
import type { Output } from "./surroundings.js";

/** Shows what is going on until `end`. */
export interface ProgressLine {
  /** Shown where the last one is old enough, else dropped. */
  show(text: string): void;
  /** Always shown, and stays. */
  keep(text: string): void;
  /** Removes the rewriting line. */
  end(): void;
}

const REWRITE_EVERY_MS = 100;
const PLAIN_LINE_EVERY_MS = 10_000;

/** @param now milliseconds; a test brings its own */
export function progressLine(stream: Output, now: () => number = () => performance.now()): ProgressLine {
  const rewrites = stream.isTTY === true;
  const interval = rewrites ? REWRITE_EVERY_MS : PLAIN_LINE_EVERY_MS;
  // Steps replayed from the cache pass faster than this and are not shown.
  let shownAt = now();
  let isDirty = false;
  const end = () => {
    if (isDirty) stream.write("\r\u001b[K");
    isDirty = false;
  };
  return {
    show(text) {
      if (now() - shownAt < interval) return;
      shownAt = now();
      isDirty = rewrites;
      // A line as wide as the terminal would wrap, and could not be rewritten.
      const width = (stream.columns ?? 100) - 1;
      stream.write(rewrites ? `\r${text.slice(0, width)}\u001b[K` : `${text}\n`);
    },
    keep(text) {
      end();
      stream.write(`${text}\n`);
    },
    end,
  };
}

/** A training step as a line, with the time its phase still takes. */
export function describeStep(model: string, step: ConditionStep): string {
  return [
    `${model} ${step.phase}`,
    `step ${step.step}/${step.steps}`,
    `loss ${step.lossNats.toFixed(3)}`,
    `${Math.round(step.tokensPerSecond)} tokens/s`,
    `${clockTime(step.secondsLeft)} left`,
  ].join(" · ");
}
