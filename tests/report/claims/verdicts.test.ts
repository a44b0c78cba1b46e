/** @file What answers say of a claim: for it, against it, or too little, by their items, tasks, texts and seeds. */
import { describe, expect, test } from "vitest";
import { judgeClaims } from "../../../src/report/claims/judge.js";
import { ownEvidence } from "../../../src/report/claims/own-evidence.js";
import type { PairedOutcome } from "../../../src/report/claims/paired-outcomes.js";
import { answers, pair, threePointGain } from "./answers.js";
import { BASE, claimOf, DRAWING, GAIN, judgeOne, SIDES, TUNED } from "./made-up-claims.js";

describe("two answer sheets", () => {
  test("that are identical have p = 1 and no verdict for or against", () => {
    const { base } = threePointGain(400);
    const judged = judgeOne(GAIN, pair(base, base));
    expect(judged).toMatchObject({ verdict: "inconclusive", effect: 0, p: 1, correctedP: 1, n: 400 });
  });

  test("a gain of 3 points is detected with n = 4,908 and inconclusive with n = 52", () => {
    const verdictWith = (n: number) => {
      const { base, tuned } = threePointGain(n);
      return judgeOne(GAIN, pair(base, tuned));
    };
    const [mnli, wsc] = [verdictWith(4_908), verdictWith(52)];
    expect(mnli).toMatchObject({ verdict: "supported", direction: "for" });
    expect(mnli.verdict === "supported" && Math.abs(mnli.effect - 0.03)).toBeLessThan(0.001);
    expect(wsc).toMatchObject({ verdict: "inconclusive", n: 52 });
  });

  test("a loss of the same size speaks against the claim", () => {
    const { base, tuned } = threePointGain(4_908);
    expect(judgeOne(GAIN, pair(tuned, base))).toMatchObject({
      verdict: "not supported",
      direction: "against",
    });
  });

  test("are as good as alike only when the interval is inside the margin", () => {
    const within = (margin: number) =>
      claimOf({ kind: "difference", ...SIDES, expect: { negligibleWithin: margin } });
    const { base, tuned } = threePointGain(4_908);
    expect(judgeOne(within(0.06), pair(base, tuned)).verdict).toBe("supported");
    expect(judgeOne(within(0.03), pair(base, tuned)).verdict).toBe("inconclusive");
    expect(judgeOne(within(0.01), pair(base, tuned)).verdict).toBe("not supported");
  });
});

describe("claims about several comparisons", () => {
  const { base, tuned } = threePointGain(4_908);
  const sheets = [...pair(base, tuned), answers(base, { condition: "wiki" })];
  const more = [TUNED, "llama140M wiki"];

  test("every gain: one model without a gain keeps it open, and is the one shown", () => {
    const every = claimOf({ kind: "everyDifference", ...SIDES, more, over: "meanOfTasks" });
    expect(judgeOne(every, sheets)).toMatchObject({
      verdict: "inconclusive",
      effect: 0,
      of: "llama140M wiki − llama140M base",
    });
    const alone = claimOf({ kind: "everyDifference", ...SIDES, over: "meanOfTasks" });
    expect(judgeOne(alone, sheets).verdict).toBe("supported");
  });

  test("some loss: one model below its base is enough", () => {
    const some = claimOf({
      kind: "someLoss",
      tasks: ["BLiMP"],
      more: [BASE, "llama140M wiki"],
      less: [TUNED],
    });
    expect(judgeOne(some, sheets)).toMatchObject({
      verdict: "supported",
      of: "llama140M base − llama140M merged on BLiMP",
    });
    const elsewhere = claimOf({ kind: "someLoss", tasks: ["BLiMP", "EWoK"], more: [BASE], less: [TUNED] });
    expect(judgeOne(elsewhere, sheets)).toMatchObject({
      verdict: "supported",
      of: expect.stringMatching(/; without EWoK$/),
    });
    expect(judgeOne(claimOf({ kind: "someLoss", ...SIDES, tasks: ["BLiMP", "EWoK"] }), sheets).verdict).toBe(
      "inconclusive",
    );
    const none = claimOf({ kind: "someLoss", ...SIDES });
    expect(judgeOne(none, sheets).verdict).toBe("not supported");
  });

  test("a gain on one task and none on another depends on the task", () => {
    const depends = claimOf({ kind: "dependsOnTask", ...SIDES, tasks: ["BLiMP", "MNLI"] });
    const second = pair(tuned, base, { task: "MNLI" });
    const judged = judgeOne(depends, [...pair(base, tuned), ...second]);
    expect(judged).toMatchObject({ verdict: "supported", n: 2 * 4_908 });
    // Gains of 3 and −3 points lie 4.24 apart as a deviation, a little less without their errors.
    expect(judged.verdict === "supported" && Math.abs(judged.effect - 0.0424)).toBeLessThan(0.001);
  });

  test("at chance: every model must be near it", () => {
    const atChance = (chance: number) =>
      claimOf({ kind: "everyAtChance", task: "BLiMP", runs: [BASE, TUNED], chance, within: 0.06 });
    expect(judgeOne(atChance(0.475), sheets).verdict).toBe("supported");
    expect(judgeOne(atChance(0.35), sheets)).toMatchObject({
      verdict: "not supported",
      of: "llama140M merged − chance",
    });
  });

  test("more claims need a smaller p", () => {
    const uneven = threePointGain(1_400);
    const evidence = ownEvidence(pair(uneven.base, uneven.tuned), DRAWING);
    const [alone] = judgeClaims([GAIN], evidence);
    const among = judgeClaims(
      Array.from({ length: 20 }, () => GAIN),
      evidence,
    );
    expect(alone?.verdict).toBe("supported");
    expect(new Set(among.map(({ verdict }) => verdict))).toEqual(new Set(["inconclusive"]));
  });
});

