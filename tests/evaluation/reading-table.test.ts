import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  isPreviousMissingOfficially,
  isWordMissingOfficially,
  officialContext,
  readReadingTable,
} from "../../src/evaluation/reading-table.js";
import { dataFolder } from "../support/parity.js";
import { READING_CSV } from "./reading-sample.js";

describe("pencil", () => {
  const words = readReadingTable(READING_CSV);

  test("a row becomes one word with its units", () => {
    expect(words[1]).toEqual({
      id: 1,
      item: "Dana saw",
      word: "the",
      sentenceId: 1,
      subtlexLog10: 14.2,
      lengthCharacters: 3,
      contextLengthWords: 2,
      firstFixMs: 71,
      firstPassMs: 75,
      goPastMs: 102,
      rightBoundMs: 86,
      selfPacedMs: 296.25,
      prevWord: "saw",
      prevItem: "Dana",
      prevLengthCharacters: 3,
    });
  });

  test("the word None is a word: the context it left empty is put back, the previous one is kept", () => {
    expect(words[3]?.item).toBe("None");
    expect(words[3]?.prevItem).toBeNull();
    expect(words[4]?.prevItem).toBe("None");
    expect(words[4]?.prevWord).toBe("of");
  });

  test("the official reader misses one previous word more than there are sentences", () => {
    expect(words.filter(({ prevItem }) => prevItem === null).map(({ id }) => id)).toEqual([0, 3, 6, 10]);
    expect(words.filter(isPreviousMissingOfficially).map(({ id }) => id)).toEqual([0, 3, 4, 6, 10]);
  });

  test("contexts that read like missing values to pandas lose the previous word officially, others do not", () => {
    const missing = [
      ...["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>"],
      ...["N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"],
    ];
    expect(missing.filter((prevItem) => !isPreviousMissingOfficially({ prevItem }))).toEqual([]);
    expect(isPreviousMissingOfficially({ prevItem: "none" })).toBe(false);
  });

  test("every time comes from its own column, and each may be missing", () => {
    const [first] = words;
    const times = ["firstFixMs", "firstPassMs", "goPastMs", "rightBoundMs", "selfPacedMs"] as const;
    expect(times.map((measure) => first?.[measure])).toEqual([90, 95, 110, 95, 310.5]);
    const bare = readReadingTable(READING_CSV.replace("3,90,95,110,95,310.5", "3,,,,,"))[0];
    expect(times.map((measure) => bare?.[measure])).toEqual(times.map(() => Number.NaN));
  });

  test("a column that stands twice is refused by name, and so is a table without rows", () => {
    const [head = "", ...rows] = READING_CSV.trim().split("\n");
    const doubled = [`${head},word`, ...rows.map((row) => `${row},other`)].join("\n");
    expect(() => readReadingTable(doubled)).toThrow(/a column of the table must stand once, got word twice/);
    expect(() => readReadingTable(head)).toThrow(/got 0 rows and no missing column/);
  });

  test("a missing frequency or time is NaN, never 0", () => {
    expect(words.filter(({ subtlexLog10 }) => Number.isNaN(subtlexLog10)).map(({ id }) => id)).toEqual([8]);
    expect(words.filter(({ selfPacedMs }) => Number.isNaN(selfPacedMs)).map(({ id }) => id)).toEqual([4]);
  });

  test("commas inside quoted sentences do not shift columns, and a byte order mark is no column name", () => {
    expect(words[9]?.item).toBe("Old Tom, the cook,");
    expect(words[9]?.word).toBe("sang.");
    expect(readReadingTable(`\uFEFF${READING_CSV}`)).toEqual(words);
    expect(readReadingTable(READING_CSV.replace('Old Tom,"', 'Old\uFEFFTom,"'))[7]?.item).toBe(
      "Old\uFEFFTom,",
    );
  });
});

describe("NA", () => {
  // Row 10: "We ran home." becomes "NA ran home.", row 11 follows it.
  const table = (...changes: [from: string, to: string][]) =>
    readReadingTable(
      changes.reduce((csv, [from, to]) => csv.replace(from, to), READING_CSV),
      "own/times.csv",
    );

  test("is a word, which the official reader takes for a missing value", () => {
    const words = table(
      ["10,We,ran", "10,NA,ran"],
      ["11,We ran,home.,We ran home.,2,4,10.4,5", "11,NA ran,null,NA ran null,2,4,10.4,4"],
      ["ran,We,3", "ran,NA,3"],
    );
    expect([words[10]?.item, words[11]?.word, words[11]?.prevItem]).toEqual(["NA", "null", "NA"]);
    expect([officialContext("NA"), officialContext("NA ran"), officialContext("None")]).toEqual([
      "None",
      "NA ran",
      "None",
    ]);
    expect(words.filter(isWordMissingOfficially).map(({ id }) => id)).toEqual([11]);
    expect(words.filter(isPreviousMissingOfficially).map(({ id }) => id)).toEqual([0, 3, 4, 6, 10, 11]);
    expect(isPreviousMissingOfficially({ prevItem: "so", prevWord: "NA" })).toBe(true);
  });

  test.each<[string, [string, string], RegExp]>([
    [
      "length",
      ["11,We ran,home.", "11,We ran,NA"],
      /word of row 11 must be a word of length 5, got "NA" in line 13 of own\/times\.csv/,
    ],
    [
      "prev_length",
      ["1.1,,,-1", "1.1,NA,NA,-1"],
      /prev_word of row 10 must be a word of prev_length -1, got "NA"/,
    ],
    [
      "prev_length",
      ["1.1,,,-1", "1.1,NA,NA,NA"],
      /prev_word of row 10 must be a word of prev_length NA, got "NA"/,
    ],
    [
      "context_length",
      ["2,Dana saw the,", "2,NA,"],
      /item of row 2 must be a word of context_length 3, got "NA"/,
    ],
    [
      "context_length",
      ["the,Dana saw,3", "the,nan,3"],
      /prev_item of row 2 must be a word of context_length 3/,
    ],
  ])("is refused where %s says that it is no word", (_, change, message) => {
    expect(() => table(change)).toThrow(message);
    expect(() => table(change)).toThrow(/Leave the cell empty|Correct the cell/);
  });

  test("among the numbers is a missing one", () => {
    const [first] = table(["3,90,95,110,95,310.5", "3,NA,95,nan,95,310.5"]);
    expect([first?.firstFixMs, first?.firstPassMs, first?.goPastMs]).toEqual([Number.NaN, 95, Number.NaN]);
    expect(() => table(["Dana saw the cat.,1,1,", "Dana saw the cat.,NA,1,"])).toThrow(
      /context_length of row 0/,
    );
  });
});

