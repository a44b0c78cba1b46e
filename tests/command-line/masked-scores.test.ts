/** @file `evaluate --backend mntp`: a folder scored by masked tokens. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { trainedModel } from "../../src/runs/training/training.js";
import { sharedFolder } from "../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../support/tiny-study.js";
import { command } from "./command.js";

const folder = sharedFolder();
const data = join(folder, "data");
const PAIRS = [
  { sentence_good: "The dog runs.", sentence_bad: "The dog run.", field: "syntax", UID: "toy" },
  { sentence_good: "The dogs run.", sentence_bad: "The dogs runs.", field: "syntax", UID: "toy" },
];

const models: Record<"mixed" | "causal", string> = { mixed: "", causal: "" };
beforeAll(async () => {
  mkdirSync(join(data, "fast_eval/blimp_fast"), { recursive: true });
  writeFileSync(
    join(data, "fast_eval/blimp_fast/toy.jsonl"),
    PAIRS.map((pair) => JSON.stringify(pair) + "\n").join(""),
  );
  const objective = { maskedShare: 0.5, maskRate: 0.15, schedule: "constant" } as const;
  for (const [name, config] of [
    ["mixed", { ...TINY_CONFIG, objective }] as const,
    ["causal", TINY_CONFIG] as const,
  ])
    models[name] = (
      await trainedModel(openTinyStudy(folder, config), { model: "llama100M", condition: "base" })
    ).stage.folder;
});

const evaluate = (model: string, more: string) =>
  command(`evaluate --model ${model} --data ${data} --out ${join(folder, "out")} --tasks blimp ${more}`);
const scores = (): number[] =>
  readFileSync(join(folder, "out/blimp/items.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .flatMap((line): number[] => JSON.parse(line).scores ?? []);

describe("masked scores of a folder", () => {
  test("are others than the causal ones, which are scored again after them, and have the pipeline's folder", async () => {
    expect((await evaluate(models.mixed, "--backend mntp")).code).toBe(0);
    const masked = scores();
    const official = join(folder, "out/official", models.mixed.split("/").at(-1) ?? "", "main/zero_shot");
    expect(existsSync(join(official, "mntp/blimp/blimp_fast/predictions.json"))).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, "out/blimp/summary.json"), "utf8")).backend).toBe("mntp");
    expect((await evaluate(models.mixed, "")).code).toBe(0);
    const causal = scores();
    expect(masked).toHaveLength(4);
    masked.forEach((score, index) => expect(score).not.toBe(causal[index]));
    expect(JSON.parse(readFileSync(join(folder, "out/blimp/summary.json"), "utf8"))).not.toHaveProperty(
      "backend",
    );
  });

  test.each([
    [() => evaluate(models.causal, "--backend mntp"), "tokenizer must have a mask token, got none"],
    [() => evaluate(models.mixed, "--backend mlm"), 'backend must be one of causal, mntp, got "mlm"'],
    [
      () => command(`evaluate --model ${models.mixed} --data ${data} --out x --tasks aoa --backend mntp`),
      "aoa must be scored with the backend causal, got mntp",
    ],
    [
      () => command("evaluate --condition base --scale smoke --seed 1 --tasks blimp --backend mntp"),
      "with --condition a study decides items and places, got --backend",
    ],
  ])("are refused by name where they cannot be: %#", async (run, message) => {
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});
