/** @file What is impossible about the lengths of a parquet file: true files, and each lie by itself. */
import { describe, expect, test } from "vitest";
import { faultOf, page, text, type FileOf, type PageOf } from "./parquet-by-hand.js";

const [PLAIN, DICTIONARY] = [0, 8];
/** Two texts in 11 bytes. */
const words = [...text("ab"), ...text("c")];
const plainPage = (values: number, changes: Partial<PageOf> = {}): number[] =>
  page({ kind: 0, details: { 1: values, 2: PLAIN }, bytes: words, ...changes });
/** `prompt`s 1, 0 in a dictionary of two words: one bit each, a packed group. */
const dictionary = (changes: Partial<PageOf> = {}) =>
  page({ kind: 2, details: { 1: 2, 2: PLAIN }, bytes: words, ...changes });
const packedRuns = [1, (1 << 1) | 1, 0b01];
const indices = (bytes: readonly number[] = packedRuns, encoding = DICTIONARY) =>
  page({ kind: 0, details: { 1: 2, 2: encoding }, bytes });
/** Two values, both there: a repeated run of ones. */
const levels = [2 << 1, 1];
const second = (
  changes: {
    levels?: number;
    repetition?: number;
    isPacked?: boolean;
    bytes?: number[];
    unpacked?: number;
  } = {},
) =>
  page({
    kind: 3,
    details: {
      1: 2,
      2: 0,
      3: 2,
      4: PLAIN,
      5: changes.levels ?? 2,
      6: changes.repetition ?? 0,
      7: changes.isPacked ?? false,
    },
    bytes: changes.bytes ?? [...levels, ...words],
    ...(changes.unpacked !== undefined && { unpacked: changes.unpacked }),
  });
/** 11 bytes as one literal of Snappy. */
const packedText = [11, (11 - 1) << 2, ...words];

describe("a true file has no fault", () => {
  test.each<[string, readonly number[], FileOf?]>([
    ["of plain text", plainPage(2)],
    ["of two pages", [...plainPage(1), ...plainPage(1)]],
    [
      "of cells that may be empty",
      plainPage(2, { bytes: [2, 0, 0, 0, ...levels, ...words] }),
      { isRequired: false },
    ],
    ["of a dictionary", [...dictionary(), ...indices()], { dictionaryAt: 4n, at: 40n }],
    ["of an older dictionary", [...dictionary(), ...indices(packedRuns, 2)]],
    ["of newer pages", second()],
    ["of newer pages that are packed, and a codec that packs nothing", second({ isPacked: true })],
    [
      "of bytes that no codec is to unpack",
      plainPage(2, { bytes: packedText, unpacked: 13 }),
      { codec: "UNCOMPRESSED" },
    ],
    ["of packed text", plainPage(2, { bytes: packedText, unpacked: 11 }), { codec: "SNAPPY" }],
    [
      "of newer pages that are packed",
      second({ isPacked: true, bytes: [...levels, ...packedText], unpacked: 13 }),
      { codec: "SNAPPY" },
    ],
    ["of newer pages of a codec that packs, not packed", second(), { codec: "SNAPPY" }],
  ])("%s", async (_, pages, file) => {
    expect(await faultOf(pages, file)).toBeNull();
  });
});

