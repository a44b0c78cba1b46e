import { describe, expect, test } from "vitest";
import { MODELS, type Scale, type StudyConfig, type TrainingConfig } from "../../src/config/config.js";
import { PUBLISHED_CONDITIONS } from "../../src/config/paper-settings.js";
import { countParameters } from "../../src/model/weights.js";
import { publishedArchitectures, publishedTraining } from "../../src/report/published/published-settings.js";
import { publishedScore } from "../../src/report/published/published.js";
import { deriveStudy } from "../../src/config/scales.js";

const paper = deriveStudy("paper");

describe("the paper's scale", () => {
  test.each(MODELS)("has the decoder %s of the poster's Table 1", (model) => {
    const architecture = paper.architectures[model];
    const known = publishedArchitectures().filter((row) => row.model === model && row.value !== null);
    const published = (quantity: string) => known.find((row) => row.quantity === quantity)?.value;
    for (const field of ["vocabSize", "maxLengthTokens", "hiddenSize", "numHeads", "numLayers"] as const)
      expect(`${field} ${architecture[field]}`).toBe(`${field} ${published(field)}`);
    expect(countParameters(architecture)).toBe(published("trainableParameters"));
    expect(architecture.feedForwardSize).toBe(published("intermediateSize"));
    expect(architecture.tiedEmbeddings).toBe(published("tiedEmbeddings"));
    expect(architecture.hiddenSize / architecture.numHeads).toBe(published("headDim"));
    expect(paper.rowLengthTokens[model]).toBe(published("maxLengthTokens"));
  });

  test.each(["pretraining", "instructionTuning"] as const)("has the %s of Table 2", (stage) => {
    const SCHEDULES: Record<string, TrainingConfig["schedule"]> = {
      linear: "linear",
      "cosine with restarts": "cosineWithRestarts",
    };
    const primary = publishedTraining().filter((row) => row.stage === stage && row.confidence === "primary");
    const published = (quantity: string) => primary.find((row) => row.quantity === quantity)?.value;
    for (const field of ["learningRate", "batchSize", "maxEpochs", "warmupSteps"] as const)
      expect(`${field} ${paper[stage][field]}`).toBe(`${field} ${published(field)}`);
    expect(paper[stage].schedule).toBe(SCHEDULES[String(published("learningRateSchedule"))]);
    expect(paper[stage].warmupRatio).toBeNull();
  });

  test("shrinks nothing", () => {
    expect(paper.shrunk).toEqual([]);
    expect(Object.values(paper.budget).filter((limit) => limit !== null)).toEqual([50_000, 200]); // held-out words and rows
  });

  test("trains each decoder in the conditions the poster scores", () => {
    for (const model of MODELS) {
      const conditions = PUBLISHED_CONDITIONS[model];
      for (const condition of conditions)
        expect(publishedScore({ model, condition, task: "BLiMP" })).not.toBeNull();
    }
    expect(PUBLISHED_CONDITIONS.llama140M).toHaveLength(6);
    expect(PUBLISHED_CONDITIONS.llama100M).toEqual(["base", "merged"]);
  });
});

/** "0.8M" */
const millions = (count: number) => `${(count / 1e6).toFixed(1)}M`;
const grouped = (count: number) => count.toLocaleString("en-US");
const exponent = (rate: number) => rate.toExponential().replace(".0e", "e");

/** Numbers that a scale's sentences must name because the scale sets them. */
function numbersOf({ architectures, rowLengthTokens, pretraining, instructionTuning, budget }: StudyConfig) {
  const words = (count: number) => (count === 1 ? "one epoch" : `${count} epochs`);
  return [
    ...MODELS.map((model) => grouped(architectures[model].vocabSize)),
    ...MODELS.map((model) => `rows of ${rowLengthTokens[model]} tokens`),
    `batches of ${pretraining.batchSize} rows`,
    `${words(pretraining.maxEpochs)} in place of 8`,
    `${words(instructionTuning.maxEpochs)} in place of 10`,
    `${exponent(pretraining.learningRate)} and ${exponent(instructionTuning.learningRate)} in place of 2e-4 and 2e-5`,
    `${budget.zeroShotItemsPerUid} pairs a paradigm`,
  ];
}

