/** @file A results folder that is as it was written passes; whatever was altered in it is named by its file and its number. */
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { finetuneAll } from "../../../src/runs/finetuning/study-models.js";
import { evaluateAll } from "../../../src/runs/grid.js";
import { KEPT_FOLDER, keptValue } from "../../../src/runs/study/kept.js";
import { publishResult, readItemsText } from "../../../src/runs/study/results.js";
import { openResults, type Check } from "../../../src/runs/verify/files.js";
import { checkZeroShot } from "../../../src/runs/verify/scores.js";
import { compareSteps, reasonToDiffer, retakeSteps } from "../../../src/runs/verify/steps.js";
import { verifyResults } from "../../../src/runs/verify/verify.js";
import { HAND_MADE_STAGE } from "../../support/hand-made-result.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf } from "../../support/tiny-study.js";

const model = "llama100M";
const study = openTinyStudy(sharedFolder());
const BASE = join(model, "base", "seed-1");
const MERGED = join(model, "merged", "seed-1");
const STEPS = 3;

beforeAll(async () => {
  const subjects = [
    { model, condition: "base" },
    { model, condition: "merged" },
  ] as const;
  await evaluateAll(study, subjects, "blimp");
  await finetuneAll(study, subjects.slice(0, 1), { tasks: ["wsc"], seeds: [1, 2] });
  await keptValue({ ...study, isKept: true }, { name: "number" }, z.number(), async () => 1);
}, 120_000); // trainings take seconds alone, more beside other work

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
const differencesOf = (checks: readonly Check[]) =>
  checks.flatMap(({ name, differences }) => differences.map((difference) => `${name}: ${difference}`));

/** Text of a file, changed. */
function edit(path: string, change: (text: string) => string): void {
  if (path.endsWith(".gz")) writeFileSync(path, gzipSync(change(readItemsText(path))));
  else writeFileSync(path, change(readFileSync(path, "utf8")));
}

