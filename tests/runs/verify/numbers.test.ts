/** @file A number that was altered in a results folder is named: a figure, an item, a point of a curve, a step taken again. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { compareSteps, reasonToDiffer } from "../../../src/runs/verify/steps.js";
import { HAND_MADE_STAGE } from "../../support/hand-made-result.js";
import { BASE, differencesOf, edit, editRow, MERGED, STEPS, writtenResults } from "./written-results.js";

const { verify } = writtenResults();

const resultSchema = z.looseObject({ metrics: z.array(z.looseObject({ value: z.number() })) });

/** Replaces the first metric that `isMeant`, and tells its old and new value. */
function alterMetric(path: string, isMeant: (metric: Record<string, unknown>) => boolean): void {
  edit(path, (text) => {
    const result = resultSchema.parse(JSON.parse(text));
    const metric = result.metrics.find(isMeant);
    if (metric) metric.value += Number.EPSILON * Math.max(1, metric.value);
    return JSON.stringify(result, null, 2);
  });
}

describe("a number", () => {
  test.each([
    ["blimp.json", "accuracy", "all", "zero-shot"],
    ["superglue-wsc.json", "mcc", "seed 2", "fine-tuning"],
    ["superglue-wsc.json", "scoreHigh", "all", "fine-tuning"],
    ["training.json", "lastStepsLossNats", "pre-training", "training"],
  ])("of %s, %s of %s, is named when its last digit is another", async (file, metric, part, check) => {
    const alter = (folder: string) =>
      alterMetric(join(folder, BASE, file), (own) => own["metric"] === metric && own["part"] === part);
    const found = differencesOf(await verify(alter));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      new RegExp(`^${check}: ${BASE}/${file}: ${metric} of ${part}.* is \\S+, from its items \\S+$`),
    );
  });

  test("of items that is another is named as such", async () => {
    const checks = await verify((folder) =>
      edit(join(folder, BASE, "blimp.json"), (text) => text.replace(/"n": \d+/, '"n": 7')),
    );
    expect(differencesOf(checks)).toEqual([
      expect.stringMatching(/blimp\.json: n of accuracy of all \(official\) is 7, from its items \d+$/),
    ]);
  });

  test("that the items do not give, or that is missing, is named", async () => {
    const path = join(BASE, "blimp.json");
    const renamed = await verify((folder) =>
      edit(join(folder, path), (text) => text.replace('"metric": "accuracyPerToken"', '"metric": "guess"')),
    );
    expect(differencesOf(renamed)).toEqual([
      expect.stringMatching(/accuracyPerToken of all \(corrected\) must be \S+, is not in the result/),
      expect.stringMatching(/guess of all \(corrected\) is \S+, its items give none/),
    ]);
  });
});

describe("an item", () => {
  const flip = (bit: string | undefined) => (bit === "1" ? "0" : "1");

  test("with its candidates' scores exchanged is named by the metrics it moves", async () => {
    const checks = await verify((folder) =>
      editRow(join(folder, BASE, "blimp.items.csv.gz"), 1, (cells) => {
        [cells["logProb0"], cells["logProb1"]] = [cells["logProb1"] ?? "", cells["logProb0"] ?? ""];
      }),
    );
    expect(differencesOf(checks)).toContainEqual(
      expect.stringMatching(/^zero-shot: .*base\/seed-1\/blimp\.json: accuracy of all \(official\) is/),
    );
  });

  test("with another prediction is named by its seed and id", async () => {
    const column = "prediction seed 2";
    const checks = await verify((folder) =>
      editRow(join(folder, BASE, "superglue-wsc.items.csv.gz"), 1, (cells) => {
        cells[column] = flip(cells[column]);
      }),
    );
    expect(differencesOf(checks)).toEqual([
      expect.stringMatching(/superglue-wsc\.json: seed 2 predicts [01] for wsc_0, its logits say [01]$/),
    ]);
  });

  test("with another label is named by its credit and by the figures of the seeds", async () => {
    const checks = await verify((folder) =>
      editRow(
        join(folder, BASE, "superglue-wsc.items.csv.gz"),
        1,
        (cells) => (cells["label"] = flip(cells["label"])),
      ),
    );
    const found = differencesOf(checks).join("\n");
    expect(found).toMatch(/superglue-wsc\.json: wsc_0 has the credit/);
    expect(found).toMatch(/superglue-wsc\.json: accuracy of seed 1 \(corrected\) is/);
  });
});

