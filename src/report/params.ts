/** @file The one parameter cell of a notebook: scale, seeds, output folder, and how a run from outside sets them. */

import { z } from "zod";
import { SCALES, type Scale } from "../config/config.js";
import { RULES, type Rules } from "../evaluation/rules.js";
import { parseJson } from "../runs/stages/read-json.js";
import { DEFAULT_STUDY } from "../runs/study/study.js";
import { SCALE_SEEDS } from "../config/scales.js";
import { display, escapeHtml } from "./render/display.js";
import { tellProgress } from "./render/notebook-progress.js";

/** What a notebook may be asked to vary; everything else is a constant of the study. */
export interface NotebookParameters {
  readonly scale: Scale;
  /** Name of the study, `default` unless it is said: one that a notebook defined by what it changes. */
  readonly study: string;
  /** Seeds of the run, whole numbers ≥ 0; those of the scale unless it is said. What needs one takes the first. */
  readonly seeds: readonly [number, ...number[]];
  /** Years of the BabyLM evaluation whose rules score, both unless it is said. */
  readonly rules: readonly [Rules, ...Rules[]];
  /** Results folder, relative to the project root unless absolute. */
  readonly out: string;
  /**
   * Whether results of the same settings in that folder stand for computing them; unless it is said, at every scale but the
   * smallest, whose runs take minutes.
   */
  readonly kept: boolean;
}

const seed = z
  .int({ error: "must be whole numbers, at least one" })
  .nonnegative({ error: "must be 0 or more" });
const seeds = z.tuple([seed], seed, { error: "must be a list of whole numbers, at least one" });
const year = z.literal(RULES, { error: `must be a list of ${RULES.join(" and ")}` });
const CHECKS = {
  scale: z.enum(SCALES, { error: `must be one of ${SCALES.join(", ")}` }),
  study: z.string({ error: "must be a study's name" }).min(1, { error: "must be a study's name" }),
  seeds,
  rules: z.tuple([year], year, { error: `must be a list of ${RULES.join(" and ")}` }),
  out: z.string({ error: "must be a folder's path" }).min(1, { error: "must be a folder's path" }),
  kept: z.boolean({ error: "must be true or false" }),
};
const NAMES = ["scale", "study", "seeds", "rules", "out", "kept"] as const;
const isName = (name: string): name is (typeof NAMES)[number] => NAMES.some((known) => known === name);

function check(values: Readonly<Record<string, unknown>>, setBy: string): void {
  for (const [name, value] of Object.entries(values)) {
    if (!isName(name)) {
      throw new RangeError(
        `params: a parameter must be one of ${NAMES.join(", ")}, got "${name}" in ${setBy}. Correct the name.`,
      );
    }
    const checked = CHECKS[name].safeParse(value);
    if (!checked.success) {
      const reason = checked.error.issues[0]?.message ?? "is invalid";
      throw new TypeError(
        `params: ${name} ${reason}, got ${JSON.stringify(value)} in ${setBy}. Correct the value.`,
      );
    }
  }
}

function parseOverrides(json: string | undefined): Readonly<Record<string, unknown>> {
  if (json === undefined || json === "") return {};
  const parsed = parseJson(json);
  if (parsed === undefined) {
    throw new SyntaxError(
      `params: NB_PARAMS must be a JSON object, got ${json}. Write it as {"scale":"smoke"}.`,
    );
  }
  const checked = z.record(z.string(), z.unknown()).safeParse(parsed);
  if (!checked.success) {
    throw new TypeError(
      `params: NB_PARAMS must be a JSON object, got ${json}. Write it as {"scale":"smoke"}.`,
    );
  }
  return checked.data;
}

const written = (value: string | boolean | readonly number[]): string =>
  Array.isArray(value) ? value.join(", ") : String(value);

/** What was set, in order; the last one counts. The parameter cell starts it afresh. */
let layers: readonly { readonly setBy: string; readonly values: Readonly<Record<string, unknown>> }[] = [];

const PARAMETER_CELL = "parameter cell";

/** Those of the cells, then those from outside. */
function everyLayer(overridesJson: string | undefined): typeof layers {
  const overrides = parseOverrides(overridesJson);
  check(overrides, "NB_PARAMS");
  return [...layers, { setBy: "NB_PARAMS", values: overrides }];
}

const together = (all: typeof layers): Readonly<Record<string, unknown>> =>
  Object.fromEntries(all.flatMap(({ values }) => Object.entries(values)));

/** Some parameters of a notebook. */
type ParametersSet = {
  readonly [Name in keyof NotebookParameters]?: NotebookParameters[Name] | undefined;
};

/**
 * What has been set so far, for what a call leaves out; nothing outside a notebook.
 *
 * @throws as {@link params} on a wrong `NB_PARAMS`
 */
export const parametersSet = (): ParametersSet =>
  z
    .object(CHECKS)
    .partial()
    .parse(together(everyLayer(process.env["NB_PARAMS"])));

/**
 * Sets parameters of the notebook: the one call in its parameter cell, and those of whoever runs it, such as the cell that
 * papermill puts after it. {@link params} in a later cell reads them.
 *
 * @param values edit them here. All but the scale may be left out
 * @param setBy  who sets them, unless it is the parameter cell, which forgets what was set before
 * @throws RangeError on an unknown name, TypeError on a wrong value
 */
export function setParameters(values: Partial<NotebookParameters>, setBy: string = PARAMETER_CELL): void {
  check({ ...values }, setBy === PARAMETER_CELL ? "the parameter cell" : setBy);
  layers = [...(setBy === PARAMETER_CELL ? [] : layers), { setBy, values: { ...values } }];
}

/**
 * A notebook's parameters, and from here on the progress of its cells ({@link tellProgress}): what {@link setParameters} set, then what `NB_PARAMS` sets, shown as a table.
 *
 * @param overridesJson JSON object with the same names; stops the run on an unknown name or a wrong type
 * @throws RangeError on an unknown name, TypeError on a wrong value, SyntaxError on broken JSON; Error before the parameter cell ran
 */
export function params(overridesJson: string | undefined = process.env["NB_PARAMS"]): NotebookParameters {
  tellProgress();
  const all = everyLayer(overridesJson);
  const given = together(all);
  const scale = z.enum(SCALES).safeParse(given["scale"]).data;
  if (scale === undefined)
    throw new Error(
      'params: a scale must be set before parameters are read, got none. Run kit.setParameters({ scale: "laptop" }) in a cell before this one.',
    );
  const usual = {
    study: DEFAULT_STUDY,
    seeds: SCALE_SEEDS[scale],
    rules: [...RULES],
    out: "results",
    kept: scale !== "smoke",
  };
  const values = z.object(CHECKS).parse({ ...usual, ...given });

  const rows = NAMES.flatMap((name) => {
    const setBy = all.filter((layer) => name in layer.values).at(-1)?.setBy;
    // Most notebooks score nothing, and most runs are of the default study: both are shown where they are set.
    if ((name === "rules" || name === "study") && setBy === undefined) return [];
    return [{ name, value: written(values[name]), setBy: setBy ?? "default" }];
  });
  const cells = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag} style="text-align:left">${escapeHtml(text)}</${tag}>`).join("")}</tr>`;
  display({
    "text/html":
      `<table class="dataframe"><thead>${cells("th", ["parameter", "value", "set by"])}</thead>` +
      `<tbody>${rows.map((row) => cells("td", [row.name, row.value, row.setBy])).join("")}</tbody></table>`,
    "text/plain": rows.map((row) => `${row.name} = ${row.value}  (${row.setBy})`).join("\n"),
  });
  return values;
}