test("a task that a year lacks is no missing result", () => {
  const task = "WUG adjective nominalization";
  const onWugs = claimOf({ kind: "everyAtChance", task, runs: [BASE], chance: 0.5, within: 0.06 });
  const reason = (rules: 2025 | 2026) => judgeClaims([onWugs], ownEvidence([], { rules }))[0];
  expect(reason(2025)).toMatchObject({ verdict: null, reason: `no results on ${task} at this scale` });
  expect(reason(2026)).toMatchObject({ verdict: null, reason: `the rules of 2026 have no ${task}` });
});

test("items that share a text count as one: a gain on few texts stays open", () => {
  const { base, tuned } = threePointGain(1_400);
  const clusters = base.map((_, item) => `text ${Math.floor(item / 100)}`);
  expect(judgeOne(GAIN, pair(base, tuned)).verdict).toBe("supported");
  expect(judgeOne(GAIN, pair(base, tuned, { clusters })).verdict).toBe("inconclusive");
});

describe("several seeds", () => {
  const { base, tuned } = threePointGain(4_908);

  test("that disagree about a gain leave it open where one seed alone would not", () => {
    const seeds = [
      ...pair(base, tuned),
      ...pair(tuned, base, { seed: 1 }),
      ...pair(base, tuned, { seed: 2 }),
    ];
    const judged = judgeOne(GAIN, seeds);
    expect(judged).toMatchObject({
      verdict: "inconclusive",
      test: "paired bootstrap over items; Student's t over 3 seeds",
    });
    expect(judged.verdict !== null && Math.abs(judged.effect - 0.01)).toBeLessThan(0.001);
  });

  test("shares of R² count their seeds' spread as well", () => {
    const fit = (condition: string, seed: number, score: number): PairedOutcome => ({
      kind: "rSquared",
      model: "llama140M",
      condition,
      seed,
      task: "Eye tracking",
      score,
      n: 1_696,
    });
    const claim = claimOf({ kind: "difference", ...SIDES, tasks: ["Eye tracking"], expect: "positive" });
    const steady = [1, 2, 3].flatMap((seed) => [fit("base", seed, 0.01), fit("merged", seed, 0.07)]);
    expect(judgeOne(claim, steady)).toMatchObject({
      verdict: "supported",
      n: 1_696,
      test: "normal errors of R², unpaired; Student's t over 3 seeds",
    });
    const wild = [0.01, 0.05, 0.15].flatMap((score, seed) => [
      fit("base", seed, 0.01),
      fit("merged", seed, score),
    ]);
    expect(judgeOne(claim, wild).verdict).toBe("inconclusive");
  });
});
