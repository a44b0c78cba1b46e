/** @file What an objective with masked rows asks of a study: a token more in its vocabulary, and shares that can be meant. */
import type { ArchitectureConfig, ModelName, StudyConfig } from "./config.js";

/** Whether a study's text is trained on masked rows, and its tokenizers have a mask token. */
export const hasMask = ({ objective }: Pick<StudyConfig, "objective">): boolean => objective !== "causal";

/** A decoder with a token more. */
export const withMaskRow = (architecture: ArchitectureConfig): ArchitectureConfig => ({
  ...architecture,
  vocabSize: architecture.vocabSize + 1,
});

/** A study's decoder as it is trained: with a row for the mask token behind the vocabulary, where there is one. */
export function architectureOf(
  config: Pick<StudyConfig, "architectures" | "objective">,
  model: ModelName,
): ArchitectureConfig {
  const architecture = config.architectures[model];
  return hasMask(config) ? withMaskRow(architecture) : architecture;
}

/**
 * Refuses objectives that cannot be meant.
 *
 * @throws RangeError naming the field
 */
export function checkObjective({ objective }: Pick<StudyConfig, "objective">): void {
  if (objective === "causal") return;
  const { maskedShare, maskRate, schedule } = objective;
  const refuse = (field: string, must: string, got: number): never => {
    throw new RangeError(
      `checkStudy: objective.${field} must ${must}, got ${got}. Correct the configuration.`,
    );
  };
  if (!(maskedShare > 0 && maskedShare < 1))
    refuse(
      "maskedShare",
      'be above 0 and below 1 (models are scored by their causal mode, and "causal" leaves masks out)',
      maskedShare,
    );
  if (!(maskRate > 0 && maskRate < 1)) refuse("maskRate", "be above 0 and below 1", maskRate);
  if (schedule === "linear" && maskRate > 0.5)
    refuse("maskRate", "be at most 0.5 with a linear schedule, which begins with twice as much", maskRate);
}