describe("failure", () => {
  test("the line of a fault counts lines inside quoted cells; a row of other cells is refused", () => {
    const csv = READING_CSV.replace("0,Dana,saw,Dana saw", '0,Dana,saw,"Dana\nsaw').replace(
      "the cat.,1,1",
      'the cat.",1,1',
    );
    expect(() => readReadingTable(csv.replace("14.2,3,71", "x,3,71"))).toThrow(
      /row 1 .* in line 4 of the table/,
    );
    expect(() => readReadingTable(READING_CSV.replace("the,Dana saw,3", "the,Dana saw"))).toThrow(
      /row 2 must have 17 cells, got 16 in line 4 of the table/,
    );
    expect(readReadingTable(READING_CSV.replaceAll("\n", "\r\n") + "\r\n")).toEqual(
      readReadingTable(READING_CSV),
    );
  });

  const withCell = (from: string, to: string) => () => readReadingTable(READING_CSV.replace(from, to));

  test("absent columns are named", () => {
    expect(withCell("RTgopast", "gopast")).toThrow(/got 12 rows and no RTgopast/);
    expect(() => readReadingTable("")).toThrow(/must have rows and the columns item, word/);
  });

  test("a cell that is no number is named with its row", () => {
    expect(withCell(",95,310.5", ",95,fast")).toThrow(
      /self_paced_reading_time of row 0 must be a number, got "fast"/,
    );
    expect(withCell("14.2,3,71", "frequent,3,71")).toThrow(
      /Subtlex_log10 of row 1 must be a number, got "frequent"/,
    );
    expect(withCell(",2,1,14.2,3,71", ",2,1,14.2,,71")).toThrow(/length of row 1 must be a number, got ""/);
  });

  test("numbers everywhere else are needed, and white space or infinity is none", () => {
    expect(withCell("Dana saw the cat.,1,1,", "Dana saw the cat.,,1,")).toThrow(/context_length of row 0/);
    expect(withCell("Dana saw the cat.,1,1,", "Dana saw the cat.,1,,")).toThrow(/sent_id of row 0/);
    expect(withCell("saw,Dana,3", "saw,Dana,")).toThrow(/prev_length of row 1/);
    expect(withCell(",95,310.5", ", ,310.5")).toThrow(/RTrightbound of row 0 must be a number, got " "/);
    expect(withCell(",95,310.5", ",95,Infinity")).toThrow(/self_paced_reading_time of row 0/);
    expect(withCell("saw,Dana,3", ",Dana,3")).toThrow(/exactly where prev_word is/);
  });

  test("sentence-initial words and half a previous word are refused", () => {
    expect(withCell("0,Dana,saw,Dana saw the cat.,1", "0,,Dana,Dana saw the cat.,0")).toThrow(/no items/);
    expect(withCell("saw,Dana,3", "saw,,3")).toThrow(
      /prev_item of row 1 must be given exactly where prev_word is/,
    );
    expect(withCell("We,ran,", "We,,")).toThrow(/word of row 10 must not be empty/);
  });
});

// Needs CLASS_IT_DATA: the real table.
test.skipIf(dataFolder === null)(
  "the 2025 table has 1,726 words, 205 sentences and 206 official nulls",
  () => {
    const path = join(dataFolder ?? "", "babylm_eval_2025", "full_eval", "reading", "reading_data.csv");
    const words = readReadingTable(readFileSync(path, "utf8"));
    expect(words.length).toBe(1726);
    expect(new Set(words.map(({ sentenceId }) => sentenceId)).size).toBe(205);
    expect(words.filter(({ prevItem }) => prevItem === null).length).toBe(205);
    expect(words.filter(isPreviousMissingOfficially).length).toBe(206);
    expect(words.filter(({ subtlexLog10 }) => Number.isNaN(subtlexLog10)).length).toBe(30);
    expect([words[320]?.item, words[971]?.prevItem]).toEqual(["None", "None"]);
    for (const { item, contextLengthWords } of words) expect(item.split(" ").length).toBe(contextLengthWords);
  },
);
