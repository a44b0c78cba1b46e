import { expect, test } from "vitest";
import { PAPER_ARCHITECTURES } from "../../../src/config/paper-settings.js";
import { trainingOperations } from "../../../src/model/operation-count.js";
import { H100, projectOnto, type Accelerator } from "../../../src/runs/cost/accelerator.js";

// Half and a quarter of 1,000 operations a second; 2 and 4 ms a layer and step.
const gpu: Accelerator = {
  name: "gpu",
  peakOperationsPerSecond: 1000,
  shareOfPeak: { llama140M: 0.5, llama100M: 0.25 },
  launchMsPerLayer: { llama140M: 2, llama100M: 4 },
};
const work = { model: "llama140M", numLayers: 10, steps: 100 } as const; // 100 · 10 · 2 ms = 2 s of launches

test("long rows take as long as their products at the decoder's share of the peak", () => {
  expect(projectOnto(gpu, { ...work, operations: 5_000 })).toEqual({ seconds: 10, boundBy: "products" });
  const other = projectOnto(gpu, { ...work, model: "llama100M", operations: 5_000 });
  expect(other).toEqual({ seconds: 20, boundBy: "products" });
});

test("short rows take as long as launching the kernels of every layer and step", () => {
  expect(projectOnto(gpu, { ...work, operations: 999 })).toEqual({ seconds: 2, boundBy: "launches" });
  const [more, deeper] = [
    { ...work, steps: 300 },
    { ...work, numLayers: 30 },
  ].map((longer) => projectOnto(gpu, { ...longer, operations: 999 }));
  expect([more?.seconds, deeper?.seconds]).toEqual([6, 6]);
  const other = projectOnto(gpu, { ...work, model: "llama100M", operations: 999 });
  expect(other).toEqual({ seconds: 4, boundBy: "launches" });
});

test.each([
  ["llama140M", 6_144, 0.2346, "products"],
  ["llama140M", 88, 0.0162, "launches"],
  ["llama100M", 6_000, 0.2563, "products"],
  ["llama100M", 88, 0.0308, "launches"],
] as const)(
  "a step of %s on 8 rows of %i tokens takes the %f s measured",
  (model, length, seconds, boundBy) => {
    const architecture = PAPER_ARCHITECTURES[model];
    const operations = trainingOperations(architecture, { batchSize: 8, lengthTokens: length });
    const step = projectOnto(H100, { model, numLayers: architecture.numLayers, steps: 1, operations });
    expect(step.boundBy).toBe(boundBy);
    // 0.4 %: the shares are written with three digits.
    expect(Math.abs(step.seconds / seconds - 1)).toBeLessThan(0.004);
  },
);
