import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readReleasedRows } from "../../../src/data/instructions/released-instructions.js";
import { faultOfRuns } from "../../../src/data/parquet/rle-runs.js";
import { hasPossibleLengths } from "../../../src/data/parquet/snappy-lengths.js";
import { readThriftStruct } from "../../../src/data/parquet/thrift-struct.js";
import { allOf } from "../../support/all-of.js";
import { parquetOf, releasedRows } from "../../support/released-fixture.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

describe("runs of numbers", () => {
  test("of the right length have no fault: five times one, then eight packed of which three are asked for", () => {
    expect(faultOfRuns(Uint8Array.of(5 << 1, 1, (1 << 1) | 1, 0b101), 1, 8)).toBeNull();
  });

  test.each<[string, number[], number, number]>([
    ["behind the last number nothing is read", [5 << 1, 1, 255], 1, 5],
    ["numbers of three bits take three bytes a group", [(1 << 1) | 1, 255, 255, 255, 1 << 1, 1], 3, 9],
    ["a repeated number of nine bits takes two bytes", [8 << 1, 255, 255, 1 << 1, 0, 0], 9, 9],
    ["a repeated number of no bits takes none", [8 << 1, 1 << 1], 0, 9],
    ["numbers have up to 32 bits", [2 << 1, 0, 0, 0, 0], 32, 2],
    ["a count may take five bytes", [0x80 | (8 << 1), 0x80, 0x80, 0x80, 0, 1], 1, 8],
    ["no runs are none too many", [], 1, 8],
  ])("%s", (_, bytes, width, values) => {
    expect(faultOfRuns(Uint8Array.from(bytes), width, values)).toBeNull();
  });

  test("of more than 32 bits, or too long after others, are told with their size", () => {
    expect(faultOfRuns(Uint8Array.of(2 << 1, 0, 0, 0, 0, 0), 33, 2)).toBe("numbers of 33 bits");
    expect(faultOfRuns(Uint8Array.of(5 << 1, 1, 4 << 1, 1), 1, 8)).toBe(
      "a run of 4 numbers where 3 are left",
    );
    expect(faultOfRuns(Uint8Array.of(0x90, 0x80, 0x80, 0x80, 0x80, 0, 1), 1, 8)).toMatch(/does not end/);
  });

  test.each<[string, number[], RegExp]>([
    ["repeated more often than there are numbers", [9 << 1, 1], /a run of 9 numbers where 8 are left/],
    ["packed in more groups than they fill", [(3 << 1) | 1, 0, 0, 0], /a run of 24 numbers where 8 are left/],
    ["of a length without end", [255, 255, 255, 255, 255, 255], /does not end/],
    ["of a length cut off", [255], /does not end/],
    // As a signed number of 32 bits it is negative, and counting down from it would never end.
    ["of two thousand million groups", [255, 255, 255, 255, 15], /a run of 17179869176 numbers/],
  ])("%s have one", (_, bytes, fault) => {
    expect(faultOfRuns(Uint8Array.from(bytes), 1, 8)).toMatch(fault);
  });
});

describe("a block of Snappy", () => {
  const block = (...bytes: number[]) => Uint8Array.from(bytes);

  test("whose literals and copies fill what they say has possible lengths", () => {
    // 9 bytes: the literal "abc", then a copy of 6 from 3 back; the same with the length of the literal in 1, 2 and 4 bytes.
    const [literal, copy] = [
      [97, 98, 99],
      [((6 - 4) << 2) | 1, 3],
    ];
    for (const tag of [[(3 - 1) << 2], [60 << 2, 2], [61 << 2, 2, 0], [63 << 2, 2, 0, 0, 0]])
      expect(hasPossibleLengths(block(9, ...tag, ...literal, ...copy), 9)).toBe(true);
    expect(hasPossibleLengths(block(9, 8, ...literal, ((6 - 1) << 2) | 2, 3, 0), 9)).toBe(true);
    expect(hasPossibleLengths(block(9, 8, ...literal, ((6 - 1) << 2) | 3, 3, 0, 0, 0), 9)).toBe(true);
    expect(hasPossibleLengths(block(0x80 | 1, 1, 8, ...literal), 3)).toBe(true); // 129, in two bytes
  });

  test.each([
    ["a literal of 2³¹ and more, which reading it signed makes negative", [9, 63 << 2, 0, 0, 0, 255, 97], 9],
    ["a literal that goes on behind the end", [9, 8, 97, 98], 9],
    ["a copy cut off", [9, 8, 97, 98, 99, (5 << 2) | 3, 3], 9],
    ["more than it says", [9, 8, 97, 98, 99, (2 << 2) | 1, 3], 8],
    [
      "copies of 64, again and again",
      [4, 0, 97, ...Array.from({ length: 40 }, () => [254, 1, 0]).flat()],
      100,
    ],
  ])("with %s has not", (_, bytes, unpackedBytes) => {
    expect(hasPossibleLengths(Uint8Array.from(bytes), unpackedBytes)).toBe(false);
  });
});

