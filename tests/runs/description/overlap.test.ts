import { expect, test } from "vitest";
import type { StudyConfig } from "../../../src/config/config.js";
import { evaluationItems } from "../../../src/runs/description/overlap-items.js";
import {
  overlapByTask,
  overlapsOfTask,
  summariseInstructionOverlap,
  summariseOverlap,
} from "../../../src/runs/description/overlap-summary.js";
import { measureStudyOverlap, type StudyOverlap } from "../../../src/runs/description/overlap.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

const dataRoot = process.env["CLASS_IT_DATA"];

/** Items whose numbers can be had by hand. */
const BY_HAND: StudyOverlap = {
  textWords: 100,
  dialogueWords: 50,
  distinctNgrams: 9,
  ngramWords: 13,
  minWords: 5,
  items: [
    { task: "blimp", uid: "a", id: "a_0", ngrams: 2, overlap: 0.5, dialogueOverlap: 0 },
    { task: "blimp", uid: "a", id: "a_1", ngrams: 4, overlap: 0, dialogueOverlap: 0 },
    { task: "blimp", uid: "b", id: "b_0", ngrams: 0, overlap: null, dialogueOverlap: null },
    { task: "superglue", uid: "rte", id: "rte_0", ngrams: 1, overlap: 1, dialogueOverlap: 1 },
    { task: "superglue", uid: "wsc", id: "wsc_0", ngrams: 0, overlap: null, dialogueOverlap: null },
    {
      task: "instructions_switch",
      uid: "switchboard",
      id: "1_0",
      ngrams: 5,
      overlap: 0.2,
      dialogueOverlap: 1,
    },
  ],
};

test("by hand: a task's shares are of the items that are long enough, (Super)GLUE falls into its tasks", () => {
  const none = { anyOverlap: null, meanOverlap: null, anyInDialogues: null, meanInDialogues: null };
  expect(summariseOverlap(BY_HAND)).toEqual([
    {
      task: "blimp",
      items: 3,
      tooShort: 1,
      anyOverlap: 0.5,
      meanOverlap: 0.25,
      anyInDialogues: 0,
      meanInDialogues: 0,
    },
    {
      task: "rte",
      items: 1,
      tooShort: 0,
      anyOverlap: 1,
      meanOverlap: 1,
      anyInDialogues: 1,
      meanInDialogues: 1,
    },
    { task: "wsc", items: 1, tooShort: 1, ...none },
  ]);
  expect(summariseInstructionOverlap(BY_HAND)).toEqual([
    { task: "switch", items: 1, tooShort: 0, anyOverlap: 1, meanOverlap: 0.2 },
  ]);
  expect(overlapByTask(BY_HAND)).toEqual([
    { task: "blimp", overlaps: [0.5, 0] },
    { task: "rte", overlaps: [1] },
    { task: "instructions_switch", overlaps: [0.2] },
  ]);
  expect([...overlapsOfTask(BY_HAND, "blimp")]).toEqual([
    ["a_0", 0.5],
    ["a_1", 0],
    ["b_0", null],
  ]);
  expect(() => overlapsOfTask(BY_HAND, "ewok")).toThrow('blimp, superglue, instructions_switch, got "ewok"');
});

test("a study of the microworld is measured once: its conversation lies in the dialogues whole", async () => {
  const study = openTinyStudy(sharedFolder());
  const overlap = await measureStudyOverlap(study);
  expect(await measureStudyOverlap(study)).toEqual(overlap);
  expect(stagesOf(study, "overlap")).toHaveLength(1);
  expect(overlap.items.filter(({ task }) => task === "blimp")).toHaveLength(18);
  const examples = overlap.items.filter(({ task }) => task === "instructions_switch");
  expect(examples).toHaveLength(16);
  for (const { ngrams, dialogueOverlap } of examples) expect(dialogueOverlap).toBe(ngrams === 0 ? null : 1);
  // Words with no letter or digit do not count here.
  expect(overlap.textWords).toBeLessThanOrEqual(1200);
  expect(overlap.textWords).toBeGreaterThan(1100);
});

test("another number of rows or words is another measurement", async () => {
  const folder = temporaryFolder();
  const config: StudyConfig = { ...TINY_CONFIG, budget: { ...TINY_CONFIG.budget, pretrainingWords: 1300 } };
  await measureStudyOverlap(openTinyStudy(folder));
  await measureStudyOverlap(openTinyStudy(folder, config));
  expect(stagesOf(openTinyStudy(folder), "overlap")).toHaveLength(2);
});

test.skipIf(!dataRoot)(
  "every real evaluation set gives all its items, each with an id of its own",
  async () => {
    const counts = new Map<string, number>();
    const ids = new Set<string>();
    let texts = 0;
    for await (const item of evaluationItems({ source: "real" }).items) {
      counts.set(item.task, (counts.get(item.task) ?? 0) + 1);
      ids.add(`${item.task} ${item.id}`);
      texts += item.texts.filter((text) => text.trim() !== "").length;
    }
    expect(Object.fromEntries(counts)).toEqual({
      blimp_fast: 13_400,
      blimp: 59_875,
      blimp_supplement_fast: 250,
      blimp_supplement: 5_218,
      entity_tracking: 9_483,
      wug_adj: 200,
      reading: 205,
      superglue: 29_577,
    });
    expect(ids.size).toBe(118_208);
    expect(texts).toBeGreaterThan(2 * 78_943);
  },
);
