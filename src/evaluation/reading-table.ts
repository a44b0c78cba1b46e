/**
 * @file The table of reading times (docs/paper.md#reading-times): one word a row, with its context, the times people spent on
 * it and what the regressions of `reading-times.ts` hold constant.
 */
import { csvParseRows } from "d3-dsv";
import { normaliseText } from "../data/text-file.js";

/** The five reading times; four come from eye tracking, `selfPacedMs` from button presses. */
export const READING_MEASURES = [
  "firstFixMs",
  "firstPassMs",
  "goPastMs",
  "rightBoundMs",
  "selfPacedMs",
] as const;
export type ReadingMeasure = (typeof READING_MEASURES)[number];

/** One word in its sentence. Times are means over readers in milliseconds, NaN where the word was not measured. */
export interface ReadingWord extends Readonly<Record<ReadingMeasure, number>> {
  /** Row index from 0, as in the official prediction file. */
  readonly id: number;
  /** The sentence before the word, without a final space; never empty. */
  readonly item: string;
  /** As printed, punctuation included. */
  readonly word: string;
  readonly sentenceId: number;
  /** Log10 frequency of the word in film subtitles; NaN where the word is not listed. */
  readonly subtlexLog10: number;
  readonly lengthCharacters: number;
  /** Words before this one in the sentence. */
  readonly contextLengthWords: number;
  /** The word before this one; null where that is the first of the sentence and so no item itself. */
  readonly prevWord: string | null;
  /** What is before `prevWord`; null where `prevWord` is. */
  readonly prevItem: string | null;
  /** −1 where `prevWord` is null. */
  readonly prevLengthCharacters: number;
}

const MEASURE_COLUMNS: Readonly<Record<ReadingMeasure, string>> = {
  firstFixMs: "RTfirstfix",
  firstPassMs: "RTfirstpass",
  goPastMs: "RTgopast",
  rightBoundMs: "RTrightbound",
  selfPacedMs: "self_paced_reading_time",
};
const OTHER_COLUMNS = [
  ...["item", "word", "sent_id", "Subtlex_log10", "length", "context_length"],
  ...["prev_word", "prev_item", "prev_length"],
];

/**
 * Words from the CSV table of the evaluation data; columns that no score uses are ignored.
 *
 * @param csvText contents of reading_data.csv, or of a file with the same columns
 * @param name    what errors call it: its path
 * @returns one entry per row, in order
 * @throws RangeError naming file, line and column when a column is absent, a number is not one, a word is empty, only one
 *   of prev_word and prev_item is given, or another column says that a word such as "NA" stands for a missing value
 *
 * Source: BabyLM evaluation pipeline 2025, reading/run.py.
 * Differs: cells are text, so that the words "None" and "NA" stay words; `missingOfficially` says what pandas makes of them. One row (320) has an empty `item` because an earlier
 * reader took its context, the word None, for a missing value; it is put back, as the pipeline does. The pipeline also
 * loses the `prev_item` None of row 971; `isPreviousMissingOfficially` says where.
 */
export function readReadingTable(csvText: string, name = "the table"): ReadingWord[] {
  // Not csvParse: it makes code of the column names, which no text from outside should become.
  const [columns = [], ...rows] = csvParseRows(normaliseText(csvText));
  const needed = [...OTHER_COLUMNS, ...Object.values(MEASURE_COLUMNS)];
  const absent = needed.filter((column) => !columns.includes(column));
  if (absent.length > 0 || rows.length === 0) {
    throw new RangeError(
      `readReadingTable: ${name} must have rows and the columns ${needed.join(", ")}, ` +
        `got ${rows.length} rows and no ${absent.join(", ") || "missing column"}. Give the official reading_data.csv, or a table with the same columns.`,
    );
  }
  const twice = needed.find((column) => columns.indexOf(column) !== columns.lastIndexOf(column));
  if (twice !== undefined)
    throw new RangeError(
      `readReadingTable: a column of ${name} must stand once, got ${twice} twice. Remove one of them.`,
    );
  const places = new Map(columns.map((column, place) => [column, place]));
  let line = 2;
  return rows.map((row, id) => {
    const place = `line ${line} of ${name}`;
    line += 1 + (row.join("").match(/\n/g) ?? []).length; // a quoted cell may go on in the next line
    if (row.length !== columns.length)
      throw new RangeError(
        `readReadingTable: row ${id} must have ${columns.length} cells, got ${row.length} in ${place}. ` +
          "Quote cells that have a comma or a quotation mark.",
      );
    return readWord((column) => row[places.get(column) ?? -1] ?? "", { id, place });
  });
}

