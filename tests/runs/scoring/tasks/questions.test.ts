/** @file The task `questions`: which questions are asked, and that no training run has them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { textSource } from "../../../../src/data/files.js";
import { loadWikiQuestions } from "../../../../src/data/instructions/instructions.js";
import { OTHER_TURNS } from "../../../../src/evaluation/dialogue-items.js";
import { questionsIn, questionsOf } from "../../../../src/runs/scoring/tasks/questions.js";

const hasText = textSource() === "real";
const REQUEST = { wikiSource: "standIn", itemsPerSet: null } as const;
const promptOf = (context: string): string => context.replace(/^User: /, "").replace(/\nAssistant: $/, "");

test("generated questions are none of those that training generates", async () => {
  const { files, choices } = await questionsOf({ ...REQUEST, source: "microworld" });
  const trained = await loadWikiQuestions({ rows: 2_000, seed: 0, source: "microworld" });
  const prompts = new Set(trained.map(({ prompt }) => prompt));
  expect(files).toEqual([]);
  expect(choices).toHaveLength(2_000);
  expect(choices.filter(({ context }) => prompts.has(promptOf(context)))).toEqual([]);
  expect(choices.every(({ candidates }) => candidates.length === 1 + OTHER_TURNS)).toBe(true);
});

test("a smaller number asks the same questions, each with its passage and alone", async () => {
  const all = await questionsOf({ ...REQUEST, source: "microworld" });
  const few = await questionsOf({ ...REQUEST, source: "microworld", itemsPerSet: 5 });
  expect(few.choices).toHaveLength(10);
  expect(few.choices).toEqual([...all.choices.slice(0, 5), ...all.choices.slice(1_000, 1_005)]);
});

test.skipIf(!hasText)(
  "held-out questions whose passage training has too are marked, and no others",
  async () => {
    const { files, choices } = await questionsOf({ ...REQUEST, source: "real" });
    expect(files.map(({ path }) => path)).toEqual([
      "babylm_sample/dev/simple_wiki.dev",
      "babylm_sample/train/simple_wiki.train",
    ]);
    const passageOf = (prompt: string): string => prompt.split("\n").slice(0, -1).join("\n");
    // Another seed blanks other words of the same passages.
    const trained = await loadWikiQuestions({ rows: null, seed: 7, source: "real" });
    const passages = new Set(trained.map(({ prompt }) => passageOf(prompt)));
    const asked = choices.filter(({ uid }) => uid === "passage and question");
    expect(asked.map(({ isInTraining }) => isInTraining)).toEqual(
      asked.map(({ context }) => passages.has(passageOf(promptOf(context)))),
    );
    const marked = asked.filter(({ isInTraining }) => isInTraining).length;
    expect(marked).toBeGreaterThan(0);
    expect(marked).toBeLessThan(0.2 * asked.length);
  },
);

test("a folder's articles are asked about, and what stands in its training articles is marked", () => {
  const folder = mkdtempSync(join(tmpdir(), "class-it-test-"));
  try {
    const articles = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, index) => {
        const name = `Tor${"abcdefghijklmnopqrstuvwxyz"[from + index] ?? ""}`;
        return `= = = ${name} = = =\n${name} is a town of kind ${name}x. It is old.\n`;
      }).join("\n");
    writeFileSync(join(folder, "simple_wiki.dev"), articles(0, 14));
    writeFileSync(join(folder, "simple_wiki.train"), articles(12, 20));
    const { files, choices } = questionsIn(folder);
    expect(files.map(({ path, unverified }) => ({ path, unverified }))).toEqual([
      { path: "babylm_sample/dev/simple_wiki.dev", unverified: true },
      { path: "babylm_sample/train/simple_wiki.train", unverified: true },
    ]);
    const definitions = choices.filter(({ context }) => /^User: Tor.*\nWhat is Tor/su.test(context));
    expect(definitions).toHaveLength(14);
    expect(definitions.map(({ isInTraining }) => isInTraining)).toEqual(
      Array.from({ length: 14 }, (_, index) => index >= 12),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a folder without articles has generated questions", () => {
  const folder = mkdtempSync(join(tmpdir(), "class-it-test-"));
  try {
    expect(questionsIn(folder)).toMatchObject({ files: [] });
    expect(questionsIn(folder).choices).toHaveLength(2_000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
