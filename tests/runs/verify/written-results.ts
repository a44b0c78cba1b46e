/** @file The results folder of a tiny study as it was written, and copies in which something is altered. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll } from "vitest";
import { z } from "zod";
import { finetuneAll } from "../../../src/runs/finetune-all.js";
import { evaluateAll } from "../../../src/runs/grid.js";
import { keptValue } from "../../../src/runs/study/kept.js";
import { readItemsText } from "../../../src/runs/study/results.js";
import type { Check } from "../../../src/runs/verify/files.js";
import { verifyResults } from "../../../src/runs/verify/verify.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy } from "../../support/tiny-study.js";

export const model = "llama100M";
export const BASE = join(model, "base", "seed-1");
export const MERGED = join(model, "merged", "seed-1");
export const STEPS = 3;

/** Results that are written before the tests of a file, and ways to verify copies of them. */
export function writtenResults() {
  const study = openTinyStudy(sharedFolder());
  beforeAll(async () => {
    const runs = [
      { model, condition: "base" },
      { model, condition: "merged" },
    ] as const;
    await evaluateAll(study, runs, "blimp");
    await finetuneAll(study, runs.slice(0, 1), { tasks: ["wsc"], seeds: [1, 2] });
    await keptValue({ ...study, isKept: true }, { name: "number" }, z.number(), async () => 1);
  });

  /** A copy of the folder in which `alter` changed something. */
  function copyOf(alter: (folder: string) => void = () => undefined) {
    const resultsFolder = join(temporaryFolder(), "smoke-microworld");
    cpSync(study.resultsFolder, resultsFolder, { recursive: true });
    alter(resultsFolder);
    const { cacheFolder, source } = study;
    return { scale: "smoke", source, resultsFolder, cacheFolder } as const;
  }

  const verify = (alter: (folder: string) => void, steps = 0): Promise<Check[]> =>
    verifyResults(copyOf(alter), { steps });

  return { study, copyOf, verify };
}

export const differencesOf = (checks: readonly Check[]) =>
  checks.flatMap(({ name, differences }) => differences.map((difference) => `${name}: ${difference}`));

/** Text of a file, changed. */
export function edit(path: string, change: (text: string) => string): void {
  if (path.endsWith(".gz")) writeFileSync(path, gzipSync(change(readItemsText(path))));
  else writeFileSync(path, change(readFileSync(path, "utf8")));
}

/** Cells of one line of a file of items, from 1 after its header. */
export const editRow = (path: string, row: number, change: (cells: Record<string, string>) => void): void =>
  edit(path, (text) => {
    const lines = text.split("\n");
    const columns = lines[0]?.split(",") ?? [];
    const values = lines.at(row)?.split(",") ?? [];
    const cells = Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ""]));
    change(cells);
    lines[row < 0 ? lines.length + row : row] = columns.map((column) => cells[column]).join(",");
    return lines.join("\n");
  });
