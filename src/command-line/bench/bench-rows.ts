/** @file What `class-it bench` measures, row by row, and the process each row is measured in. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import type { ArchitectureConfig, Precision } from "../../config/config.js";
import { PAPER_ARCHITECTURES } from "../../config/paper-settings.js";
import { seeded } from "../../random.js";
import { deriveStudy } from "../../config/scales.js";

/** Decoders that can be measured: the two of laptop scale and the two of the paper. */
export const BENCH_DECODERS = ["laptop140M", "laptop100M", "llama140M", "llama100M"] as const;
export type BenchDecoder = (typeof BENCH_DECODERS)[number];

interface Row {
  readonly decoder: BenchDecoder;
  readonly architecture: ArchitectureConfig;
  readonly precision: Precision;
  readonly steps: number;
}

/** One measurement: training steps on full rows of random tokens, or scoring of sentences. */
export type BenchRow =
  | (Row & { readonly kind: "training"; readonly batchSize: number; readonly lengthTokens: number })
  | (Row & { readonly kind: "scoring"; readonly sentences: readonly (readonly number[])[] });

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

const architectureOf = (decoder: BenchDecoder): ArchitectureConfig => {
  const { architectures } = deriveStudy("laptop");
  switch (decoder) {
    case "laptop140M":
      return architectures.llama140M;
    case "laptop100M":
      return architectures.llama100M;
    default:
      return PAPER_ARCHITECTURES[decoder];
  }
};

const LONG = 6_144;

/**
 * Tokens of both sentences and of their common beginning, for 32 minimal pairs: the first of BLiMP's
 * irregular_plural_subject_verb_agreement_1 in a byte-level tokenizer of 16,384. Of BLiMP's 67 paradigms it is the one in
 * the middle by what padding and repeated beginnings cost.
 */
// prettier-ignore
const PAIR_LENGTHS = [
  [4, 5, 2], [7, 7, 3], [12, 12, 3], [11, 11, 4], [10, 10, 2], [7, 6, 2], [7, 8, 3], [9, 9, 4],
  [8, 7, 3], [9, 8, 4], [9, 9, 3], [8, 8, 2], [12, 11, 4], [7, 7, 2], [6, 7, 3], [5, 5, 2],
  [10, 10, 2], [9, 9, 3], [5, 5, 3], [13, 13, 3], [8, 8, 2], [7, 7, 2], [7, 7, 2], [9, 8, 3],
  [7, 7, 3], [8, 6, 2], [9, 9, 2], [10, 10, 3], [8, 8, 3], [5, 5, 3], [4, 4, 2], [8, 7, 3],
] as const;

/** 64 sentences of random tokens with those lengths and common beginnings, pair after pair. */
function sentencesFor({ vocabSize }: ArchitectureConfig): number[][] {
  const random = seeded(1);
  const tokens = (count: number): number[] =>
    Array.from({ length: count }, () => Math.floor(random() * vocabSize));
  return PAIR_LENGTHS.flatMap(([good, bad, shared]) => {
    const start = tokens(shared);
    return [good, bad].map((length) => [...start, ...tokens(length - shared)]);
  });
}

/** A batch of full rows. */
export interface BenchShape {
  readonly batchSize: number;
  readonly lengthTokens: number;
}

/** Steps measured where the shape is the caller's. */
const STEPS_OF_SHAPE = 5;

/** All rows for some decoders: training at 256 tokens, for the paper's also at 1,024 and 6,144, and scoring. */
export function benchRows(options: {
  readonly decoders: readonly BenchDecoder[];
  readonly precisions: readonly Precision[];
  /** Longest training rows; the paper's 6,144 tokens take minutes. */
  readonly maxTokens: number;
  /** Training rows of this shape alone, cut to what a decoder takes. */
  readonly shape?: BenchShape;
}): BenchRow[] {
  return options.decoders.flatMap((decoder) => {
    const architecture = architectureOf(decoder);
    const isPaper = decoder.startsWith("llama");
    if (options.shape) {
      const { batchSize } = options.shape;
      const lengthTokens = Math.min(options.shape.lengthTokens, architecture.maxLengthTokens);
      const size = { batchSize, lengthTokens, steps: STEPS_OF_SHAPE };
      return options.precisions.map((precision): BenchRow => ({
        kind: "training",
        decoder,
        architecture,
        precision,
        ...size,
      }));
    }
    const training = [
      { batchSize: isPaper ? 4 : 16, lengthTokens: 256, steps: isPaper ? 4 : 8 },
      ...(isPaper ? [{ batchSize: 1, lengthTokens: 1_024, steps: 4 }] : []),
      // One row of the longest length the model takes.
      ...(isPaper
        ? [{ batchSize: 1, lengthTokens: Math.min(LONG, architecture.maxLengthTokens), steps: 1 }]
        : []),
    ].filter(({ lengthTokens }) => lengthTokens <= options.maxTokens);
    const sentences = sentencesFor(architecture);
    return [
      ...options.precisions.flatMap((precision) =>
        training.map((size): BenchRow => ({ kind: "training", decoder, architecture, precision, ...size })),
      ),
      { kind: "scoring", decoder, architecture, precision: "float32", sentences, steps: isPaper ? 5 : 20 },
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
    readonly device: "cpu" | "cuda";
  },
): Promise<BenchSpeed> {
  const { python, script, ...settings } = options;
  const { stdout } = await run(python, [script, JSON.stringify({ ...row, ...settings })]);
  return speedSchema.parse(lastLine(stdout));
}
