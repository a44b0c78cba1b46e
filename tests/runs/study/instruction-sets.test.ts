import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { InstructionConfig, StudyConfig } from "../../../src/config/config.js";
import { takeWithinWords } from "../../../src/data/instructions/instruction-budget.js";
import { filesUnder } from "../../../src/data/manifest.js";
import { findProjectRoot } from "../../../src/project-root.js";
import { loadInstructionSets } from "../../../src/runs/study/instruction-sets.js";
import { openStudy, type Study } from "../../../src/runs/study/study.js";
import { deriveStudy } from "../../../src/config/scales.js";
import { parquetOf, putReleased, releasedRows, type FixtureRow } from "../../support/released-fixture.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

afterEach(() => vi.unstubAllEnvs());

const smoke = deriveStudy("smoke");
const released = { wikiSource: "released", switchboardPairs: "released" } as const;
const configWith = (instructions: Partial<InstructionConfig>): StudyConfig => ({
  ...smoke,
  instructions: { ...smoke.instructions, ...instructions },
  budget: { ...smoke.budget, switchboardRows: null, wikiRows: null },
});
const studyOf = (instructions: Partial<InstructionConfig>): Study => ({
  name: "default",
  changes: [],
  config: configWith(instructions),
  seed: 1,
  source: "real",
  resultsFolder: "nowhere",
  cacheFolder: "nowhere",
  isKept: false,
});

function fetched(wiki: readonly FixtureRow[], talk: readonly FixtureRow[], unverified = false) {
  const rawFolder = temporaryFolder();
  const files = {
    "simple_wiki/train.parquet": parquetOf(wiki),
    "switchboard/train.parquet": parquetOf(talk),
  };
  putReleased(rawFolder, files, { unverified });
  return { rawFolder, dataFolder: null };
}

describe("the word budget", () => {
  const row = (words: number) => ({ prompt: "word ".repeat(words - 1), reply: "word" });

  test("takes rows from the first on while they fit", () => {
    const rows = [row(4), row(3), row(5), row(1)];
    expect(takeWithinWords(rows, 7)).toEqual(rows.slice(0, 2));
    expect(takeWithinWords(rows, 11)).toEqual(rows.slice(0, 2)); // the fourth would fit, but is no longer asked
    expect(takeWithinWords(rows, 13)).toEqual(rows);
    expect(() => takeWithinWords(rows, 3)).toThrow("must leave room for a row of questions, got 3 words");
  });

  test("words8.7M counts conversation first, also for questions alone, and then names its file; all takes all", async () => {
    // 2 × 4M words of questions and 1M of conversation: the second question goes beyond 8.7M.
    const long = (words: number, source: string) => ({
      ...releasedRows(source, 1)[0],
      prompt: "a ".repeat(words),
      reply: "yes",
      source,
      text: "",
    });
    const wiki = [long(4_000_000, "simple_wiki"), long(4_000_000, "simple_wiki")];
    const places = fetched(wiki, [long(1_000_000, "switchboard")]);
    const capped = await loadInstructionSets(
      studyOf({ ...released, instructionBudget: "words8.7M" }),
      ["wiki"],
      places,
    );
    expect(capped.examples).toHaveLength(1);
    expect(capped.files).toHaveLength(2);
    const all = await loadInstructionSets(
      studyOf({ ...released, instructionBudget: "all" }),
      ["wiki"],
      places,
    );
    expect(all.examples).toHaveLength(2);
    expect(all.files).toHaveLength(1);
  });
});

test("released sets are named with their hashes, and as unverified where they are", async () => {
  for (const unverified of [false, true]) {
    const places = fetched(releasedRows("simple_wiki", 5), releasedRows("switchboard", 3), unverified);
    const { examples, files } = await loadInstructionSets(studyOf(released), ["switch", "wiki"], places);
    expect(examples.map(({ set, source }) => `${set} ${source}`).sort()).toEqual([
      ...Array<string>(3).fill("switch switchboard-released"),
      ...Array<string>(5).fill("wiki wiki-released"),
    ]);
    expect(files).toEqual([
      expect.objectContaining({ path: "collections/class-it-instructions/switchboard/train.parquet" }),
      expect.objectContaining({ path: "collections/class-it-instructions/simple_wiki/train.parquet" }),
    ]);
    expect(files.every((file) => file.unverified === true)).toBe(unverified);
  }
});

test("a study that was not opened has not decided what the questions are", async () => {
  await expect(loadInstructionSets(studyOf({ wikiSource: "asFetched" }), ["wiki"])).rejects.toThrow(
    "wikiSource must be decided, got asFetched",
  );
});

describe("openStudy", () => {
  test("decides for the stand-in on the microworld, and says so", () => {
    const { config } = openStudy({ scale: "smoke", seed: 1, source: "microworld" });
    expect(config.instructions.wikiSource).toBe("standIn");
    expect(config.shrunk.at(-1)).toBe("wiki questions by template in place of a language model's");
    expect(config.shrunk).toHaveLength(smoke.shrunk.length + 1);
  });

  test.each<[Partial<InstructionConfig>, string]>([
    [{ wikiSource: "released" }, "released instruction sets must go with real text, got the microworld"],
    [{ switchboardPairs: "released" }, "released instruction sets must go with real text"],
    [{ chatTemplate: "released" }, 'got "standIn" and "minThreeWords"'],
  ])("refuses %o on the microworld", (instructions, message) => {
    const config = configWith(instructions);
    expect(() => openStudy({ scale: "smoke", seed: 1, source: "microworld", config })).toThrow(message);
  });

  /** A data folder as far as opening a study looks at it: the sample's files by name, and perhaps the released sets. */
  function dataFolder(released?: { listed?: number }): void {
    const folder = temporaryFolder();
    for (const { path } of filesUnder("babylm_sample")) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), "");
    }
    const rows = { "simple_wiki/a.parquet": parquetOf(releasedRows("wiki", 2)) };
    if (released) putReleased(folder, rows, released);
    vi.stubEnv("CLASS_IT_DATA", folder);
  }
  const sourceOf = (instructions: Partial<InstructionConfig> = {}) =>
    openStudy({ scale: "smoke", seed: 1, config: configWith(instructions) }).config.instructions.wikiSource;
  // A set fetched into data/raw is found first.
  const isFetched = existsSync(join(findProjectRoot(), "data/raw/collections/class-it-instructions.json"));

  test.skipIf(isFetched)("takes the released questions where they were fetched, else the stand-in", () => {
    dataFolder();
    expect(sourceOf()).toBe("standIn");
    dataFolder({});
    expect(sourceOf()).toBe("released");
    expect(sourceOf({ wikiSource: "standIn" })).toBe("standIn");
    const config = configWith({ ...released, chatTemplate: "released" });
    const study = openStudy({ scale: "smoke", seed: 1, config });
    expect(study.config.instructions).toEqual(config.instructions);
    expect(study.config.shrunk).toEqual(smoke.shrunk); // nothing about a stand-in
  });

  test.skipIf(isFetched)("refuses to choose where they were fetched in part", () => {
    dataFolder({ listed: 2 });
    expect(() => sourceOf()).toThrow("as a whole or not at all, got 1 of 2 files");
  });
});
