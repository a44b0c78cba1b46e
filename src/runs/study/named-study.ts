/**
 * @file Studies by name: each keeps what it changes of its scale's settings in `study.json` next to its results, so that a name
 * stands for one configuration. The default study changes nothing and has no such file.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { describeIssue, studyConfigSchema } from "../../config/config-schema.js";
import { SCALES, type Scale, type StudyConfig } from "../../config/config.js";
import { writeFileAtomically } from "../../disk/atomic-file.js";
import { deriveStudy } from "../../config/scales.js";
import { canonicalJson } from "../stages/stage.js";
import { readJson } from "../stages/read-json.js";
import {
  changeOf,
  describeChanges,
  merge,
  settingChanges,
  type SettingChange,
  type StudyChange,
} from "./study-change.js";
import { DEFAULT_STUDY, STUDIES_FOLDER, openStudy, type Study, type StudyOptions } from "./study.js";

/** Which study, and what it changes of its scale's settings. */
export interface NamedStudyOptions extends Omit<StudyOptions, "name" | "seed" | "config"> {
  /** `default`, or lower-case letters, digits and hyphens. */
  readonly name?: string;
  /** At least one. */
  readonly seeds: readonly [number, ...number[]];
  /** Settings in place of the scale's own. Without any, a name takes those it was defined with. */
  readonly change?: StudyChange;
}

/** What is kept of a named study. */
export interface StudyDefinition {
  readonly name: string;
  readonly changes: readonly SettingChange[];
  readonly config: StudyConfig;
  /** Its results. */
  readonly folder: string;
}

const DEFINITION = "study.json";
const definitionSchema = z.strictObject({
  schemaVersion: z.literal(1),
  scale: z.enum(SCALES),
  change: z.record(z.string(), z.unknown()),
});

/**
 * A study by its name, once a seed. A new name is defined by its changes, in `results/<scale>/studies/<name>/study.json`; from then on
 * the name alone is enough. Its results go to that folder; stages that its changes do not touch come from the cache.
 *
 * @throws RangeError when changes have no name, a name has other changes already, a name without changes is not defined, or a seed is
 *   given twice; else as `openStudy`
 */
export function study(options: NamedStudyOptions): readonly [Study, ...Study[]] {
  const { name = DEFAULT_STUDY, seeds, change = {}, ...places } = options;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
    throw new RangeError(
      `study: a name must be lower-case letters, digits and hyphens, got ${JSON.stringify(name)}. Correct the name.`,
    );
  if (new Set(seeds).size < seeds.length)
    throw new RangeError(`study: seeds must be different, got ${seeds.join(", ")}. Remove one.`);
  const [first, ...others] = seeds;
  // Opened once without changes: where its folder is depends on the text at hand.
  const { resultsFolder } = openStudy({ ...places, name, seed: first });
  const { config, changes } = settingsOf({ name, scale: places.scale, change, resultsFolder });
  const open = (seed: number): Study => openStudy({ ...places, name, seed, config });
  const opened = [open(first), ...others.map(open)] as const;
  const path = join(resultsFolder, DEFINITION);
  if (name !== DEFAULT_STUDY && !existsSync(path)) {
    const content = { schemaVersion: 1, scale: places.scale, change: changeOf(changes) };
    writeFileAtomically(path, JSON.stringify(content, null, 2) + "\n");
  }
  return opened;
}

interface Settings {
  readonly config: StudyConfig;
  readonly changes: readonly SettingChange[];
}

/** The settings that a name stands for. @throws RangeError as {@link study} */
function settingsOf({
  name,
  scale,
  change,
  resultsFolder,
}: {
  readonly name: string;
  readonly scale: Scale;
  readonly change: StudyChange;
  readonly resultsFolder: string;
}): Settings {
  const asked = changed(scale, change, "study");
  const { changes } = asked;
  if (name === DEFAULT_STUDY) {
    if (changes.length === 0) return asked;
    throw new RangeError(
      `study: changed settings must have a study of their own, got ${describeChanges(changes)} without a name. Give it one, such as name: "mine".`,
    );
  }
  const path = join(resultsFolder, DEFINITION);
  if (!existsSync(path)) {
    if (changes.length > 0) return asked;
    const known = listStudies(join(resultsFolder, "..", "..")).map((study) => study.name);
    throw new RangeError(
      `study: a name must be defined by what it changes, got "${name}" without changes and no ${path}. ` +
        `${known.length > 0 ? `Defined are ${known.join(", ")}.` : "None is defined."} Correct the name, or say what it changes.`,
    );
  }
  const kept = readDefinition(path);
  if (changes.length === 0 || canonicalJson(changes) === canonicalJson(kept.changes)) return kept;
  throw new RangeError(
    `study: "${name}" must keep its changes, which are ${describeChanges(kept.changes)}, got ${describeChanges(changes)}. ` +
      `Give the other changes another name, or delete ${resultsFolder} to begin again.`,
  );
}

/** The scale's settings with the change in place. @throws RangeError naming the setting that is none */
function changed(scale: Scale, change: Readonly<Record<string, unknown>>, where: string): Settings {
  const refuse = (got: string): never => {
    throw new RangeError(`${where}: a change must be of a study's settings, got ${got}. Correct it.`);
  };
  const usual = deriveStudy(scale);
  for (const field of ["scale", "shrunk"]) if (field in change) refuse(`${field}, which is none of them`);
  const merged = studyConfigSchema.safeParse(merge(usual, change));
  const config = merged.success ? merged.data : refuse(describeIssue(merged.error, "change"));
  return { config, changes: settingChanges({ ...usual }, { ...config }) };
}

function readDefinition(path: string): Settings {
  const parsed = definitionSchema.safeParse(readJson(path));
  if (parsed.success) return changed(parsed.data.scale, parsed.data.change, path);
  throw new Error(
    `study: ${path} must define a study, got ${describeIssue(parsed.error, "definition")}. Correct it, or delete its folder.`,
  );
}

/**
 * The named studies that a scale's results hold, by name.
 *
 * @param resultsFolder `results/<scale>`
 * @throws Error naming a definition that is none
 */
export function listStudies(resultsFolder: string): StudyDefinition[] {
  const folder = join(resultsFolder, STUDIES_FOLDER);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.flatMap((name) => {
    const path = join(folder, name, DEFINITION);
    if (!existsSync(path)) return [];
    return [{ name, ...readDefinition(path), folder: join(folder, name) }];
  });
}
