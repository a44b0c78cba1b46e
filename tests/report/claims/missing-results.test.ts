/** @file Claims with tasks, models or seeds missing: judged on what there is, or blank with the reason. */
import { describe, expect, test } from "vitest";
import { answers, pair, threePointGain } from "./answers.js";
import { claimOf, GAIN, judgeOne, SIDES } from "./made-up-claims.js";

describe("what is missing", () => {
  const { base, tuned } = threePointGain(60);

  test("a task without results leaves the verdict blank with its reason", () => {
    expect(judgeOne(GAIN, [])).toEqual({
      claim: GAIN,
      verdict: null,
      reason: "no results on BLiMP at this scale",
    });
    expect(judgeOne(GAIN, [answers(base)])).toMatchObject({
      verdict: null,
      reason: "no results of llama140M merged on BLiMP",
    });
  });

  test("a claim on an average is decided on the tasks at hand and names the others; one on each task is not", () => {
    const tasks = ["BLiMP", "EWoK"] as const;
    const average = claimOf({ kind: "difference", ...SIDES, expect: "positive", tasks });
    expect(judgeOne(average, pair(base, tuned))).toMatchObject({ n: 60, without: ["EWoK"] });
    const each = claimOf({ kind: "everyDifference", over: "eachTask", ...SIDES, tasks });
    expect(judgeOne(each, pair(base, tuned))).toMatchObject({
      verdict: null,
      reason: "no results on EWoK at this scale",
    });
    const dependence = claimOf({ kind: "dependsOnTask", ...SIDES, tasks });
    expect(judgeOne(dependence, pair(base, tuned))).toMatchObject({
      verdict: null,
      reason: "results on BLiMP alone: there is nothing it could differ from",
    });
  });

  test("models are compared on the seeds they share; without one they are not, by name", () => {
    const more = [answers(tuned, { seed: 1 }), answers(tuned, { condition: "switch", seed: 1 })];
    const shared = [...pair(base, tuned), ...more];
    expect(judgeOne(GAIN, shared)).toEqual({ ...judgeOne(GAIN, pair(base, tuned)) });
    expect(judgeOne(GAIN, shared)).toMatchObject({
      trainingRuns: 1,
      test: expect.stringMatching(/seed 42 alone$/),
    });
    const apart = [answers(base), answers(tuned, { condition: "merged", seed: 1 })];
    expect(judgeOne(GAIN, apart)).toMatchObject({
      verdict: null,
      reason: expect.stringMatching(/lacks seed \d+ on BLiMP, which others have/),
    });
  });

  test("a seed with results on one of the tasks only is not one that models share", () => {
    const tasks = ["BLiMP", "MNLI"] as const;
    const average = claimOf({ kind: "difference", ...SIDES, expect: "positive", tasks });
    const both = [...pair(base, tuned), ...pair(base, tuned, { task: "MNLI" })];
    const second = pair(tuned, base, { seed: 1 });
    expect(judgeOne(average, [...both, ...second])).toEqual(judgeOne(average, both));
  });

  test("answers to other items, or two for one seed, are refused", () => {
    const other = answers(tuned, { condition: "merged", ids: tuned.map((_, item) => `other_${item}`) });
    expect(() => judgeOne(GAIN, [answers(base), other])).toThrow(
      /same items of BLiMP.*"item_0" and "other_0"/,
    );
    expect(() => judgeOne(GAIN, [answers(base), answers(base)])).toThrow(
      /once a seed, got 2 results for 1 seeds/,
    );
  });
});
