import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runsUnderWay } from "../../src/runs/training/runs-under-way.js";
import { trainCondition } from "../../src/runs/training/training.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { openTinyStudy } from "../support/tiny-study.js";
import { command } from "./command.js";

/** A training run that is left after its seventh step. */
async function breakOff() {
  const study = openTinyStudy(temporaryFolder());
  for await (const { step } of trainCondition(study, { model: "llama100M", condition: "base" }))
    if (step === 7) break;
  return study;
}

test("a training run is seen while it runs, and as stopped once it was left", async () => {
  const seen: boolean[] = [];
  const study = openTinyStudy(temporaryFolder());
  for await (const { step } of trainCondition(study, { model: "llama100M", condition: "base" })) {
    seen.push(...runsUnderWay(study.cacheFolder).map(({ isRunning }) => isRunning));
    if (step === 3) break;
  }
  expect(seen).toEqual([true, true, true]);
  const { stdout } = await command("watch", { cacheFolder: study.cacheFolder });
  expect(stdout).toContain("llama100M pre-training, smoke scale, seed 1: step 3/");
  expect(stdout).toContain("stopped; resumes when it is asked for again");
  expect(stdout).toContain("nats a token, steps 1 to 3");
});

test("--json has every record; a line that is being written is left out", async () => {
  const { cacheFolder } = await breakOff();
  const [progress = ""] = readdirSync(cacheFolder).filter((name) => name.endsWith(".progress"));
  appendFileSync(join(cacheFolder, progress, "curve.jsonl"), '{"step": 8, "ste');
  const { stdout } = await command(`watch --json --cache ${cacheFolder}`);
  const [run] = JSON.parse(stdout);
  expect(run.records.map(({ step }: { step: number }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("a finished training, and what is no training, are not under way", async () => {
  const study = openTinyStudy(temporaryFolder());
  for await (const _ of trainCondition(study, { model: "llama100M", condition: "base" }));
  mkdirSync(join(study.cacheFolder, "tuning-0123.progress"));
  writeFileSync(join(study.cacheFolder, "tuning-0123.progress", "about.json"), "{");
  const { stdout } = await command("watch --once", { cacheFolder: study.cacheFolder });
  expect(stdout).toMatch(/^No training is under way\./);
});
