/** @file The study that the options of a verb ask for. */
import { resolve } from "node:path";
import type { ModelName } from "../config.js";
import type { Study } from "../runs/study.js";
import type { SubjectOptions } from "./options.js";

/**
 * Opens the study and finds the models of the condition.
 *
 * @throws RangeError that lists the conditions when there is none of this name, or names what is wrong with `--config`
 */
export async function openSubjectStudy({
  condition,
  scale,
  seed,
  model,
  config: file,
  crossed,
  results,
  cache,
}: SubjectOptions): Promise<{ readonly study: Study; readonly models: readonly ModelName[] }> {
  // Loaded here, because it loads TensorFlow: help and refusals of other options come at once.
  const [
    { openStudy },
    { modelsOf },
    { curriculaOf },
    { deriveStudy },
    { readStudyFile },
    { crossTokenizers },
  ] = await Promise.all([
    import("../runs/study.js"),
    import("../runs/grid.js"),
    import("../curricula.js"),
    import("../scales.js"),
    import("../runs/study-file.js"),
    import("../runs/crossed-tokenizers.js"),
  ]);
  const config = file === undefined ? deriveStudy(scale) : readStudyFile(file, deriveStudy(scale));
  const conditions = Object.keys(curriculaOf(config));
  if (!conditions.includes(condition))
    throw new RangeError(
      `class-it: condition must be one of ${conditions.join(", ")}, got "${condition}". Correct the option --condition, or define it in the file of --config.`,
    );
  const study = openStudy({
    ...{ scale, seed, config },
    ...(results !== undefined && { resultsRoot: resolve(results) }),
    ...(cache !== undefined && { cacheFolder: resolve(cache) }),
  });
  return {
    study: crossed ? crossTokenizers(study) : study,
    models: model ? [model] : modelsOf(condition),
  };
}
