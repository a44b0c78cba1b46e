/** @file The budget of a grid as a table: work, measured time here and projected time on a GPU, stage by stage. */
import { MODELS } from "../../config/config.js";
import { budgetRuns, countBudget, type Budget, type BudgetStage } from "../../runs/cost/budget.js";
import type { MeasuredSeconds, NotMeasured } from "../../runs/cost/measured-seconds.js";
import type { Rehearsal } from "../../runs/cost/rehearsal.js";
import type { ResultRun } from "../../runs/study/results.js";
import type { Study } from "../../runs/study/study.js";
import { PAPER_TEXT_WORDS, textFactor } from "../../runs/cost/training-budget.js";
import type { TidyRow } from "../render/frame.js";
import { conditionLabel } from "../render/palette.js";
import { toPercent } from "../render/percent.js";

/** What a table says besides the counts and the projected hours. */
export interface BudgetColumns {
  /** Seconds of the training results at hand. They differ from run to run. */
  readonly measured: boolean;
  /** Steps taken here, of every decoder or of none: hours of the whole at their rate. */
  readonly rehearsals?: readonly Rehearsal[];
}

/** A row for each stage of each decoder, and one for their sum. */
export function budgetRows({ gpu, stages }: Budget, { measured, rehearsals = [] }: BudgetColumns): TidyRow[] {
  const onGpu = measured && stages.some(({ measuredOnGpu }) => "seconds" in measuredOnGpu);
  const columns = { measured, onGpu, rehearsals };
  return MODELS.flatMap((model) => {
    const own = stages.filter((stage) => stage.model === model);
    const rows = own.map((stage) => {
      const { stage: name, after } = stage;
      return {
        model,
        condition: conditionLabel(stage.condition),
        stage: after.length === 0 ? name : `${name}, after ${after.join(", ")}`,
        ...cellsOf([stage], gpu.name, columns),
      };
    });
    const sum = { model, condition: "all", stage: "sum", ...cellsOf(own, gpu.name, columns) };
    return own.length > 1 ? [...rows, sum] : rows;
  });
}

/** What some stages of one decoder cost together. */
function cellsOf(
  stages: readonly BudgetStage[],
  gpu: string,
  { measured, onGpu, rehearsals }: Required<BudgetColumns> & { readonly onGpu: boolean },
): TidyRow {
  const sum = (of: (stage: BudgetStage) => number): number =>
    stages.reduce((total, stage) => total + of(stage), 0);
  const here = sumOf(stages.map(({ measured: time }) => time));
  const there = sumOf(stages.map(({ measuredOnGpu: time }) => time));
  const rate = rehearsals.find(({ model }) => model === stages[0]?.model)?.operationsPerSecond;
  const bounds = new Set(stages.map(({ projected }) => projected.boundBy));
  return {
    "M words seen": sum(({ words }) => words) / 1e6,
    "M tokens": sum(({ tokens }) => tokens) / 1e6,
    steps: sum(({ steps }) => steps),
    PFLOP: sum(({ operations }) => operations) / 1e15,
    ...(measured && {
      "seconds here": here.seconds,
      seeds: here.seeds,
    }),
    ...(onGpu && { "seconds on a GPU": there.seconds, "seeds on it": there.seeds }),
    ...(rehearsals.length > 0 && {
      "hours here, projected": rate === undefined ? null : sum(({ operations }) => operations) / rate / 3600,
    }),
    [`hours on one ${gpu}`]: sum(({ projected }) => projected.seconds) / 3600,
    "bound by": [...bounds].join(", "),
  };
}

/** Seconds of stages together, and the least number of seeds; null where one of them was not measured. */
function sumOf(times: readonly (MeasuredSeconds | NotMeasured)[]): {
  readonly seconds: number | null;
  readonly seeds: number | null;
} {
  const found = times.filter((time) => "seconds" in time);
  if (found.length < times.length || found.length === 0) return { seconds: null, seeds: null };
  return {
    seconds: found.reduce((total, { seconds }) => total + seconds, 0),
    seeds: Math.min(...found.map(({ seeds }) => seeds.length)),
  };
}

/** What the table counts, where its times come from, and what they leave out. */
export function describeBudget(budget: Budget, { measured, rehearsals = [] }: BudgetColumns): string {
  return [
    "Training of one seed; a stage that conditions share is listed once, with the first of them.",
    ...describeText(budget),
    ...(measured ? describeMeasured(budget) : []),
    ...rehearsals.map(describeRehearsal),
    describeProjection(budget),
  ].join(" ");
}