/**
 * Whether the official reader has no surprisal for the previous word: where there is none (205 rows of the data), and
 * where the previous word or its context reads like a missing value to pandas (the row after "None of").
 *
 * @returns true on 206 rows of the 2025 data
 *
 * Source: pandas 2.2 and 3.1, `read_csv` with default `na_values`; BabyLM evaluation pipeline 2025, reading/run.py.
 * Differs: the pipeline ends with an error at a missing previous word that has a context.
 */
export function isPreviousMissingOfficially({
  prevItem,
  prevWord,
}: Pick<ReadingWord, "prevItem"> & Partial<Pick<ReadingWord, "prevWord">>): boolean {
  return prevItem === null || PANDAS_MISSING.has(prevItem) || PANDAS_MISSING.has(prevWord ?? prevItem);
}

/**
 * Whether the word itself reads like a missing value to pandas, such as "NA" or "null": no row of the 2025 data.
 *
 * Source: as {@link isPreviousMissingOfficially}.
 * Differs: the pipeline ends with an error at such a word; here its row drops out of the official regressions.
 */
export const isWordMissingOfficially = ({ word }: Pick<ReadingWord, "word">): boolean =>
  PANDAS_MISSING.has(word);

/**
 * The context the official reader has: what reads like a missing value to pandas becomes the word None.
 *
 * Source: BabyLM evaluation pipeline 2025, reading/run.py, `fillna("None")`.
 */
export const officialContext = (item: string): string => (PANDAS_MISSING.has(item) ? "None" : item);

const PANDAS_MISSING: ReadonlySet<string> = new Set([
  ...["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>"],
  ...["N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"],
]);

function readWord(
  text: (column: string) => string,
  { id, place }: { readonly id: number; readonly place: string },
): ReadingWord {
  const fail = (column: string, must: string, remedy = "Correct the cell."): never => {
    throw new RangeError(
      `readReadingTable: ${column} of row ${id} must ${must}, got "${text(column)}" in ${place}. ${remedy}`,
    );
  };
  const number = (column: string): number => {
    const value = text(column).trim() === "" ? Number.NaN : Number(text(column));
    return Number.isFinite(value) ? value : fail(column, "be a number");
  };
  const numberOrMissing = (column: string): number =>
    PANDAS_MISSING.has(text(column)) ? Number.NaN : number(column);
  /** A text that reads like a missing value is a word only where a number next to it says so. */
  const requireWords = (column: string, beside: string, count: (text: string) => number): void => {
    const found = text(column);
    if (found === "" || !PANDAS_MISSING.has(found) || count(found) === Number(text(beside))) return;
    fail(
      column,
      `be a word of ${beside} ${text(beside)}`,
      "Leave the cell empty if it stands for a missing value; if it is a word, correct the number.",
    );
  };

  if (text("word") === "") fail("word", "not be empty");
  const contextLengthWords = number("context_length");
  if (text("item") === "" && contextLengthWords !== 1) {
    fail("item", "hold the words before this one (first words of a sentence are no items)");
  }
  const hasPrevious = text("prev_word") !== "";
  if (hasPrevious !== (text("prev_item") !== "")) fail("prev_item", "be given exactly where prev_word is");
  const characters = (word: string): number => [...word].length;
  requireWords("word", "length", characters);
  requireWords("prev_word", "prev_length", characters);
  requireWords("item", "context_length", (context) => context.split(" ").length);
  // A previous context is one word shorter than the context.
  requireWords("prev_item", "context_length", (context) => context.split(" ").length + 1);
  return {
    id,
    item: text("item") === "" ? "None" : text("item"),
    word: text("word"),
    sentenceId: number("sent_id"),
    subtlexLog10: numberOrMissing("Subtlex_log10"),
    lengthCharacters: number("length"),
    contextLengthWords,
    prevWord: hasPrevious ? text("prev_word") : null,
    prevItem: hasPrevious ? text("prev_item") : null,
    prevLengthCharacters: number("prev_length"),
    firstFixMs: numberOrMissing(MEASURE_COLUMNS.firstFixMs),
    firstPassMs: numberOrMissing(MEASURE_COLUMNS.firstPassMs),
    goPastMs: numberOrMissing(MEASURE_COLUMNS.goPastMs),
    rightBoundMs: numberOrMissing(MEASURE_COLUMNS.rightBoundMs),
    selfPacedMs: numberOrMissing(MEASURE_COLUMNS.selfPacedMs),
  };
}
