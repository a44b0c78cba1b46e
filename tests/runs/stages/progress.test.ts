import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reportProgress, type ProgressEvent } from "../../../src/runs/stages/progress.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

// The time of the last report outlives a test, so time only goes forward.
let nowMs = 0;
beforeEach(() => {
  nowMs += 10_000;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const work = (done: number): ProgressEvent => ({ type: "work", label: "blimp", done, total: 100 });
const step = (number: number): ProgressEvent => ({
  type: "step",
  run: "base",
  step: number,
  steps: 50,
  lossNats: 3.5,
  tokensPerSecond: 1000,
  secondsLeft: 2,
});

/** Makes reports go to a file; its lines as they are at the time of the call. */
function reportsTo(): () => unknown[] {
  const file = join(temporaryFolder(), "progress.jsonl");
  vi.stubEnv("CLASS_IT_PROGRESS", file);
  return () =>
    existsSync(file)
      ? readFileSync(file, "utf8")
          .trimEnd()
          .split("\n")
          .map((line): unknown => JSON.parse(line))
      : [];
}

test("an event is one line of JSON, there as soon as it is reported", () => {
  const lines = reportsTo();
  reportProgress(step(7));
  expect(lines()).toEqual([step(7)]);
  nowMs += 1000;
  reportProgress(work(3));
  expect(lines()).toEqual([step(7), work(3)]);
});

test("events within a quarter of a second of the last report are dropped", () => {
  const lines = reportsTo();
  for (let number = 1; number <= 40; number++) {
    reportProgress(step(number));
    nowMs += 100;
  }
  expect(lines()).toEqual([1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34, 37, 40].map(step));
});

test("a note is never dropped, and delays no step", () => {
  const lines = reportsTo();
  const note: ProgressEvent = { type: "note", text: "base: 1M words" };
  for (const event of [step(1), note, note]) reportProgress(event);
  nowMs += 250;
  reportProgress(note);
  reportProgress(step(2));
  expect(lines()).toEqual([step(1), note, note, note, step(2)]);
});

test("the last event of a run is never dropped", () => {
  const lines = reportsTo();
  for (const event of [step(49), step(50), work(99), work(100)]) reportProgress(event);
  expect(lines()).toEqual([step(49), step(50), work(100)]);
});

test("without a file to write to nothing is written", () => {
  const lines = reportsTo();
  vi.stubEnv("CLASS_IT_PROGRESS", "");
  reportProgress(step(50));
  vi.stubEnv("CLASS_IT_PROGRESS", undefined);
  reportProgress(step(50));
  expect(lines()).toEqual([]);
});
