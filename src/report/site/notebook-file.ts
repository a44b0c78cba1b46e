/** @file An executed notebook as Jupyter stores it: nbformat 4.5, as far as it is used here. */
import { readFileSync } from "node:fs";

/** What a cell printed or drew. */
export interface Output {
  readonly output_type: string;
  /** By MIME type. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A cell. */
export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly id: string;
  readonly source: string | readonly string[];
  readonly outputs?: readonly Output[] | undefined;
}

/** A notebook. */
export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A text as nbformat stores it, whole or in lines, as one string. */
export const joined = (text: string | readonly string[]): string =>
  typeof text === "string" ? text : text.join("");

/** @throws the file system's own error, or a SyntaxError where the file is no JSON */
export const readNotebook = (path: string): Notebook => JSON.parse(readFileSync(path, "utf8")) as Notebook;
