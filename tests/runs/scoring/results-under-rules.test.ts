/** @file Committed results counted under the rules of 2026, without model and without data. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { findProjectRoot } from "../../../src/project-root.js";
import { readPairedOutcomes } from "../../../src/report/claims/paired-outcomes.js";
import {
  baselinesUnder,
  itemCreditsUnder,
  resultsUnder,
} from "../../../src/runs/scoring/results-under-rules.js";
import { readResults, type Result } from "../../../src/runs/study/results.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const laptop = join(findProjectRoot(), "results", "laptop");
const officialOf = ({ metrics }: Result) =>
  metrics.find(
    ({ metric, part, scoringRule }) => [metric, part, scoringRule].join() === "accuracy,all,official",
  );

describe("the laptop results", () => {
  let entities: Result[] = [];
  beforeAll(() => {
    entities = readResults(laptop).filter(({ task }) => task === "entity_tracking");
  });

  test("entity tracking: from 11 to 39 % down to 14.7 to 17.7 %, for every model", () => {
    const percents = (results: readonly Result[]) =>
      results.map((result) => 100 * (officialOf(result)?.value ?? NaN)).sort((a, b) => a - b);
    const [before, after] = [percents(entities), percents(resultsUnder(laptop, entities, 2026))];
    expect(before).toHaveLength(31);
    expect([before.at(0), before.at(-1)].map((value) => value?.toFixed(1))).toEqual(["11.3", "39.3"]);
    expect([after.at(0), after.at(-1)].map((value) => value?.toFixed(1))).toEqual(["14.7", "17.7"]);
    expect(resultsUnder(laptop, entities, 2025)).toEqual(entities);
  });

  test("the items that go are those whose correct option alone has the fewest tokens; of the others length says nothing", () => {
    const [first] = entities;
    if (!first) throw new Error("results/laptop must hold entity tracking");
    const baselines = (rules: 2025 | 2026) =>
      baselinesUnder(laptop, first, { task: "entity_tracking", rules });
    expect(100 * (baselines(2025).fewestTokens ?? NaN)).toBeGreaterThan(40);
    expect(100 * (baselines(2026).fewestTokens ?? NaN)).toBeCloseTo(20, 0);
    const { ids, credits } = itemCreditsUnder(laptop, first, { task: "entity_tracking", rules: 2026 });
    expect(ids.slice(0, 2)).toEqual(["regular_0_ops_0", "regular_0_ops_1"]);
    expect(credits).toHaveLength(officialOf(resultsUnder(laptop, [first], 2026)[0] ?? first)?.n ?? 0);
  });

  test("WUGs go, reading times stay as they are, and BLiMP changes by its ties alone", () => {
    const all = readResults(laptop).filter(
      ({ seed, model, condition }) => seed === 42 && model === "llama140M" && condition === "base",
    );
    const of2026 = resultsUnder(laptop, all, 2026);
    expect(of2026.some(({ task }) => task === "wug_adj")).toBe(false);
    const times = all.filter(({ task }) => task === "reading");
    expect(of2026.filter(({ task }) => task === "reading")).toEqual(times);
    for (const after of of2026.filter(({ task }) => task === "blimp")) {
      const before = all.find(({ task, condition }) => task === "blimp" && condition === after.condition);
      const value = (metric: string) => after.metrics.find((found) => found.metric === metric)?.value;
      expect(value("accuracyIfTiesRight")).toBe(before && officialOf(before)?.value);
      expect(value("accuracyIfTiesWrong")).toBeLessThan(value("accuracyIfTiesRight") ?? NaN);
    }
  });

  test("pairs for verdicts have the items of the year", () => {
    const outcomes = readPairedOutcomes(laptop, 2026);
    expect(outcomes.some(({ task }) => task === "WUG adjective nominalization")).toBe(false);
    const tracked = outcomes.flatMap((one) =>
      one.task === "Entity tracking" && one.kind === "items" ? [one.ids.length] : [],
    );
    expect(new Set(tracked)).toEqual(new Set([tracked[0]]));
    expect(tracked[0]).toBe(842);
  });
});

describe("a table of items", () => {
  const write = (task: string, rows: readonly (readonly (string | number)[])[]): [string, Result] => {
    const folder = temporaryFolder();
    const [template] = readResults(laptop);
    if (!template) throw new Error("results/laptop must hold results");
    const files = [{ path: "mine.jsonl", sha256: "0" }];
    const result: Result = { ...template, task, files, model: "llama140M", condition: "base", seed: 1 };
    const place = join(folder, "llama140M/base/seed-1");
    mkdirSync(place, { recursive: true });
    const text = rows.map((row) => `${row.join(",")}\n`).join("");
    writeFileSync(join(place, `${task}.items.csv.gz`), gzipSync(text));
    return [folder, result];
  };
  const scores = (count: number, name: string) => Array.from({ length: count }, (_, at) => `${name}${at}`);
  const head = (count: number, ...more: string[]) => [
    "id",
    "uid",
    ...scores(count, "logProb"),
    ...scores(count, "tokens"),
    "choice",
    "tie",
    "credit",
    ...more,
  ];

  test("of EWoK holds both years' contrasts, and one of before says that it lacks the later", () => {
    const [folder, result] = write("ewok", [
      head(3),
      ["social_0", "social", -2, -3, -1, 4, 4, 4, 0, 0, 1],
      ["social_1", "social", -2, -1, -2, 4, 4, 4, 1, 0, 0],
    ]);
    const official = (rules: 2025 | 2026) => {
      const { credits } = itemCreditsUnder(folder, result, { task: "ewok", rules });
      return credits;
    };
    expect([official(2025), official(2026)]).toEqual([
      [1, 0],
      [0, 0.5],
    ]);
    const [old, ofOld] = write("ewok", [head(2), ["social_0", "social", -2, -3, 4, 4, 0, 0, 1]]);
    expect(() => resultsUnder(old, [ofOld], 2026)).toThrow(
      "social_0 must have 3 scores for the rules of 2026, got 2. Score the items again.",
    );
  });

  test("of entity tracking says itself which items go; one that does not must be of the official files", () => {
    const [folder, result] = write("entity_tracking", [
      head(2, "dropped2026"),
      ["regular_0_ops_0", "regular_0_ops", -1, -2, 1, 3, 0, 0, 1, 1],
      ["regular_0_ops_1", "regular_0_ops", -2, -1, 3, 3, 1, 0, 0, 0],
    ]);
    const [after] = resultsUnder(folder, [result], 2026);
    expect(after && officialOf(after)).toMatchObject({ value: 0, n: 1 });
    const [strange, ofStrange] = write("entity_tracking", [
      head(2),
      ["regular_0_ops_0", "regular_0_ops", -1, -2, 1, 3, 0, 0, 1],
    ]);
    expect(() => resultsUnder(strange, [ofStrange], 2026)).toThrow(
      /mine\.jsonl must be an official file of entity tracking, got one with sha256 0\. Score its items again/,
    );
  });
});
