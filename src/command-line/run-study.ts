/** @file The study that the options of a command ask for. */
import { resolve } from "node:path";
import type { Condition, ModelName, Scale } from "../config/config.js";
import { curriculaOf } from "../config/curricula.js";
import type { Study } from "../runs/study/study.js";
import type { StudyOptions, RunOptions } from "./options.js";

/** Opens the study of a scale. @throws RangeError that names what is wrong with `--config` */
export async function openScaleStudy({
  study: name,
  scale,
  seed,
  config: file,
  crossed,
  results,
  cache,
}: StudyOptions & { readonly scale: Scale; readonly seed: number }): Promise<Study> {
  // Loaded here, because it loads TensorFlow: help and refusals of other options come at once.
  const [
    { study },
    { openStudy },
    { deriveStudy },
    { readStudyFile },
    { changeOf, settingChanges },
    { crossTokenizers },
  ] = await Promise.all([
    import("../runs/study/named-study.js"),
    import("../runs/study/study.js"),
    import("../config/scales.js"),
    import("../runs/study/study-file.js"),
    import("../runs/study/study-change.js"),
    import("../runs/study/crossed-tokenizers.js"),
  ]);
  const usual = deriveStudy(scale);
  const config = file === undefined ? usual : readStudyFile(file, usual);
  const places = {
    scale,
    ...(results !== undefined && { resultsRoot: resolve(results) }),
    ...(cache !== undefined && { cacheFolder: resolve(cache) }),
  };
  if (name !== undefined) {
    const change = changeOf(settingChanges({ ...usual }, { ...config }));
    const [named] = study({ ...places, name, seeds: [seed], change });
    return crossed ? crossTokenizers(named) : named;
  }
  const opened = openStudy({ ...places, seed, config });
  return crossed ? crossTokenizers(opened) : opened;
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
  // Curricula of the reader's are further conditions besides the default ones; other settings make other models of the same name.
  const changed = study.changes.filter(
    ({ setting }) =>
      !setting.startsWith("curricula.") && !(options.crossed && setting.startsWith("tokenizers.")),
  );
  if (changed.length > 0 && options.study === undefined && options.results === undefined)
    throw new RangeError(
      `class-it: changed settings must go into a study of their own, got ${changed.map(({ setting }) => setting).join(", ")} in ${options.config}. Name it with --study, or give another folder with --results.`,
    );
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
