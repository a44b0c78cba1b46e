import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { speakerPrompt } from "../../../src/data/microworld/reference-game.js";
import { describeGame } from "../../../src/command-line/evaluation-tables.js";
import { GRAMMAR_SUCCESS } from "../../../src/evaluation/reference-game.js";
import { gameMatrix } from "../../../src/report/plots/game-matrix.js";
import { frame } from "../../../src/report/render/frame.js";
import { gameMatrixRows, gameSuccessRows, gameTranscripts } from "../../../src/report/rows/game-rows.js";
import { contextOf } from "../../../src/report/rows/study-context.js";
import { evaluateReferenceGame } from "../../../src/runs/game/evaluate-game.js";
import { gamePreferences } from "../../../src/runs/game/game-preferences.js";
import { pairsOfGame } from "../../../src/runs/game/prefer-descriptions.js";
import { playReferenceGame, type PlayedGames } from "../../../src/runs/game/reference-game.js";
import { runFolder } from "../../../src/runs/study/results.js";
import { trainedModel } from "../../../src/runs/training/training.js";
import { openVerifiedFolder, verifyResults } from "../../../src/runs/verify/verify.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";
import { command } from "../../command-line/command.js";

const longer = { ...TINY_CONFIG.architectures.llama100M, maxLengthTokens: 256 };
const config = { ...TINY_CONFIG, architectures: { llama140M: longer, llama100M: longer } };
const root = sharedFolder();
const study = openTinyStudy(root, config);
const options = { model: "llama100M", conditions: ["base", "switch"], games: 6, adaptationSteps: 2 } as const;
let played: PlayedGames;
beforeAll(async () => {
  played = await playReferenceGame(study, options);
});

describe("the reference game of a study", () => {
  test("pairs every speaker, the grammar's included, with every listener", () => {
    const speakers = ["base", "switch", "grammar: best", "grammar: literal", "grammar: blind"];
    expect(played.speakers.map(({ name }) => name)).toEqual(speakers);
    expect(played.pairings.map(({ speaker, listener }) => [speaker, listener])).toEqual(
      speakers.flatMap((speaker) => ["base", "switch", "grammar"].map((listener) => [speaker, listener])),
    );
    for (const { credits, choices, ties } of played.pairings)
      expect([credits, choices, ties].map((list) => list.length)).toEqual([6, 6, 6]);
  });

  test("reaches the optimum where the grammar plays with itself", () => {
    const row = gameMatrixRows(played).find(
      (one) => one.speaker === "grammar: best" && one.listener === "grammar",
    );
    expect(row).toMatchObject({ success: GRAMMAR_SUCCESS.best, high: 1, n: 6, ties: 0, chance: 1 / 4 });
  });

  test("is kept: asked again, no stage is added; made again elsewhere, it is the same", async () => {
    const stages = stagesOf(study);
    expect(stagesOf(study, "game-adaptation")).toHaveLength(2);
    expect(stagesOf(study, "game-descriptions")).toHaveLength(2);
    expect(stagesOf(study, "game-understanding")).toHaveLength(10);
    expect(await playReferenceGame(study, options)).toEqual(played);
    expect(stagesOf(study)).toEqual(stages);
    const other = openTinyStudy(temporaryFolder(), config);
    expect(await playReferenceGame(other, options)).toEqual(played);
  });

  test("without adaptation takes the models as they are, and folders as well as conditions", async () => {
    const { stage } = await trainedModel(study, { model: "llama100M", condition: "switch" });
    const found = await playReferenceGame(study, {
      ...options,
      conditions: ["switch"],
      folders: { copy: stage.folder },
      adaptationSteps: 0,
    });
    expect(stagesOf(study, "game-adaptation")).toHaveLength(2);
    const of = (listener: string) =>
      found.pairings.filter((pair) => pair.listener === listener).map(({ credits }) => credits);
    expect(of("copy")).toEqual(of("switch")); // the same model, scored alike
    expect(found.speakers[0]?.descriptions).toEqual(found.speakers[1]?.descriptions);
  });

  test("drawn descriptions are others, the same for the same seed", async () => {
    const drawn = { ...options, conditions: ["base"], temperature: 2 };
    const first = await playReferenceGame(study, drawn);
    expect(first.speakers[0]?.descriptions).not.toEqual(played.speakers[0]?.descriptions);
    expect(await playReferenceGame(openTinyStudy(temporaryFolder(), config), drawn)).toEqual(first);
  });

  test.each([
    [{ ...options, conditions: [] }, /a model must play, got no condition and no folder/],
    [{ ...options, games: 0 }, /games must be a whole number from 1, got 0/],
    [{ ...options, adaptationSteps: -1 }, /adaptationSteps must be a whole number from 0, got -1/],
  ])("refuses %j", (given, message) => {
    expect(() => playReferenceGame(study, given)).toThrow(message);
  });
});

