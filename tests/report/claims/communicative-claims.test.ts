import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { COMMUNICATIVE_CLAIMS } from "../../../src/report/claims/communicative-claims.js";
import { readCommunicativeOutcomes } from "../../../src/report/claims/communicative-outcomes.js";
import { isMissing } from "../../../src/report/claims/evidence.js";
import { judgeClaims } from "../../../src/report/claims/judge.js";
import { ownEvidence } from "../../../src/report/claims/own-evidence.js";
import { readPairedOutcomes } from "../../../src/report/claims/paired-outcomes.js";
import { communicativeScores } from "../../../src/report/rows/communicative-rows.js";
import { readResults } from "../../../src/runs/study/results.js";
import { sheet, writeSheet } from "./communicative-answers.js";
import { DRAWING } from "./made-up-claims.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "communicative-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("results of dialogue and answer choice become answers", () => {
  test("under each score, in the longest context, without the items that the training text holds", () => {
    const [first, second] = sheet("childPairs_oneTurn", { of: 2, right: () => true });
    if (!first || !second) throw new Error("no items");
    const scored = [
      { ...first, sum: [-1, -1], isInTraining: false },
      { ...second, isInTraining: true },
      ...sheet("switchboard_threeTurns", { of: 1, right: () => true }),
      ...sheet("switchboard_allTurns", { of: 1, right: () => false }),
      ...sheet("switchboard_shuffled", { of: 1, right: () => true }),
      ...sheet("microworld_allTurns", { of: 1, right: () => true }),
    ];
    writeSheet(folder, scored, { task: "dialogue", condition: "switch" });
    const counted = ["childPairs_oneTurn", "switchboard_allTurns"];
    const outcome = (task: string, credits: readonly number[]) => ({
      ...{ kind: "items", model: "llama140M", condition: "switch", seed: 1, task },
      ...{ ids: counted.map((uid) => `${uid}_0`), groups: counted, credits },
    });
    expect(readCommunicativeOutcomes(folder)).toEqual([
      outcome("Dialogue choice, sum", [0.5, 0]),
      outcome("Dialogue choice, per token", [0.5, 0]),
      outcome("Dialogue choice, PMI", [1, 0]),
    ]);
  });

  test("in the microworld its own dialogues count, and both groups of questions", () => {
    const dialogues = [
      ...sheet("microworld_oneTurn", { of: 1, right: () => true }),
      ...sheet("microworld_allTurns", { of: 1, right: () => true }),
    ];
    writeSheet(folder, dialogues, { task: "dialogue", condition: "base", source: "microworld" });
    const questions = ["passage and question", "question alone"].flatMap((uid) =>
      sheet(uid, { of: 1, right: () => true }),
    );
    writeSheet(folder, questions, { task: "questions", condition: "base", source: "microworld" });
    const byPmi = readCommunicativeOutcomes(folder).filter(({ task }) => task.endsWith("PMI"));
    expect(byPmi).toMatchObject([
      { task: "Dialogue choice, PMI", groups: ["microworld_allTurns"] },
      { task: "Answer choice, PMI", groups: ["passage and question", "question alone"] },
    ]);
  });

  test("and the claims of the paper do not see them", () => {
    writeSheet(folder, sheet("childPairs_oneTurn", { of: 2, right: () => true }), {
      task: "dialogue",
      condition: "base",
    });
    expect(readPairedOutcomes(folder)).toEqual([]);
  });
});

/** Of ten places in a row so many are right. */
const ofTen = (count: number) => ({ of: 400, right: (place: number) => place % 10 < count });

function writeAll(
  rights: Readonly<Record<string, { readonly dialogue: number; readonly questions: number }>>,
) {
  for (const [condition, { dialogue, questions }] of Object.entries(rights)) {
    writeSheet(folder, sheet("switchboard_allTurns", ofTen(dialogue)), { task: "dialogue", condition });
    writeSheet(folder, sheet("question alone", ofTen(questions)), { task: "questions", condition });
  }
}

const judge = () =>
  new Map(
    judgeClaims(COMMUNICATIVE_CLAIMS, ownEvidence(readCommunicativeOutcomes(folder), DRAWING)).map(
      (judged) => [judged.claim.id, judged],
    ),
  );

describe("the claims on both tasks", () => {
  test("are supported where each kind of tuning helps its own task, and inconclusive where replies need not belong", () => {
    writeAll({
      base: { dialogue: 3, questions: 3 },
      switch: { dialogue: 6, questions: 3 },
      wiki: { dialogue: 3, questions: 7 },
      merged: { dialogue: 5, questions: 4 },
      permutedReplies: { dialogue: 5, questions: 3 },
    });
    const judged = judge();
    expect([...judged].map(([id, { verdict }]) => [id, verdict])).toEqual([
      ["talk-helps-dialogue", "supported"],
      ["questions-help-answers", "supported"],
      ["talk-over-questions-in-dialogue", "supported"],
      ["questions-over-talk-in-answers", "supported"],
      ["help-depends-on-task", "supported"],
      ["content-in-dialogue", "inconclusive"],
      ["content-in-answers", "supported"],
      ["turns-over-pairs", null],
    ]);
    expect(judged.get("talk-helps-dialogue")).toMatchObject({ n: 400, unit: "points" });
    expect(judged.get("questions-help-answers")).toHaveProperty("effect", expect.closeTo(0.4, 12));
    expect(judged.get("turns-over-pairs")).toMatchObject({
      reason: "no results of llama140M switchTurns on Dialogue choice, PMI",
    });
  });

  test("are not supported where each kind of tuning helps the other task", () => {
    writeAll({
      base: { dialogue: 5, questions: 5 },
      switch: { dialogue: 3, questions: 7 },
      wiki: { dialogue: 7, questions: 3 },
    });
    const judged = judge();
    for (const id of [
      "talk-helps-dialogue",
      "questions-help-answers",
      "talk-over-questions-in-dialogue",
      "questions-over-talk-in-answers",
    ])
      expect(judged.get(id)?.verdict, id).toBe("not supported");
  });

  test("rest on the scores that the table shows", () => {
    const scored = [
      ...sheet("childPairs_oneTurn", { of: 4, right: (place) => place > 0 }).map((item, place) => ({
        ...item,
        isInTraining: place === 0,
      })),
      ...sheet("switchboard_allTurns", { of: 5, right: (place) => place < 2 }),
    ];
    writeSheet(folder, scored, { task: "dialogue", condition: "switch" });
    const [row] = communicativeScores(readResults(folder), { scores: ["pmi"] });
    const evidence = ownEvidence(readCommunicativeOutcomes(folder), DRAWING).task("Dialogue choice, PMI");
    if (isMissing(evidence)) throw new Error(evidence.missing);
    expect(row).toMatchObject({ value: 0.7, n: 8 });
    expect(evidence).toMatchObject({ n: 8 });
    expect(evidence.scores.get("llama140M switch")?.score).toBeCloseTo(0.7, 12);
  });
});
