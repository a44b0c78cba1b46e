/**
 * @file Words of age of acquisition and what is known of them: the share of children who say each at each age, and texts in which it
 * occurs. Official files where they are at hand; otherwise contexts are taken from held-out text by `findContexts`.
 */
import { csvParseRows } from "d3-dsv";
import { z } from "zod";
import { CHILD_MONTHS } from "./acquisition-age.js";

/** A word of the children's table. */
export interface ChildWord {
  /** Number of the item, or of the row where the table numbers none. */
  readonly id: string;
  /** As the table has it: "daddy*", "chicken (animal)". */
  readonly word: string;
  /** Share of children who say it at each of `CHILD_MONTHS`; NaN where it is blank. */
  readonly proportions: readonly number[];
}

/**
 * The children's table: the official `cdi_human.csv`, whose words are in the column `word`, or the table it seems to be made from, where
 * the column is `definition`.
 *
 * @param csvText with columns 16 to 30, proportions from 0 to 1
 * @param name    what errors call it: its path
 * @throws RangeError naming the file, what is wrong, and in which row, when it is no such table
 */
export function readChildTable(csvText: string, name = "the table"): ChildWord[] {
  const [columns = [], ...rows] = csvParseRows(csvText.replace(/^\uFEFF/, ""));
  const at = (name: string): number => columns.indexOf(name);
  const word = Math.max(at("word"), at("definition"));
  const months = CHILD_MONTHS.map((month) => at(String(month)));
  if (word < 0 || months.includes(-1) || rows.length === 0)
    throw new RangeError(
      `readChildTable: ${name} must have rows and the columns word (or definition) and 16 to 30, got ${rows.length} rows and the columns ${columns.slice(0, 20).join(", ")}. Give cdi_human.csv, or fetch the file again.`,
    );
  return rows.map((row, index) => {
    const number = row[at("num_item_id")] ?? "";
    const proportions = months.map((place) => {
      const text = (row[place] ?? "").trim();
      const share = text === "" || text === "NA" ? Number.NaN : Number(text);
      if (text === "" || text === "NA" || (share >= 0 && share <= 1)) return share;
      throw new RangeError(
        `readChildTable: a proportion must be from 0 to 1 or blank, got "${text}" in row ${index + 2} (${row[word]}) of ${name}. Correct it, or fetch the file again.`,
      );
    });
    return { id: number === "" ? String(index) : number, word: row[word] ?? "", proportions };
  });
}

const contextsSchema = z.record(z.string(), z.array(z.object({ context: z.string() })));

/**
 * The official contexts, `{word: [{context}]}`.
 *
 * @param name what errors call it: its path
 * @returns in the file's order, without words of one letter, which the pipeline skips
 * @throws RangeError naming the file when it is no such file
 *
 * Source: BabyLM evaluation pipelines 2025 and 2026, AoA_word/eval_util.py, load_eval.
 */
export function readContexts(
  jsonText: string,
  name = "cdi_childes.json",
): ReadonlyMap<string, readonly string[]> {
  let json: unknown;
  try {
    json = JSON.parse(jsonText);
  } catch (cause) {
    throw new RangeError(`readContexts: ${name} must be JSON, got ${String(cause)}. Fetch it again.`, {
      cause,
    });
  }
  const parsed = contextsSchema.safeParse(json);
  if (!parsed.success)
    throw new RangeError(
      `readContexts: ${name} must be {word: [{context}]}, got a fault at ${parsed.error.issues[0]?.path.join(".") || "the top"}. Fetch it again.`,
    );
  return new Map(
    Object.entries(parsed.data)
      .filter(([word]) => [...word].length > 1)
      .map(([word, contexts]) => [word, contexts.map(({ context }) => context)]),
  );
}

/** Which contexts are taken from a text. */
export interface ContextChoice {
  /** As many of each word at most, spread over the text. */
  readonly contextsPerWord: number;
  /** Words that must stand before it in its own line. */
  readonly minContextWords: number;
}

/**
 * Contexts of words in a text with one utterance a line: what is before the word in its line, each text once.
 *
 * A word is looked for as a token of its own in lower case, without the asterisk some have in the table; words of several tokens or with
 * a meaning in brackets are left out, since a token does not tell which of them it is.
 *
 * @param lines utterances, tokens between spaces
 * @returns the words found and their contexts, by the word as the table has it
 */
export function findContexts(
  words: readonly string[],
  lines: readonly string[],
  { contextsPerWord, minContextWords }: ContextChoice,
): Map<string, readonly string[]> {
  const wanted = new Map(
    words
      .map((word) => [word.replace(/\*$/, ""), word] as const)
      .filter(([token]) => /^[\p{L}']{2,}$/u.test(token)),
  );
  const found = new Map<string, Set<string>>();
  for (const line of lines) {
    const tokens = line.trim().split(/\s+/);
    for (const [index, token] of tokens.entries()) {
      const word = index < minContextWords ? undefined : wanted.get(token.toLowerCase());
      const context = word === undefined ? "" : tokens.slice(0, index).join(" ");
      // Marks are set apart in such text ("well , the"), as no model has read them.
      if (word === undefined || !/^[\p{L}' ]+$/u.test(context)) continue;
      const contexts = found.get(word) ?? new Set<string>();
      found.set(word, contexts.add(context));
    }
  }
  return new Map(
    words.flatMap((word) => {
      const all = [...(found.get(word) ?? [])];
      const step = Math.max(1, all.length / contextsPerWord);
      const spread = all.filter((_, index) => Math.floor(index % step) === 0).slice(0, contextsPerWord);
      return all.length === 0 ? [] : [[word, spread] as const];
    }),
  );
}
