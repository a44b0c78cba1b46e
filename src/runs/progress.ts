/**
 * @file The side channel of a run: one JSON line an event, appended to the file that `CLASS_IT_PROGRESS` names.
 * nbconvert shows nothing while a cell runs; whoever started it reads this file instead.
 */
import { appendFileSync } from "node:fs";

/** A training step, some work counted in parts, or something to know. */
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
  | { readonly type: "notice"; readonly message: string };

/** The last event of a run, and every notice. */
function mustBeSeen(event: ProgressEvent): boolean {
  switch (event.type) {
    case "step":
      return event.step === event.steps;
    case "work":
      return event.done === event.total;
    case "notice":
      return true;
  }
}

const MIN_INTERVAL_MS = 250;
let lastReportMs = -Infinity;

/** Reports an event; events that follow too closely are dropped, the last of a run never. */
export function reportProgress(event: ProgressEvent): void {
  const file = process.env["CLASS_IT_PROGRESS"];
  if (!file) return;
  const isLast = mustBeSeen(event);
  const now = performance.now();
  if (!isLast && now - lastReportMs < MIN_INTERVAL_MS) return;
  lastReportMs = now;
  appendFileSync(file, JSON.stringify(event) + "\n");
}
