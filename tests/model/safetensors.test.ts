import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { narrowToBfloat16, widenBfloat16, widenFloat16 } from "../../src/model/half-precision.js";
import { withFileBytes } from "../../src/model/byte-source.js";
import { openSafetensors, readSafetensors, writeSafetensors } from "../../src/model/safetensors.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** A file with this text as its header, and a header length that may lie. */
function fileOf(header: string, body: Uint8Array = new Uint8Array(0), claimed?: bigint): Uint8Array {
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(claimed ?? BigInt(Buffer.byteLength(header)));
  return Buffer.concat([start, Buffer.from(header), body]);
}

const entry = (shape: number[], from: number, to: number, dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [from, to],
});
const described = (entries: object, bodyBytes: number): Uint8Array =>
  fileOf(JSON.stringify(entries), new Uint8Array(bodyBytes));

describe("a header that lies", () => {
  test.each<[string, Uint8Array, RegExp]>([
    ["about its own length", fileOf("{}", undefined, 3n), /a header of 3 bytes in a file of 10/],
    [
      "with the largest length there is",
      fileOf("{}", undefined, 2n ** 64n - 1n),
      /a header of 18446744073709551615/,
    ],
    [
      "because it is a server's answer",
      Buffer.from("<!DOCTYPE html><html>404</html>"),
      /got a text that begins "<!DOCTYPE html><html"\. .* fetch the file again/,
    ],
    ["and is no object", fileOf("[]"), /no JSON object/],
    [
      "and is no UTF-8",
      Buffer.concat([fileOf("", undefined, 4n), Buffer.of(0x7b, 0xff, 0x22, 0x7d)]),
      /not JSON/,
    ],
    [
      "with arrays that overlap",
      described({ a: entry([2], 0, 8), b: entry([2], 4, 12) }, 12),
      /"b" at byte 4/,
    ],
    ["with a hole", described({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12), /4 bytes before "b"/],
    ["with bytes before all arrays", described({ a: entry([1], 4, 8) }, 8), /4 bytes before "a"/],
    ["with bytes left over", described({ a: entry([1], 0, 4) }, 5), /1 bytes behind the last array/],
    [
      "with an end before its start",
      described({ a: entry([1], 4, 0) }, 4),
      /"a" of shape \[1\] in F32 at bytes 4 to 0/,
    ],
    ["with an end beyond the file", described({ a: entry([2], 0, 8) }, 7), /at bytes 0 to 8 of 7/],
    ["with a shape that does not fit its bytes", described({ a: entry([3], 0, 8) }, 8), /"a" of shape \[3\]/],
    ["with a negative offset", described({ a: entry([1], -4, 0) }, 4), /unreadable entry "a"/],
    ["with half an axis", described({ a: entry([0.5], 0, 2) }, 2), /unreadable entry "a"/],
    [
      "with more numbers than there are",
      described({ a: entry([2 ** 40, 2 ** 40, 0], 0, 0) }, 0),
      /than can be counted/,
    ],
    [
      "with a format that is not read",
      described({ a: entry([1], 0, 8, "F64") }, 8),
      /"a" in the format F64, of which/,
    ],
    [
      "with a format named after a method",
      described({ a: entry([1], 0, 4, "toString") }, 4),
      /format toString/,
    ],
    ["with metadata that is not text", fileOf('{"__metadata__":{"a":1}}'), /metadata that is not text/],
  ])("%s is refused for that", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
    expect(() => readSafetensors(bytes)).toThrow(
      /^readSafetensors: the array of bytes must be a complete safetensors file, got/,
    );
  });

  test("names one array twice is refused, also where the second name is spelled differently", () => {
    const one = JSON.stringify(entry([1], 0, 4));
    for (const second of ['"a"', '"\\u0061"'])
      expect(() => readSafetensors(fileOf(`{"a":${one}, ${second} : ${one}}`, new Uint8Array(4)))).toThrow(
        /the name "a" twice/,
      );
    const twice = '{"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,8]}}';
    expect(() => readSafetensors(fileOf(twice, new Uint8Array(8)))).toThrow(/the name "shape" twice/);
  });
});

test("arrays may be described in another order than their bytes, and may be empty", () => {
  const header = JSON.stringify({ b: entry([1], 4, 8), none: entry([3, 0], 4, 4), a: entry([], 0, 4) });
  const { arrays } = readSafetensors(fileOf(header + "   ", Buffer.from(Float32Array.of(1, 2).buffer)));
  expect([...(arrays["a"]?.values ?? [])]).toEqual([1]);
  expect([...(arrays["b"]?.values ?? [])]).toEqual([2]);
  expect(arrays["none"]?.values).toHaveLength(0);
});

test("an array named __proto__ is an array like any other", () => {
  const file = fileOf(`{"__proto__":${JSON.stringify(entry([1], 0, 4))}}`, new Uint8Array(4));
  const { arrays } = readSafetensors(file);
  expect(Object.keys(arrays)).toEqual(["__proto__"]);
});

/** Reads it, or says why not in the reader's own words; anything else fails the test. */
function readOrRefuse(bytes: Uint8Array): void {
  let found: ReturnType<typeof readSafetensors>;
  try {
    found = readSafetensors(bytes);
  } catch (error) {
    expect(String(error)).toMatch(
      /^Error: readSafetensors: the array of bytes must be a complete safetensors file, got .+\.$/s,
    );
    return;
  }
  // Numbers of 16 bits are widened, so twice the file is the most that can come of it.
  const made = Object.values(found.arrays).reduce((sum, { values }) => sum + values.byteLength, 0);
  expect(made).toBeLessThanOrEqual(2 * bytes.length);
}

