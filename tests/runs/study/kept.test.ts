/** @file Results that a folder keeps stand for computing them, and only while settings, seed and data are the same. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { StudyConfig } from "../../../src/config/config.js";
import { tune } from "../../../src/config/curricula.js";
import {
  evaluateAll,
  studiesAtHand,
  runsAtHand,
  runsByStudy,
  tasksAtHand,
  trainAll,
} from "../../../src/runs/grid.js";
import { canonicalJson } from "../../../src/runs/stages/stage.js";
import { keptResult, keptValue } from "../../../src/runs/study/kept.js";
import { readResults } from "../../../src/runs/study/results.js";
import { openStudy, type StudyOptions } from "../../../src/runs/study/study.js";
import { allOf } from "../../support/all-of.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

const RUN = { model: "llama100M", condition: "base" } as const;
const folder = sharedFolder();
const study = openTinyStudy(folder);
/** The same study in a clone without models: an empty cache. */
const kept = (more: Partial<StudyOptions> = {}) =>
  openStudy({
    scale: "smoke",
    seed: 1,
    config: TINY_CONFIG,
    source: "microworld",
    resultsRoot: join(folder, "results"),
    cacheFolder: temporaryFolder(),
    kept: true,
    ...more,
  });

beforeAll(async () => {
  await evaluateAll(study, [RUN], "blimp");
});

describe("results", () => {
  test("are read where they are kept, and nothing is trained or scored", async () => {
    const clone = kept();
    const [result] = await evaluateAll(clone, [RUN], "blimp");
    expect(result).toEqual(keptResult(clone, RUN, "blimp"));
    expect(result?.metrics).toEqual((await evaluateAll(study, [RUN], "blimp"))[0]?.metrics);
    const steps = await allOf(trainAll(clone, [RUN]));
    const again = await allOf(trainAll(study, [RUN]));
    expect(steps.map(({ lossNats }) => lossNats)).toEqual(again.map(({ lossNats }) => lossNats));
    expect(steps[0]).toMatchObject({ ...RUN, seed: 1, phase: "pre-training", step: 1 });
    expect(stagesOf(clone)).toEqual([]);
    expect(tasksAtHand(clone, [RUN])).toEqual(["blimp"]);
    expect(tasksAtHand(study, [RUN])).toContain("reading");
  });

  test("say which runs and seeds are at hand; where there is none, all are to be computed", () => {
    const [first, second] = [kept(), kept({ seed: 2 })];
    const merged = { ...RUN, condition: "merged" } as const;
    expect(runsAtHand(first, [RUN, merged], "blimp")).toEqual([RUN]);
    expect(runsAtHand([first, second], [RUN, merged], "blimp")).toEqual([RUN, merged]);
    expect(studiesAtHand([first, second], [RUN], "blimp")).toEqual([first]);
    expect(studiesAtHand([first, second], [RUN, merged], "blimp")).toEqual([first, second]);
    expect(runsByStudy([first, second], [RUN, merged], ["blimp"])).toEqual([{ study: first, runs: [RUN] }]);
    expect(runsByStudy([first, second], [RUN, merged], ["blimp", "mnli"])).toEqual([
      { study: first, runs: [RUN, merged] },
      { study: second, runs: [RUN, merged] },
    ]);
  });

  test("of other settings, another seed or other data are none", () => {
    expect(keptResult(study, RUN, "blimp")).toBeNull(); // this one computes
    expect(keptResult(kept({ seed: 2 }), RUN, "blimp")).toBeNull();
    const config = { ...TINY_CONFIG, pretraining: { ...TINY_CONFIG.pretraining, learningRate: 0.01 } };
    expect(keptResult(kept({ config }), RUN, "blimp")).toBeNull();
  });

  test("do not depend on the reader's own curricula, unless they are of one", () => {
    const config = { ...TINY_CONFIG, curricula: { mine: [tune(["switch"])] } };
    expect(keptResult(kept({ config }), RUN, "blimp")).not.toBeNull();
  });
});

