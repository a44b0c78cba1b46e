/** @file Options that several commands share, each refusing what is not valid with the list of what is. */
import { join, resolve } from "node:path";
import { Option } from "commander";
import { CONTROLS } from "../config/curricula.js";
import { CONDITIONS, MODELS, SCALES, type Condition, type ModelName, type Scale } from "../config/config.js";
import { RULES } from "../evaluation/rules.js";
import { findProjectRoot } from "../project-root.js";
import type { Surroundings } from "./surroundings.js";

/** Options of where a study is and how its tokenizers are given to its decoders. */
export interface StudyOptions {
  /** Name of the study; `default` without it. */
  readonly study?: string;
  /** Path of a JSON file with settings in place of the scale's own. */
  readonly config?: string;
  /** Each decoder with the other's kind of tokenizer. */
  readonly crossed?: true;
  /** Folders in place of the project's `results` and `.cache/stages`. */
  readonly results?: string;
  readonly cache?: string;
}

/** Options that name a condition's models. */
export interface RunOptions extends StudyOptions {
  readonly condition: Condition;
  readonly scale: Scale;
  readonly seed: number;
  /** Undefined for all models the poster trains in the condition. */
  readonly model?: ModelName;
}

/** @throws RangeError that lists the valid names */
function oneOf<Name extends string>(what: string, value: string, valid: readonly Name[]): Name {
  const found = valid.find((name) => name === value);
  if (found !== undefined) return found;
  throw new RangeError(
    `class-it: ${what} must be one of ${valid.join(", ")}, got "${value}". Correct the option --${what}.`,
  );
}

/** An option with one of a few values. */
export function choice<Name extends string>(
  flags: string,
  description: string,
  valid: readonly Name[],
): Option {
  const option = new Option(flags, description).choices(valid);
  return option.argParser((value) => oneOf(option.name(), value, valid));
}

/** Whose rules score: a year of the BabyLM evaluation. */
export function rulesOption(description = "BabyLM evaluation whose rules score"): Option {
  const names = RULES.map(String);
  return new Option("--rules <year>", description).choices(names).argParser((value) => {
    const found = RULES.find((year) => String(year) === value);
    if (found !== undefined) return found;
    throw new RangeError(
      `class-it: rules must be one of ${names.join(", ")}, got "${value}". Correct the option --rules.`,
    );
  });
}

/** Names separated by commas, each of them valid; a name given twice counts once. */
export function listOption<Name extends string>(
  flags: string,
  description: string,
  valid: readonly Name[],
): Option {
  const option = new Option(flags, description).choices(valid);
  return option
    .argParser((value) => [
      ...new Set(value.split(",").map((name) => oneOf(option.name(), name.trim(), valid))),
    ])
    .makeOptionMandatory();
}

/** The decoder that `--model` names together with `--condition`. @throws RangeError that lists the valid names */
export function decoderOf(name: string): ModelName {
  const found = MODELS.find((model) => model === name);
  if (found) return found;
  throw new RangeError(
    `class-it: model must be one of ${MODELS.join(", ")}, got "${name}". Correct the option --model, or leave out --condition to give a folder.`,
  );
}

function parseSeed(value: string): number {
  if (/^\d+$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value);
  throw new RangeError(
    `class-it: seed must be a whole number from 0, got "${value}". Correct the option --seed.`,
  );
}

/** A seed. */
export const seedOption = (): Option =>
  new Option("--seed <number>", "whole number from 0").argParser(parseSeed);

/** A number that is not below `least`. */
export function numberOption(
  flags: string,
  description: string,
  { least, isWhole = true }: { readonly least: number; readonly isWhole?: boolean },
): Option {
  const option = new Option(flags, description);
  return option.argParser((value) => {
    const number = value.trim() === "" ? Number.NaN : Number(value);
    if (number >= least && (isWhole ? Number.isSafeInteger(number) : Number.isFinite(number))) return number;
    throw new RangeError(
      `class-it: ${option.name()} must be a ${isWhole ? "whole " : ""}number from ${least}, got "${value}". Correct the option --${option.name()}.`,
    );
  });
}

/** Where the cache of stages is. */
export const cacheOption = (): Option =>
  new Option("--cache <folder>", "cache of finished stages (default: .cache/stages of the clone)");

/** The cache that commands without a study read: of the option, else the surroundings', else the project's. */
export const cacheFolderOf = (
  { cache }: { readonly cache?: string },
  { cacheFolder }: Pick<Surroundings, "cacheFolder">,
): string =>
  cache === undefined ? (cacheFolder ?? join(findProjectRoot(), ".cache", "stages")) : resolve(cache);

/** A study by its name, whose results are below those of its scale. */
export const studyOption = (description: string): Option => new Option("--study <name>", description);

/** The options behind {@link StudyOptions}. */
export const studyOptions = (): Option[] => [
  studyOption("a study by its name; a new one is defined by --config"),
  new Option("--config <file>", "JSON file with settings and curricula that replace the scale's own"),
  new Option(
    "--crossed",
    "give each decoder the other's kind of tokenizer; results go to crossed-tokenizers",
  ),
  new Option("--results <folder>", "results folder (default: results in the clone)"),
  cacheOption(),
];

/** A condition; its name is checked once the file of `--config` is read. */
export const conditionOption = (): Option =>
  new Option("--condition <name>", "training condition, or one that --config defines")
    .choices([...CONDITIONS, ...Object.keys(CONTROLS)])
    .argParser((name) => name);

/** The options behind {@link RunOptions}. */
export function runOptions(): Option[] {
  return [
    conditionOption().makeOptionMandatory(),
    choice("--scale <name>", "size of models, text and budgets", SCALES).makeOptionMandatory(),
    seedOption().makeOptionMandatory(),
    ...studyOptions(),
    choice("--model <name>", "one model (default: all that the poster trains in the condition)", MODELS),
  ];
}

/** The option of every command that reports something. */
export const jsonOption = (): Option => new Option("--json", "print only JSON");

/** The text below a command's help. */
export const example = (...lines: readonly string[]): string =>
  ["", lines.length > 1 ? "Examples:" : "Example:", ...lines.map((line) => `  npx class-it ${line}`)].join(
    "\n",
  );
