/**
 * @file What a study changes of its scale's settings: a change put into a configuration, and the settings in which two
 * configurations differ. Named studies (`named-study.ts`) and files of settings (`study-file.ts`) are made of them.
 */
import { z } from "zod";
import { tuningStageSchema } from "../../config/config-schema.js";
import type { StudyConfig } from "../../config/config.js";
import { describeCurriculum } from "../../config/curricula.js";
import { canonicalJson } from "../stages/stage.js";

/** Some fields of an object, and of the objects in it; lists and values are whole. */
export type PartOf<T> = T extends readonly unknown[] | string | number | boolean | null
  ? T
  : { readonly [Field in keyof T]?: PartOf<T[Field]> };

/**
 * Settings in place of the scale's own, as deep as needed: `{ instructions: { lossOn: "full" } }`. Lists are replaced whole, such as
 * the stages of a curriculum.
 */
export type StudyChange = PartOf<Omit<StudyConfig, "scale" | "shrunk">>;

/** One setting in which a study differs from its scale's own. */
export interface SettingChange {
  /** Path of the setting, such as `instructions.lossOn`. */
  readonly setting: string;
  /** Undefined where the study lacks it. */
  readonly value: unknown;
  /** The scale's own; undefined where the scale lacks it, such as a curriculum of the reader's. */
  readonly usual: unknown;
}

/** Whether a value has fields: neither text, number, list nor null. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Fields of `over` in the place of those of `under`, however deep; fields without a value change nothing. */
export function merge(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isRecord(under) || !isRecord(over)) return over;
  return {
    ...under,
    ...Object.fromEntries(Object.entries(over).map(([field, value]) => [field, merge(under[field], value)])),
  };
}

/** What is not a setting: the scale has a folder of its own, and what was shrunk is prose. */
const NO_SETTINGS = new Set(["scale", "shrunk"]);

/**
 * The settings in which a configuration differs from the usual one, in the usual one's order; a curriculum is one setting.
 *
 * @param usual  settings to compare with, as plain values
 * @param config settings that may differ
 */
export function settingChanges(
  usual: Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>>,
): SettingChange[] {
  const fields = [...new Set([...Object.keys(usual), ...Object.keys(config)])];
  return fields.flatMap((field) =>
    NO_SETTINGS.has(field) ? [] : changesBelow(field, usual[field], config[field]),
  );
}

function changesBelow(setting: string, usual: unknown, value: unknown): SettingChange[] {
  if (isRecord(usual) && isRecord(value))
    return [...new Set([...Object.keys(usual), ...Object.keys(value)])].flatMap((field) =>
      changesBelow(`${setting}.${field}`, usual[field], value[field]),
    );
  return canonicalJson(usual) === canonicalJson(value) ? [] : [{ setting, value, usual }];
}

/** The change that makes those settings of the usual ones, nested as a configuration is. */
export function changeOf(changes: readonly SettingChange[]): Record<string, unknown> {
  let whole: unknown = {};
  for (const { setting, value } of changes)
    whole = merge(
      whole,
      setting.split(".").reduceRight<unknown>((inner, field) => ({ [field]: inner }), value),
    );
  return isRecord(whole) ? whole : {};
}

/** The changes in words: `instructions.lossOn = "full" (default "reply")`; empty where there is none. */
export function describeChanges(changes: readonly SettingChange[]): string {
  return changes
    .map(
      ({ setting, value, usual }) => `${setting} = ${valueInWords(value)} (default ${valueInWords(usual)})`,
    )
    .join("; ");
}

const stagesSchema = z.array(tuningStageSchema).nonempty();

/** The value of a setting: the stages of a curriculum in words, others as JSON. */
export function valueInWords(value: unknown): string {
  const stages = stagesSchema.safeParse(value);
  if (stages.success) return describeCurriculum(stages.data);
  return value === undefined ? "none" : JSON.stringify(value);
}
