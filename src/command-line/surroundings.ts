/** @file What a command reads and writes besides its options; a test brings its own. */
import { defaultPlaces, type DataPlaces } from "../data/files.js";
import type { Origins } from "../download/fetch-collection.js";
import type { FetchUrl } from "../download/fetch-url.js";

/** A stream as far as a command needs it. */
export interface Output {
  write(text: string): unknown;
  /** True on a terminal, where a line can be rewritten. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A stream that a command reads; `isTTY` is true where somebody types. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Reports go to `stdout`, progress and errors to `stderr`, so that `--json` output is JSON alone. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  /** What `chat` reads turns from. */
  readonly stdin?: Input;
  /** Where `data` and `doctor` look for files in place of `data/raw` and `CLASS_IT_DATA`. */
  readonly places?: DataPlaces;
  /** Where `export` finds trained models in place of `.cache/stages`. */
  readonly cacheFolder?: string;
  /** What `data` fetches with in place of the global `fetch`. */
  readonly fetchUrl?: FetchUrl;
  /** Where `data --fetch` looks for official sets in place of their real locations. */
  readonly origins?: Origins;
}

/** The places given, or those of the project. */
export const placesOf = ({ places }: Surroundings): DataPlaces => places ?? defaultPlaces();

/** Writes a report as JSON. */
export function printJson({ stdout }: Surroundings, report: unknown): void {
  stdout.write(JSON.stringify(report, null, 2) + "\n");
}
