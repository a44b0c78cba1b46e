import { expect, test } from "vitest";
import { Interrupted, interruptible } from "../../src/command-line/interruptible.js";
import { describeStep, progressLine } from "../../src/command-line/progress-line.js";
import { clockTime } from "../../src/report/render/duration.js";
import { interruptSignal } from "../../src/runs/stages/interrupt.js";

function stage(isTTY: boolean) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const stream = { isTTY, columns: 12, write: (text: string) => written.push(text) };
  return { written, clock, line: progressLine(stream, () => clock.ms) };
}

test("away from a terminal a line comes every ten seconds at most, whole, and none at once", () => {
  const { written, clock, line } = stage(false);
  for (clock.ms = 0; clock.ms <= 25_000; clock.ms += 1_000) line.show(`at ${clock.ms} of many`);
  line.end();
  expect(written).toEqual(["at 10000 of many\n", "at 20000 of many\n"]);
});

test("on a terminal one line rewrites itself, never wider than the terminal, and is gone at the end", () => {
  const { written, clock, line } = stage(true);
  clock.ms = 100;
  line.show("as wide as this");
  clock.ms = 150;
  line.show("too soon");
  line.keep("stays");
  line.end();
  expect(written).toEqual(["\ras wide as \u001b[K", "\r\u001b[K", "stays\n"]);
});

test("a step's line has model, phase, step, loss, speed and the time the phase has left", () => {
  const step = {
    phase: "pre-training",
    step: 3,
    steps: 278,
    epoch: 1,
    lossNats: 7.29312,
    learningRate: 1e-3,
    gradientNorm: 1,
    trainedTokens: 2048,
    textTokens: 0,
    wordsSeen: 4608,
    orderHash: "0123456789abcdef",
    tokensPerSecond: 5990.6,
    secondsLeft: 99.4,
  };
  expect(describeStep("llama140M", step)).toBe(
    "llama140M pre-training · step 3/278 · loss 7.293 · 5991 tokens/s · 1:39 left",
  );
});

test.each([
  [0.4, "0:00"],
  [59.5, "1:00"],
  [725, "12:05"],
  [11_220, "3:07:00"],
])("%d s read as %s", (seconds, text) => expect(clockTime(seconds)).toBe(text));

test("Ctrl-C aborts the signal the runs look for, and the work ends as interrupted", async () => {
  expect(interruptSignal()).toBeUndefined();
  const listeners = process.listenerCount("SIGINT");
  const work = interruptible("stopped here", async (signal) => {
    expect(interruptSignal()).toBe(signal);
    process.emit("SIGINT");
    expect(process.listenerCount("SIGINT")).toBe(listeners); // a second Ctrl-C ends the process
    await Promise.reject(new Error("broken by the interrupt"));
  });
  await expect(work).rejects.toThrow(new Interrupted("stopped here"));
  expect(interruptSignal()).toBeUndefined();
});

test("work that ends or fails on its own is left as it is", async () => {
  const listeners = process.listenerCount("SIGINT");
  expect(await interruptible("", () => Promise.resolve(7))).toBe(7);
  await expect(interruptible("", () => Promise.reject(new Error("own")))).rejects.toThrow("own");
  expect(process.listenerCount("SIGINT")).toBe(listeners);
});
