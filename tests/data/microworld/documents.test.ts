import { expect, test } from "vitest";
import { microworldDialoguePairs, generateDialogue } from "../../../src/data/microworld/dialogues.js";
import { GENRE_SHARES, microworldDocuments } from "../../../src/data/microworld/documents.js";
import { generateEntry, microworldQuestions } from "../../../src/data/microworld/encyclopedia.js";
import { openMicroworld } from "../../../src/data/microworld/oracle.js";
import { askQuestions, parseArticles } from "../../../src/data/instructions/wiki-questions.js";
import { countWords } from "../../../src/data/words.js";
import { seeded } from "../../../src/random.js";

const documents = microworldDocuments({ words: 20_000, random: seeded(1) });

test("text has exactly the words asked for, and the genres their shares", () => {
  const total = (genre?: string): number =>
    documents
      .filter((d) => genre === undefined || d.genre === genre)
      .reduce((sum, d) => sum + countWords(d.text), 0);
  expect(total()).toBe(20_000);
  for (const [genre, share] of Object.entries(GENRE_SHARES))
    expect(total(genre) / 20_000).toBeCloseTo(share, 2);
});

test("the same seed gives the same text, another seed another", () => {
  expect(microworldDocuments({ words: 500, random: seeded(1) })).toEqual(
    microworldDocuments({ words: 500, random: seeded(1) }),
  );
  expect(microworldDocuments({ words: 500, random: seeded(2) })).not.toEqual(
    microworldDocuments({ words: 500, random: seeded(1) }),
  );
});

test("every narrative document is a text the grammar can write", () => {
  for (const { text } of documents.filter(({ genre }) => genre === "narrative")) {
    expect(openMicroworld().textLogProb(text.split(" "))).toBeGreaterThan(-Infinity);
  }
});

test("dialogues have a line with speaker and tab per turn, entries a heading that the article reader finds", () => {
  const dialogues = documents.filter(({ genre }) => genre === "dialogue").slice(0, 20);
  for (const { text } of dialogues) for (const line of text.split("\n")) expect(line).toMatch(/^[AB]:\t\S/);
  const entry = documents.find(({ genre }) => genre === "encyclopedia")?.text ?? "";
  const [article] = parseArticles(entry);
  expect(article?.title.length).toBeGreaterThan(3);
  expect(article && askQuestions(article, seeded(1))[0]?.template).toBe("definition");
});

test("speakers take turns of three words or more, so that every pairing rule keeps them all", () => {
  for (let seed = 0; seed < 40; seed++) {
    const turns = generateDialogue(seeded(seed));
    expect(turns.map(({ speaker }) => speaker)).toEqual(turns.map((_, i) => (i % 2 === 0 ? "A" : "B")));
    for (const { text } of turns) expect(countWords(text)).toBeGreaterThanOrEqual(3);
  }
});

test("dialogue pairs overlap: a reply is the next pair's prompt within its dialogue", () => {
  const [first, second] = microworldDialoguePairs({ rows: 2, random: seeded(3) });
  expect(second?.prompt).toBe(first?.reply);
});

test("every question's answer stands in its entry", () => {
  for (let seed = 0; seed < 60; seed++) {
    const { sentences, questions } = generateEntry(seeded(seed));
    const passage = sentences.join(" ").toLowerCase();
    for (const { reply } of questions) {
      const core = reply
        .toLowerCase()
        .replace(/\.$/, "")
        .replace(/^(for their|of|from|in|near the|near) /, "")
        .replace(/ use it$/, "");
      expect(passage).toContain(core);
    }
  }
});

test("no words or rows are refused", () => {
  expect(() => microworldDocuments({ words: 0, random: seeded(1) })).toThrow("got 0");
  expect(() => microworldQuestions({ rows: 0.5, random: seeded(1) })).toThrow("got 0.5");
  expect(() => microworldDialoguePairs({ rows: -1, random: seeded(1) })).toThrow("got -1");
});
