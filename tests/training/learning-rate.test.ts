import { describe, expect, test } from "vitest";
import { z } from "zod";
import { PRETRAINING } from "../../src/config.js";
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
  test("the cosine is at half of the peak half way", () => {
    expect(learningRateAt(60, schedule({ schedule: "cosineWithRestarts" }))).toBeCloseTo(0.5, 12);
  });
  test("two cycles are back at the peak half way", () => {
    expect(learningRateAt(60, schedule({ schedule: "cosineWithRestarts", cosineCycles: 2 }))).toBeCloseTo(
      1,
      12,
    );
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
    expect(warmupStepsOf({ ...PRETRAINING, warmupShare: 0.25 }, 200)).toBe(50);
  });
  test("longer than the run is refused", () => {
    expect(() => warmupStepsOf(PRETRAINING, 4_000)).toThrow(
      /warm-up must end before the run does, got 5000 of 4000/,
    );
  });
});

test("an unknown schedule is refused by name", () => {
  const config = { ...schedule({}), schedule: "cosin" };
  expect(() => learningRateAt(50, config as unknown as ScheduleConfig)).toThrow(/got "cosin"/);
});
