import { expect, test } from "vitest";
import { budgetRows, describeBudget } from "../../../src/report/rows/budget-rows.js";
import { H100 } from "../../../src/runs/cost/accelerator.js";
import type { Budget, BudgetStage } from "../../../src/runs/cost/budget.js";
import type { Rehearsal } from "../../../src/runs/cost/rehearsal.js";

const pretraining: BudgetStage = {
  ...{ model: "llama140M", condition: "base", phase: 0, stage: "pre-training", after: [] },
  ...{ words: 1e6, tokens: 2e6, steps: 10, operations: 3.6e15 },
  measured: { seconds: 100, seeds: [42, 1, 2], machines: ["by hand, 2 cores"] },
  measuredOnGpu: { missing: "not trained" },
  projected: { seconds: 7200, boundBy: "products" },
};
const wiki: BudgetStage = {
  ...{ model: "llama140M", condition: "switchThenWiki", phase: 2, stage: "wiki", after: ["switch"] },
  ...{ words: 1e5, tokens: 2e5, steps: 40, operations: 3.6e14 },
  measured: { seconds: 20, seeds: [42, 1], machines: ["by hand, 2 cores"] },
  measuredOnGpu: { missing: "not trained" },
  projected: { seconds: 1800, boundBy: "launches" },
};
const budget: Budget = {
  ...{ scale: "laptop", source: "real", textWords: 9_100_000, wikiSource: "standIn", gpu: H100 },
  stages: [pretraining, wiki],
};
const untrained: BudgetStage = { ...wiki, measured: { missing: "not trained" } };
const rehearsal: Rehearsal = {
  ...{ model: "llama140M", parameters: 140_231_872, rowLengthTokens: 6_144, batchSize: 8, microBatchSize: 1 },
  ...{ steps: [], tokensPerSecond: 100, operationsPerSecond: 1e11, peakGiB: 8 },
};

test("rows are in millions, peta-operations and hours; their sum stands below", () => {
  const [first, second, sum] = budgetRows(budget, { measured: true });
  expect(first).toEqual({
    ...{ model: "llama140M", condition: "base", stage: "pre-training" },
    ...{ "M words seen": 1, "M tokens": 2, steps: 10, PFLOP: 3.6, "seconds here": 100, seeds: 3 },
    ...{ "hours on one H100": 2, "bound by": "products" },
  });
  expect(second).toMatchObject({
    condition: "switch → wiki",
    stage: "wiki, after switch",
    "seconds here": 20,
  });
  expect(sum).toMatchObject({
    ...{ model: "llama140M", condition: "all", "M words seen": 1.1, steps: 50 },
    ...{ "seconds here": 120, seeds: 2, "hours on one H100": 2.5, "bound by": "products, launches" },
  });
});

test("decoders have sums of their own, and one stage alone needs none", () => {
  const other: BudgetStage = { ...pretraining, model: "llama100M" };
  const rows = budgetRows({ ...budget, stages: [pretraining, wiki, other] }, { measured: true });
  expect(rows.map(({ model, condition }) => `${String(model)} ${String(condition)}`)).toEqual([
    ...["llama140M base", "llama140M switch → wiki", "llama140M all", "llama100M base"],
  ]);
});

test("a stage that was not trained is blank, so is the sum over it, and the note says why", () => {
  const some = { ...budget, stages: [pretraining, untrained] };
  const seconds = budgetRows(some, { measured: true }).map((row) => row["seconds here"]);
  expect(seconds).toEqual([100, null, null]);
  expect(describeBudget(some, { measured: true })).toContain("blank where nothing was trained");
  expect(describeBudget(budget, { measured: true })).not.toContain("blank");
  const other = { ...wiki, measured: { missing: "trained with other settings" } } as const;
  expect(describeBudget({ ...budget, stages: [other] }, { measured: true })).toContain(
    "where other settings were trained, and in sums: llama140M switch → wiki (wiki).",
  );
});

test("seconds of seeds trained on a GPU stand beside, where there are any", () => {
  const onGpu = { seconds: 5, seeds: [2], machines: ["NVIDIA H200"] };
  const some = { ...budget, stages: [{ ...pretraining, measuredOnGpu: onGpu }, wiki] };
  const rows = budgetRows(some, { measured: true });
  expect(rows.map((row) => row["seconds on a GPU"])).toEqual([5, null, null]);
  expect(rows[0]).toMatchObject({ "seconds here": 100, seeds: 3, "seeds on it": 1 });
  expect(describeBudget(some, { measured: true })).toContain("the seeds trained on NVIDIA H200.");
  expect(Object.keys(budgetRows(some, { measured: false })[0] ?? {})).not.toContain("seconds on a GPU");
  expect(describeBudget(budget, { measured: true })).not.toContain("on a GPU");
});

test("hours here are projected from steps taken, and called so", () => {
  const columns = { measured: false, rehearsals: [rehearsal] };
  // 3.6e15 operations at 1e11 a second are 10 hours.
  expect(budgetRows(budget, columns).map((row) => row["hours here, projected"])).toEqual([10, 1, 11]);
  expect(describeBudget(budget, columns)).toContain("the last at 100 tokens/s, 100 GFLOP/s, 8.0 GiB at most");
  expect(Object.keys(budgetRows(budget, { measured: true })[0] ?? {})).not.toContain("hours here, projected");
});

test("the note tells what was measured on the GPU, what was not, and that it was not the kit", () => {
  const [laptop, paper] = (["laptop", "paper"] as const).map((scale) =>
    describeBudget({ ...budget, scale }, { measured: false }),
  );
  for (const said of [
    "products at 21.6 % (llama140M) and 17.5 % (llama100M) of 989 TFLOP/s",
    "launches of kernels at 1.35 ms (llama140M) and 1.54 ms (llama100M) a layer and step",
    "measured on one with PyTorch, not with the kit,",
  ])
    for (const note of [laptop, paper]) expect(note).toContain(said);
  expect(laptop).toContain("decoders of this scale were not measured");
  expect(paper).not.toContain("decoders of this scale were not measured");
  expect(paper).toContain("scaled from the 9.1M words at hand to the paper's 91M");
  expect(laptop).not.toContain("scaled from");
});
