import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { PRETRAINING } from "../../src/config/paper-settings.js";
import { learningRateAt, warmupStepsOf, type ScheduleConfig } from "../../src/training/learning-rate.js";
import { parityFolder, parityJson } from "../support/parity.js";

const schedule = (over: Partial<ScheduleConfig>): ScheduleConfig => ({
  peak: 1,
  schedule: "linear",
  warmupSteps: 10,
  totalSteps: 110,
  cosineCycles: 1,
  ...over,
});

describe("by hand", () => {
  test("the warm-up rises from 0 to the peak in equal steps", () => {
    expect([0, 5, 10].map((step) => learningRateAt(step, schedule({})))).toEqual([0, 0.5, 1]);
  });
  test("the linear schedule falls to 0 at the last step", () => {
    expect([60, 110].map((step) => learningRateAt(step, schedule({})))).toEqual([0.5, 0]);
  });
  test("the linear schedule falls evenly: a quarter of the way a quarter of the peak is gone", () => {
    expect(learningRateAt(35, schedule({ peak: 8 }))).toBe(6);
  });
  test("the cosine is at half of the peak half way, and above the line before: (1 + cos 45°) / 2", () => {
    const cosine = schedule({ schedule: "cosineWithRestarts" });
    expect(learningRateAt(60, cosine)).toBeCloseTo(0.5, 12);
    expect(learningRateAt(35, cosine)).toBeCloseTo((1 + Math.SQRT1_2) / 2, 12);
  });
  test("the cosine ends at 0, where its next cycle would begin at the peak", () => {
    expect(learningRateAt(110, schedule({ schedule: "cosineWithRestarts" }))).toBe(0);
    expect(learningRateAt(110, schedule({ schedule: "cosineWithRestarts", cosineCycles: 2 }))).toBe(0);
  });
  test("two cycles are back at the peak half way", () => {
    expect(learningRateAt(60, schedule({ schedule: "cosineWithRestarts", cosineCycles: 2 }))).toBeCloseTo(
      1,
      12,
    );
  });
});

describe("warmupStableDecay", () => {
  const level = schedule({ schedule: "warmupStableDecay", decayRatio: 0.2 }); // 10 of warm-up, 110 in all, 22 of decay

  test("by hand: at the peak from the warm-up to the decay, then down in a line to 0", () => {
    expect([5, 10, 50, 88].map((step) => learningRateAt(step, level))).toEqual([0.5, 1, 1, 1]);
    expect([99, 110].map((step) => learningRateAt(step, level))).toEqual([0.5, 0]);
  });
  test("falls in the last tenth where nothing else is said", () => {
    const usual = schedule({ schedule: "warmupStableDecay", totalSteps: 100 });
    expect([90, 95, 100].map((step) => learningRateAt(step, usual))).toEqual([1, 0.5, 0]);
  });
  test("equals transformers' get_wsd_schedule with linear decay, step by step", () => {
    const golden = z.object({
      schedules: z.array(
        z.object({
          warmup: z.number(),
          level: z.number(),
          falling: z.number(),
          rates: z.array(z.number()),
        }),
      ),
    });
    const { schedules } = golden.parse(
      JSON.parse(readFileSync(new URL("../golden/decoder-options.json", import.meta.url), "utf8")),
    );
    expect(schedules).toHaveLength(3);
    for (const { warmup, level, falling, rates } of schedules) {
      const totalSteps = warmup + level + falling;
      const decayRatio = falling / totalSteps;
      const config = schedule({ schedule: "warmupStableDecay", warmupSteps: warmup, totalSteps, decayRatio });
      rates.forEach((rate, step) => expect(learningRateAt(step, config)).toBeCloseTo(rate, 12));
    }
  });
  test("a warm-up and a decay that do not fit are refused at the first step", () => {
    const long = schedule({ schedule: "warmupStableDecay", decayRatio: 0.95 });
    expect(() => learningRateAt(0, long)).toThrow(/must fit into 110 steps, got 10 and 105/);
  });
});

const fixture = z.object({ schedules: z.record(z.string(), z.record(z.string(), z.unknown())) });
const KEYS: Record<string, Pick<ScheduleConfig, "schedule" | "cosineCycles">> = {
  transformers_linear: { schedule: "linear", cosineCycles: 1 },
  transformers_cosine_with_restarts_cycles1: { schedule: "cosineWithRestarts", cosineCycles: 1 },
  transformers_cosine_with_restarts_cycles2: { schedule: "cosineWithRestarts", cosineCycles: 2 },
  transformers_cosine_with_restarts_cycles10: { schedule: "cosineWithRestarts", cosineCycles: 10 },
};

test.skipIf(parityFolder === null)("every step equals the schedules of transformers to 1e-9", () => {
  const { schedules } = fixture.parse(parityJson("statistics/schedules.json"));
  let compared = 0;
  for (const [name, curves] of Object.entries(schedules)) {
    const [, warmup, total] = /^warmup(\d+)_total(\d+)$/.exec(name) ?? [];
    if (warmup === undefined || total === undefined) continue;
    for (const [key, settings] of Object.entries(KEYS)) {
      const expected = z.array(z.number()).parse(curves[key]);
      expected.forEach((value, step) => {
        if (step > Number(total)) return;
        const config = schedule({ ...settings, warmupSteps: Number(warmup), totalSteps: Number(total) });
        expect(Math.abs(learningRateAt(step, config) - value), `${name} ${key} ${step}`).toBeLessThan(1e-9);
        compared += 1;
      });
    }
  }
  expect(compared).toBe(4 * (101 + 51 + 26));
});

describe("warm-up", () => {
  test("at paper scale takes the 5,000 steps of Table 2", () => {
    expect(warmupStepsOf(PRETRAINING, 20_000)).toBe(5_000);
  });
  test("at smaller scales takes its share", () => {
    expect(warmupStepsOf({ ...PRETRAINING, warmupRatio: 0.25 }, 200)).toBe(50);
  });
  test("as long as the run or longer is refused", () => {
    expect(() => warmupStepsOf(PRETRAINING, 5_000)).toThrow(/got 5000 of 5000/);
    expect(warmupStepsOf(PRETRAINING, 5_001)).toBe(5_000);
    expect(() => warmupStepsOf(PRETRAINING, 4_000)).toThrow(
      /warm-up must end before the run does, got 5000 of 4000/,
    );
  });
});

test("an unknown schedule is refused by name", () => {
  const config = { ...schedule({}), schedule: "cosin" };
  expect(() => learningRateAt(50, config as unknown as ScheduleConfig)).toThrow(/got "cosin"/);
});

test("a step before the first or after the last is refused", () => {
  for (const step of [-1, 111, Number.NaN])
    expect(() => learningRateAt(step, schedule({}))).toThrow(`step must be 0 to 110, got ${step}`);
});
