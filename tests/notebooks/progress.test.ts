/** @file What a person sees of a run while it goes on. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProgressDisplay } from "../../scripts/notebooks/progress.mjs";
import { clockTime, duration } from "../../src/report/render/duration.js";
import { followProgress, type ProgressEvent } from "../../scripts/notebooks/progress-file.mjs";

const NOTEBOOKS = ["00-smoke", "01-data", "02-pretraining", "03-tuning"];
const cell = (index: number): ProgressEvent => ({
  type: "cell",
  notebook: "02-pretraining",
  index,
  cells: 15,
  name: "Train",
  time: 0,
});
const step = (at: number): ProgressEvent => ({
  type: "step",
  run: "",
  step: at,
  steps: 400,
  lossNats: 4.2134,
  tokensPerSecond: 8900.4,
  secondsLeft: 41.2,
});

/** A display on a stream that remembers what was written. */
function recorded(isTTY: boolean, columns = 200) {
  let text = "";
  let time = 0;
  const stream = { isTTY, columns, write: (added: string) => (text += added) };
  const display = createProgressDisplay({ notebooks: NOTEBOOKS, stream, now: () => time });
  return { display, text: () => text, setTime: (ms: number) => void (time = ms) };
}

test("on a terminal one line rewrites itself with notebook, cell, step, loss, speed and time left", () => {
  const { display, text } = recorded(true);
  display.show(cell(7));
  display.show(step(120));
  expect(text().split("\r").at(-1)).toBe(
    "02-pretraining · cell 7/15 · step 120/400 · loss 4.213 · 8,900 tokens/s · 0:41 left · notebook 3/4\u001b[K",
  );
  display.line("done");
  expect(text().endsWith("\r\u001b[Kdone\n")).toBe(true);
  expect(text().match(/\n/g)).toHaveLength(1);
});

test("a line never fills the terminal's width, where it would wrap and stay", () => {
  const { display, text } = recorded(true, 40);
  display.show(cell(7));
  display.show(step(120));
  for (const line of text().split(/\r/)) expect(line.replace("\u001b[K", "").length).toBeLessThan(40);
});

test("elsewhere there is a line a cell, and at most one in 10 s for steps", () => {
  const { display, text, setTime } = recorded(false);
  display.show(cell(7));
  for (let ms = 0; ms <= 20_000; ms += 500) {
    setTime(ms);
    display.show(step(ms / 500));
  }
  display.show({ type: "work", label: "blimp", done: 1200, total: 3000 });
  display.show(cell(8));
  expect(text().split("\n")).toEqual([
    "02-pretraining · cell 7/15 · Train · notebook 3/4",
    expect.stringContaining("cell 7/15 · step 0/400"),
    expect.stringContaining("step 20/400"),
    expect.stringContaining("step 40/400"),
    "02-pretraining · cell 8/15 · Train · notebook 3/4",
    "",
  ]);
});

test("evaluation work shows its label and its count", () => {
  const { display, text } = recorded(false);
  display.show(cell(2));
  display.show({ type: "work", label: "blimp", done: 1200, total: 3000 });
  expect(text()).toContain("02-pretraining · cell 2/15 · blimp · 1,200/3,000\n");
});

test("a note is a line of its own that stays, on a terminal too", () => {
  for (const isTerminal of [true, false]) {
    const { display, text } = recorded(isTerminal);
    display.show(cell(2));
    display.show({ type: "note", text: "base: 99.7M words" });
    display.show({ type: "note", text: "wiki: 91M words" });
    expect(text()).toContain("02-pretraining · cell 2/15 · base: 99.7M words\n");
    expect(text().endsWith("wiki: 91M words\n")).toBe(true);
  }
});

test("times read as on a clock", () => {
  expect([0, 41.4, 725, 11_220].map(clockTime)).toEqual(["0:00", "0:41", "12:05", "3:07:00"]);
  expect([0.123, 41.4, 725, 11_220].map(duration)).toEqual(["0.12 s", "41 s", "12 min", "3.1 h"]);
});

test("a progress file is read line by line, also when a line arrives in two parts", () => {
  const folder = mkdtempSync(join(tmpdir(), "progress-"));
  const path = join(folder, "progress.jsonl");
  const events: ProgressEvent[] = [];
  const follower = followProgress(path, (event) => void events.push(event));
  const line = Buffer.from(JSON.stringify({ ...cell(1), name: "Verluste – größer" }) + "\n");
  const inside = line.indexOf("ö") + 1; // between the two bytes of a character
  writeFileSync(path, line.subarray(0, inside));
  follower.stop();
  expect(events).toEqual([]);
  appendFileSync(path, line.subarray(inside));
  follower.stop();
  expect(events).toMatchObject([{ type: "cell", name: "Verluste – größer" }]);
  rmSync(folder, { recursive: true });
});