describe("is told what is impossible: ", () => {
  test.each<[string, readonly number[], FileOf, RegExp | string]>([
    ["another codec", plainPage(2), { codec: "GZIP" }, /^row_groups\.0\.columns\.0\.meta_data\.codec: /],
    ["a column before the file", plainPage(2), { at: -1n }, /prompt, a column at bytes -1 to \d+$/],
    ["a column behind the file", plainPage(2), { at: 5n }, /a column at bytes 5 to \d+$/],
    ["a column of less than no bytes", plainPage(2), { bytes: -1n }, /a column at bytes 4 to 3$/],
    [
      "more rows than values",
      plainPage(2),
      { rows: 3n },
      "in row group 0, column prompt, 2 values of a column for 3 rows",
    ],
    ["more values than rows", plainPage(2), { rows: 1n }, /a page of 2 values where at most 1 can be/],
    [
      "more values than rows in a second page",
      [...plainPage(1), ...plainPage(2)],
      {},
      /a page of 2 values where at most 1 can be/,
    ],
    ["less than no values", plainPage(-1), {}, /a page of -1 values/],
    [
      "groups of fewer rows than the file",
      plainPage(2),
      { allRows: 3n },
      "3 rows, 2 in its row groups, of 28 bytes",
    ],
    ["no header", [0x1d, 0], {}, /no page at byte 0 of a column/],
    [
      "a page longer than the column",
      plainPage(2, { packed: 12 }),
      {},
      /a page of 12 bytes where 11 are left/,
    ],
    [
      "a page of less than no bytes",
      plainPage(2, { packed: -1 }),
      {},
      /a page of -1 bytes where 11 are left/,
    ],
    [
      "a page that would be longer unpacked",
      plainPage(2, { unpacked: 12 }),
      {},
      /a page of 11 bytes that would be 12 unpacked/,
    ],
    [
      "a page that would be less than nothing",
      plainPage(2, { unpacked: -1 }),
      {},
      /that would be -1 unpacked/,
    ],
    [
      "more than Snappy can pack",
      plainPage(2, { bytes: packedText, unpacked: 22 * 13 + 1 }),
      { codec: "SNAPPY" },
      /a page of 13 bytes that would be 287 unpacked/,
    ],
    [
      "a page that is not what it says",
      plainPage(2, { bytes: packedText, unpacked: 12 }),
      { codec: "SNAPPY" },
      /a page that cannot be unpacked/,
    ],
    [
      "a newer page that is not what it says",
      second({ isPacked: true, bytes: [...levels, 11, 0] }),
      { codec: "SNAPPY" },
      /a page that cannot be unpacked/,
    ],
    [
      "a dictionary of more words than bytes",
      [...dictionary({ details: { 1: 12, 2: PLAIN } }), ...indices()],
      {},
      /a page of 12 values where at most 11 can be/,
    ],
    [
      "runs of more numbers than values",
      [...dictionary(), ...indices([1, 3 << 1, 0])],
      {},
      /a run of 3 numbers where 2 are left/,
    ],
    ["numbers of too many bits", [...dictionary(), ...indices([33, 2 << 1, 0])], {}, /numbers of 33 bits/],
    [
      "another encoding",
      plainPage(2, { details: { 1: 2, 2: 5 } }),
      {},
      /the encoding 5, of which plain and dictionary are read/,
    ],
    [
      "another encoding of a newer page",
      page({ kind: 3, details: { 1: 2, 4: 6, 5: 0, 6: 0, 7: false }, bytes: text("ab") }),
      {},
      /the encoding 6/,
    ],
    ["a page of another kind", page({ kind: 1, details: { 1: 2 }, bytes: [] }), {}, /a page of kind 1$/],
    [
      "levels of more cells than values",
      plainPage(2, { bytes: [2, 0, 0, 0, 9 << 1, 1, ...text("ab")] }),
      { isRequired: false },
      /a run of 9 numbers where 2 are left/,
    ],
    [
      "levels longer than a newer page",
      second({ levels: 14 }),
      {},
      /levels of 14 and 0 bytes in a page of 13/,
    ],
    ["less than no levels", second({ levels: -1 }), {}, /levels of -1 and 0 bytes/],
    ["cells inside cells", second({ repetition: 1 }), {}, /levels of 2 and 1 bytes/],
    [
      "newer levels of more cells than values",
      second({ bytes: [9 << 1, 1, ...words] }),
      {},
      /a run of 9 numbers where 2 are left/,
    ],
  ])("%s", async (_, pages, file, fault) => {
    expect(await faultOf(pages, file)).toMatch(fault);
  });

  test("more rows than bytes", async () => {
    expect(await faultOf(plainPage(60, { details: { 1: 60, 2: PLAIN } }), { rows: 60n })).toMatch(
      /^60 rows, 60 in its row groups, of 28 bytes$/,
    );
  });
});
