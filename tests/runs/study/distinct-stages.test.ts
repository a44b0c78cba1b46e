import { expect, test } from "vitest";
import { CONDITIONS, type CurriculumConfig } from "../../../src/config/config.js";
import { distinctStages } from "../../../src/runs/study/distinct-stages.js";
import { trainedModel } from "../../../src/runs/training/training.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

test("the poster's conditions share pre-training, and the first stage of each sequence", () => {
  const stages = distinctStages(TINY_CONFIG, CONDITIONS).map(
    ({ condition, phase, stage, after }) =>
      `${condition} ${phase}: ${[...after, stage?.name].join(", then ")}`,
  );
  expect(stages).toEqual([
    "base 0: ",
    "switch 1: switch",
    "wiki 1: wiki",
    "merged 1: merged",
    "switchThenWiki 2: switch, then wiki",
    "wikiThenSwitch 2: wiki, then switch",
  ]);
});

test("a condition alone has all of its stages", () => {
  const stages = distinctStages(TINY_CONFIG, ["switchThenWiki", "switch"]);
  expect(stages.map(({ condition, phase }) => [condition, phase])).toEqual([
    ["switchThenWiki", 0],
    ["switchThenWiki", 1],
    ["switchThenWiki", 2],
  ]);
});

const CHOICES: readonly Partial<CurriculumConfig>[] = [
  {},
  { optimizerAtPhase: "carry" },
  { scheduleSpan: "whole", optimizerAtPhase: "carry" },
];
test.each(CHOICES)("training leaves as many stages as are counted, with %o", async (choice) => {
  const config = { ...TINY_CONFIG, curriculum: { ...TINY_CONFIG.curriculum, ...choice } };
  const study = openTinyStudy(temporaryFolder(), config);
  const conditions = ["base", "switch", "switchThenWiki"];
  for (const condition of conditions) await trainedModel(study, { model: "llama100M", condition });
  const trained = [...stagesOf(study, "pretraining"), ...stagesOf(study, "tuning")];
  expect(distinctStages(config, conditions)).toHaveLength(trained.length);
});

test("an unknown condition is refused with those there are", () => {
  expect(() => distinctStages(TINY_CONFIG, ["base", "swich"])).toThrow(
    /one of base, .*moreText.*got "swich"/,
  );
});