/** As a sentence writes it: 12,800. */
const counted = (rows: number | null): string => (rows ?? Number.NaN).toLocaleString("en");

describe.each(["smoke", "laptop"] as const)("the %s scale", (scale) => {
  const study = deriveStudy(scale);

  test("says what it shrinks, in the numbers it sets", () => {
    const said = study.shrunk.join("; ");
    for (const number of numbersOf(study)) expect(said).toContain(number);
    if (study.budget.pretrainingWords !== null)
      expect(said).toContain(`${millions(study.budget.pretrainingWords)} words`);
    const { switchboardRows, wikiRows } = study.budget;
    expect(said).toContain(
      switchboardRows === wikiRows
        ? `${counted(switchboardRows)} rows of each instruction set`
        : `${counted(switchboardRows)} rows of conversations and ${counted(wikiRows)} of questions`,
    );
  });

  test("changes nothing of the paper but sizes, rates, epochs, batches, warm-up and budgets", () => {
    for (const model of MODELS) {
      const { feedForwardSize, ...sizes } = study.architectures[model];
      const original = paper.architectures[model];
      const shrunk = ["vocabSize", "maxLengthTokens", "hiddenSize", "numHeads", "numLayers"] as const;
      for (const field of shrunk) expect(sizes[field]).toBeLessThan(original[field]);
      expect(feedForwardSize).toBe(4 * sizes.hiddenSize);
      const smaller = Object.fromEntries(shrunk.map((field) => [field, sizes[field]]));
      expect(study.architectures[model]).toEqual({ ...original, ...smaller, feedForwardSize });
    }
    for (const stage of ["pretraining", "instructionTuning"] as const) {
      const { schedule, warmupSteps, cosineCycles, optimizer } = study[stage];
      expect(paper[stage]).toMatchObject({ schedule, warmupSteps, cosineCycles, optimizer });
    }
    expect(study.tokenizers).toEqual(paper.tokenizers);
    expect(study.instructions).toEqual(paper.instructions);
  });

  test("keeps llama100M deep and narrow beside llama140M", () => {
    const { llama140M, llama100M } = study.architectures;
    expect(llama100M.numLayers).toBeGreaterThan(llama140M.numLayers);
    expect(llama100M.hiddenSize).toBeLessThan(llama140M.hiddenSize);
    expect(countParameters(llama100M)).toBeLessThan(countParameters(llama140M));
  });
});

test("smoke decoders have under a million parameters, as many as its sentence says", () => {
  const { architectures, shrunk } = deriveStudy("smoke");
  const counts = MODELS.map((model) => countParameters(architectures[model]));
  for (const count of counts) expect(count).toBeLessThan(1_000_000);
  expect(shrunk[0]).toContain(`decoders of ${counts.map(millions).join(" and ")} parameters`);
  expect(shrunk[0]).toContain("in place of 140M and 101M");
});

test("laptop decoders have as many parameters besides embeddings as their sentence says", () => {
  const countOf = (study: StudyConfig) =>
    MODELS.map((model) => {
      const architecture = study.architectures[model];
      return countParameters(architecture) - 2 * architecture.vocabSize * architecture.hiddenSize;
    });
  const laptop = deriveStudy("laptop");
  expect(laptop.shrunk[0]).toContain(
    `decoders of ${countOf(laptop).map(millions).join(" and ")} non-embedding parameters`,
  );
  const whole = countOf(paper).map((count) => `${Math.round(count / 1e6)}M`);
  expect(laptop.shrunk[0]).toContain(`in place of ${whole.join(" and ")}`);
});

test("an unknown scale is refused with those there are", () => {
  expect(() => deriveStudy("tiny" as Scale)).toThrow(
    /deriveStudy: scale must be one of smoke, laptop, paper, got "tiny"/,
  );
});
