import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CHILD_MONTHS, childAge } from "../../../src/evaluation/acquisition-age.js";
import { CHILD_EFFECT, microworldChildWords } from "../../../src/data/microworld/child-words.js";
import { openMicroworld } from "../../../src/data/microworld/oracle.js";
import { seeded } from "../../../src/random.js";
import {
  acquisitionMetrics,
  evaluateAcquisition,
  readAcquisition,
} from "../../../src/runs/scoring/acquisition-scores.js";
import { wordsToLearn } from "../../../src/runs/scoring/tasks/acquisition-words.js";
import { itemsFile, readItems, runFolder } from "../../../src/runs/study/results.js";
import { pearson } from "../../../src/statistics/correlation.js";
import { dataFolder } from "../../support/parity.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

test("simulated children say frequent words first, by as much as is stated", () => {
  const words = microworldChildWords({ months: CHILD_MONTHS, contextsPerWord: 5, random: seeded(1) });
  const oracle = openMicroworld();
  const known = words.flatMap(({ word, proportions }) => {
    const months = childAge(proportions)?.months;
    return months === undefined ? [] : [{ months, frequency: oracle.frequencyLogProb(word) }];
  });
  expect(known.length).toBeGreaterThan(30);
  const r = pearson(
    known.map(({ months }) => months),
    known.map(({ frequency }) => frequency),
  );
  // Of the spread of ages 3 months are frequency and 1 is noise.
  const { monthsPerDeviation, noiseMonths } = CHILD_EFFECT;
  expect(r).toBeCloseTo(-monthsPerDeviation / Math.hypot(monthsPerDeviation, noiseMonths), 1);
  for (const { word, contexts } of words)
    for (const context of contexts)
      expect(oracle.nextWordLogProb(context.split(" "), word), `${word} after ${context}`).toBeGreaterThan(
        -Infinity,
      );
});

test("a study's model is scored at every checkpoint once; both years' figures follow from the kept items", async () => {
  const study = openTinyStudy(temporaryFolder(), { ...TINY_CONFIG, checkpointWords: [300, 600, 900] });
  const run = { model: "llama100M", condition: "base" } as const;
  const result = await evaluateAcquisition(study, run);
  expect(result.settings).toMatchObject({ kind: "microworld" });
  const path = itemsFile(runFolder(study, run), "aoa");
  const words = readAcquisition(readItems(path), path);
  expect(new Set(words.map(({ points }) => points.length))).toEqual(new Set([4]));
  expect(words[0]?.points.map(({ wordsSeen }) => wordsSeen).slice(0, 3)).toEqual([300, 600, 900]);
  // Surprisal of words falls as the model learns.
  const meanAt = (at: number): number =>
    words.reduce((sum, { points }) => sum + (points[at]?.surprisalNats ?? 0), 0) / words.length;
  expect(meanAt(3)).toBeLessThan(meanAt(0));
  // What is kept has six decimals; a fit on it ends there too.
  const again = acquisitionMetrics(words);
  expect(again.map(({ metric, part, n }) => [metric, part, n])).toEqual(
    result.metrics.map(({ metric, part, n }) => [metric, part, n]),
  );
  again.forEach(({ value }, index) => expect(value).toBeCloseTo(result.metrics[index]?.value ?? NaN, 9));
  const of = (metric: string) =>
    result.metrics.find((each) => each.metric === metric && each.part === "2026");
  expect(of("childShare")?.n).toBe(words.length);
  expect(of("modelShare")?.value).toBeGreaterThanOrEqual(0);
  const stages = stagesOf(study);
  await evaluateAcquisition(study, run);
  expect(stagesOf(study)).toEqual(stages);
});

test("official files are taken where they are, all contexts of them", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "full_eval", "aoa"), { recursive: true });
  const place = (name: string): string => join(folder, "full_eval", "aoa", name);
  writeFileSync(
    place("cdi_childes.json"),
    JSON.stringify({ ball: [{ context: "the" }, { context: "my" }], dog: [{ context: "a" }] }),
  );
  const shares = CHILD_MONTHS.map((month) => 1 / (1 + Math.exp(-0.6 * (month - 21))));
  writeFileSync(place("cdi_human.csv"), `word,${CHILD_MONTHS.join(",")}\nball,${shares.join(",")}\n`);
  const { kind, words, files } = await wordsToLearn("real", { contextsPerWord: 1, folder });
  expect(kind).toBe("official");
  expect(words.map(({ id, word, contexts }) => [id, word, contexts])).toEqual([
    ["aoa0", "ball", ["the", "my"]],
    ["aoa1", "dog", ["a"]],
  ]);
  expect(words[0]?.childMonths).toBeCloseTo(21, 5);
  expect(words[1]?.childMonths).toBeNull();
  expect(files.map(({ unverified }) => unverified)).toEqual([true, true]);
});

// Needs CLASS_IT_DATA.
test.skipIf(dataFolder === null)(
  "otherwise held-out child-directed text stands in, and says so",
  async () => {
    const { kind, words } = await wordsToLearn("real", { contextsPerWord: null });
    expect(kind).toBe("substitute");
    expect(words.length).toBeGreaterThan(450);
    expect(words.length).toBeLessThan(601);
    expect(words.find(({ word }) => word === "ball")?.contexts).toHaveLength(20);
    expect(words.every(({ contexts }) => contexts.every((text) => text.split(" ").length >= 4))).toBe(true);
    expect(words.every(({ id }) => /^cdi\d+$/.test(id))).toBe(true);
  },
);