describe("what games teach", () => {
  const asked = { model: "llama100M", speaker: "base", games: 12, draws: 3, adaptationSteps: 2 } as const;

  test("comes from other games than those that models are measured on, the same for the same seed", async () => {
    const { pairs, stage } = await gamePreferences(study, { ...asked, temperature: 2 });
    const measured = new Set(played.games.map(speakerPrompt));
    const prompts = new Set(pairs.map(({ prompt }) => prompt));
    expect(pairs.length).toBeGreaterThan(0);
    for (const { prompt, chosen, rejected } of pairs) {
      expect(prompt).toMatch(/^I mean the .+, not the .+\.$/);
      expect(measured.has(prompt)).toBe(false);
      expect(chosen).not.toBe(rejected);
    }
    expect(prompts.size).toBeGreaterThan(1);
    expect((await gamePreferences(study, { ...asked, temperature: 2 })).stage.hash).toBe(stage.hash);
    const other = openTinyStudy(temporaryFolder(), config);
    expect((await gamePreferences(other, { ...asked, temperature: 2 })).pairs).toEqual(pairs);
  });

  test("prefers what succeeded to what failed, and leaves out ties, silence and repetitions", () => {
    const [game] = played.games;
    if (!game) throw new Error("There must be a game.");
    const to = (scene: number) => [0, 1, 2, 3].map((other) => (other === scene ? -1 : -2));
    const wrong = (game.target + 1) % 4;
    const descriptions = ["good", "bad", "good", "tie", "", "worse", "better"];
    const logProbs = [
      to(game.target),
      to(wrong),
      to(game.target),
      [-1, -1, -1, -1],
      to(wrong),
      to(wrong),
      to(game.target),
    ];
    const prompt = speakerPrompt(game);
    expect(pairsOfGame(game, { descriptions, logProbs })).toEqual([
      { id: "game_0_0", prompt, chosen: "good", rejected: "bad" },
      { id: "game_0_1", prompt, chosen: "better", rejected: "worse" },
    ]);
    expect(
      pairsOfGame(game, { descriptions: ["good", "tie"], logProbs: [to(game.target), [0, 0, 0, 0]] }),
    ).toEqual([]);
  });

  test("needs several draws", async () => {
    await expect(gamePreferences(study, { ...asked, draws: 1 })).rejects.toThrow(
      /draws must be a whole number from 2/,
    );
    await expect(gamePreferences(study, { ...asked, temperature: 0 })).rejects.toThrow(/got 3 and 0/);
  });
});

describe("games as tables and figures", () => {
  test("a row for each pair, and for each game to read", () => {
    expect(frame(gameSuccessRows(gameMatrixRows(played))).shape).toEqual([15, 8]);
    const rows = gameTranscripts(played, { speaker: "grammar: best", listener: "grammar", games: 3 });
    expect(rows).toHaveLength(3);
    for (const { "speaker is told": told, description, chosen, found } of rows) {
      expect(found).toBe("yes");
      expect(String(told).startsWith(`I mean ${chosen}, not `)).toBe(true);
      expect(description).toMatch(/^The .+\.$/);
    }
    const blind = gameTranscripts(played, { speaker: "grammar: blind", listener: "grammar" });
    expect(blind.map(({ found }) => found)).toContain("tie");
    expect(() => gameTranscripts(played, { speaker: "wiki", listener: "grammar" })).toThrow(
      /must have played, got "wiki" and "grammar". Speakers are base, switch, grammar: best/,
    );
  });

  test("the matrix has speakers and listeners in order, with percent and interval", () => {
    const figure = JSON.stringify(gameMatrix(gameMatrixRows(played), contextOf(study, { n: "6 games" })));
    expect(figure).toContain('"sort":["base","switch","grammar"]');
    expect(figure).toContain('"text":"100 (61–100)"'); // Wilson: 6 of 6
    expect(figure).toContain("guessing finds 25 %");
    expect(() => gameMatrix([], contextOf(study))).toThrow(/at least one row/);
  });
});

describe("the task reference-game", () => {
  test("publishes what a model reaches with itself and with the grammar, and verify computes it again", async () => {
    const result = await evaluateReferenceGame(study, { model: "llama100M", condition: "switch" });
    expect(result.metrics.map(({ metric, part, n }) => [metric, part, n])).toEqual(
      ["self", "speaker", "listener", "listenerOfBlind"].map((part) => ["success", part, 32]),
    );
    expect(result.stages.map(({ kind }) => kind)).toEqual([
      "pretraining",
      "tuning",
      "game-adaptation",
      "game-descriptions",
      ...Array.from({ length: 3 }, () => "game-understanding"),
    ]);
    const table = describeGame(result).replace(/ +/g, " ");
    expect(table).toMatch(/\| with itself \| 0\.\d+ \| 0\.\d+ \| 0\.\d+ \| 32 \| \d+ \| 0\.2500 \| 1\.00/);
    expect(table.match(/^\| [a-z].+$/gm)).toHaveLength(5); // the head, and four pairings
    const folder = runFolder(study, { model: "llama100M", condition: "switch" });
    expect(existsSync(join(folder, "reference-game.items.csv.gz"))).toBe(true);
    const checks = await verifyResults(
      openVerifiedFolder({
        scale: "smoke",
        resultsRoot: join(root, "results"),
        cacheFolder: study.cacheFolder,
      }),
      { steps: 0 },
    );
    expect(checks.find(({ name }) => name === "zero-shot")).toEqual({
      name: "zero-shot",
      found: "4 metrics of 1 of 1 result computed from items",
      differences: [],
    });
  });

  test("is refused for a folder, with what to do", async () => {
    const { code, stderr } = await command("evaluate --model a --data b --out c --tasks reference-game");
    expect(code).toBe(1);
    expect(stderr).toMatch(/reference-game must be played by the models of a condition.*Add --condition/);
  });
});
