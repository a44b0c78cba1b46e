/** @file Losses on what no stage trains on: one scoring rule for all models that are compared, whatever the cache holds. */
import { beforeAll, describe, expect, test } from "vitest";
import type { InstructionConfig, StudyConfig } from "../../../src/config/config.js";
import { forgettingRows } from "../../../src/report/plots/forgetting-matrix.js";
import { readResults } from "../../../src/runs/study/results.js";
import { openStudy, type Study } from "../../../src/runs/study/study.js";
import { trainedModel } from "../../../src/runs/training/training.js";
import { deriveStudy } from "../../../src/config/scales.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

const folder = sharedFolder();

const under = <T extends StudyConfig>(config: T, lossOn: InstructionConfig["lossOn"]): T => ({
  ...config,
  instructions: { ...config.instructions, lossOn },
});

describe("in the microworld", () => {
  const model = "llama100M";
  const [reply, full] = (["reply", "full"] as const).map((lossOn): Study => ({
    ...openTinyStudy(folder, under(TINY_CONFIG, lossOn)),
    resultsFolder: `${folder}/results-${lossOn}`,
  }));
  if (!reply || !full) throw new Error("There must be two studies.");
  const setsOf = async (study: Study, condition: string) =>
    (await trainedModel(study, { model, condition })).phases.at(-1)?.losses.sets ?? [];
  beforeAll(async () => {
    await trainedModel(reply, { model, condition: "merged" });
  });

  test("a run under one rule leaves no loss for another: base and tuned models are measured on the same tokens", async () => {
    const [base, tuned] = [await setsOf(full, "base"), await setsOf(full, "merged")];
    const tokens = (losses: typeof base) => losses.map(({ source, tokens }) => [source, tokens]);
    expect(tokens(tuned)).toEqual(tokens(base));
    const [short, long] = [await setsOf(reply, "base"), base].map((losses) =>
      losses.map((loss) => loss.tokens),
    );
    expect(long?.every((count, index) => count > 1.5 * (short?.[index] ?? Number.NaN))).toBe(true);
  });

  test("pre-training is shared, tuning is not, for its own loss depends on the rule", () => {
    expect(stagesOf(full, "pretraining")).toHaveLength(1);
    expect(stagesOf(full, "tuning")).toHaveLength(2);
  });

  test("every change in the matrix is the difference of two losses over as many tokens", () => {
    const results = readResults(full.resultsFolder);
    const lossOf = (condition: string, part: string, source: string) =>
      results
        .find((result) => result.condition === condition)
        ?.metrics.find(({ metric, part: of }) => metric === `heldOutNats.${source}` && of === part);
    const rows = forgettingRows(results);
    expect(rows.length).toBeGreaterThan(0);
    for (const source of ["switch", "wiki"]) {
      const [before, after] = [lossOf("base", "pre-training", source), lossOf("merged", "merged", source)];
      expect(after?.n).toBe(before?.n);
      const changeNats = (after?.value ?? Number.NaN) - (before?.value ?? Number.NaN);
      expect(rows).toContainEqual(expect.objectContaining({ stage: "merged", source, changeNats }));
    }
  });
});

test.skipIf(process.env["CLASS_IT_DATA"] === undefined)(
  "at smoke scale on real text the base model loses 4.8386 nats over 2,509 tokens of conversation, and merged wins 0.98 and 0.64",
  async () => {
    const study = openStudy({
      scale: "smoke",
      seed: 42,
      config: under(deriveStudy("smoke"), "full"),
      resultsRoot: `${folder}/real`,
      cacheFolder: `${folder}/real-stages`,
    });
    const { phases } = await trainedModel(study, { model: "llama140M", condition: "merged" });
    const [base, merged] = phases.map(({ losses }) => losses.sets);
    const loss = base?.find(({ source }) => source === "switch");
    expect(loss?.lossNats).toBeCloseTo(4.8386, 3);
    expect(loss?.tokens).toBe(2509);
    const changes = base?.map(({ lossNats }, set) => (merged?.[set]?.lossNats ?? Number.NaN) - lossNats);
    expect(changes?.[0]).toBeCloseTo(-0.98, 2);
    expect(changes?.[1]).toBeCloseTo(-0.64, 2);
  },
  600_000,
);
