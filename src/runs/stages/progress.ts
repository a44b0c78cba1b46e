/**
 * @file The side channel of a run: one JSON line per event, appended to the file that `CLASS_IT_PROGRESS` names.
 * nbconvert shows nothing while a cell runs; whoever started it reads this file instead.
 */
import { appendFileSync } from "node:fs";
import { explained } from "../../disk/disk-fault.js";

/** A training step, some work counted in parts, or something to know that stays. */
export type ProgressEvent =
  | {
      readonly type: "step";
      readonly run: string;
      readonly step: number;
      readonly steps: number;
      readonly lossNats: number;
      readonly tokensPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly type: "work"; readonly label: string; readonly done: number; readonly total: number }
  | { readonly type: "note"; readonly text: string };

const MIN_INTERVAL_MS = 250;
let lastReportMs = -Infinity;

/** Reports an event; events that follow too closely are dropped, notes and the last of a run never. */
export function reportProgress(event: ProgressEvent): void {
  for (const watcher of watchers) watcher(event);
  const file = process.env["CLASS_IT_PROGRESS"];
  if (!file) return;
  const isKept = event.type === "note" || isLast(event);
  const now = performance.now();
  if (!isKept && now - lastReportMs < MIN_INTERVAL_MS) return;
  // A note is no sign of progress: the step that follows it is shown.
  if (event.type !== "note") lastReportMs = now;
  explained(file, () => appendFileSync(file, JSON.stringify(event) + "\n"));
}

const watchers = new Set<(event: ProgressEvent) => void>();

/** Gives every event to a watcher, until what is returned is called. */
export function watchProgress(watcher: (event: ProgressEvent) => void): () => void {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

/** Whether a step or a part is the last one. */
export const isLast = (event: Exclude<ProgressEvent, { type: "note" }>): boolean =>
  event.type === "step" ? event.step === event.steps : event.done === event.total;

const listeners = new Set<(text: string) => void>();

/** A note that whoever started this process must hear too, wherever it runs: why nothing moves, what was passed over. */
export function notify(text: string): void {
  reportProgress({ type: "note", text });
  for (const listener of listeners) listener(text);
}

/** Gives what {@link notify} says to a listener, until what is returned is called. */
export function hearNotices(listener: (text: string) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
