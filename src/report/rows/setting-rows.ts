/** @file Training settings as rows, the paper's next to the ones in use. */
import type { TrainingConfig } from "../../config/config.js";
import type { TidyRow } from "../render/frame.js";
import { toPercent } from "../render/percent.js";

/**
 * Poster Table 2 next to the settings of a study.
 *
 * @param paper the published settings, `PRETRAINING` or `INSTRUCTION_TUNING`
 * @param here those of the study
 */
export function settingRows(paper: TrainingConfig, here: TrainingConfig): TidyRow[] {
  const row = (setting: string, describe: (config: TrainingConfig) => string): TidyRow => ({
    setting,
    paper: describe(paper),
    here: describe(here),
  });
  return [
    row("peak learning rate", ({ learningRate }) => learningRate.toExponential()),
    row("batch size (rows)", ({ batchSize }) => String(batchSize)),
    row("epochs, at most", ({ maxEpochs }) => String(maxEpochs)),
    row("schedule", ({ schedule, cosineCycles }) =>
      schedule === "linear"
        ? "linear"
        : `cosine with restarts, ${cosineCycles} cycle${cosineCycles === 1 ? "" : "s"}`,
    ),
    row("warm-up", ({ warmupSteps, warmupRatio }) =>
      warmupRatio === null
        ? `${warmupSteps.toLocaleString("en-US")} steps`
        : `${Number(toPercent(warmupRatio).toPrecision(3))} % of all steps`,
    ),
  ];
}
