/** @file `class-it bench`: training and scoring speed and memory next to the machine's own peak, or next to PyTorch. */
import { availableParallelism, cpus } from "node:os";
import { Command, Option } from "commander";
import type { Precision } from "../../config/config.js";
import { findProjectRoot } from "../../project-root.js";
import { describeCommit } from "../../runs/stages/commit.js";
import { tableMarkdown } from "../../report/render/table.js";
import {
  BENCH_DECODERS,
  benchRows,
  measurePytorch,
  measureRow,
  type BenchRow,
  type BenchShape,
  type BenchSpeed,
  type BenchDecoder,
} from "./bench-rows.js";
import { benchData } from "./bench-data.js";
import { benchStatistics } from "./bench-statistics.js";
import { benchLoop } from "./bench-loop.js";
import { benchPipeline } from "./bench-pipeline.js";
import { example, jsonOption, listOption } from "../options.js";
import { progressLine } from "../progress-line.js";
import { preparePytorch } from "../pytorch-environment.js";
import { printJson, type Surroundings } from "../surroundings.js";

interface BenchOptions {
  readonly decoders: readonly BenchDecoder[];
  readonly precisions: readonly Precision[];
  readonly maxTokens: number;
  readonly shape?: BenchShape;
  readonly againstPytorch?: true;
  readonly profile?: true;
  readonly data?: true;
  readonly statistics?: true;
  readonly loop?: true;
  readonly againstPipeline?: string;
  readonly json?: true;
}

/** A row with its speed on both sides; PyTorch compiled only where asked for and of use. */
interface Measured {
  readonly row: BenchRow;
  readonly kit: BenchSpeed;
  readonly pytorch?: BenchSpeed;
  readonly pytorchCompiled?: BenchSpeed;
  /** Of the row's number format, measured just before the row. */
  readonly peakGflopPerSecond: number;
}

/** The command `bench`. */
export function benchCommand(surroundings: Surroundings): Command {
  const command = new Command("bench")
    .description(
      "Measure training steps on full rows and scoring of short sentences, both of random tokens: tokens per second, operations per second and " +
        "their share of the machine's matrix-product peak, memory. Times on shared machines vary: compare only within one run.",
    )
    .addHelpText(
      "after",
      example(
        "bench --decoders laptop140M,laptop100M",
        "bench --decoders llama140M --max-tokens 256 --against-pytorch",
        "bench --decoders llama140M --precisions float32 --shape 8x6144",
        "bench --data --against-pytorch",
        "bench --statistics",
        "bench --loop",
        "bench --against-pipeline path/to/evaluation-pipeline-2025",
      ),
    )
    .action((options: BenchOptions) => bench(options, surroundings));
  const decoders = listOption("--decoders <names>", "decoders, separated by commas", BENCH_DECODERS);
  const precisions = listOption("--precisions <names>", "number formats of training", [
    "float32",
    "bfloat16",
  ]);
  for (const option of [
    decoders.default([...BENCH_DECODERS]).makeOptionMandatory(false),
    precisions.default(["float32", "bfloat16"]).makeOptionMandatory(false),
    new Option("--max-tokens <number>", "skip longer rows").argParser(parseTokens).default(6_144),
    new Option("--shape <rows>x<tokens>", "only training on batches of this shape, such as 8x6144").argParser(
      parseShape,
    ),
    new Option("--against-pytorch", "measure PyTorch on the same rows, one after the other"),
    new Option("--profile", "also show where the time of each training step goes"),
    new Option(
      "--data",
      "measure tokenizer training, encoding and overlap of all real text instead",
    ).conflicts(["profile", "decoders"]),
    new Option("--statistics", "measure the tests behind the verdicts instead").conflicts([
      "profile",
      "decoders",
      "data",
      "againstPytorch",
      "loop",
    ]),
    new Option(
      "--against-pipeline <folder>",
      "compare zero-shot scoring with a checkout of the official pipeline instead",
    ).conflicts(["profile", "decoders", "data", "againstPytorch", "loop"]),
    new Option("--loop", "measure the training loop, its checkpoints and resuming instead").conflicts([
      "profile",
      "decoders",
      "data",
      "againstPytorch",
    ]),
    jsonOption(),
  ])
    command.addOption(option);
  return command;
}

function parseTokens(value: string): number {
  if (/^\d+$/.test(value) && Number(value) >= 256) return Number(value);
  throw new RangeError(
    `class-it bench: max-tokens must be a whole number from 256, got "${value}". Correct the option --max-tokens.`,
  );
}

function parseShape(value: string): BenchShape {
  const [, batchSize = "", lengthTokens = ""] = /^([1-9]\d*)x([1-9]\d*)$/.exec(value) ?? [];
  if (batchSize !== "") return { batchSize: Number(batchSize), lengthTokens: Number(lengthTokens) };
  throw new RangeError(
    `class-it bench: shape must be rows and tokens such as 8x6144, got "${value}". Correct the option --shape.`,
  );
}

