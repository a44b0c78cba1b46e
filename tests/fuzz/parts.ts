/** @file Parts of fuzzed readers that take a text, or the path of a file. */
import { writeFileSync } from "node:fs";
import type { Form, Part } from "./reader.js";

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