/** Cells of one line of a file of items, from 1 after its header. */
const editRow = (path: string, row: number, change: (cells: Record<string, string>) => void): void =>
  edit(path, (text) => {
    const lines = text.split("\n");
    const columns = lines[0]?.split(",") ?? [];
    const values = lines.at(row)?.split(",") ?? [];
    const cells = Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ""]));
    change(cells);
    lines[row < 0 ? lines.length + row : row] = columns.map((column) => cells[column]).join(",");
    return lines.join("\n");
  });

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

  test("has the steps of a training on this device taken again, where there is one", async () => {
    const took = async (...onCard: string[]) => {
      const checks = await verify((folder) => {
        for (const name of onCard)
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
    const [, , zeroShot] = await verify(addReading);
    expect(zeroShot?.differences).toEqual([]);
    expect(zeroShot?.found).toMatch(/of 2 of 3 results.*; 1 result of reading times only read: --reading/);
    const [, , asked] = await verifyResults(copyOf(addReading), { steps: 0, reading: true });
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
    const without = { hasText: false, reading: true, steps: STEPS, onProgress: () => undefined };
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
      /blimp\.items\.csv\.gz must lie beside its/,
    ],
    ["of items without a result", (folder) => rmSync(join(folder, blimp)), /items\.csv\.gz must lie beside/],
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
  const [, data] = await verify((folder) =>
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

const resultSchema = z.looseObject({ metrics: z.array(z.looseObject({ value: z.number() })) });

/** Replaces the first metric that `isMeant`, and tells its old and new value. */
function alterMetric(path: string, isMeant: (metric: Record<string, unknown>) => boolean): void {
  edit(path, (text) => {
    const result = resultSchema.parse(JSON.parse(text));
    const metric = result.metrics.find(isMeant);
    if (metric) metric.value += Number.EPSILON * Math.max(1, metric.value);
    return JSON.stringify(result, null, 2);
  });
}

describe("a number", () => {
  test.each([
    ["blimp.json", "accuracy", "all", "zero-shot"],
    ["superglue-wsc.json", "mcc", "seed 2", "fine-tuning"],
    ["superglue-wsc.json", "scoreHigh", "all", "fine-tuning"],
    ["training.json", "lastStepsLossNats", "pre-training", "training"],
  ])("of %s, %s of %s, is named when its last digit is another", async (file, metric, part, check) => {
    const alter = (folder: string) =>
      alterMetric(join(folder, BASE, file), (own) => own["metric"] === metric && own["part"] === part);
    const found = differencesOf(await verify(alter));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      new RegExp(`^${check}: ${BASE}/${file}: ${metric} of ${part}.* is \\S+, from its items \\S+$`),
    );
  });

  test("of items that is another is named as such", async () => {
    const checks = await verify((folder) =>
      edit(join(folder, BASE, "blimp.json"), (text) => text.replace(/"n": \d+/, '"n": 7')),
    );
    expect(differencesOf(checks)).toEqual([
      expect.stringMatching(/blimp\.json: n of accuracy of all \(official\) is 7, from its items \d+$/),
    ]);
  });

  test("that the items do not give, or that is missing, is named", async () => {
    const path = join(BASE, "blimp.json");
    const renamed = await verify((folder) =>
      edit(join(folder, path), (text) => text.replace('"metric": "accuracyPerToken"', '"metric": "guess"')),
    );
    expect(differencesOf(renamed)).toEqual([
      expect.stringMatching(/accuracyPerToken of all \(corrected\) must be \S+, is not in the result/),
      expect.stringMatching(/guess of all \(corrected\) is \S+, its items give none/),
    ]);
  });
});

describe("an item", () => {
  const flip = (bit: string | undefined) => (bit === "1" ? "0" : "1");

  test("with its candidates' scores exchanged is named by the metrics it moves", async () => {
    const checks = await verify((folder) =>
      editRow(join(folder, BASE, "blimp.items.csv.gz"), 1, (cells) => {
        [cells["logProb0"], cells["logProb1"]] = [cells["logProb1"] ?? "", cells["logProb0"] ?? ""];
      }),
    );
    expect(differencesOf(checks)).toContainEqual(
      expect.stringMatching(/^zero-shot: .*base\/seed-1\/blimp\.json: accuracy of all \(official\) is/),
    );
  });

  test("with another prediction is named by its seed and id", async () => {
    const column = "prediction seed 2";
    const checks = await verify((folder) =>
      editRow(join(folder, BASE, "superglue-wsc.items.csv.gz"), 1, (cells) => {
        cells[column] = flip(cells[column]);
      }),
    );
    expect(differencesOf(checks)).toEqual([
      expect.stringMatching(/superglue-wsc\.json: seed 2 predicts [01] for wsc_0, its logits say [01]$/),
    ]);
  });

  test("with another label is named by its credit and by the figures of the seeds", async () => {
    const checks = await verify((folder) =>
      editRow(
        join(folder, BASE, "superglue-wsc.items.csv.gz"),
        1,
        (cells) => (cells["label"] = flip(cells["label"])),
      ),
    );
    const found = differencesOf(checks).join("\n");
    expect(found).toMatch(/superglue-wsc\.json: wsc_0 has the credit/);
    expect(found).toMatch(/superglue-wsc\.json: accuracy of seed 1 \(corrected\) is/);
  });
});

describe("a curve", () => {
  const scale = (by: number) => (cells: Record<string, string>) =>
    (cells["lossNats"] = String(Number(cells["lossNats"]) * by));
  const curve = (condition: string) => join(condition, "training.items.csv.gz");

  test("whose second loss is another is named by the step taken again", async () => {
    const checks = await verify((folder) => editRow(join(folder, curve(BASE)), 2, scale(1.001)), STEPS);
    expect(differencesOf(checks)).toContainEqual(
      expect.stringMatching(
        /^first steps: .*base.*training\.items\.csv\.gz: lossNats of step 2 is \S+, taken again/,
      ),
    );
  });

  test("that other trainings share is named where it is another in one of them", async () => {
    const checks = await verify((folder) => editRow(join(folder, curve(MERGED)), 2, scale(1 + 1e-12)));
    expect(differencesOf(checks)).toEqual([
      expect.stringMatching(
        /^training: .*merged.*lossNats of step 2 of the same stage is \S+, in .*base.* \S+$/,
      ),
    ]);
  });

  test("whose last loss is another is named by the mean that it moves", async () => {
    const checks = await verify((folder) => editRow(join(folder, curve(MERGED)), -2, scale(1.001)));
    expect(differencesOf(checks)).toEqual([
      expect.stringMatching(
        /merged\/seed-1\/training\.json: lastStepsLossNats of merged is \S+, from its items/,
      ),
    ]);
  });

  test("that lost a step is named by it and by their number", async () => {
    const checks = await verify((folder) =>
      edit(join(folder, curve(MERGED)), (text) => text.replace(/^pre-training,3,.*\n/m, "")),
    );
    const found = differencesOf(checks).join("\n");
    expect(found).toMatch(/merged.*items\.csv\.gz: step 3 of pre-training must follow, is 4/);
    expect(found).toMatch(/merged.*training\.json: steps of pre-training is \d+, from its items \d+/);
  });
});

describe("steps taken again", () => {
  const step = (lossNats: number, more: object = {}) => ({
    ...{ phase: "pre-training", step: 1, steps: 9, epoch: 1, lossNats, learningRate: 0.5, gradientNorm: 2 },
    ...{ trainedTokens: 8, wordsSeen: 4, orderHash: "", tokensPerSecond: 1, secondsLeft: 0 },
    ...more,
  });
  const compared = (lossNats: number, reason: string | null, more: object = {}) =>
    compareSteps([step(4)], [step(lossNats, more)], { path: "curve", reason });

  test("must be equal to the last digit where nothing else is", () => {
    expect(compared(4, null)).toEqual({ found: "1 step equal to the last digit", differences: [] });
    expect(compared(4.000_000_1, null).differences).toEqual([
      "curve: lossNats of step 1 is 4, taken again 4.0000001",
    ]);
  });

  test("may differ by rounding where there is a reason, which is told", () => {
    const near = compared(4.000_000_1, "processor was A, here B");
    expect(near.differences).toEqual([]);
    expect(near.found).toContain(
      "0 of them equal to the last digit, the farthest 2.5e-8 away, allowed 0.00001",
    );
    expect(near.found).toContain("because processor was A, here B");
    expect(compared(4.000_1, "processor was A, here B").differences).toHaveLength(1);
    expect(compared(4, "processor was A, here B", { gradientNorm: 2.001 }).differences).toHaveLength(1);
  });

  test("have the rate and the tokens of the curve for no reason else", () => {
    const [rate, tokens] = compared(4, "any", { learningRate: 0.500_000_1, trainedTokens: 9 }).differences;
    expect(rate).toBe("curve: learningRate of step 1 is 0.5, taken again 0.5000001");
    expect(tokens).toBe("curve: trainedTokens of step 1 is 8, taken again 9");
  });

  test("may differ where machine, engine or code do, or the processor has no model", () => {
    const { provenance } = HAND_MADE_STAGE;
    const named = { ...provenance, processor: "Maker 9000" };
    const same = { isSameStage: true };
    expect(reasonToDiffer(named, named, same)).toBeNull();
    expect(reasonToDiffer(provenance, provenance, same)).toBe('"by hand" names no model of processor');
    expect(reasonToDiffer(named, named, { isSameStage: false })).toMatch(/changed since/);
    expect(reasonToDiffer(named, { ...named, processor: "Maker 9" }, same)).toMatch(
      /processor was Maker 9000/,
    );
    expect(reasonToDiffer(named, { ...named, cores: 64 }, same)).toMatch(/cores was 2, here 64/);
  });
});
