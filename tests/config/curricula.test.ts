import { expect, test } from "vitest";
import { CONDITIONS, type Curriculum, type CurriculumConfig } from "../../src/config/config.js";
import {
  checkCurricula,
  CONTROLS,
  curriculaOf,
  curriculumOf,
  describeCurriculum,
  tune,
} from "../../src/config/curricula.js";
import { deriveStudy } from "../../src/config/scales.js";

const { curriculum: defaults } = deriveStudy("paper");
const configOf = (curricula: Record<string, Curriculum> = {}, changes: Partial<CurriculumConfig> = {}) => ({
  curriculum: { ...defaults, ...changes },
  curricula,
});

test("the poster's six conditions and the kit's controls are there for every study, own ones beside them", () => {
  const own = { mine: [tune(["wiki"])] };
  expect(Object.keys(curriculaOf(configOf(own)))).toEqual([...CONDITIONS, ...Object.keys(CONTROLS), "mine"]);
});

test("sequential conditions have one set a stage, in the order of their name; merged has both in one", () => {
  const setsOf = (condition: string) => curriculumOf(configOf(), condition).map(({ examples }) => examples);
  expect(setsOf("switchThenWiki")).toEqual([["switch"], ["wiki"]]);
  expect(setsOf("wikiThenSwitch")).toEqual([["wiki"], ["switch"]]);
  expect(setsOf("merged")).toEqual([["switch", "wiki"]]);
  expect(setsOf("base")).toEqual([]);
});

test("phaseEpochs and singleSourceBudget act: half the epochs a phase, and as many steps on one set as on both", () => {
  const lengthsOf = (condition: string, changes: Partial<CurriculumConfig>) =>
    curriculumOf(configOf({}, changes), condition).map(({ length }) => length);
  expect(lengthsOf("switchThenWiki", {})).toEqual(["configured", "configured"]);
  expect(lengthsOf("switchThenWiki", { phaseEpochs: "tenInAll" })).toEqual([
    "halfConfigured",
    "halfConfigured",
  ]);
  expect(lengthsOf("switch", { singleSourceBudget: "matchedSteps" })).toEqual([{ stepsOf: "merged" }]);
});

test("replay adds text to a condition's own stages: names, sets, orders and lengths stay", () => {
  const config = configOf({}, { phaseEpochs: "tenInAll" });
  for (const [plain, replayed] of [
    ["merged", "mergedReplay"],
    ["switchThenWiki", "switchThenWikiReplay"],
  ] as const) {
    const without = curriculumOf(config, replayed).map(({ shares, examples, ...stage }) => {
      expect([examples[0], shares]).toEqual(["text", [0.5, 0.5]]);
      return { ...stage, examples: examples.slice(1) };
    });
    expect(without).toEqual(curriculumOf(config, plain));
  }
});

test("a curriculum in words", () => {
  const words = (condition: string) => describeCurriculum(curriculumOf(configOf(), condition));
  expect(words("base")).toBe("none: pre-training alone");
  expect(words("switchThenWiki")).toBe("switch, then wiki");
  expect(words("switchIntoWiki")).toBe("switch + wiki (gradual)");
  expect(words("permutedReplies")).toBe("switch + wiki (replies permuted)");
  expect(words("moreText")).toBe("more text");
  expect(words("switchDpo")).toBe("switch, then preferences (dpo)");
  expect(words("switchTurns")).toBe("switch (up to 6 turns)");
  expect(words("switchThenWikiReplay")).toBe("switch (50 % text), then wiki (50 % text)");
});

test("an unknown condition lists the known ones", () => {
  expect(() => curriculumOf(configOf(), "wikiThenSwich")).toThrow(
    /must be one of base, .*, got "wikiThenSwich"/,
  );
  expect(() => curriculumOf(configOf(), "toString")).toThrow("must be one of");
});

