import { describe, expect, test } from "vitest";
import type { MaskedObjective, StudyConfig } from "../../src/config/config.js";
import { studyConfigSchema } from "../../src/config/config-schema.js";
import { architectureOf } from "../../src/config/objective.js";
import { deriveStudy } from "../../src/config/scales.js";
import { checkStudy } from "../../src/runs/study/study.js";

const laptop = deriveStudy("laptop");
const gptBert: MaskedObjective = { maskedShare: 15 / 16, maskRate: 0.15, schedule: "linear" };
const withObjective = (change: Partial<MaskedObjective>): StudyConfig => ({
  ...laptop,
  objective: { ...gptBert, ...change },
});

describe("an objective with masked rows", () => {
  test("gives the decoder one token more, and no objective gives none", () => {
    const { vocabSize, ...rest } = laptop.architectures.llama140M;
    expect(architectureOf(withObjective({}), "llama140M")).toEqual({ vocabSize: vocabSize + 1, ...rest });
    expect(architectureOf(laptop, "llama140M")).toBe(laptop.architectures.llama140M);
  });

  test.each([
    [{ maskedShare: 0 }, "objective.maskedShare must be above 0 and below 1"],
    [{ maskedShare: 1 }, "objective.maskedShare must be above 0 and below 1"],
    [{ maskRate: 0 }, "objective.maskRate must be above 0"],
    [{ maskRate: 0.6 }, "objective.maskRate must be at most 0.5 with a linear schedule"],
  ])("%j is refused by name", (change, message) => {
    expect(() => checkStudy(withObjective(change))).toThrow(message);
  });

  test("more than half of the tokens may be hidden all along", () => {
    expect(() => checkStudy(withObjective({ maskRate: 0.6, schedule: "constant" }))).not.toThrow();
  });

  test("is no setting of instruction tuning or of a stage: both are refused by name", () => {
    const tuning = { ...laptop, instructionTuning: { ...laptop.instructionTuning, objective: gptBert } };
    expect(() => checkStudy(tuning)).toThrow(/instructionTuning: .*"objective"/);
    const stage = {
      name: "switch",
      examples: ["switch"],
      order: "shuffled",
      replies: "own",
      length: "configured",
      objective: gptBert,
    };
    const own = { ...laptop, curricula: { own: [stage] } };
    expect(() => checkStudy(own as unknown as StudyConfig)).toThrow(/curricula.own.0: .*"objective"/);
  });

  test("a misspelt one is refused with what is expected, an older configuration without one is causal", () => {
    const misspelt = { ...laptop, objective: { maskedshare: 0.5 } };
    expect(() => checkStudy(misspelt as unknown as StudyConfig)).toThrow(/objective: expected "causal" or/);
    const { objective: _, ...older } = laptop;
    expect(studyConfigSchema.parse(older).objective).toBe("causal");
  });
});
