/** @file The records of a training stage in files: one JSON line per step, and losses on held-out text by source. */
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { describeIssue } from "../../config/config-schema.js";
import type { StepRecord } from "../../training/train.js";

const stepSchema = z.object({
  step: z.number(),
  steps: z.number(),
  epoch: z.number(),
  lossNats: z.number(),
  learningRate: z.number(),
  gradientNorm: z.number(),
  trainedTokens: z.number(),
  textTokens: z.number(),
  wordsSeen: z.number(),
  orderHash: z.string(),
  tokensPerSecond: z.number(),
  secondsLeft: z.number(),
});

const sourceLossSchema = z.object({
  /** A genre of the pre-training text, or an instruction set. */
  source: z.string(),
  /** Nats a trained token. */
  lossNats: z.number(),
  tokens: z.number(),
});
/** Loss on one held-out source. */
export type SourceLoss = Readonly<z.infer<typeof sourceLossSchema>>;
/** Losses of one model. */
export const sourceLossesSchema = z.array(sourceLossSchema);

/** Loss on one held-out source after so many steps of a stage. */
export const heldOutSchema = sourceLossSchema.extend({ step: z.number(), epoch: z.number() });
export type HeldOutLoss = z.infer<typeof heldOutSchema>;

/**
 * The first records of a curve; a last line that a kill cut off is not among them.
 *
 * @param count as many as are known to be whole
 * @throws Error naming the line when one is missing or is no record
 */
export function readCurveLines(path: string, count: number): StepRecord[] {
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  return Array.from({ length: count }, (_, index) => {
    const record = stepSchema.safeParse(parseLine(lines[index]));
    if (record.success && record.data.step === index + 1) return record.data;
    const found = record.success
      ? `that of step ${record.data.step}`
      : lines[index]
        ? describeIssue(record.error, "line")
        : "no such line";
    throw new Error(
      `readCurveLines: line ${index + 1} of ${path} must be the record of step ${index + 1}, got ${found}. Delete ${dirname(path)} to train it again.`,
    );
  });
}

/** All records of a finished stage. */
export function readCurveFile(path: string): StepRecord[] {
  const text = readFileSync(path, "utf8");
  return readCurveLines(path, text.split("\n").length - 1);
}

/** Records of a curve that may be growing: whole lines up to the first that is none; none where there is no file. */
export function parseCurve(path: string): StepRecord[] {
  const records: StepRecord[] = [];
  for (const line of existsSync(path) ? readFileSync(path, "utf8").split("\n") : []) {
    const record = stepSchema.safeParse(parseLine(line));
    if (!record.success) break;
    records.push(record.data);
  }
  return records;
}

function parseLine(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? "");
  } catch {
    return null;
  }
}
