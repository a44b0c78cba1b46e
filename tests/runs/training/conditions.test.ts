/** @file The six conditions trained: their phases, what they share, what each leaves, and what the cache knows of them. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { CONDITIONS, type Condition, type ModelName, type StudyConfig } from "../../../src/config/config.js";
import { tf } from "../../../src/engine/backend.js";
import { readResults } from "../../../src/runs/study/results.js";
import type { ConditionStep } from "../../../src/runs/training/build-phase.js";
import { textLoss } from "../../../src/runs/training/results.js";
import { trainCondition, trainedModel } from "../../../src/runs/training/training.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";
import { model, runsOf, train } from "./recorded-runs.js";

const study = openTinyStudy(sharedFolder());
const runOf = runsOf(study, CONDITIONS);
let stagesAfterAll: string[] = [];
beforeAll(() => {
  stagesAfterAll = stagesOf(study);
});

/** How many stages of each kind. */
function kindsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) {
    const kind = name.replace(/-[0-9a-f]{16}$/, "");
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

describe("the six conditions", () => {
  test.each([
    ["base", ["pre-training"]],
    ["switch", ["pre-training", "switch"]],
    ["wiki", ["pre-training", "wiki"]],
    ["merged", ["pre-training", "merged"]],
    ["switchThenWiki", ["pre-training", "switch", "wiki"]],
    ["wikiThenSwitch", ["pre-training", "wiki", "switch"]],
  ] as const)("%s runs through its phases in order, each to its last step", (condition, phases) => {
    const { records, trained } = runOf(condition);
    expect([...new Set(records.map(({ phase }) => phase))]).toEqual(phases);
    for (const phase of phases) {
      const ofPhase = records.filter((record) => record.phase === phase);
      expect(ofPhase.map(({ step }) => step)).toEqual(ofPhase.map((_, index) => index + 1));
      expect(ofPhase).toHaveLength(ofPhase[0]?.steps ?? Number.NaN);
    }
    expect(trained.phases.map(({ phase }) => phase)).toEqual(phases);
    expect(trained.stage).toEqual(trained.phases.at(-1)?.stage);
  });

  test("learn: pre-training ends well below the loss of guessing it began with", () => {
    const { records, trained } = runOf("base");
    const guessing = Math.log(TINY_CONFIG.architectures[model].vocabSize);
    expect(Math.abs((records[0]?.lossNats ?? Number.NaN) - guessing)).toBeLessThan(0.2);
    const [phase] = trained.phases;
    if (!phase) throw new Error("base must have a phase.");
    expect(textLoss(phase)[0]).toBeLessThan(guessing - 0.5);
    const sources = [...phase.losses.text, ...phase.losses.sets].map(({ source }) => source);
    expect(sources).toEqual(["dialogue", "narrative", "switch", "wiki"]);
  });

  test("begin each phase with the weights of the one before", () => {
    const guessing = Math.log(TINY_CONFIG.architectures[model].vocabSize);
    for (const condition of CONDITIONS.filter((name) => name !== "base")) {
      const { records } = runOf(condition);
      const begins = records.filter(({ phase, step }) => phase !== "pre-training" && step === 1);
      // A tuning phase has too few steps to learn anything by itself.
      for (const { lossNats } of begins) expect(lossNats).toBeLessThan(guessing - 0.3);
    }
  });

  test("share what they have in common: one pre-training, five tuning stages of which two are first phases", () => {
    // Each phase is measured on text, conversations and questions.
    expect(kindsOf(stagesAfterAll)).toEqual({
      tokenizer: 1,
      tokens: 1,
      pretraining: 1,
      tuning: 5,
      "held-out-loss": 3 * 6,
    });
    const stageOf = (condition: Condition, phase: number) =>
      runOf(condition).trained.phases[phase]?.stage.hash;
    expect(stageOf("switchThenWiki", 1)).toBe(stageOf("switch", 1));
    expect(stageOf("wikiThenSwitch", 1)).toBe(stageOf("wiki", 1));
    expect(stageOf("switchThenWiki", 2)).not.toBe(stageOf("wiki", 1));
    expect(stageOf("merged", 1)).not.toBe(stageOf("switch", 1));
  });

  test("each leave a Hugging Face folder and a training result with all phases", () => {
    for (const condition of CONDITIONS)
      for (const file of ["config.json", "model.safetensors", "tokenizer.json"])
        expect(existsSync(join(runOf(condition).trained.stage.folder, file))).toBe(true);
    const results = readResults(study.resultsFolder);
    expect(results.map(({ task, condition }) => `${task} ${condition}`)).toEqual(
      CONDITIONS.map((condition) => `training ${condition}`),
    );
    for (const { condition, metrics, stages } of results) {
      const { records, trained } = runOf(condition);
      expect(stages.map(({ hash }) => hash)).toEqual([
        ...trained.phases.map(({ stage }) => stage.hash),
        ...trained.phases.flatMap(({ losses }) => losses.stages.map(({ hash }) => hash)),
      ]);
      const words = metrics.filter(({ metric }) => metric === "words");
      expect(words.map(({ part }) => part)).toEqual([...trained.phases.map(({ phase }) => phase), "all"]);
      expect(words[0]?.value).toBe(TINY_CONFIG.budget.pretrainingWords);
      for (const finished of trained.phases) {
        const { phase } = finished;
        const steps = records.filter((record) => record.phase === phase).length;
        expect(metrics).toContainEqual(
          expect.objectContaining({ metric: "steps", part: phase, value: steps, n: steps }),
        );
        expect(metrics).toContainEqual(
          expect.objectContaining({
            metric: "heldOutTextNats",
            part: phase,
            value: textLoss(finished)[0],
            n: textLoss(finished)[1],
          }),
        );
      }
    }
  });
});

describe("weights by words seen", () => {
  test("are kept at the step that reaches them, also where the run broke off in between", async () => {
    const config: StudyConfig = { ...TINY_CONFIG, checkpointWords: [400, 800, 1250] };
    const broken = openTinyStudy(temporaryFolder(), config);
    for await (const { step } of trainCondition(broken, { model, condition: "base" })) if (step === 7) break;
    const { records, trained } = await train(broken, "switch");
    const [base, tuned] = trained.phases.map(({ stage }) => stage.folder);
    const has = (stage: string | undefined, name: string) =>
      existsSync(join(stage ?? "", `${name}.safetensors`));
    const pretraining = records.filter(({ phase }) => phase === "pre-training");
    expect(pretraining.at(-1)?.wordsSeen).toBeLessThan(1250);
    expect(["chck_0.0004M", "chck_0.0008M", "chck_0.00125M"].map((name) => has(base, name))).toEqual([
      true,
      true,
      false,
    ]);
    expect(has(tuned, "chck_0.00125M")).toBe(true);
  });
});

describe("the cache", () => {
  test("replays a condition with the same records, training and storing nothing", async () => {
    const before = tf.memory().numTensors;
    const again = await train(study, "switchThenWiki");
    expect(again).toEqual(runOf("switchThenWiki"));
    expect(stagesOf(study)).toEqual(stagesAfterAll);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("knows that another tuning rate concerns tuning alone", async () => {
    const { instructionTuning } = TINY_CONFIG;
    const changed: StudyConfig = {
      ...TINY_CONFIG,
      instructionTuning: { ...instructionTuning, learningRate: 2 * instructionTuning.learningRate },
    };
    const { records } = await train({ ...study, config: changed }, "switch");
    const pretraining = (steps: ConditionStep[]) => steps.filter(({ phase }) => phase === "pre-training");
    expect(pretraining(records)).toEqual(pretraining(runOf("switch").records));
    const added = stagesOf(study).filter((name) => !stagesAfterAll.includes(name));
    expect(kindsOf(added)).toEqual({ tuning: 1, "held-out-loss": 3 });
  });

  test("knows that another pre-training rate concerns all that follows", async () => {
    const { pretraining } = TINY_CONFIG;
    const known = stagesOf(study);
    const changed: StudyConfig = { ...TINY_CONFIG, pretraining: { ...pretraining, learningRate: 0.01 } };
    await train({ ...study, config: changed }, "switch");
    const added = stagesOf(study).filter((name) => !known.includes(name));
    expect(kindsOf(added)).toEqual({ pretraining: 1, tuning: 1, "held-out-loss": 6 });
  });

  test("knows that a setting of zero-shot scoring concerns no training", async () => {
    const known = stagesOf(study);
    const budget = { ...study.config.budget, zeroShotItemsPerUid: 3 };
    await train({ ...study, config: { ...study.config, budget } }, "merged");
    expect(stagesOf(study)).toEqual(known);
  });

  test.each([
    ["lossOn", { instructions: { ...TINY_CONFIG.instructions, lossOn: "full" } }, { "held-out-loss": 2 }],
    [
      "chatTemplate",
      { instructions: { ...TINY_CONFIG.instructions, chatTemplate: "speakerLetters" } },
      { "held-out-loss": 2 },
    ],
    ["heldOutRows", { budget: { ...TINY_CONFIG.budget, heldOutRows: 6 } }, { "held-out-loss": 2 }],
  ] as const)(
    "measures the pre-trained model again under another %s, and trains nothing",
    async (_name, changes, added) => {
      const known = stagesOf(study);
      await train({ ...study, config: { ...TINY_CONFIG, ...changes } }, "base");
      expect(kindsOf(stagesOf(study).filter((name) => !known.includes(name)))).toEqual(added);
    },
  );

  test("gives another seed its own pre-training, and the same tokenizer", async () => {
    const folder = join(study.cacheFolder, "..");
    const other = openTinyStudy(folder, TINY_CONFIG, 2);
    const known = stagesOf(study);
    const { records } = await train(other, "base");
    const added = stagesOf(study).filter((name) => !known.includes(name));
    expect(kindsOf(added)).toEqual({ pretraining: 1, "held-out-loss": 3 });
    expect(records[0]?.lossNats).not.toBe(runOf("base").records[0]?.lossNats);
  });
});

describe("unknown names", () => {
  const call = (model: string, condition: string) =>
    trainedModel(study, { model: model as ModelName, condition: condition });
  test("of models are refused with those there are", async () => {
    await expect(call("llama7B", "base")).rejects.toThrow(/one of llama140M, llama100M, got "llama7B"/);
  });
  test("of conditions are refused with those there are", async () => {
    await expect(call(model, "both")).rejects.toThrow(/one of base, switch, .*, got "both"/);
  });
});

test("a stage's folder bears the stage's hash", () => {
  const { stage } = runOf("merged").trained;
  expect(basename(stage.folder)).toBe(`tuning-${stage.hash}`);
});