describe("whatever the bytes, a file is read or refused in words, and never makes more than it holds", () => {
  const valid = writeSafetensors({
    a: { dtype: "F32", shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
    b: { dtype: "BF16", shape: [3], values: Float32Array.of(1, 2, 3) },
    c: { dtype: "I32", shape: [1], values: Int32Array.of(7) },
  });

  test("with bytes changed, or the end cut off", () => {
    const change = fc.tuple(fc.nat(valid.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(valid.length), (changes, length) => {
        const bytes = Uint8Array.from(valid);
        for (const [at, value] of changes) bytes[at] = value;
        readOrRefuse(bytes);
        readOrRefuse(bytes.slice(0, length));
      }),
      { numRuns: 500 },
    );
  });

  test("with any JSON for a header", () => {
    fc.assert(
      fc.property(fc.json(), fc.uint8Array({ maxLength: 24 }), (header, body) =>
        readOrRefuse(fileOf(header, body)),
      ),
    );
  });

  test("with entries of any formats, shapes and offsets", () => {
    const number = fc.oneof(fc.nat(16), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, 1e300), fc.maxSafeNat());
    const anyEntry = fc.record({
      dtype: fc.constantFrom("F32", "I32", "BF16", "F16", "F64", "BOOL", "__proto__"),
      shape: fc.array(number, { maxLength: 4 }),
      data_offsets: fc.array(number, { minLength: 1, maxLength: 3 }),
    });
    const name = fc.oneof(fc.constantFrom("__metadata__", "__proto__", "1"), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(
        fc.dictionary(name, anyEntry, { maxKeys: 3 }),
        fc.uint8Array({ maxLength: 24 }),
        (entries, body) => readOrRefuse(fileOf(JSON.stringify(entries), body)),
      ),
      { numRuns: 500 },
    );
  });
});

describe("numbers of 16 bits", () => {
  test("float16 are read as what they stand for", () => {
    const given: [number, number][] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x3555, 0.333251953125],
      [0x7bff, 65504],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x8000, -0],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
      [0x7e00, Number.NaN],
    ];
    const found = widenFloat16(Uint16Array.from(given, ([half]) => half));
    expect([...found]).toEqual(given.map(([, value]) => value));
    const file = fileOf(JSON.stringify({ x: entry([2], 0, 4, "F16") }), Buffer.of(0x00, 0x3c, 0x00, 0xc0));
    expect(readSafetensors(file).arrays["x"]).toEqual({
      dtype: "F32",
      shape: [2],
      values: Float32Array.of(1, -2),
    });
  });

  test("a bfloat16 is the nearest one, and a number in the middle goes to the even one", () => {
    const step = 2 ** -7; // between 1 and 2
    const rounded: [number, number][] = [
      [1 + 0.5 * step, 1],
      [1 + 0.51 * step, 1 + step],
      [1 + 1.5 * step, 1 + 2 * step],
      [-(1 + 0.5 * step), -1],
      [3.4e38, Infinity],
      [Infinity, Infinity],
      [2 ** -149, 0],
      [-0, -0],
      [Number.NaN, Number.NaN],
    ];
    const given = Float32Array.from(rounded, ([value]) => value);
    expect([...widenBfloat16(narrowToBfloat16(given))]).toEqual(rounded.map(([, value]) => value));
  });

  test("no bfloat16 is nearer than the one that is chosen, and each of them stays itself", () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true, max: 2 ** 120, min: -(2 ** 120) }),
        (value) => {
          const [half = 0] = narrowToBfloat16(Float32Array.of(value));
          const near = widenBfloat16(Uint16Array.of(half, half + 1, Math.max(half - 1, 0)));
          const [gap = NaN, up = NaN, down = NaN] = [...near].map((other) => Math.abs(other - value));
          expect(gap).toBeLessThanOrEqual(Math.min(...[up, down].filter(Number.isFinite)));
          expect(narrowToBfloat16(near.slice(0, 1))[0]).toBe(half);
        },
      ),
    );
  });
});

test("a file beyond 2 GiB is read array by array", () => {
  const behind = 2 ** 31 + 2;
  const header = JSON.stringify({
    a: entry([behind / 2], 0, behind, "BF16"),
    b: entry([1], behind, behind + 4),
  });
  const start = Buffer.from(fileOf(header));
  const path = join(temporaryFolder(), "model.safetensors");
  const file = openSync(path, "w"); // sparse: takes no room on the disk
  writeSync(file, start);
  ftruncateSync(file, start.length + behind);
  writeSync(file, Buffer.from(Float32Array.of(1.5).buffer), 0, 4, start.length + behind);
  closeSync(file);
  const { shape, values } = withFileBytes(path, (bytes) => {
    const { arrays } = openSafetensors(bytes);
    return { shape: arrays.get("a")?.shape, values: arrays.get("b")?.read().values };
  });
  expect([shape, [...(values ?? [])]]).toEqual([[behind / 2], [1.5]]);
});

test("numbers of 16 bits are the same whatever the portions they are read in", () => {
  const values = Float32Array.from({ length: 2 ** 21 + 3 }, (_, index) => (index % 1000) / 8);
  const file = writeSafetensors({ x: { dtype: "BF16", shape: [values.length], values } });
  const { arrays } = readSafetensors(file);
  const expected = widenBfloat16(narrowToBfloat16(values));
  expect(arrays["x"]?.values.length).toBe(expected.length);
  expect(arrays["x"]?.values.every((value, index) => value === expected[index])).toBe(true);
});
