import { expect, test } from "vitest";
import { describeProgress, progressLines } from "../../../src/report/render/notebook-progress.js";

const step = (number: number, run = "llama140M switch") =>
  ({
    type: "step",
    run,
    ...{ step: number, steps: 100, lossNats: 3.14159, tokensPerSecond: 6_026.4, secondsLeft: 125 },
  }) as const;
const work = (done: number) => ({ type: "work", label: "llama140M base blimp", done, total: 400 }) as const;

/** Lines below the cell and on the terminal, with a clock and a cell that the test moves. */
function places() {
  const state = { time: 0, cell: {}, line: [] as string[], terminal: [] as string[] };
  const show = progressLines({
    line: (text) => state.line.push(text),
    terminal: (text) => state.terminal.push(text),
    now: () => state.time,
    cell: () => state.cell,
  });
  return { state, show };
}

test("a line has steps, speed and the time left; of counted work too", () => {
  expect(describeProgress(step(12), 3)).toBe(
    "llama140M switch: step 12 of 100, loss 3.142, 6,026 tokens/s, 2:05 left",
  );
  expect(describeProgress(work(100), 50)).toBe("llama140M base blimp: 100 of 400, 2.0/s, 2:30 left");
  expect(describeProgress(work(0), 0)).toBe("llama140M base blimp: 0 of 400");
});

test("work that ends soon is not shown; longer work every two seconds, on the terminal every ten, and its end", () => {
  const { state, show } = places();
  for (let number = 1; number <= 10; number++) {
    state.time += 100;
    show(step(number));
  }
  expect(state.line).toEqual([]);
  for (let number = 11; number <= 100; number++) {
    state.time += 250;
    show(step(number));
  }
  expect(state.line.length).toBeGreaterThan(8);
  expect(state.line.length).toBeLessThan(13);
  expect(state.line.at(-1)).toContain("step 100 of 100");
  expect(state.terminal.length).toBe(3);
});

test("the next stage of a cell goes on in the line at once; another cell begins again", () => {
  const { state, show } = places();
  show(step(1));
  state.time = 4_000;
  show(step(2));
  state.time = 7_000;
  show(step(1, "llama140M wiki"));
  expect(state.line).toHaveLength(2);
  state.cell = {};
  state.time = 8_000;
  show(step(2, "llama140M wiki"));
  expect(state.line).toHaveLength(2);
});
