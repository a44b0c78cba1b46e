/** @file Damage to bytes of any kind: bits flipped, numbers replaced, pieces cut out, repeated and put together anew. */
import type { Random } from "../../src/random.js";
import { oneOf } from "./reader.js";

type Damage = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const BYTES = [0, 1, 9, 10, 13, 32, 34, 44, 45, 48, 57, 58, 91, 92, 93, 123, 125, 127, 128, 192, 239, 255];
const COUNTS = [0n, 1n, 2n, 7n, 255n, 256n, 65_535n, 2n ** 20n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n];
const LONG_COUNTS = [...COUNTS, 2n ** 33n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];
/** How often a piece is repeated at most: enough for nesting that no stack holds. */
const MOST_REPEATS = 2000;

const below = (limit: number, random: Random): number => Math.floor(random() * limit);
/** Mostly a few, seldom many. */
const few = (most: number, random: Random): number => 1 + Math.floor(random() ** 4 * most);

/** Start and end of a piece. */
function pieceOf({ length }: Uint8Array, random: Random): [from: number, to: number] {
  const from = below(length + 1, random);
  return [from, Math.min(length, from + few(Math.max(1, length), random))];
}

const join = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

function changed(bytes: Uint8Array, change: (copy: Buffer) => void): Uint8Array {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) change(copy);
  return copy;
}

const flipBit: Damage = (bytes, random) =>
  changed(bytes, (copy) => {
    const at = below(copy.length, random);
    copy[at] = (copy[at] ?? 0) ^ (1 << below(8, random));
  });
const setByte: Damage = (bytes, random) =>
  changed(bytes, (copy) => {
    copy[below(copy.length, random)] = random() < 0.5 ? oneOf(BYTES, random) : below(256, random);
  });
const addToByte: Damage = (bytes, random) =>
  changed(bytes, (copy) => {
    const at = below(copy.length, random);
    copy[at] = ((copy[at] ?? 0) + below(33, random) - 16) & 255;
  });
const setCount: Damage = (bytes, random) =>
  changed(bytes, (copy) => {
    if (copy.length < 8) return;
    const at = below(copy.length - 7, random);
    if (random() < 0.5) copy.writeBigUInt64LE(oneOf(LONG_COUNTS, random), at);
    else copy.writeUInt32LE(Number(oneOf(COUNTS, random)), at);
  });
const cutOff: Damage = (bytes, random) => bytes.subarray(0, below(bytes.length + 1, random));
const cutOut: Damage = (bytes, random) => {
  const [from, to] = pieceOf(bytes, random);
  return join(bytes.subarray(0, from), bytes.subarray(to));
};
const insert: Damage = (bytes, random) => {
  const at = below(bytes.length + 1, random);
  const piece = Uint8Array.from({ length: few(16, random) }, () =>
    random() < 0.5 ? oneOf(BYTES, random) : below(256, random),
  );
  return join(bytes.subarray(0, at), piece, bytes.subarray(at));
};
const repeat: Damage = (bytes, random) => {
  const from = below(bytes.length + 1, random);
  const to = Math.min(bytes.length, from + few(16, random));
  const times = few(MOST_REPEATS, random);
  return join(
    bytes.subarray(0, from),
    ...Array<Uint8Array>(times).fill(bytes.subarray(from, to)),
    bytes.subarray(to),
  );
};
const move: Damage = (bytes, random) => {
  const [from, to] = pieceOf(bytes, random);
  const rest = join(bytes.subarray(0, from), bytes.subarray(to));
  const at = below(rest.length + 1, random);
  return join(rest.subarray(0, at), bytes.subarray(from, to), rest.subarray(at));
};
const takeOver: Damage = (bytes, random, other) => {
  const [from, to] = pieceOf(other, random);
  const at = below(bytes.length + 1, random);
  const until = random() < 0.5 ? at : Math.min(bytes.length, at + to - from);
  return join(bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(until));
};
const splice: Damage = (bytes, random, other) =>
  join(bytes.subarray(0, below(bytes.length + 1, random)), other.subarray(below(other.length + 1, random)));

const DAMAGES: readonly Damage[] = [
  ...[flipBit, setByte, addToByte, setCount, cutOff, cutOut, insert, repeat, move, takeOver, splice],
  ...[flipBit, setByte, addToByte, setCount],
];

/** The bytes with one damage. @param other whose pieces may be taken over */
export const damageBytes: Damage = (bytes, random, other) => oneOf(DAMAGES, random)(bytes, random, other);
