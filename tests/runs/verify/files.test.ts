/** @file A results folder that is as it was written passes; a file that was altered in it, or lacks another, is named. */
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { KEPT_FOLDER } from "../../../src/runs/study/kept.js";
import { publishResult } from "../../../src/runs/study/results.js";
import { openResults } from "../../../src/runs/verify/files.js";
import { checkZeroShot } from "../../../src/runs/verify/scores.js";
import { retakeSteps } from "../../../src/runs/verify/steps.js";
import { verifyResults } from "../../../src/runs/verify/verify.js";
import { HAND_MADE_STAGE } from "../../support/hand-made-result.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { stagesOf } from "../../support/tiny-study.js";
import {
  BASE,
  differencesOf,
  edit,
  editRow,
  MERGED,
  model,
  STEPS,
  writtenResults,
} from "./written-results.js";

const { study, copyOf, verify } = writtenResults();

describe("a folder as it was written", () => {
  test("passes, its first steps taken again from the text on, and nothing of them is kept", async () => {
    const fresh = temporaryFolder();
    const checks = await verifyResults({ ...copyOf(), cacheFolder: fresh }, { steps: STEPS });
    expect(differencesOf(checks)).toEqual([]);
    const found = Object.fromEntries(checks.map((check) => [check.name, check.found]));
    expect(found).toMatchObject({
      files: "5 results and 1 kept description read",
      "zero-shot": expect.stringMatching(/^\d+ metrics of 2 of 2 results computed from items$/),
      "fine-tuning": expect.stringMatching(/^\d+ metrics of 1 result computed from labels and logits/),
      training: expect.stringMatching(/^2 results compared with \d+ steps/),
      "first steps": "llama100M seed 1, 3 steps equal to the last digit",
    });
    expect(stagesOf({ ...study, cacheFolder: fresh }, "pretraining")).toEqual([]);
  });

  test("has the steps of a training run on this device taken again, where there is one", async () => {
    const took = async (...onGpu: string[]) => {
      const checks = await verify((folder) => {
        for (const name of onGpu)
          edit(join(folder, name, "training.json"), (text) => text.replace('"CPU"', '"NVIDIA H200"'));
        editRow(join(folder, BASE, "training.items.csv.gz"), 2, (cells) => {
          cells["lossNats"] = String(Number(cells["lossNats"]) * (1 + 1e-6)); // as on another device
        });
      }, STEPS);
      return checks.find(({ name }) => name === "first steps")?.found;
    };
    expect(await took(BASE)).toBe("llama100M seed 1, 3 steps equal to the last digit");
    expect(await took(BASE, MERGED)).toMatch(/because device was NVIDIA H200, here CPU$/);
  });

  test("has its reading times only read where summing them up was not asked for", async () => {
    const [, , , zeroShot] = await verify(addReading);
    expect(zeroShot?.differences).toEqual([]);
    expect(zeroShot?.found).toMatch(/of 2 of 3 results.*; 1 result of reading times only read: --reading/);
    const [, , , asked] = await verifyResults(copyOf(addReading), { steps: 0, readingTimes: true });
    expect(asked?.differences).toEqual([
      expect.stringMatching(/reading\.json: its items must be a table of the/),
    ]);
  });

  test("that is empty is refused", async () => {
    await expect(verify((folder) => rmSync(folder, { recursive: true }))).rejects.toThrow(
      /smoke-microworld must hold results, found none/,
    );
  });

  test("of real text is not failed where there is none, and says what was not done", async () => {
    const { results } = openResults(copyOf());
    const without = { hasText: false, readingTimes: true, steps: STEPS, onProgress: () => undefined };
    const zeroShot = await checkZeroShot(results, without);
    expect(zeroShot).toMatchObject({ differences: [], found: expect.stringContaining("not at hand") });
    const steps = await retakeSteps(results, without);
    expect(steps).toMatchObject({ differences: [], found: expect.stringContaining("not taken") });
  });
});

/** A result of reading times without words. */
const addReading = (resultsFolder: string): void =>
  void publishResult({ ...study, resultsFolder }, { model, condition: "base" }, "reading", {
    ...{ metrics: [], files: [], stages: [HAND_MADE_STAGE] },
    items: { columns: ["id"], rows: [] },
  });

describe("a file", () => {
  const blimp = join(BASE, "blimp.json");
  const items = join(BASE, "blimp.items.csv.gz");
  const change = (path: string, from: RegExp, to: string) => (folder: string) =>
    edit(join(folder, path), (text) => text.replace(from, to));

  test.each<[what: string, alter: (folder: string) => void, difference: RegExp]>([
    ["cut off", change(blimp, /"metrics"[^]*/, ""), /base\/seed-1\/blimp\.json must be a result/],
    [
      "of another scale",
      change(blimp, /"scale": "smoke"/, '"scale": "laptop"'),
      /blimp\.json must be of smoke/,
    ],
    ["of another seed", change(blimp, /"seed": 1/, '"seed": 2'), /blimp\.json must be about what its path/],
    ["of unknown settings", change(blimp, /"rowLengthTokens"/, '"rows"'), /blimp\.json must hold the config/],
    ["of unknown task", (folder) => renameTask(join(folder, BASE)), /glue\.json must be of a task/],
    [
      "without its items",
      (folder) => rmSync(join(folder, items)),
      /blimp\.items\.csv\.gz must be next to its/,
    ],
    ["of items without a result", (folder) => rmSync(join(folder, blimp)), /items\.csv\.gz must be next to/],
    [
      "with another data file's hash",
      change(
        blimp,
        /"files": \[\]/,
        `"files": [{"path": "babylm_sample/train/childes.train", "sha256": "00"}]`,
      ),
      /data files: .*blimp\.json: babylm_sample\/train\/childes\.train must have the sha256 .*, names 00/,
    ],
    [
      "kept under another name",
      (folder) => renameKept(join(folder, KEPT_FOLDER)),
      /kept\/number-0123456789ab\.json\.gz must have the name of its inputs/,
    ],
    [
      "kept that is none",
      (folder) => writeFileSync(join(folder, KEPT_FOLDER, "number-0123456789ab.json.gz"), gzipSync("{}")),
      /kept\/number-0123456789ab\.json\.gz must be a kept description of this version, got/,
    ],
    ["that is no table", (folder) => writeFileSync(join(folder, items), "id"), /must be a compressed table/],
    ["with a row cut off", change(items, /,[^,\n]*\n$/, "\n"), /blimp\.items\.csv\.gz must have .* in row/],
  ])("%s is named", async (_what, alter, difference) => {
    const found = differencesOf(await verify(alter));
    expect(found.join("\n")).toMatch(difference);
    for (const one of found) expect(one).not.toContain("\n");
  });
});

test("data files whose hash nobody stated are counted, not compared", async () => {
  const file = '{"path": "own/fetched.jsonl", "sha256": "00", "unverified": true}';
  const [, , data] = await verify((folder) =>
    edit(join(folder, BASE, "blimp.json"), (text) => text.replace('"files": []', `"files": [${file}]`)),
  );
  expect(data?.differences).toEqual([]);
  expect(data?.found).toMatch(/; 1 hash of files it does not know$/);
});

function renameTask(folder: string): void {
  for (const end of [".json", ".items.csv.gz"])
    renameSync(join(folder, `blimp${end}`), join(folder, `glue${end}`));
  edit(join(folder, "glue.json"), (text) => text.replace('"task": "blimp"', '"task": "glue"'));
}

function renameKept(folder: string): void {
  const [name = ""] = readdirSync(folder);
  renameSync(join(folder, name), join(folder, "number-0123456789ab.json.gz"));
}