describe("a curve", () => {
  const scale = (by: number) => (cells: Record<string, string>) =>
    (cells["lossNats"] = String(Number(cells["lossNats"]) * by));
  const curve = (condition: string) => join(condition, "training.items.csv.gz");

  test("whose second loss is another is named by the step taken again", async () => {
    const checks = await verify((folder) => editRow(join(folder, curve(BASE)), 2, scale(1.001)), STEPS);
    expect(differencesOf(checks)).toContainEqual(
      expect.stringMatching(
        /^first steps: .*base.*training\.items\.csv\.gz: lossNats of step 2 is \S+, taken again/,
      ),
    );
  });

  test("that other training runs share is named where it is another in one of them", async () => {
    const checks = await verify((folder) => editRow(join(folder, curve(MERGED)), 2, scale(1 + 1e-12)));
    expect(differencesOf(checks)).toEqual([
      expect.stringMatching(
        /^training: .*merged.*lossNats of step 2 of the same stage is \S+, in .*base.* \S+$/,
      ),
    ]);
  });

  test("whose last loss is another is named by the mean that it moves", async () => {
    const checks = await verify((folder) => editRow(join(folder, curve(MERGED)), -2, scale(1.001)));
    expect(differencesOf(checks)).toEqual([
      expect.stringMatching(
        /merged\/seed-1\/training\.json: lastStepsLossNats of merged is \S+, from its items/,
      ),
    ]);
  });

  test("that lost a step is named by it and by their number", async () => {
    const checks = await verify((folder) =>
      edit(join(folder, curve(MERGED)), (text) => text.replace(/^pre-training,3,.*\n/m, "")),
    );
    const found = differencesOf(checks).join("\n");
    expect(found).toMatch(/merged.*items\.csv\.gz: step 3 of pre-training must follow, is 4/);
    expect(found).toMatch(/merged.*training\.json: steps of pre-training is \d+, from its items \d+/);
  });
});

describe("steps taken again", () => {
  const step = (lossNats: number, more: object = {}) => ({
    ...{ phase: "pre-training", step: 1, steps: 9, epoch: 1, lossNats, learningRate: 0.5, gradientNorm: 2 },
    ...{ trainedTokens: 8, textTokens: 0, wordsSeen: 4, orderHash: "", tokensPerSecond: 1, secondsLeft: 0 },
    ...more,
  });
  const compared = (lossNats: number, reason: string | null, more: object = {}) =>
    compareSteps([step(4)], [step(lossNats, more)], { path: "curve", reason });

  test("must be equal to the last digit where nothing else is", () => {
    expect(compared(4, null)).toEqual({ found: "1 step equal to the last digit", differences: [] });
    expect(compared(4.000_000_1, null).differences).toEqual([
      "curve: lossNats of step 1 is 4, taken again 4.0000001",
    ]);
  });

  test("may differ by rounding where there is a reason, which is told", () => {
    const near = compared(4.000_000_1, "processor was A, here B");
    expect(near.differences).toEqual([]);
    expect(near.found).toContain(
      "0 of them equal to the last digit, the farthest 2.5e-8 away, allowed 0.00001",
    );
    expect(near.found).toContain("because processor was A, here B");
    expect(compared(4.000_1, "processor was A, here B").differences).toHaveLength(1);
    expect(compared(4, "processor was A, here B", { gradientNorm: 2.001 }).differences).toHaveLength(1);
  });

  test("have the rate and the tokens of the curve for no reason else", () => {
    const [rate, tokens] = compared(4, "any", { learningRate: 0.500_000_1, trainedTokens: 9 }).differences;
    expect(rate).toBe("curve: learningRate of step 1 is 0.5, taken again 0.5000001");
    expect(tokens).toBe("curve: trainedTokens of step 1 is 8, taken again 9");
  });

  test("may differ where machine, engine or code do, or the processor has no model", () => {
    const { provenance } = HAND_MADE_STAGE;
    const named = { ...provenance, processor: "Maker 9000" };
    const same = { isSameStage: true };
    expect(reasonToDiffer(named, named, same)).toBeNull();
    expect(reasonToDiffer(provenance, provenance, same)).toBe('"by hand" names no model of processor');
    expect(reasonToDiffer(named, named, { isSameStage: false })).toMatch(/changed since/);
    expect(reasonToDiffer(named, { ...named, processor: "Maker 9" }, same)).toMatch(
      /processor was Maker 9000/,
    );
    expect(reasonToDiffer(named, { ...named, cores: 64 }, same)).toMatch(/cores was 2, here 64/);
  });
});
