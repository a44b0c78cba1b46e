/**
 * @file What a cell is at while it runs, in every front end: a line of text below the cell that replaces itself, and where no front end
 * shows outputs before the end, as in nbconvert, lines on the terminal.
 */
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { interruptSignal } from "../../runs/stages/interrupt.js";
import { hearNotices, isLast, watchProgress, type ProgressEvent } from "../../runs/stages/progress.js";
import { display, escapeHtml, isInNotebook, TRANSIENT } from "./display.js";
import { clockTime } from "./duration.js";

/** Work that ends sooner is not shown. */
const SHOWN_AFTER_MS = 3_000;
const LINE_EVERY_MS = 2_000;
const TERMINAL_LINE_EVERY_MS = 10_000;

/** Where lines go. */
export interface ProgressPlaces {
  /** Replaces the line of the running cell. */
  readonly line: (text: string) => void;
  /** A line that stays, on the terminal. */
  readonly terminal: (text: string) => void;
  /** Milliseconds. */
  readonly now: () => number;
  /** What is another object in another cell. */
  readonly cell: () => unknown;
}

type Counted = Exclude<ProgressEvent, { type: "note" }>;

/**
 * Steps, speed and time left of some work, in one line.
 *
 * @param seconds since the first part was done; the time left of work counted in parts follows from it
 */
export function describeProgress(event: Counted, seconds: number): string {
  if (event.type === "step") {
    const { run, step, steps, lossNats, tokensPerSecond, secondsLeft } = event;
    const rate = Math.round(tokensPerSecond).toLocaleString("en-US");
    return `${run}: step ${step} of ${steps}, loss ${lossNats.toFixed(3)}, ${rate} tokens/s, ${clockTime(secondsLeft)} left`;
  }
  const { label, done, total } = event;
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? `, ${rate.toPrecision(2)}/s, ${clockTime((total - done) / rate)} left` : "";
  return `${label}: ${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}${left}`;
}

/** Shows events as lines: not before work has taken a while, and then not too often. */
export function progressLines({ line, terminal, now, cell }: ProgressPlaces): (event: ProgressEvent) => void {
  let work = { name: "", cell: undefined as unknown, since: 0 };
  let [lineAt, terminalAt] = [-Infinity, -Infinity];
  return (event) => {
    if (event.type === "note") return;
    const [at, name, where] = [now(), event.type === "step" ? event.run : event.label, cell()];
    if (work.cell !== where) lineAt = -Infinity;
    if (work.name !== name || work.cell !== where) work = { name, cell: where, since: at };
    const wasShown = lineAt > -Infinity;
    if (!wasShown && at - work.since < SHOWN_AFTER_MS) return;
    const text = describeProgress(event, (at - work.since) / 1000);
    if (at - lineAt >= LINE_EVERY_MS || isLast(event)) {
      line(text);
      lineAt = at;
    }
    if (at - terminalAt >= TERMINAL_LINE_EVERY_MS) {
      terminal(text);
      terminalAt = at;
    }
  };
}

/** A line of the running cell; in another cell it begins again. */
function cellLine(): (text: string) => void {
  let [id, cell] = ["", undefined as unknown];
  return (text) => {
    const isUpdate = id !== "" && cell === interruptSignal();
    if (!isUpdate) [id, cell] = [randomUUID(), interruptSignal()];
    const bundle = { "text/plain": text, "text/html": `<pre role="status">${escapeHtml(text)}</pre>` };
    display(bundle, { [TRANSIENT]: true }, { id, isUpdate });
  };
}

let isTelling = false;

/** From now on cells say what they are at, and what is about to take long; nothing outside a notebook. */
export function tellProgress(): void {
  if (isTelling || !isInNotebook()) return;
  isTelling = true;
  // Jupyter's server names the session of its front ends; with CLASS_IT_PROGRESS somebody else tells.
  const isWatched = Boolean(process.env["JPY_SESSION_NAME"] ?? process.env["CLASS_IT_PROGRESS"]);
  const terminal = (text: string): void => {
    if (!isWatched) writeSync(2, `${text}\n`);
  };
  watchProgress(
    progressLines({ line: cellLine(), terminal, now: () => performance.now(), cell: interruptSignal }),
  );
  hearNotices((text) => {
    display({ "text/plain": text, "text/html": `<p>${escapeHtml(text)}</p>` }, { [TRANSIENT]: true });
    terminal(text);
  });
}