function describeText({ scale, textWords, wikiSource }: Budget): string[] {
  const words = `${(textWords / 1e6).toFixed(1)}M words at hand`;
  return [
    ...(textFactor({ scale, textWords }) === 1
      ? []
      : [`Pre-training is scaled from the ${words} to the paper's ${PAPER_TEXT_WORDS / 1e6}M.`]),
    ...(wikiSource === "standIn" ? ["Questions are the stand-in by template."] : []),
  ];
}

function describeMeasured({ stages }: Budget): string[] {
  const machinesOf = (times: readonly (MeasuredSeconds | NotMeasured)[]): string[] => [
    ...new Set(times.flatMap((time) => ("machines" in time ? time.machines : []))),
  ];
  const machines = machinesOf(stages.map(({ measured }) => measured));
  const gpus = machinesOf(stages.map(({ measuredOnGpu }) => measuredOnGpu));
  const without = (reason: NotMeasured["missing"]): string[] =>
    stages
      .filter(({ measured }) => "missing" in measured && measured.missing === reason)
      .map(({ model, condition, stage }) => `${model} ${conditionLabel(condition)} (${stage})`);
  const [untrained, other] = [without("not trained"), without("trained with other settings")];
  return [
    ...(machines.length > 0
      ? [
          `Seconds here are means over the seeds trained, with held-out losses and checkpoints, on ${machines.join(" and ")}.`,
        ]
      : []),
    ...(gpus.length > 0
      ? [`Seconds on a GPU are the same of the seeds trained on ${gpus.join(" and ")}.`]
      : []),
    ...(untrained.length > 0
      ? ["Seconds are blank where nothing was trained, and in sums over such stages."]
      : []),
    ...(other.length > 0
      ? [`Seconds are blank where other settings were trained, and in sums: ${other.join(", ")}.`]
      : []),
  ];
}

function describeProjection({ scale, gpu }: Budget): string {
  const each = (of: (model: (typeof MODELS)[number]) => string): string =>
    MODELS.map((model) => `${of(model)} (${model})`).join(" and ");
  const { name, peakOperationsPerSecond, shareOfPeak, launchMsPerLayer } = gpu;
  const smaller =
    scale === "paper" ? "" : "; decoders of this scale were not measured, and have their namesakes' figures";
  return (
    `Hours on an ${name} are a projection, the larger of two: products at ` +
    `${each((model) => `${toPercent(shareOfPeak[model]).toFixed(1)} %`)} of ${peakOperationsPerSecond / 1e12} TFLOP/s (dense bfloat16), and ` +
    `launches of kernels at ${each((model) => `${launchMsPerLayer[model].toFixed(2)} ms`)} a layer and step. Both were measured on one ` +
    `with PyTorch, not with the kit, and the paper's decoders (bench/pytorch/gpu.py)${smaller}.`
  );
}

/** What was measured in the steps taken. */
function describeRehearsal(rehearsal: Rehearsal): string {
  const { steps, tokensPerSecond, operationsPerSecond, peakGiB, microBatchSize, batchSize } = rehearsal;
  const losses = steps.map(({ lossNats }) => lossNats.toFixed(3)).join(", ");
  return (
    `${rehearsal.model}: ${rehearsal.parameters.toLocaleString("en")} parameters, ${steps.length} optimizer steps of ${batchSize} rows of ` +
    `${rehearsal.rowLengthTokens.toLocaleString("en")} tokens (${microBatchSize} at once) taken here, loss ${losses}; the last at ` +
    `${Math.round(tokensPerSecond)} tokens/s, ${(operationsPerSecond / 1e9).toFixed(0)} GFLOP/s, ${peakGiB.toFixed(1)} GiB at most. ` +
    "Its hours here are a projection at that rate."
  );
}

/**
 * A study's budget as rows and the note that belongs below them.
 *
 * @param options.measured whether seconds are shown; unless it is said, where the results folder keeps what was trained, so that
 *   two runs give the same table
 * @param options.runs unless they are given, the poster's models, the controls of the laptop grid and the reader's own
 * @throws RangeError when a condition does not exist; Error for a result that is none
 */
export async function budgetTable(
  study: Study,
  {
    measured = study.isKept,
    runs = budgetRuns(study),
  }: { readonly measured?: boolean; readonly runs?: readonly ResultRun[] } = {},
): Promise<{ rows: TidyRow[]; note: string }> {
  const budget = await countBudget(study, runs);
  return { rows: budgetRows(budget, { measured }), note: describeBudget(budget, { measured }) };
}