/** A configuration as it was before one of its settings was one and another had today's name. */
const older = (config: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(
    JSON.stringify({ ...config, startCheckpoint: undefined }).replaceAll('"warmupRatio"', '"warmupShare"'),
  );

describe("a setting that is newer than a result, or has a newer name", () => {
  const path = join(study.resultsFolder, "llama100M", "base", "seed-1", "blimp.json");
  let before: string;
  beforeAll(() => {
    before = readFileSync(path, "utf8");
    const result = JSON.parse(before);
    writeFileSync(path, JSON.stringify({ ...result, config: older(result.config) }));
  });
  afterAll(() => writeFileSync(path, before));

  test("has its default there, and the result stays one of these settings", () => {
    expect(keptResult(kept(), RUN, "blimp")).not.toBeNull();
    const config: StudyConfig = { ...TINY_CONFIG, startCheckpoint: "bestHeldOut" };
    expect(keptResult(kept({ config }), RUN, "blimp")).toBeNull();
  });

  test("has its default in descriptions, whose files have the names of what they lack", async () => {
    const clone = kept({ resultsRoot: join(temporaryFolder(), "results") });
    const schema = z.string();
    const ask = (of = clone, name = "word") => keptValue(of, { name }, schema, async () => "computed again");
    await keptValue(clone, { name: "word" }, schema, async () => "kept");
    const keptFolder = join(clone.resultsFolder, "kept");
    const [file = ""] = readdirSync(keptFolder);
    const content = JSON.parse(gunzipSync(readFileSync(join(keptFolder, file))).toString("utf8"));
    const inputs = { ...content.inputs, config: older(content.inputs.config) };
    const hash = createHash("sha256").update(canonicalJson(inputs)).digest("hex").slice(0, 12);
    rmSync(join(keptFolder, file));
    writeFileSync(join(keptFolder, `word-${hash}.json.gz`), gzipSync(JSON.stringify({ ...content, inputs })));
    expect(await ask()).toBe("kept");
    expect(readdirSync(keptFolder)).toHaveLength(1);
    const config: StudyConfig = { ...TINY_CONFIG, startCheckpoint: "bestHeldOut" };
    const changed = kept({ config, resultsRoot: join(clone.resultsFolder, "..") });
    expect(await ask(changed)).toBe("computed again");
  });
});

test("every committed result of laptop scale is one of today's settings", () => {
  const study = (seed: number) => openStudy({ scale: "laptop", seed, kept: true });
  const folder = study(42).resultsFolder;
  const results = readResults(folder).filter(({ task }) => !task.startsWith("superglue"));
  expect(results.length).toBeGreaterThan(100);
  const orphans = results.filter((result) => keptResult(study(result.seed), result, result.task) === null);
  expect(orphans.map(({ model, condition, seed, task }) => `${model} ${condition} ${seed} ${task}`)).toEqual(
    [],
  );
});

describe("descriptions", () => {
  const schema = z.array(z.number());
  const ask = (of = kept(), inputs: Record<string, unknown> = {}) =>
    keptValue(of, { name: "numbers", inputs }, schema, async () => [Math.PI, ++calls]);
  let calls = 0;

  test("are computed once for the same settings and inputs, and lie below the results with their origin", async () => {
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect(await ask(kept(), { other: true })).not.toEqual(first);
    expect(await ask(study)).not.toEqual(first); // a study that computes keeps nothing
    const files = readdirSync(join(study.resultsFolder, "kept"));
    expect(files).toHaveLength(2);
    expect(files[0]).toMatch(/^numbers-[0-9a-f]{12}\.json\.gz$/);
  });

  test("a damaged file is named, and deleting it is enough", async () => {
    await ask();
    const places = readdirSync(join(study.resultsFolder, "kept")).map((name) =>
      join(study.resultsFolder, "kept", name),
    );
    for (const path of places) writeFileSync(path, "no such file");
    await expect(ask()).rejects.toThrow(/keptValue: .*numbers-.*must be a kept description/);
    for (const path of places) rmSync(path);
    expect(await ask()).toHaveLength(2);
  });
});

test("where results are kept, a scale that must have real text opens without any", () => {
  const before = process.env["CLASS_IT_DATA"];
  delete process.env["CLASS_IT_DATA"];
  try {
    const resultsRoot = temporaryFolder();
    const options = { scale: "laptop", seed: 42, resultsRoot, kept: true } as const;
    expect(() => openStudy(options)).toThrow(/laptop scale must have real text/);
    mkdirSync(join(resultsRoot, "laptop"));
    expect(openStudy(options)).toMatchObject({ source: "real", isKept: true });
    expect(() => openStudy({ ...options, kept: false })).toThrow(/laptop scale must have real text/);
  } finally {
    if (before !== undefined) process.env["CLASS_IT_DATA"] = before;
  }
});
