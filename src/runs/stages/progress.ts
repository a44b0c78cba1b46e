/**
 * @file The side channel of a run: one JSON line an event, appended to the file that `CLASS_IT_PROGRESS` names.
 * nbconvert shows nothing while a cell runs; whoever started it reads this file instead.
 */
import { appendFileSync } from "node:fs";

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
  const file = process.env["CLASS_IT_PROGRESS"];
  if (!file) return;
  const isKept =
    event.type === "note" ||
    (event.type === "step" ? event.step === event.steps : event.done === event.total);
  const now = performance.now();
  if (!isKept && now - lastReportMs < MIN_INTERVAL_MS) return;
  // A note is no sign of progress: the step that follows it is shown.
  if (event.type !== "note") lastReportMs = now;
  appendFileSync(file, JSON.stringify(event) + "\n");
}
