import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCsv, toCsv } from "../../../src/report/render/csv.js";

test("only cells that need quotes get them, and a missing value is an empty cell", () => {
  const rows = [
    ["a,b", 'say "x"', 0.1],
    ["two\nlines", "", null],
  ];
  expect(toCsv(["comma", "quote", "number"], rows)).toBe(
    'comma,quote,number\n"a,b","say ""x""",0.1\n"two\nlines",,\n',
  );
});

test("what was written is read back, whatever the text", () => {
  const text = fc.oneof(fc.string(), fc.constantFrom("", '"', ",", "\n", "\r\n", "\r", " a ", '""', "é✓"));
  const table = fc
    .uniqueArray(text, { minLength: 1, maxLength: 4 })
    .chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        rows: fc.array(fc.array(text, { minLength: columns.length, maxLength: columns.length })),
      }),
    )
    // A byte-order mark at the start of a file is not part of the first column's name.
    .filter(({ columns }) => !columns[0]?.startsWith("\uFEFF") && !columns.includes("__proto__"));
  fc.assert(
    fc.property(table, ({ columns, rows }) => {
      const expected = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
      expect(parseCsv(toCsv(columns, rows))).toEqual(expected);
    }),
  );
});

test("numbers keep every digit", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const [row] = parseCsv(toCsv(["value"], [[value]]));
      expect(Number(row?.["value"])).toBe(value === 0 ? 0 : value);
    }),
  );
});

test("a byte-order mark and Windows line ends are understood", () => {
  expect(parseCsv("\uFEFFa,b\r\n1,\r\n")).toEqual([{ a: "1", b: "" }]);
});

test("a table that is not rectangular is refused on both ways", () => {
  expect(() => toCsv(["a", "b"], [[1, 2], [3]])).toThrow("every row must have 2 cells, got 1 in row 1");
  expect(() => parseCsv("a,b\n1,2\n3\n")).toThrow("every row must have 2 cells, got 1 in row 2");
  expect(() => parseCsv("a,a\n1,2\n")).toThrow('got "a" twice');
  expect(() => parseCsv("")).toThrow("must have a header line");
});

test("NaN is not a missing value", () => {
  expect(() => toCsv(["a"], [[Number.NaN]])).toThrow("a number must be finite, got NaN");
});
