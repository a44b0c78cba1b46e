import { expect, test } from "vitest";
import { benchRows } from "../../../src/command-line/bench/bench-rows.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { command } from "../command.js";

test("the paper's decoders are measured up to the longest row each of them takes, the laptop's at 256 tokens", () => {
  const rows = benchRows({
    decoders: ["laptop140M", "llama100M"],
    precisions: ["float32", "bfloat16"],
    maxTokens: 6_144,
  });
  const sizes = (decoder: string, kind: string, precision: string) =>
    rows
      .filter((row) => row.decoder === decoder && row.kind === kind && row.precision === precision)
      .map((row) => (row.kind === "training" ? [row.batchSize, row.lengthTokens] : row.sentences.length));
  expect(sizes("laptop140M", "training", "bfloat16")).toEqual([[16, 256]]);
  expect(sizes("llama100M", "training", "float32")).toEqual([
    [4, 256],
    [1, 1_024],
    [1, 6_000],
  ]);
  expect(sizes("llama100M", "scoring", "float32")).toEqual([64]);
  expect(sizes("llama100M", "scoring", "bfloat16")).toEqual([]);
});

test("the sentences to score are pairs that begin alike, the same in every run", () => {
  const [row] = benchRows({ decoders: ["llama140M"], precisions: [], maxTokens: 256 });
  if (row?.kind !== "scoring") throw new Error("without a number format of training there is scoring alone");
  const [first, second, third] = row.sentences;
  expect([first?.length, second?.length]).toEqual([4, 5]);
  expect(first?.slice(0, 2)).toEqual(second?.slice(0, 2));
  expect(first?.slice(0, 2)).not.toEqual(third?.slice(0, 2));
  expect(benchRows({ decoders: ["llama140M"], precisions: [], maxTokens: 256 })).toEqual([row]);
});

test("longer rows are left out on request", () => {
  const rows = benchRows({ decoders: ["llama140M"], precisions: ["float32"], maxTokens: 1_024 });
  expect(Math.max(...rows.map((row) => (row.kind === "training" ? row.lengthTokens : 0)))).toBe(1_024);
});

test("a shape of one's own is measured alone, as long as the decoder's longest row", () => {
  const rows = benchRows({
    decoders: ["llama140M", "llama100M"],
    precisions: ["float32"],
    maxTokens: 6_144,
    shape: { batchSize: 8, lengthTokens: 6_144 },
  });
  expect(
    rows.map((row) => [row.decoder, row.kind, row.kind === "training" && [row.batchSize, row.lengthTokens]]),
  ).toEqual([
    ["llama140M", "training", [8, 6_144]],
    ["llama100M", "training", [8, 6_000]],
  ]);
});

test.each([
  ["bench --shape 8*6144", /shape must be rows and tokens such as 8x6144, got "8\*6144"/],
  [
    "bench --decoders llama7B",
    /decoders must be one of laptop140M, laptop100M, llama140M, llama100M, got "llama7B"/,
  ],
  ["bench --precisions float16", /precisions must be one of float32, bfloat16, got "float16"/],
  ["bench --max-tokens 17", /max-tokens must be a whole number from 256, got "17"/],
])("%s is refused with what is valid", async (argv, message) => {
  const { code, stderr, stdout } = await command(argv);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(message);
});

test("statistics are measured alone", async () => {
  const { code, stderr } = await command("bench --statistics --data");
  expect([code, stderr]).toEqual([1, expect.stringMatching(/--statistics.*cannot be used with.*--data/)]);
});

test("text cannot be measured where there is none", async () => {
  const places = { rawFolder: temporaryFolder(), dataFolder: null };
  const { code, stderr } = await command("bench --data", { places });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/--data must have the real text/)]);
});
