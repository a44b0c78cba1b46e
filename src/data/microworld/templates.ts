/**
 * @file Texts with gaps: one description both draws a text and says how probable it is. Dialogues, entries and minimal
 * pairs of the microworld are made of them; its narrative has a grammar instead (`grammar.ts`).
 */
import { pick } from "./pick.js";
import type { Random } from "../../random.js";

/** What a gap may be filled with: each value has the same chance, and says how it looks in every form. */
interface Variable {
  readonly values: readonly Readonly<Record<string, string>>[];
}

/** A gap: one form of one variable. All gaps of a variable are filled by the same value. */
export interface Gap {
  readonly variable: Variable;
  readonly form: string;
}

/** Literal text and gaps, in order. */
export type Template = readonly (string | Gap)[];

/**
 * A variable whose values have several forms.
 *
 * @returns a function from the name of a form to a gap
 */
export function variable<Form extends string>(
  values: readonly Readonly<Record<Form, string>>[],
): (form: Form) => Gap {
  const shared: Variable = { values };
  return (form) => ({ variable: shared, form });
}

/** A gap for one of some words. */
export function oneOf(words: readonly string[]): Gap {
  return variable(words.map((word) => ({ word })))("word");
}

/** Tag of a template: its text with gaps, or with whole templates, in the braces. */
export function text(literals: TemplateStringsArray, ...parts: readonly (Gap | Template)[]): Template {
  const isGap = (part: Gap | Template): part is Gap => "variable" in part;
  return literals.flatMap((literal, index) => {
    const part = parts[index];
    return [literal, ...(part === undefined ? [] : isGap(part) ? [part] : part)];
  });
}

/** Templates one after another, with something between. */
export function join(templates: readonly Template[], between: string): Template {
  return templates.flatMap((template, index) => (index === 0 ? template : [between, ...template]));
}

/** Texts of some templates, their variables drawn once for all of them. */
export function fill(templates: readonly Template[], random: Random): string[] {
  const drawn = new Map<Variable, Readonly<Record<string, string>>>();
  return templates.map((template) =>
    template
      .map((part) => {
        if (typeof part === "string") return part;
        const value = drawn.get(part.variable) ?? pick(part.variable.values, random);
        drawn.set(part.variable, value);
        return formOf(value, part.form);
      })
      .join(""),
  );
}

/**
 * Probability that {@link fill} makes exactly these texts: the sum over all ways to fill the gaps that give them, each
 * the product of 1/(number of values) over its variables.
 *
 * @param texts one a template, in order
 * @returns 0–1
 */
export function probabilityOf(templates: readonly Template[], texts: readonly string[]): number {
  if (templates.length !== texts.length) return 0;
  const values = new Map<Variable, Readonly<Record<string, string>>>();
  const from = (index: number, part: number, place: number): number => {
    const [template, whole] = [templates[index], texts[index]];
    if (template === undefined || whole === undefined) return 1;
    const next = template[part];
    if (next === undefined) return place === whole.length ? from(index + 1, 0, 0) : 0;
    const after = (words: string): number =>
      whole.startsWith(words, place) ? from(index, part + 1, place + words.length) : 0;
    if (typeof next === "string") return after(next);
    const bound = values.get(next.variable);
    if (bound !== undefined) return after(formOf(bound, next.form));
    let sum = 0;
    for (const value of next.variable.values) {
      values.set(next.variable, value);
      sum += after(formOf(value, next.form));
    }
    values.delete(next.variable);
    return sum / next.variable.values.length;
  };
  return from(0, 0, 0);
}

function formOf(value: Readonly<Record<string, string>>, form: string): string {
  const words = value[form];
  if (words !== undefined) return words;
  throw new Error(`formOf: every value must have the form ${form}, got none. Mend the template's words.`);
}
