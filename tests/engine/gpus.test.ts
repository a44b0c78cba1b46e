import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deviceNames, hasGpus } from "../../src/engine/gpus.js";

let driver = "";
beforeEach(() => {
  driver = mkdtempSync(join(tmpdir(), "class-it-driver-"));
});
afterEach(() => rmSync(driver, { recursive: true }));

function addGpu(address: string, information?: string): void {
  mkdirSync(join(driver, address));
  if (information !== undefined) writeFileSync(join(driver, address, "information"), information);
}

test("GPUs go by the driver's names, equal ones once", () => {
  const information = "Model: \t\t NVIDIA H200\nIRQ:   \t\t 42\nDevice Minor: \t 0\n";
  addGpu("0000:00:06.0", information);
  addGpu("0000:00:07.0", information);
  addGpu("0000:00:08.0", "Model: \t\t NVIDIA A100-SXM4-80GB\n");
  expect(hasGpus(driver)).toBe(true);
  expect(deviceNames(driver)).toBe("NVIDIA H200, NVIDIA A100-SXM4-80GB");
});

test("a GPU whose name the driver keeps to itself is a GPU", () => {
  expect([hasGpus(driver), hasGpus(join(driver, "none"))]).toEqual([false, false]);
  expect(deviceNames(driver)).toBe("GPU");
  expect(deviceNames(join(driver, "none"))).toBe("GPU");
  addGpu("0000:00:06.0");
  addGpu("0000:00:07.0", "IRQ: 42\n");
  expect(deviceNames(driver)).toBe("GPU");
});
