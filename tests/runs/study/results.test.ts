import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../../../src/report/render/csv.js";
import {
  itemsFile,
  publishResult,
  readItems,
  readItemsText,
  readResults,
  runFolder,
} from "../../../src/runs/study/results.js";
import { HAND_MADE_STAGE, metric, resultWith } from "../../support/hand-made-result.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const run = { model: "llama140M", condition: "wiki" } as const;
const content = { metrics: [metric({ part: "all", value: 0.625 })], files: [], stages: [HAND_MADE_STAGE] };

describe("a published result", () => {
  test("lies under model, condition and seed, and is read as it was written", () => {
    const study = openTinyStudy(temporaryFolder(), TINY_CONFIG, 7);
    const result = publishResult(study, run, "blimp", content);
    expect(runFolder(study, run)).toBe(join(study.resultsFolder, "llama140M", "wiki", "seed-7"));
    expect(readResults(study.resultsFolder)).toEqual([result]);
    const expected = resultWith(content.metrics, { condition: "wiki", seed: 7, source: "microworld" });
    expect(result).toEqual({ ...expected, config: study.config });
  });

  test("is read under today's names where its file has old ones", () => {
    const study = openTinyStudy(temporaryFolder());
    const result = publishResult(study, run, "blimp", content);
    const path = join(runFolder(study, run), "blimp.json");
    const old = readFileSync(path, "utf8")
      .replaceAll('"scoringRule"', '"reading"')
      .replaceAll('"warmupRatio"', '"warmupShare"');
    expect(old.match(/"reading"|"warmupShare"/g)).toHaveLength(3);
    writeFileSync(path, old);
    expect(readResults(study.resultsFolder)).toEqual([result]);
  });

  test("keeps its items as CSV with every digit, a blank for what is missing", () => {
    const study = openTinyStudy(temporaryFolder());
    const items = { columns: ["id", "nats"], rows: [["a_0", -1 / 3] as const, ['b,"1', null] as const] };
    publishResult(study, run, "reading", { ...content, items });
    const text = readItemsText(itemsFile(runFolder(study, run), "reading"));
    expect(text).toBe('id,nats\na_0,-0.3333333333333333\n"b,""1",\n');
    expect(parseCsv(text).map(({ nats }) => nats)).toEqual([String(-1 / 3), ""]);
  });

  test("gives back whatever items it was written with: numbers to the last digit, text, and nothing", () => {
    const study = openTinyStudy(temporaryFolder());
    const cell = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
      fc.integer(),
      fc.string().map((text) => `id ${text}`),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const items = { columns: ["id", "nats, mean"], rows };
        publishResult(study, run, "reading", { ...content, items });
        expect(readItems(itemsFile(runFolder(study, run), "reading"))).toEqual(items);
      }),
    );
  });

  test("with a row of another length is refused by its number", () => {
    const path = itemsFile(temporaryFolder(), "blimp");
    writeFileSync(path, gzipSync("id,nats\na_0,1\na_1\n"));
    expect(() => readItems(path)).toThrow(/blimp\.items\.csv\.gz must have .*, got another number in row 2/);
  });

  test("names a file of items that is damaged or missing", () => {
    const path = itemsFile(temporaryFolder(), "blimp");
    expect(() => readItemsText(path)).toThrow(/blimp\.items\.csv\.gz must exist, found no such file/);
    writeFileSync(path, "id,nats\n");
    expect(() => readItemsText(path)).toThrow(
      /must be a compressed table of items, got Error: incorrect header/,
    );
  });

  test("replaces the one of the same task and leaves nothing else behind", () => {
    const study = openTinyStudy(temporaryFolder());
    publishResult(study, run, "blimp", content);
    publishResult(study, run, "blimp", { ...content, metrics: [metric({ part: "all", value: 0.75 })] });
    expect(readdirSync(runFolder(study, run))).toEqual(["blimp.json"]);
    expect(readResults(study.resultsFolder)[0]?.metrics[0]?.value).toBe(0.75);
  });

  test.each([Number.NaN, Infinity])("with the value %s is refused by the metric's name", (value) => {
    const study = openTinyStudy(temporaryFolder());
    const metrics = [metric({ part: "npi_licensing", value })];
    expect(() => publishResult(study, run, "blimp", { ...content, metrics })).toThrow(
      `accuracy of npi_licensing in blimp must be finite, got ${value}`,
    );
    expect(readResults(study.resultsFolder)).toEqual([]);
  });

  test("that comes from no stage is refused", () => {
    const study = openTinyStudy(temporaryFolder());
    expect(() => publishResult(study, run, "blimp", { ...content, stages: [] })).toThrow(
      /blimp must come from at least one stage/,
    );
  });
});

describe("reading results", () => {
  test("goes by models and conditions in their order, then by the seed's number, then by task", () => {
    const folder = temporaryFolder();
    const publish = (seed: number, task: string, over: Partial<typeof run> | object = {}) =>
      publishResult(openTinyStudy(folder, TINY_CONFIG, seed), { ...run, ...over }, task, content);
    publish(10, "blimp");
    publish(2, "training");
    publish(2, "blimp");
    publish(1, "blimp", { model: "llama100M" });
    publish(1, "blimp", { condition: "base" });
    const { resultsFolder } = openTinyStudy(folder);
    const names = readResults(resultsFolder).map(
      ({ model, condition, seed, task }) => `${model} ${condition} ${seed} ${task}`,
    );
    expect(names).toEqual([
      "llama140M base 1 blimp",
      "llama140M wiki 2 blimp",
      "llama140M wiki 2 training",
      "llama140M wiki 10 blimp",
      "llama100M wiki 1 blimp",
    ]);
  });

  test("finds none where there are none, and passes over what is not a seed's folder", () => {
    const { resultsFolder } = openTinyStudy(temporaryFolder());
    expect(readResults(resultsFolder)).toEqual([]);
    mkdirSync(join(resultsFolder, "llama140M", "base"), { recursive: true });
    writeFileSync(join(resultsFolder, "llama140M", "base", ".directory"), "");
    expect(readResults(resultsFolder)).toEqual([]);
  });

  test.each([
    ["another schema version", { schemaVersion: 2 }, /schemaVersion/],
    [
      "a metric without n",
      { metrics: [{ ...metric({ part: "all", value: 1 }), n: undefined }] },
      /metrics\.0\.n/,
    ],
    ["a condition that names no folder", { condition: "../both" }, /condition/],
  ])("refuses a file with %s by its name and the field", (_what, over, field) => {
    const { resultsFolder } = openTinyStudy(temporaryFolder());
    const folder = join(resultsFolder, "llama140M", "base", "seed-1");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "blimp.json");
    writeFileSync(path, JSON.stringify({ ...resultWith([]), ...over }));
    const read = () => readResults(resultsFolder);
    expect(read).toThrow(`readResults: ${path} must be a result of schema version 1`);
    expect(read).toThrow(field);
    expect(read).toThrow(/Delete it and run its notebook again/);
  });

  test("refuses a file cut off in the middle by its name", () => {
    const { resultsFolder } = openTinyStudy(temporaryFolder());
    const folder = join(resultsFolder, "llama140M", "base", "seed-1");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "blimp.json"), '{"schemaVersion": 1, "ta');
    expect(() => readResults(resultsFolder)).toThrow(
      `${join(folder, "blimp.json")} must be a result of schema version 1, got file:`,
    );
  });
});
