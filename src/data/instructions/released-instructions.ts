/**
 * @file The instruction sets CLASS-IT released, as fetched from the hub: parquet files with the columns prompt, reply,
 * source and text. The kit's own sets are in `switchboard-pairs.ts` and `wiki-questions.ts`.
 */
import { basename } from "node:path";
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type FileMetaData,
  type SchemaTree,
} from "hyparquet";
import { z } from "zod";
import { collectionFiles, inspectCollection, type CollectionFile } from "../collections.js";
import { verifyEntry, type DataPlaces } from "../files.js";

/** Name of the fetched set in `data/collections.json`. */
export const RELEASED_COLLECTION = "class-it-instructions";

/** The two parts of the released set. */
export type ReleasedPart = "simple_wiki" | "switchboard";

/** A row as released. */
export interface ReleasedRow {
  readonly prompt: string;
  readonly reply: string;
  readonly source: string;
  /** Prompt and reply with the roles around them. */
  readonly text: string;
}

const COLUMNS = ["prompt", "reply", "source", "text"] as const;
const rowSchema = z.object({ prompt: z.string(), reply: z.string(), source: z.string(), text: z.string() });
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The rows of a parquet file, row group by row group. Check its hash first: hyparquet believes every length in a file, and
 * with a false one it may never end.
 *
 * @throws Error naming the file when it is no whole parquet file, has other columns or types, no rows, or a cell without
 *   text; the last names row (from 0) and column
 */
export async function* readReleasedRows(file: string): AsyncGenerator<ReleasedRow, void, void> {
  const buffer = await asyncBufferFromFile(file);
  const refuse = (must: string, got: string, cause?: unknown): Error =>
    new Error(
      `readReleasedRows: ${file} must ${must}, got ${got}. ` +
        `Delete it and run npx class-it data --fetch ${RELEASED_COLLECTION}; if it stays so, the set has changed.`,
      { cause },
    );
  const metadata = await parquetMetadataAsync(buffer).catch((cause: unknown) => {
    throw refuse("be a whole parquet file", buffer.byteLength === 0 ? "an empty file" : String(cause), cause);
  });
  const columns = childrenOf(metadata, refuse).map(({ element, children }) => {
    const isText = element.converted_type === "UTF8" || element.logical_type?.type === "STRING";
    const isSingle = children.length === 0 && element.repetition_type !== "REPEATED";
    return `${element.name} ${isText && isSingle ? "text" : (element.type ?? "nested").toLowerCase()}`;
  });
  const expected = COLUMNS.map((name) => `${name} text`);
  if ([...columns].sort().join() !== expected.join())
    throw refuse(`have the columns ${expected.join(", ")}`, columns.join(", ") || "none");
  if (metadata.num_rows === 0n) throw refuse("have rows", "none");
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows: unknown[] = await parquetReadObjects({
      file: buffer,
      metadata,
      columns: [...COLUMNS],
      rowStart,
      rowEnd,
      parsers: { stringFromBytes: (bytes) => utf8.decode(bytes) },
    }).catch((cause: unknown) => {
      throw refuse("be readable as parquet with UTF-8 text", String(cause), cause);
    });
    for (const [index, row] of rows.entries()) {
      const parsed = rowSchema.safeParse(row);
      if (!parsed.success) {
        const column = parsed.error.issues[0]?.path.join(".") ?? "";
        throw refuse("have text in every cell", `none in row ${rowStart + index}, column ${column}`);
      }
      yield parsed.data;
    }
    rowStart = rowEnd;
  }
}

/** The columns, which only a whole description has. */
function childrenOf(
  metadata: FileMetaData,
  refuse: (must: string, got: string, cause: unknown) => Error,
): SchemaTree["children"] {
  try {
    return parquetSchema(metadata).children;
  } catch (cause) {
    throw refuse("be a whole parquet file", String(cause), cause);
  }
}

/**
 * Whether the released sets were fetched.
 *
 * @throws Error when they were fetched in part: a run never slips from one source to the other unnoticed
 */
export function hasReleased(places: DataPlaces): boolean {
  const { state, record } = inspectCollection(RELEASED_COLLECTION, places);
  if (state !== "incomplete") return state === "fetched";
  throw new Error(
    `hasReleased: ${RELEASED_COLLECTION} must be there as a whole or not at all, got ${record?.files.length ?? 0} of ` +
      `${record?.listed ?? 0} files, or damaged ones. Run npx class-it data --fetch ${RELEASED_COLLECTION}, or delete ` +
      `data/raw/collections/${RELEASED_COLLECTION} and the .json next to it.`,
  );
}

/**
 * Parquet files of one part: those with its name in their path, without files of other splits than the training rows.
 *
 * @throws Error when the set was not fetched, or has no such file
 */
export function releasedFiles(part: ReleasedPart, places: DataPlaces): CollectionFile[] {
  const all = collectionFiles(RELEASED_COLLECTION, places);
  const found = all.filter(
    ({ path }) =>
      path.includes(part) && path.endsWith(".parquet") && !/^(test|validation|dev)\b/.test(basename(path)),
  );
  if (found.length > 0) return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  throw new Error(
    `releasedFiles: ${RELEASED_COLLECTION} must have a parquet file with ${part} in its path, ` +
      `got ${all.map(({ path }) => path).join(", ")}. The set may have been rearranged; see its page.`,
  );
}

/**
 * All rows of one part, in the order of the files.
 *
 * @returns ids count the rows of the part from 0
 * @throws Error as {@link releasedFiles}, {@link readReleasedRows}, and when a file is damaged
 */
export async function loadReleased(
  part: ReleasedPart,
  places: DataPlaces,
): Promise<{ id: string; prompt: string; reply: string; text: string }[]> {
  const examples: { id: string; prompt: string; reply: string; text: string }[] = [];
  for (const entry of releasedFiles(part, places)) {
    for await (const { prompt, reply, text } of readReleasedRows(await verifyEntry(entry, places)))
      examples.push({ id: `${part}_${examples.length}`, prompt, reply, text });
  }
  return examples;
}
