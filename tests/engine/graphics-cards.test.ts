import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deviceNames, hasCards } from "../../src/engine/graphics-cards.js";

let driver = "";
beforeEach(() => {
  driver = mkdtempSync(join(tmpdir(), "class-it-driver-"));
});
afterEach(() => rmSync(driver, { recursive: true }));

function addCard(address: string, information?: string): void {
  mkdirSync(join(driver, address));
  if (information !== undefined) writeFileSync(join(driver, address, "information"), information);
}

test("cards go by the driver's names, equal ones once", () => {
  const information = "Model: \t\t NVIDIA H200\nIRQ:   \t\t 42\nDevice Minor: \t 0\n";
  addCard("0000:00:06.0", information);
  addCard("0000:00:07.0", information);
  addCard("0000:00:08.0", "Model: \t\t NVIDIA A100-SXM4-80GB\n");
  expect(hasCards(driver)).toBe(true);
  expect(deviceNames(driver)).toBe("NVIDIA H200, NVIDIA A100-SXM4-80GB");
});

test("a card whose name the driver keeps to itself is a GPU", () => {
  expect([hasCards(driver), hasCards(join(driver, "none"))]).toEqual([false, false]);
  expect(deviceNames(driver)).toBe("GPU");
  expect(deviceNames(join(driver, "none"))).toBe("GPU");
  addCard("0000:00:06.0");
  addCard("0000:00:07.0", "IRQ: 42\n");
  expect(deviceNames(driver)).toBe("GPU");
});
