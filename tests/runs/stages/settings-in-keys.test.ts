/** @file Every setting of training is in the key of a stage: a setting that is in none would be ignored in silence. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StudyConfig } from "../../../src/config/config.js";
import { tune } from "../../../src/config/curricula.js";
import { canonicalJson } from "../../../src/runs/stages/stage.js";
import { openMaterial } from "../../../src/runs/study/material.js";
import { pretrainingPhase, tuningPhase } from "../../../src/runs/training/phases.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const model = "llama100M";
const material = await openMaterial(openTinyStudy(sharedFolder()), model);

/** What names the stages of a condition, computed without training. */
async function keys(config: StudyConfig, stage = tune(["switch"])): Promise<string> {
  const changed = { ...material, study: { ...material.study, config } };
  const place = { place: 0, span: null, keepMoments: false };
  const phases = [
    pretrainingPhase(changed, { keepMoments: false }),
    await tuningPhase(changed, stage, place, material.tokens.stage),
  ];
  return canonicalJson(phases.map(({ inputs }) => inputs));
}

type Leaf = readonly [path: string, changed: unknown];

/** Settings that are words, with another word. */
const WORDS: Readonly<Record<string, string>> = {
  linear: "cosineWithRestarts",
  cosineWithRestarts: "linear",
  float32: "bfloat16",
  plainRoles: "speakerLetters",
  reply: "full",
  onePerRow: "packed",
};

/** Every leaf of settings, with another value of its type. */
function leavesOf(value: unknown, path: string): Leaf[] {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, `${path}.${name}`));
  if (typeof value === "number") return [[path, value / 2]];
  if (typeof value === "boolean") return [[path, !value]];
  if (value === null) return [[path, 1]];
  const word = typeof value === "string" ? WORDS[value] : undefined;
  if (word === undefined) throw new Error(`${path} must have another value in WORDS, none is there.`);
  return [[path, word]];
}

function withLeaf(settings: object, [head = "", ...rest]: readonly string[], changed: unknown): object {
  const inner: unknown = Reflect.get(settings, head);
  return {
    ...settings,
    [head]: rest.length === 0 ? changed : withLeaf(inner as object, rest, changed),
  };
}

const { architectures, pretraining, instructionTuning, instructions } = TINY_CONFIG;
/** What follows chooses among real texts, and is held in their keys: `keys.test.ts` reads them there. */
const {
  switchboardPairs: _pairs,
  wikiSource: _source,
  instructionBudget: _budget,
  ...ofExamples
} = instructions;
const LEAVES: readonly Leaf[] = [
  ...leavesOf(architectures[model], `architectures.${model}`),
  ...leavesOf(pretraining, "pretraining"),
  ...leavesOf(instructionTuning, "instructionTuning"),
  ...leavesOf(ofExamples, "instructions"),
  ["objective", { maskedShare: 0.5, maskRate: 0.15, schedule: "linear" }],
  ["pretrainingRows", "documentsIsolated"],
  [`rowLengthTokens.${model}`, 16],
  ["startCheckpoint", "bestHeldOut"],
  ["curriculum.optimizerAtPhase", "carry"],
  ["checkpointWords", [400]],
];
const before = await keys(TINY_CONFIG);

test.each(LEAVES)("%s", async (path, changed) => {
  const config = withLeaf(TINY_CONFIG, path.split("."), changed) as StudyConfig;
  expect(await keys(config)).not.toBe(before);
});

const halves = tune(["text", "switch"], { shares: [0.5, 0.5] });
test("text mixed into a stage, its share and its rows, turns and who is trained are in the key of the stage", async () => {
  const tuningOf = async (stage: typeof halves, changes: Partial<StudyConfig> = {}) => {
    const [, tuning] = JSON.parse(await keys({ ...TINY_CONFIG, ...changes }, stage));
    return canonicalJson(tuning);
  };
  const all = await Promise.all([
    tuningOf({ ...tune(["switch"]), name: halves.name }),
    tuningOf(halves),
    tuningOf({ ...halves, shares: [0.4, 0.6] }),
    tuningOf(halves, { pretrainingRows: "documentsIsolated" }),
    tuningOf(halves, { rowLengthTokens: { llama100M: 16, llama140M: 16 } }),
    tuningOf({ ...halves, turns: 4 }),
    tuningOf({ ...halves, turns: 6 }),
    tuningOf({ ...halves, trainedSpeakers: "both" }),
  ]);
  expect(new Set(all).size).toBe(all.length);
  expect(all[1]).toContain(material.tokens.stage.hash);
});

const dpo = tune("preferences", { preference: { loss: "dpo", beta: 0.1 } });
test("the loss on preferences, its settings and its pairs are in the key of the stage", async () => {
  const tuningOf = async (stage: typeof dpo, changes: Partial<StudyConfig> = {}) => {
    const [, tuning] = JSON.parse(await keys({ ...TINY_CONFIG, ...changes }, stage));
    return canonicalJson(tuning);
  };
  const file = join(temporaryFolder(), "pairs.json");
  const withFile = async (chosen: string) => {
    const pairs = ["a", "b", "c"].map((id) => ({
      id,
      prompt: "Which one is it?",
      chosen,
      rejected: "that one",
    }));
    writeFileSync(file, JSON.stringify(pairs));
    return tuningOf({ ...dpo, preference: { loss: "dpo", beta: 0.1, pairs: file } });
  };
  const all = [
    await tuningOf(dpo),
    await tuningOf({ ...dpo, preference: { loss: "dpo", beta: 0.2 } }),
    await tuningOf({ ...dpo, preference: { loss: "simpo", beta: 0.1, margin: 0 } }),
    await tuningOf({ ...dpo, preference: { loss: "simpo", beta: 0.1, margin: 1 } }),
    await tuningOf(dpo, { budget: { ...TINY_CONFIG.budget, switchboardRows: 8 } }),
    await tuningOf(dpo, { instructions: { ...instructions, chatTemplate: "speakerLetters" } }),
    await withFile("the red one"),
    await withFile("the green one"),
  ];
  expect(new Set(all).size).toBe(all.length);
});
