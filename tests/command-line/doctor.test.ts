import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describeReport } from "../../src/command-line/doctor.js";
import { examine, type DoctorReport, type Engine } from "../../src/command-line/doctor-report.js";
import { measureMatrixRate } from "../../src/engine/matrix-rate.js";
import { trainTokenizer } from "../../src/data/tokenizer/tokenizer-json.js";
import { tf } from "../../src/engine/backend.js";
import { command } from "./command.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "class-it-doctor-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const engine: Engine = {
  describeEngine: () => ({ backend: "tensorflow", tensorflow: "2.20.0", tfjs: "4.22.0", device: "CPU" }),
  testGradients: () => 1e-4,
  measureMatrixRate: () => ({ gflopPerSecond: 80, size: 1024 }),
};
const about = (what: RegExp, { problems }: DoctorReport) => problems.filter((line) => what.test(line));

test("the report as JSON holds engine, self-test, speed, machine, set-up and data", async () => {
  const places = { rawFolder: join(folder, "raw"), dataFolder: null };
  const { stdout, stderr, code } = await command("doctor --json", { places });
  const report = JSON.parse(stdout) as DoctorReport;
  expect(report).toMatchObject({
    node: process.versions.node,
    engine: { backend: "tensorflow" },
    gradientTest: { passed: true, tolerance: 1e-3 },
    matrixRates: { float32: { size: expect.any(Number) }, bfloat16: { size: expect.any(Number) } },
    data: { ...places, source: "microworld" },
  });
  expect(report.machine.cores).toBeGreaterThan(0);
  expect(report.setUp.map(({ step }) => step)).toContain("TensorFlow addon");
  expect(report.data.folders.reduce((sum, { missing }) => sum + missing, 0)).toBe(189);
  // Without text, hints say what to do; they are no fault.
  expect(report.hints.join(" ")).toMatch(/171 .*npx class-it data.* 18 .*CLASS_IT_DATA/);
  expect(code).toBe(report.problems.length > 0 ? 1 : 0);
  expect(stderr === "").toBe(code === 0);
});

test("a gradient that is wrong, or not a number, fails the doctor", async () => {
  const places = { rawFolder: join(folder, "raw"), dataFolder: null };
  for (const difference of [0.5, Number.NaN]) {
    const report = await examine(places, {
      load: () => Promise.resolve({ ...engine, testGradients: () => difference }),
    });
    expect(report.gradientTest?.passed).toBe(false);
    expect(about(/^gradient self-test: .* got (0.5|NaN)\..*npm run set-up/, report)).toHaveLength(1);
    expect(describeReport(report)).toContain("self-test FAILED");
  }
  const sound = await examine(places, { load: () => Promise.resolve(engine) });
  expect(about(/gradient|engine/, sound)).toEqual([]);
});

test("an engine that does not load is a problem with its remedy, and the rest is still looked at", async () => {
  const places = { rawFolder: join(folder, "raw"), dataFolder: null };
  const load = () => Promise.reject(new Error("libtensorflow_cc.so.2: cannot open"));
  const report = await examine(places, { load });
  expect(report).toMatchObject({ engine: null, gradientTest: null, matrixRates: null });
  expect(about(/cannot open\. Run npm run set-up\.$/, report)).toHaveLength(1);
  expect(report.data.source).toBe("microworld");
  expect(describeReport(report)).toMatch(/^engine +does not load$/m);
});

test("a data folder that does not exist makes doctor fail in one line", async () => {
  const report = await examine(
    { rawFolder: join(folder, "raw"), dataFolder: join(folder, "nowhere") },
    { load: () => Promise.resolve(engine) },
  );
  expect(report.data.source).toBeNull();
  expect(about(/CLASS_IT_DATA must name an existing folder/, report)).toHaveLength(1);
});

test.each([
  ["18.20.0", false],
  ["20.18.9", false],
  ["20.19.0", true],
  ["21.7.0", false],
  ["22.12.0", false],
  ["22.13.0", true],
  ["24.0.0", true],
  ["25.1.0", true],
])("node %s is supported: %s", async (node, isSupported) => {
  const places = { rawFolder: join(folder, "raw"), dataFolder: null };
  const report = await examine(places, { load: () => Promise.resolve(engine), node });
  expect(about(/^node must be/, report)).toHaveLength(isSupported ? 0 : 1);
});

test.each(["float32", "bfloat16"] as const)(
  "the measured %s rate is the operations of one product over a time such a product can take, and leaks nothing",
  (precision) => {
    const before = tf.memory().numTensors;
    const begin = performance.now();
    const { gflopPerSecond, size } = measureMatrixRate({ seconds: 0.05, precision });
    const elapsedMs = performance.now() - begin;
    const productMs = (2 * size ** 3) / (gflopPerSecond * 1e6);
    expect(productMs).toBeGreaterThan(0);
    expect(18 * productMs).toBeLessThan(elapsedMs); // at least three chains of six ran
    expect(tf.memory().numTensors).toBe(before);
  },
);

test("--model says what a folder's tokenizer is, and finds nothing that transformers would see otherwise", async () => {
  const json = trainTokenizer({ texts: ["the old bell"], vocabSize: 262, variant: "byteWithPrefixSpace" });
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  const config = { tokenizer_class: "LlamaTokenizer", additional_special_tokens: ["<new>"] };
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config));
  const { stdout, code } = await command(`doctor --model ${folder} --json`);
  expect(JSON.parse(stdout)).toMatchObject({
    vocabSize: Object.keys(Object(json.model["vocab"])).length + 1,
    specialTokens: { bos_token: "<s>", eos_token: "</s>", additional_special_tokens: ["<new>"] },
    endIds: [2],
    differences: [],
  });
  expect(code).toBe(0);
});