async function bench(options: BenchOptions, surroundings: Surroundings): Promise<void> {
  if (options.statistics) return benchStatistics(surroundings, { json: options.json === true });
  if (options.data)
    return benchData(surroundings, {
      againstPython: options.againstPytorch === true,
      json: options.json === true,
    });
  if (options.againstPipeline !== undefined)
    return benchPipeline(surroundings, {
      pipeline: options.againstPipeline,
      json: options.json === true,
    });
  if (options.loop) return benchLoop(surroundings, { json: options.json === true });
  const { measureMatrixRate } = await import("../../engine/matrix-rate.js");
  const { describeEngine } = await import("../../engine/backend.js");
  const { device } = describeEngine();
  const rows = benchRows(options);
  const line = progressLine(surroundings.stderr);
  const pytorch = options.againstPytorch ? await preparePytorch((text) => line.keep(text)) : null;
  const measured: Measured[] = [];
  for (const [index, row] of rows.entries()) {
    line.keep(`bench: ${index + 1}/${rows.length} ${nameOf(row)}`);
    const { gflopPerSecond } = measureMatrixRate({ precision: row.precision });
    const kit = await measureRow(row, { profile: options.profile === true && row.kind === "training" });
    const python = pytorch && {
      ...{ ...pytorch, threads: availableParallelism() },
      device: device === "CPU" ? ("cpu" as const) : ("cuda" as const),
    };
    const result: Measured = {
      row,
      kit,
      peakGflopPerSecond: gflopPerSecond,
      ...(python && { pytorch: await measurePytorch(row, { ...python, compiled: false }) }),
      ...(python &&
        compilesInPytorch(row, options.shape) && {
          pytorchCompiled: await measurePytorch(row, { ...python, compiled: true }),
        }),
    };
    measured.push(result);
    line.keep(`bench: ${sentence(result)}`); // the table comes at the end of many minutes
  }
  line.end();
  if (options.json) return printJson(surroundings, measured);
  surroundings.stdout.write(describe(measured, { device, againstPytorch: options.againstPytorch === true }));
}

/** Compiling takes PyTorch a minute and more: for the rows that both sides are compared on, and a shape that is asked for. */
const compilesInPytorch = (row: BenchRow, shape: BenchShape | undefined): boolean =>
  row.kind === "training" &&
  row.precision === "bfloat16" &&
  (shape !== undefined || row.lengthTokens === 256);

function nameOf(row: BenchRow): string {
  const size =
    row.kind === "training" ? `${row.batchSize} × ${row.lengthTokens}` : `${row.sentences.length} sentences`;
  return `${row.decoder} ${row.kind} ${size} ${row.precision}`;
}

/** A row in one line, for those who watch. */
function sentence({ row, kit, pytorch }: Measured): string {
  const own = `${nameOf(row)}: ${Math.round(kit.tokensPerSecond)} tokens/s, ${kit.peakGiB.toFixed(2)} GiB`;
  if (!pytorch) return own;
  const theirs = `${Math.round(pytorch.tokensPerSecond)} tokens/s, ${pytorch.peakGiB.toFixed(2)} GiB`;
  return `${own}; PyTorch ${theirs}; ratio ${ratio(kit.tokensPerSecond, pytorch.tokensPerSecond)}`;
}

const ratio = (a: number, b: number | undefined): string => (b === undefined ? "" : (a / b).toFixed(2));

/** All rows as a table, and below it the profiles where they were asked for. */
function describe(
  measured: readonly Measured[],
  { device, againstPytorch }: { readonly device: string; readonly againstPytorch: boolean },
): string {
  const rows = measured.map(({ row, kit, pytorch, pytorchCompiled, peakGflopPerSecond }) => ({
    what: nameOf(row),
    "tokens/s": Math.round(kit.tokensPerSecond),
    "GFLOP/s": Math.round(kit.gflopPerSecond ?? Number.NaN),
    "share of peak": ratio(kit.gflopPerSecond ?? Number.NaN, peakGflopPerSecond),
    "peak GiB": kit.peakGiB.toFixed(2),
    "estimated GiB": kit.estimatedGiB?.toFixed(2) ?? "",
    "first step s": kit.firstStepSeconds.toFixed(1),
    ...(againstPytorch && {
      "PyTorch tokens/s": pytorch ? Math.round(pytorch.tokensPerSecond) : "",
      ratio: ratio(kit.tokensPerSecond, pytorch?.tokensPerSecond),
      "PyTorch GiB": pytorch?.peakGiB.toFixed(2) ?? "",
      "ratio to torch.compile": ratio(kit.tokensPerSecond, pytorchCompiled?.tokensPerSecond),
    }),
  }));
  const processor = `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores`;
  const machine = device === "CPU" ? processor : device;
  const { commit, clean } = describeCommit(findProjectRoot());
  const build =
    commit === null
      ? "a build without a commit"
      : `commit ${commit.slice(0, 7)}${clean ? "" : " with changes"}`;
  const table = tableMarkdown(rows, {
    caption: `Speed on ${machine}, ${build}, ${new Date().toISOString().slice(0, 10)}`,
    note:
      "Share of peak: of the matrix-product rate in the same number format, measured before each row. " +
      "Memory is the largest resident size of a process that did nothing else, PyTorch's on a GPU what it allocated there; the " +
      "estimate for the tensors of a training step is made before it runs.",
  });
  return table + measured.map(describeProfile).join("");
}

function describeProfile({ row, kit }: Measured): string {
  if (!kit.profile || kit.profile.length === 0) return "";
  const total = kit.profile.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const rows = kit.profile.slice(0, 20).map(({ op, shape, count, milliseconds }) => ({
    operation: op,
    shape: shape.join(" × "),
    count,
    ms: milliseconds.toFixed(1),
    share: `${((100 * milliseconds) / total).toFixed(1)} %`,
  }));
  return `\n${tableMarkdown(rows, { caption: `Where the time goes: ${nameOf(row)}` })}`;
}
