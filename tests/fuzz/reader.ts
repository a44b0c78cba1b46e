/** @file What a fuzzed reader is: its parts, each with valid bytes to begin from and a call that reads any others. */
import type { Random } from "../../src/random.js";

/** How bytes are damaged beside bit by bit: as JSON, as lines of JSON, or as a table of cells. */
export type Form = "bytes" | "json" | "lines" | "table";

/** What lies around the bytes that are worth damaging, such as a compression. */
export interface Envelope {
  open(bytes: Uint8Array): Uint8Array;
  /** @param before the whole that was opened */
  close(inner: Uint8Array, before: Uint8Array): Uint8Array;
}

/** One kind of file that a reader takes. */
export interface Part {
  readonly form: Form;
  readonly envelope?: Envelope;
  /** Files as our own writers make them, a few kilobytes each. */
  readonly seeds: readonly Uint8Array[];
  /** Reads; a value or an error in the house's form is right, everything else a fault. */
  read(bytes: Uint8Array): unknown;
}

/** A reader of bytes from outside. */
export interface FuzzedReader {
  readonly name: string;
  readonly parts: Readonly<Record<string, Part>>;
}

/** Makes a reader; files it needs go into the folder. */
export type MakeReader = (folder: string) => FuzzedReader | Promise<FuzzedReader>;

/** One of some things. @throws RangeError when there is none */
export function oneOf<T>(things: readonly T[], random: Random): T {
  const found = things[Math.floor(random() * things.length)];
  if (found === undefined) throw new RangeError("oneOf: there must be something to choose from, got none.");
  return found;
}
