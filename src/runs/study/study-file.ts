/**
 * @file A study's configuration from a file: the settings that differ from the scale's own, for runs that no notebook starts.
 * Science stays in data: the file goes into every result as part of the whole configuration.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import { describeIssue, studyConfigSchema, tuningStageSchema } from "../../config/config-schema.js";
import type { StudyConfig } from "../../config/config.js";
import { tune } from "../../config/curricula.js";
import { parseJsonText } from "../../data/json-file.js";
import { readTextFile } from "../../data/text-file.js";
import { isRecord, merge } from "./study-change.js";
import { checkStudy } from "./study.js";

/** A stage as `tune` takes it: whatever is left out is as usual. */
const briefStage = z.looseObject({
  examples: z.union([z.enum(["text", "preferences"]), z.array(z.enum(["text", "switch", "wiki"]))]),
});

/**
 * The configuration with the settings of a JSON file put in their places. Objects are merged field by field, lists and values
 * replaced; stages of curricula need no more than `examples`, as with `tune`.
 *
 *   { "curricula": { "mine": [{ "examples": ["switch", "wiki"], "order": "gradual" }] }, "pretraining": { "maxEpochs": 2 } }
 *
 * @param config the scale's own
 * @throws Error when the file is not there or no JSON; RangeError naming the field the kit does not know, or its value, or saying which do not go together
 */
export function readStudyFile(path: string, config: StudyConfig): StudyConfig {
  const refuse = (found: string): never => {
    throw new RangeError(
      `readStudyFile: ${path} must hold settings of a study as JSON, got ${found}. Correct the file.`,
    );
  };
  if (!existsSync(path))
    throw new Error(`readStudyFile: ${path} must exist, found no such file. Give the path of a JSON file.`);
  const given = parseJsonText(readTextFile(path), refuse);
  if (!isRecord(given)) return refuse("no JSON object");
  for (const field of ["scale", "shrunk"])
    if (field in given) refuse(`${field}: it follows from the command's --scale`);
  const { curricula = {}, ...settings } = given;
  if (!isRecord(curricula)) return refuse("curricula: expected an object of conditions");
  const own = Object.entries(curricula).map(([condition, stages]): [string, unknown[]] => {
    if (!Array.isArray(stages)) return refuse(`curricula.${condition}: expected a list of stages`);
    return [
      condition,
      stages.map((stage, place) => completeStage(stage, `curricula.${condition}.${place}`, refuse)),
    ];
  });
  const merged = studyConfigSchema.safeParse(
    merge(config, { ...settings, curricula: Object.fromEntries(own) }),
  );
  if (!merged.success) return refuse(describeIssue(merged.error, "configuration"));
  try {
    checkStudy(merged.data);
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`readStudyFile: ${path} must hold settings that go together. ${fault}`, { cause });
  }
  return merged.data;
}

function completeStage(stage: unknown, place: string, refuse: (found: string) => never): unknown {
  const brief = briefStage.safeParse(stage);
  if (!brief.success) return refuse(`${place}.${describeIssue(brief.error, "stage")}`);
  const { examples, ...settings } = brief.data;
  const whole = tuningStageSchema.safeParse({ ...tune(examples), ...settings });
  return whole.success ? whole.data : refuse(`${place}.${describeIssue(whole.error, "stage")}`);
}
