import { join } from "node:path";
import { expect, test } from "vitest";
import { crossedEffects, crossedRows } from "../../../src/report/rows/crossed-rows.js";
import { surprisalBins } from "../../../src/report/rows/surprisal-bins.js";
import { crossTokenizers } from "../../../src/runs/study/crossed-tokenizers.js";
import { publishResult } from "../../../src/runs/study/results.js";
import { readingWords } from "../../../src/runs/scoring/tasks/reading.js";
import { HAND_MADE_STAGE, metric, resultWith } from "../../support/hand-made-result.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy } from "../../support/tiny-study.js";

/** A decoder whose official scores are `percent` and whose other readings are all one. */
function decoder(model: "llama140M" | "llama100M", variant: string, percent: number, seed = 1) {
  const metrics = ["eyeTracking", "selfPaced"].flatMap((part) =>
    (["official", "corrected", "wholeWord"] as const).flatMap((scoringRule) =>
      ["partialRSquared", "partialRSquaredLow", "partialRSquaredHigh"].map((name) =>
        metric({ metric: name, part, scoringRule, value: (scoringRule === "official" ? percent : 1) / 100 }),
      ),
    ),
  );
  const result = resultWith(metrics, { task: "reading", model, seed });
  return {
    ...result,
    config: { ...result.config, tokenizers: { llama140M: { variant }, llama100M: { variant } } },
  };
}
const four = [
  decoder("llama140M", "bytePlain", 1),
  decoder("llama100M", "byteWithPrefixSpace", 5),
  decoder("llama140M", "byteWithPrefixSpace", 4),
  decoder("llama100M", "bytePlain", 1.5),
];

test("effects are means of both ways: tokenizer (3 + 3.5) / 2, size (0.5 + 1) / 2, and none where all score alike", () => {
  const [tokenizer, size] = crossedEffects(four);
  expect(tokenizer).toMatchObject({ task: "Eye tracking", seeds: 1, official: "3.25", corrected: "0.00" });
  expect(size).toMatchObject({ official: "0.75" });
});

test("over two seeds an effect is a mean with Student's interval: 4.25 ± 12.706 · √2 / √2", () => {
  const other = [
    decoder("llama140M", "bytePlain", 1, 2),
    decoder("llama100M", "byteWithPrefixSpace", 6, 2),
    decoder("llama140M", "byteWithPrefixSpace", 6, 2),
    decoder("llama100M", "bytePlain", 0.5, 2),
  ];
  const [tokenizer] = crossedEffects([...four, ...other]);
  expect(tokenizer).toMatchObject({ seeds: 2, official: "4.25 (−8.46 to 16.96)" });
  expect(crossedRows([...four, ...other])[0]).toMatchObject({ seeds: 2, official: "1.00 (1.00 to 1.00)" });
});

test("rows name size and tokenizer, and print each reading with its interval", () => {
  expect(crossedRows(four)[1]).toEqual({
    task: "Eye tracking",
    size: "llama100M",
    tokenizer: "prefix space and <s>",
    seeds: 1,
    official: "5.00 (5.00 to 5.00)",
    corrected: "1.00 (1.00 to 1.00)",
    "whole word": "1.00 (1.00 to 1.00)",
  });
});

test("a decoder that is missing, or there twice, is refused by name", () => {
  expect(() => crossedEffects(four.slice(1))).toThrow(
    /one result of llama140M with bytePlain and seed 1, got 0/,
  );
  expect(() => crossedEffects([...four, ...four.slice(0, 1)])).toThrow(/bytePlain and seed 1, got 2/);
});

test("a crossed study exchanges the tokenizers, keeps all else, and writes beside the study's own results", () => {
  const study = openTinyStudy(temporaryFolder());
  const crossed = crossTokenizers(study);
  expect(crossed.config.tokenizers.llama140M).toEqual(study.config.tokenizers.llama100M);
  expect(crossTokenizers(crossed).config).toEqual(study.config);
  expect(crossed.resultsFolder).toBe(join(study.resultsFolder, "crossed-tokenizers"));
});

test("bins hold as many words each, in order of surprisal, with the mean of their times", async () => {
  const study = openTinyStudy(temporaryFolder());
  const words = await readingWords(study);
  // Surprisal that is the word's own time: bins are then bins of time.
  const items = {
    columns: ["id", "correctedNats"],
    rows: words.map(({ id, firstPassMs }) => [id, firstPassMs] as const),
  };
  const result = publishResult(study, { model: "llama100M", condition: "base" }, "reading", {
    metrics: [metric({ part: "eyeTracking", value: 0.1 })],
    files: [],
    stages: [HAND_MADE_STAGE],
    items,
  });
  const bins = (await surprisalBins(study, [result], { groups: 4 })).filter(
    ({ measure }) => measure === "first pass",
  );
  expect(bins.map(({ timeMs }) => timeMs)).toEqual(bins.map(({ surprisalNats }) => surprisalNats));
  expect(bins.map(({ timeMs }) => timeMs)).toEqual(bins.map(({ timeMs }) => timeMs).sort((a, b) => a - b));
  expect(Math.max(...bins.map(({ n }) => n)) - Math.min(...bins.map(({ n }) => n))).toBeLessThanOrEqual(1);
  for (const { lowMs, timeMs, highMs } of bins) expect(timeMs - lowMs).toBeCloseTo(highMs - timeMs, 9);
});
