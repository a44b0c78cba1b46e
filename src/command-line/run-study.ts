/** @file The study that the options of a command ask for. */
import { resolve } from "node:path";
import type { Condition, ModelName, Scale } from "../config/config.js";
import { curriculaOf } from "../config/curricula.js";
import type { Study } from "../runs/study/study.js";
import type { StudyOptions, RunOptions } from "./options.js";

/** Opens the study of a scale. @throws RangeError that names what is wrong with `--config` */
export async function openScaleStudy({
  scale,
  seed,
  config: file,
  crossed,
  results,
  cache,
}: StudyOptions & { readonly scale: Scale; readonly seed: number }): Promise<Study> {
  // Loaded here, because it loads TensorFlow: help and refusals of other options come at once.
  const [{ openStudy }, { deriveStudy }, { readStudyFile }, { crossTokenizers }] = await Promise.all([
    import("../runs/study/study.js"),
    import("../config/scales.js"),
    import("../runs/study/study-file.js"),
    import("../runs/study/crossed-tokenizers.js"),
  ]);
  const config = file === undefined ? deriveStudy(scale) : readStudyFile(file, deriveStudy(scale));
  const study = openStudy({
    scale,
    seed,
    config,
    ...(results !== undefined && { resultsRoot: resolve(results) }),
    ...(cache !== undefined && { cacheFolder: resolve(cache) }),
  });
  return crossed ? crossTokenizers(study) : study;
}

/**
 * Opens the study and finds the models of the condition.
 *
 * @throws RangeError that lists the conditions when there is none of this name, or names what is wrong with `--config`
 */
export async function openRunStudy({
  condition,
  model,
  ...options
}: RunOptions): Promise<{ readonly study: Study; readonly models: readonly ModelName[] }> {
  const study = await openScaleStudy(options);
  return { study, models: await decodersOf(study, condition, model) };
}

/**
 * The decoder asked for, or all that a condition is trained with.
 *
 * @throws RangeError that lists the conditions when the study has none of this name
 */
export async function decodersOf(
  { config }: Study,
  condition: Condition,
  model?: ModelName,
): Promise<readonly ModelName[]> {
  const conditions = Object.keys(curriculaOf(config));
  if (!conditions.includes(condition))
    throw new RangeError(
      `class-it: condition must be one of ${conditions.join(", ")}, got "${condition}". Correct the option --condition, or define it in the file of --config.`,
    );
  const { modelsOf } = await import("../runs/grid.js");
  return model ? [model] : modelsOf(condition);
}
