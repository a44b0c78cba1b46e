/** @file Parts of fuzzed readers that take a text, the path of a file, or a safetensors file. */
import { writeFileSync } from "node:fs";
import type { Envelope, Form, Part } from "./reader.js";

type Seeds = readonly (string | Uint8Array)[];

/** A part whose reader takes a text. */
export const ofText = (form: Form, seeds: Seeds, read: (text: string) => unknown): Part => ({
  form,
  seeds: seeds.map((seed) => Buffer.from(seed)),
  read: (bytes) => read(Buffer.from(bytes).toString("utf8")),
});

/** A part whose reader takes the path of a file. */
export const ofFile = (path: string, form: Form, seeds: Seeds, read: (path: string) => unknown): Part => ({
  form,
  seeds: seeds.map((seed) => Buffer.from(seed)),
  read: (bytes) => {
    writeFileSync(path, bytes);
    return read(path);
  },
});

/** The JSON header of a safetensors file, whose length follows it. */
export const HEADER: Envelope = {
  open: (bytes) => bytes.subarray(8, 8 + Number(Buffer.from(bytes).readBigUInt64LE(0))),
  close: (header, before) => {
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(header.length));
    return Buffer.concat([start, header, before.subarray(8 + HEADER.open(before).length)]);
  },
};
