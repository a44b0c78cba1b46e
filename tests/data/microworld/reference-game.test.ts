import { describe, expect, test } from "vitest";
import {
  bestDescription,
  blindDescription,
  descriptionLogProb,
  descriptionsOf,
  gameExamples,
  listenerPrompt,
  referenceGames,
  SCENES_PER_GAME,
  speakerPrompt,
  type Game,
} from "../../../src/data/microworld/reference-game.js";
import { seeded } from "../../../src/random.js";

const scene = { adjective: "red", noun: "lamp", place: "garden" };
const game: Game = {
  id: "by hand",
  scenes: [
    { adjective: "red", noun: "lamp", place: "tower" },
    { adjective: "red", noun: "lamp", place: "garden" },
    { adjective: "small", noun: "lamp", place: "garden" },
    { adjective: "small", noun: "lamp", place: "tower" },
  ],
  target: 1,
};

describe("a game", () => {
  const games = referenceGames({ count: 300, random: seeded(1) });

  test("has four different scenes, of which one description names the target and each other one fits two", () => {
    for (const { scenes, target } of games) {
      expect(new Set(scenes.map((scene) => JSON.stringify(scene))).size).toBe(SCENES_PER_GAME);
      const meant = scenes[target] ?? { adjective: "", noun: "", place: "" };
      const fits = descriptionsOf(meant).map(
        (description) => scenes.filter((scene) => descriptionsOf(scene).includes(description)).length,
      );
      expect(fits.sort()).toEqual([1, 2, 2]);
    }
  });

  test("means any of its places, and needs any of the three descriptions, equally often", () => {
    for (const place of [0, 1, 2, 3]) {
      const share = games.filter(({ target }) => target === place).length / games.length;
      expect(Math.abs(share - 1 / 4)).toBeLessThan(0.1); // four standard errors
    }
    const kinds = games.map((each) =>
      descriptionsOf(each.scenes[each.target] ?? scene).indexOf(bestDescription(each)),
    );
    for (const kind of [0, 1, 2])
      expect(Math.abs(kinds.filter((found) => found === kind).length / games.length - 1 / 3)).toBeLessThan(
        0.11,
      );
  });

  test("depends on the seed alone", () => {
    expect(referenceGames({ count: 5, random: seeded(1) })).toEqual(games.slice(0, 5));
    expect(referenceGames({ count: 5, random: seeded(2) })).not.toEqual(games.slice(0, 5));
    expect(() => referenceGames({ count: 0, random: seeded(1) })).toThrow(/at least 1, got 0/);
  });
});

describe("worked by hand", () => {
  test("all that is true of a scene is equally probable, and nothing else is said", () => {
    expect(descriptionsOf(scene)).toEqual([
      "The red lamp.",
      "The lamp in the garden.",
      "The red one in the garden.",
    ]);
    expect(descriptionLogProb(scene, "The red lamp.")).toBeCloseTo(Math.log(1 / 3), 12);
    for (const said of ["The small lamp.", "The red lamp in the garden.", "the red lamp", ""])
      expect(descriptionLogProb(scene, said)).toBe(-Infinity);
  });

  test("the best description leaves out what all scenes share", () => {
    expect(bestDescription(game)).toBe("The red one in the garden.");
    const same = { ...game, scenes: game.scenes.map(() => scene) };
    expect(() => bestDescription(same)).toThrow(/must have a description that fits its target alone/);
  });

  test("the speaker is told the target and the others, a listener one scene", () => {
    expect(speakerPrompt(game)).toBe(
      "I mean the red lamp in the garden, not the red lamp in the tower, the small lamp in the garden or the small lamp in the tower.",
    );
    expect(listenerPrompt(scene)).toBe("I mean the red lamp in the garden.");
  });
});

test("examples of the language say something true, to speakers and listeners by turns", () => {
  const examples = gameExamples({ count: 60, random: seeded(3) });
  expect(new Set(examples.map(({ id }) => id)).size).toBe(60);
  const kinds = new Map<string, number>();
  for (const [index, { prompt, reply }] of examples.entries()) {
    const [, adjective = "", noun = "", place = ""] =
      /^I mean the (\w+) (\w+) in the (\w+)/.exec(prompt) ?? [];
    const said = descriptionsOf({ adjective, noun, place }).indexOf(reply);
    expect(said).toBeGreaterThanOrEqual(0);
    kinds.set(String(said), (kinds.get(String(said)) ?? 0) + 1);
    expect(prompt.includes(", not ")).toBe(index % 2 === 0);
  }
  expect([...kinds.keys()].sort()).toEqual(["0", "1", "2"]);
});

test("a blind description is one of some scene", () => {
  expect(blindDescription(seeded(4))).toMatch(/^The (\w+ )?\w+( in the \w+)?\.$/);
});
