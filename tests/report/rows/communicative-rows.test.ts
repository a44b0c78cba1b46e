import { describe, expect, test } from "vitest";
import { communicativeScores, communicativeTable } from "../../../src/report/rows/communicative-rows.js";
import type { Metric } from "../../../src/runs/study/results.js";
import { metric, resultWith } from "../../support/hand-made-result.js";

const group = (uid: string, recall: number, chance: number): Metric[] =>
  ["sum", "perToken", "pmi"].flatMap((score, index) => {
    const part = `${uid}_${score}`;
    return [
      metric({ metric: "recallAt1", part, value: recall + index / 8, scoringRule: "corrected" }),
      metric({ metric: "recallAt1", part, value: 0, scoringRule: "official" }),
      metric({ metric: "chance", part, value: chance, scoringRule: "none" }),
    ];
  });

const metrics = [
  ...group("childPairs_oneTurn", 0.5, 0.5),
  metric({
    ...{ metric: "recallAt1WithoutOverlap", part: "childPairs_oneTurn_pmi" },
    ...{ value: 0.5, n: 90, scoringRule: "none" },
  }),
  ...group("childPairs_shuffled", 0.1, 0.5),
  ...group("switchboard_threeTurns", 0.1, 0.1),
  ...group("switchboard_allTurns", 0, 0.1),
  ...group("microworld_allTurns", 0.7, 0.1),
];
const dialogue = resultWith(metrics, { task: "dialogue" });

describe("communicative rows", () => {
  test("are the mean over sets in their longest context, without what the training text holds", () => {
    const [row] = communicativeScores([dialogue], { scores: ["pmi"] });
    // Agresti and Coull by hand: p̃ = (45 + 2)/94 and (25 + 2)/104, variance p̃(1 − p̃)/n each.
    const variance = ((47 / 94) * (47 / 94)) / 90 + ((27 / 104) * (77 / 104)) / 100;
    const margin = (1.959963985 * Math.sqrt(variance)) / 2;
    expect(row).toMatchObject({ task: "Dialogue choice, PMI", value: 0.375, paper: null, n: 190 });
    expect(row?.chance).toBeCloseTo(0.3, 12);
    expect(row?.low).toBeCloseTo(0.375 - margin, 8);
    expect(row?.high).toBeCloseTo(0.375 + margin, 8);
  });

  test("have one row per score and result, of the two tasks alone", () => {
    const questions = resultWith(group("question alone", 0.25, 0.1), { task: "questions" });
    const rows = communicativeScores([dialogue, resultWith([]), questions]);
    expect(rows.map(({ task, value }) => [task, value])).toEqual([
      ["Dialogue choice, sum", 0.25],
      ["Answer choice, sum", 0.25],
      ["Dialogue choice, per token", 0.375],
      ["Answer choice, per token", 0.375],
      ["Dialogue choice, PMI", 0.375],
      ["Answer choice, PMI", 0.5],
    ]);
  });

  test("of generated text count generated dialogues", () => {
    const generated = resultWith(metrics, { task: "dialogue", source: "microworld" });
    expect(communicativeScores([generated], { scores: ["sum"] })).toMatchObject([{ value: 0.7, n: 100 }]);
    expect(() =>
      communicativeScores([
        resultWith(group("switchboard_allTurns", 0, 0.1), { task: "dialogue", source: "microworld" }),
      ]),
    ).toThrow("must have groups that count on microworld text, got switchboard_allTurns_sum");
  });

  test("are percents in a table, next to guessing", () => {
    expect(communicativeTable(communicativeScores([dialogue], { scores: ["sum"] }))).toEqual([
      {
        model: "llama140M",
        condition: "base",
        task: "Dialogue choice, sum",
        "true one first (%)": 25,
        "from (%)": expect.any(Number) as number,
        "to (%)": expect.any(Number) as number,
        "guessing (%)": 30,
        n: 200,
      },
    ]);
  });
});
