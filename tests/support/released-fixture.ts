/** @file Self-written instruction rows in the shape of the released sets: parquet files and the record of their hashes. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";

/** A row as the released sets have it. */
export interface FixtureRow {
  readonly prompt: string;
  readonly reply: string;
  readonly source: string;
  readonly text: string;
}

/** Rows with their text in a template of the fixture's own. */
export const releasedRows = (source: string, count: number): FixtureRow[] =>
  Array.from({ length: count }, (_, i) => {
    const prompt = `Mara has ${i} bells in the mill.\nHow many bells has Mara?`;
    const reply = `She has ${i} bells.`;
    return { prompt, reply, source, text: `[User]\n${prompt}\n\n[Model]\n${reply}</s>\n` };
  });

/** A parquet file of such rows, in row groups of `rowGroupSize`. */
export function parquetOf(rows: readonly FixtureRow[], rowGroupSize = 4): Buffer {
  const column = (name: keyof FixtureRow) => ({
    name,
    data: rows.map((row) => row[name]),
    type: "STRING" as const,
  });
  const columnData = [column("prompt"), column("reply"), column("source"), column("text")];
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize }));
}

/** The released sets as if they had been fetched into `rawFolder`. */
export function putReleased(
  rawFolder: string,
  files: Readonly<Record<string, Buffer>>,
  options: { readonly listed?: number; readonly unverified?: boolean } = {},
): void {
  const entries = Object.entries(files).map(([path, bytes]) => {
    const file = join(rawFolder, "collections/class-it-instructions", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
    const download = `https://hub.example/${path}`;
    return { path, bytes: bytes.length, sha256, download, unverified: options.unverified ?? false };
  });
  const listed = options.listed ?? entries.length;
  writeFileSync(
    join(rawFolder, "collections/class-it-instructions.json"),
    JSON.stringify({ schemaVersion: 1, collection: "class-it-instructions", listed, files: entries }),
  );
}
