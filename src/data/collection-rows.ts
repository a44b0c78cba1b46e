/**
 * @file Rows of a fetched set as JSON lines, whatever it serves them as: parquet, JSON lines or a table with a header. Columns are known by
 * their names; the language is known by the path.
 */
import { extname } from "node:path";
import { csvParse, tsvParse } from "d3-dsv";
import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { collectionFiles, inspectCollection } from "./collections.js";
import type { EvaluationFile } from "./evaluation-files.js";
import { defaultPlaces, readEntry, type DataPlaces } from "./files.js";
import { decodeText } from "./text-file.js";

/** Which rows of a set are wanted. */
export interface WantedRows {
  /** Name of the set in `data/collections.json`. */
  readonly collection: string;
  /** Part of the path, such as the name of a language. */
  readonly config: string;
  /** Columns that are kept; others may hold anything. */
  readonly columns: readonly string[];
  /** Columns whose texts are numbers where the set serves a table. */
  readonly numbers: readonly string[];
}

/** Whether a set was fetched as a whole, without reading it. */
export const hasCollectionRows = (collection: string, places: DataPlaces = defaultPlaces()): boolean =>
  inspectCollection(collection, places).state === "fetched";

const ROWS = [".parquet", ".jsonl", ".tsv", ".csv"];
const OTHER_SPLIT = /(^|[/_.-])(train|validation|valid|dev)([/_.-]|$)/;

/**
 * The files of a fetched set that hold the test rows of a config, each as JSON lines and checked against its hash.
 *
 * @throws Error when the set was not fetched as a whole, or no path has the config, or a file is damaged
 */
export async function collectionRows(
  wanted: WantedRows,
  places: DataPlaces = defaultPlaces(),
): Promise<EvaluationFile[]> {
  const { collection, config } = wanted;
  const all = collectionFiles(collection, places);
  const found = all
    .filter(({ path }) => ROWS.includes(extname(path)) && path.includes(config) && !OTHER_SPLIT.test(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (found.length === 0)
    throw new Error(
      `collectionRows: ${collection} must have a ${ROWS.join(", ")} file with ${config} in its path, ` +
        `got ${all
          .map(({ path }) => path)
          .slice(0, 5)
          .join(", ")}. The set may have been rearranged; see its page.`,
    );
  return Promise.all(
    found.map(async (entry) => ({
      path: entry.path,
      sha256: entry.sha256,
      ...(entry.unverified && { unverified: true as const }),
      text: await rowsAsLines(await readEntry(entry, places), entry.path, wanted),
    })),
  );
}

/**
 * The rows of one file as JSON lines.
 *
 * @throws Error naming the file when it is not what its name says
 */
export async function rowsAsLines(
  bytes: Uint8Array,
  path: string,
  { columns, numbers }: Pick<WantedRows, "columns" | "numbers">,
): Promise<string> {
  const extension = extname(path);
  if (extension === ".parquet") return linesOf(await parquetRows(bytes, path, columns), columns);
  const text = decodeText(bytes, path);
  if (extension !== ".tsv" && extension !== ".csv") return text;
  const table = extension === ".tsv" ? tsvParse(text) : csvParse(text);
  const typed = table.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, cell]) => [
        name,
        numbers.includes(name) && /^\d+$/.test(cell) ? Number(cell) : cell,
      ]),
    ),
  );
  return linesOf(typed, columns);
}

async function parquetRows(
  bytes: Uint8Array,
  path: string,
  columns: readonly string[],
): Promise<Record<string, unknown>[]> {
  try {
    const file = new Uint8Array(bytes).buffer;
    const metadata = await parquetMetadataAsync(file);
    const present = parquetSchema(metadata).children.map(({ element }) => element.name);
    const read = columns.filter((name) => present.includes(name));
    return await parquetReadObjects({ file, metadata, columns: read });
  } catch (cause) {
    throw new Error(
      `collectionRows: ${path} must be a whole parquet file, got ${String(cause)}. Fetch it again.`,
      { cause },
    );
  }
}

const linesOf = (rows: readonly Readonly<Record<string, unknown>>[], columns: readonly string[]): string =>
  rows
    .map((row) => {
      const kept = columns.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]]));
      // Parquet's whole numbers are as wide as BigInt.
      const numbers = (_name: string, value: unknown) => (typeof value === "bigint" ? Number(value) : value);
      return `${JSON.stringify(Object.fromEntries(kept), numbers)}\n`;
    })
    .join("");
