/**
 * @file Shows a run's progress: one line that rewrites itself on a terminal, plain lines elsewhere. The events
 * come from progress-file.mjs.
 */
import { clockTime } from "../../src/dist/report/render/duration.js";

/** @typedef {import("./progress-file.mjs").ProgressEvent} ProgressEvent */

const STEP_LINE_EVERY_MS = 10_000;

/** @param {number} value */
const grouped = (value) => Math.round(value).toLocaleString("en-US");

/** @param {ProgressEvent} event @returns {string[]} the parts that describe training or evaluation */
function workParts(event) {
  if (event.type === "work") return [event.label, `${grouped(event.done)}/${grouped(event.total)}`];
  if (event.type !== "step") return [];
  return [
    ...(event.run === "" ? [] : [event.run]),
    `step ${grouped(event.step)}/${grouped(event.steps)}`,
    `loss ${event.lossNats.toFixed(3)}`,
    `${grouped(event.tokensPerSecond)} tokens/s`,
    `${clockTime(event.secondsLeft)} left`,
  ];
}

/**
 * Makes a display.
 *
 * @param {{ notebooks: readonly string[], stream?: { isTTY?: boolean, columns?: number, write(text: string): unknown },
 *   now?: () => number }} options `notebooks` are the names of all that will run, in order; `now` gives milliseconds
 * @returns {{ show(event: ProgressEvent): void, line(text: string): void, end(): void }} `line` prints something
 *   that stays, `end` removes the rewriting line
 */
export function createProgressDisplay({ notebooks, stream = process.stderr, now = () => performance.now() }) {
  const rewrites = stream.isTTY === true;
  let notebook = "";
  /** @type {Extract<ProgressEvent, { type: "cell" }> | undefined} */
  let cell;
  let lastStepLineAt = -Infinity;
  let isDirty = false;

  const erase = () => {
    if (isDirty) stream.write("\r\u001b[K");
    isDirty = false;
  };
  const position = () => {
    const at = notebooks.indexOf(notebook);
    return at < 0 ? [] : [`notebook ${at + 1}/${notebooks.length}`];
  };
  const cellParts = () => {
    if (!cell) return [notebook];
    return [notebook, `cell ${cell.index}${cell.cells === undefined ? "" : `/${cell.cells}`}`];
  };
  /** @param {string[]} parts */
  const rewrite = (parts) => {
    const line = parts.join(" · ");
    const width = (stream.columns ?? 100) - 1; // a full line would wrap, and could not be rewritten
    stream.write(`\r${line.length > width ? `${line.slice(0, width - 1)}…` : line}\u001b[K`);
    isDirty = true;
  };

  return {
    show(event) {
      if (event.type === "notebook") [notebook, cell] = [event.notebook, undefined];
      if (event.type === "cell") [notebook, cell] = [event.notebook, event];
      if (event.type === "error" || event.type === "lateError") return; // who executes the notebook reports them
      if (event.type === "note") {
        erase();
        stream.write(`${[...cellParts(), event.text].join(" · ")}\n`);
        return;
      }
      const work = workParts(event);
      if (rewrites) {
        rewrite([...cellParts(), ...(event.type === "cell" ? [event.name] : work), ...position()]);
      } else if (event.type === "cell") {
        stream.write(`${[...cellParts(), event.name, ...position()].join(" · ")}\n`);
        lastStepLineAt = -Infinity;
      } else if (work.length > 0 && now() - lastStepLineAt >= STEP_LINE_EVERY_MS) {
        stream.write(`${[...cellParts(), ...work].join(" · ")}\n`);
        lastStepLineAt = now();
      }
    },
    line(text) {
      erase();
      stream.write(`${text}\n`);
    },
    end: erase,
  };
}