describe("a struct in Thrift's compact form", () => {
  test("has its numbers and structs, negative ones too, and passes over texts and lists", () => {
    // 1: int32 -3; 2: "ab"; 3: list of two int32; 4: { 1: true }
    const bytes = [0x15, 5, 0x18, 2, 97, 98, 0x19, 0x25, 2, 4, 0x1c, 0x11, 0, 0];
    const found = readThriftStruct(Uint8Array.from(bytes), 0);
    expect(found?.end).toBe(bytes.length);
    expect([...(found?.value ?? [])]).toEqual([
      [1, -3],
      [4, new Map([[1, 1]])],
    ]);
  });

  test.each<[string, number[], [number, number][]]>([
    ["a byte has its sign", [0x13, 0xff, 0], [[1, -1]]],
    [
      "numbers of 16 and of 64 bits are read alike",
      [0x14, 3, 0x16, 0xac, 2, 0],
      [
        [1, -2],
        [2, 150],
      ],
    ],
    [
      "truth values stand in their type",
      [0x11, 0x12, 0],
      [
        [1, 1],
        [2, 0],
      ],
    ],
    [
      "a number eight bytes long is passed over",
      [0x17, 255, 255, 255, 255, 255, 255, 255, 255, 0x15, 2, 0],
      [[2, 1]],
    ],
    [
      "a field far away has its own number",
      [0x05, 40, 2, 0x15, 4, 0],
      [
        [20, 1],
        [21, 2],
      ],
    ],
    ["truth values in a list take a byte each", [0x19, 0x21, 1, 2, 0x15, 2, 0], [[2, 1]]],
    ["so do false ones", [0x19, 0x22, 2, 2, 0x15, 2, 0], [[2, 1]]],
    [
      "a list of 16 has its length behind it",
      [0x19, 0xf3, 16, ...Array<number>(16).fill(255), 0x15, 2, 0],
      [[2, 1]],
    ],
    ["a list of lists is passed over", [0x19, 0x29, 0x13, 7, 0x13, 8, 0x15, 2, 0], [[2, 1]]],
    ["a text may be empty, and end the bytes but for the end", [0x18, 0, 0], []],
    ["a number may take ten bytes", [0x16, ...Array<number>(9).fill(0x80), 0, 0], [[1, 0]]],
  ])("%s", (_, bytes, fields) => {
    const found = readThriftStruct(Uint8Array.from(bytes), 0);
    expect(found).toEqual({ value: new Map(fields), end: bytes.length });
  });

  test("nests eight structs deep and no deeper, and lists likewise", () => {
    const structs = (depth: number) => [
      ...Array<number>(depth).fill(0x1c),
      ...Array<number>(depth + 1).fill(0),
    ];
    const lists = (depth: number) => [0x19, ...Array<number>(depth).fill(0x19), 0x13, 7, 0];
    for (const nested of [structs, lists]) {
      expect(readThriftStruct(Uint8Array.from(nested(8)), 0)?.end).toBe(nested(8).length);
      expect(readThriftStruct(Uint8Array.from(nested(9)), 0)).toBeNull();
    }
  });

  test.each([
    ["without an end", [0x15, 5]],
    ["with a text that reaches the end and leaves no room for its own", [0x18, 2, 97, 98]],
    ["with a text longer than there are bytes", [0x18, 100, 97, 0]],
    ["with a list longer than there are bytes", [0x19, 0xf5, 255, 255, 255, 255, 7, 2]],
    ["nested without end", Array<number>(100).fill(0x1c)],
    ["with a number without end", [0x15, ...Array<number>(20).fill(255)]],
    ["of an unknown type", [0x1d, 0]],
  ])("%s is none", (_, bytes) => {
    expect(readThriftStruct(Uint8Array.from(bytes), 0)).toBeNull();
  });
});

test("whatever a byte of a dictionary column says, the file is read or refused in words", async () => {
  const whole = parquetOf(releasedRows("switchboard", 20), 20);
  // The name stands in the column's dictionary alone; the page of its runs follows.
  const [from, to] = [-25, 40].map((by) => whole.indexOf("switchboard") + by);
  const file = join(temporaryFolder(), "rows.parquet");
  let refused = 0;
  for (let at = from ?? 0; at < (to ?? 0); at++)
    for (const value of [0, 32, 127, 255]) {
      const bytes = Buffer.from(whole);
      bytes[at] = value;
      writeFileSync(file, bytes);
      await allOf(readReleasedRows(file)).catch((error: unknown) => {
        refused++;
        expect(String(error)).toMatch(/^Error: readReleasedRows: .* must .*, got .*Delete it and run/s);
      });
    }
  expect(refused).toBeGreaterThan(20);
});