test.each<[string, Record<string, Curriculum>, RegExp]>([
  ["a name that is no folder's", { "../x": [] }, /must be named by letters and digits, got "..\/x"/],
  ["a name of the kit's own", { merged: [tune(["wiki"])] }, /must have names of their own, got "merged"/],
  ["no set", { mine: [tune([])] }, /examples of stage "" of mine|must not be empty/],
  ["a set twice", { mine: [tune(["wiki", "wiki"])] }, /be text or different sets/],
  [
    "one set by turns",
    { mine: [tune(["wiki"], { order: "alternating" })] },
    /be two sets for the order alternating/,
  ],
  [
    "ordered text",
    { mine: [tune("text", { order: "shortestFirst" })] },
    /order .* must be shuffled for text/,
  ],
  ["permuted text", { mine: [tune("text", { replies: "permuted" })] }, /replies .* must be own for text/],
  [
    "text not first",
    { mine: [tune(["wiki", "text"], { shares: [0.5, 0.5] })] },
    /examples .* must name text once and first where it is mixed in/,
  ],
  ["text alone in a list", { mine: [tune(["text"], { shares: [0.5, 0.5] })] }, /be text or different sets/],
  [
    "text without shares",
    { mine: [tune(["text", "wiki"])] },
    /shares of stage "textAndwiki" .* add up to 1, of text and of all sets, got "none"/,
  ],
  [
    "shares that do not add up",
    { mine: [tune(["text", "wiki"], { shares: [0.5, 0.4] })] },
    /add up to 1, .* got \[0.5,0.4\]/,
  ],
  [
    "a share for each set",
    { mine: [tune(["text", "switch", "wiki"], { shares: [0.5, 0.25, 0.25] })] },
    /be two numbers above 0/,
  ],
  [
    "shares without text",
    { mine: [tune(["switch", "wiki"], { shares: [0.5, 0.5] })] },
    /shares .* must be left out where no text is mixed/,
  ],
  [
    "an odd number of turns",
    { mine: [tune(["switch"], { turns: 5 })] },
    /turns of stage "switch" .* even number from 4 .* got 5/,
  ],
  ["turns of questions", { mine: [tune(["wiki"], { turns: 4 })] }, /turns .* must go with switch/],
  [
    "permuted conversations",
    { mine: [tune(["switch"], { turns: 4, replies: "permuted" })] },
    /replies .* must be own for conversations/,
  ],
  [
    "speakers of text",
    { mine: [tune("text", { trainedSpeakers: "both" })] },
    /trainedSpeakers .* must be left out for text/,
  ],
  [
    "preferences without a loss",
    { mine: [tune("preferences")] },
    /preference of stage "preferences" of mine must name a loss/,
  ],
  [
    "a loss without preferences",
    { mine: [tune(["switch"], { preference: { loss: "dpo", beta: 1 } })] },
    /preference .* must go with examples "preferences"/,
  ],
  [
    "a margin of DPO",
    { mine: [tune("preferences", { preference: { loss: "dpo", beta: 1, margin: 1 } })] },
    /preference.margin .* must be left out for dpo/,
  ],
  [
    "SimPO without a margin",
    { mine: [tune("preferences", { preference: { loss: "simpo", beta: 1 } })] },
    /preference.margin .* a number from 0 for simpo, got "none"/,
  ],
  [
    "a beta of 0",
    { mine: [tune("preferences", { preference: { loss: "dpo", beta: 0 } })] },
    /preference.beta .* must be above 0/,
  ],
  [
    "no steps",
    { mine: [tune(["wiki"], { length: { steps: 0 } })] },
    /length in steps .* must be a whole number from 1/,
  ],
  ["a rate of 0", { mine: [tune(["wiki"], { learningRate: 0 })] }, /learningRate .* must be above 0/],
  [
    "two stages of one name",
    { mine: [tune(["wiki"]), tune(["wiki"])] },
    /must have different names, got wiki, wiki/,
  ],
  [
    "a length matched to nothing",
    { mine: [tune(["wiki"], { length: { stepsOf: "yours" } })] },
    /got "yours"/,
  ],
  [
    "lengths matched in a circle",
    {
      a: [tune(["wiki"], { length: { stepsOf: "b" } })],
      b: [tune(["wiki"], { length: { stepsOf: "a" } })],
    },
    /must not be matched in a circle, got a → b → a/,
  ],
])("an own curriculum with %s is refused", (_, curricula, message) => {
  expect(() => checkCurricula(configOf(curricula))).toThrow(message);
});

test("a hybrid of several stages is accepted", () => {
  const mix = [
    tune(["switch"], { name: "first", length: { words: 1000 } }),
    tune(["switch", "wiki"], { name: "then", order: "gradual", learningRate: 1e-5, optimizer: "carry" }),
    tune("text", { name: "last", length: { steps: 20 } }),
  ];
  expect(() => checkCurricula(configOf({ mix }))).not.toThrow();
});
