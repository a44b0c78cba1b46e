/** @file What `class-it bench` measures, row by row, and the process each row is measured in. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { PAPER_ARCHITECTURES, type ArchitectureConfig, type Precision } from "../config.js";
import { deriveStudy } from "../scales.js";

/** Decoders that can be measured: the two of laptop scale and the two of the paper. */
export const BENCH_SUBJECTS = ["laptop140M", "laptop100M", "llama140M", "llama100M"] as const;
export type BenchSubject = (typeof BENCH_SUBJECTS)[number];

/** One measurement. */
export interface BenchRow {
  readonly kind: "training" | "scoring";
  readonly subject: BenchSubject;
  readonly architecture: ArchitectureConfig;
  readonly batchSize: number;
  readonly lengthTokens: number;
  readonly precision: Precision;
  readonly steps: number;
}

const profileSchema = z.array(
  z.object({ op: z.string(), shape: z.array(z.number()), count: z.number(), milliseconds: z.number() }),
);

const speedSchema = z.object({
  tokensPerSecond: z.number(),
  firstStepSeconds: z.number(),
  peakGiB: z.number(),
  gflopPerSecond: z.number().optional(),
  estimatedGiB: z.number().optional(),
  profile: profileSchema.optional(),
});

/** What a row came to, on either side. */
export type BenchSpeed = z.infer<typeof speedSchema>;

const architectureOf = (subject: BenchSubject): ArchitectureConfig => {
  const { architectures } = deriveStudy("laptop");
  switch (subject) {
    case "laptop140M":
      return architectures.llama140M;
    case "laptop100M":
      return architectures.llama100M;
    default:
      return PAPER_ARCHITECTURES[subject];
  }
};

const LONG = 6_144;
const SENTENCE_TOKENS = 16;
const SENTENCES = 64;

/** All rows for some subjects: training at 256 tokens, for the paper's also at 1,024 and 6,144, and scoring. */
export function benchRows(options: {
  readonly subjects: readonly BenchSubject[];
  readonly precisions: readonly Precision[];
  /** Longest training rows; the paper's 6,144 tokens take minutes. */
  readonly maxTokens: number;
}): BenchRow[] {
  return options.subjects.flatMap((subject) => {
    const architecture = architectureOf(subject);
    const isPaper = subject.startsWith("llama");
    const training = [
      { batchSize: isPaper ? 4 : 16, lengthTokens: 256, steps: isPaper ? 4 : 8 },
      ...(isPaper ? [{ batchSize: 1, lengthTokens: 1_024, steps: 4 }] : []),
      // One row of the longest length the model takes.
      ...(isPaper
        ? [{ batchSize: 1, lengthTokens: Math.min(LONG, architecture.maxLengthTokens), steps: 1 }]
        : []),
    ].filter(({ lengthTokens }) => lengthTokens <= options.maxTokens);
    const scoring = { batchSize: SENTENCES, lengthTokens: SENTENCE_TOKENS, steps: isPaper ? 5 : 20 };
    return [
      ...options.precisions.flatMap((precision) =>
        training.map((size): BenchRow => ({ kind: "training", subject, architecture, precision, ...size })),
      ),
      { kind: "scoring", subject, architecture, precision: "float32", ...scoring },
    ];
  });
}

const run = promisify(execFile);
const lastLine = (text: string): unknown => JSON.parse(text.trim().split("\n").at(-1) ?? "null");

/** Measures a row of the kit in a process of its own, so that peak memory is that of the row. */
export async function measureRow(row: BenchRow, options: { readonly profile: boolean }): Promise<BenchSpeed> {
  const script = fileURLToPath(new URL("bench-row.js", import.meta.url));
  const { stdout } = await run(process.execPath, [script, JSON.stringify({ ...row, ...options })]);
  return speedSchema.parse(lastLine(stdout));
}

/** The same row in PyTorch. */
export async function measurePytorch(
  row: BenchRow,
  options: {
    readonly python: string;
    readonly script: string;
    readonly threads: number;
    readonly compiled: boolean;
  },
): Promise<BenchSpeed> {
  const { python, script, threads, compiled } = options;
  const { stdout } = await run(python, [script, JSON.stringify({ ...row, threads, compiled })]);
  return speedSchema.parse(lastLine(stdout));
}
