/**
 * @file The pages of a parquet file, looked through before `released-instructions.ts` has them decoded: the library believes
 * every length it is told, and some of them it would follow for ever or beyond all memory.
 */
import { snappyUncompress, type AsyncBuffer, type FileMetaData } from "hyparquet";
import { z } from "zod";
import { faultOfRuns } from "./rle-runs.js";
import { hasPossibleLengths } from "./snappy-lengths.js";
import { readThriftStruct, type ThriftStruct } from "./thrift-struct.js";

/** Snappy's longest copy is 64 bytes told by 3. */
const MOST_SNAPPY_TIMES = 22;
/** What a page header calls its kinds and encodings. */
const [DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2] = [0, 2, 3];
const PLAIN = 0;
/** In older files, and in newer ones. */
const DICTIONARY_ENCODINGS: readonly number[] = [2, 8];

/** A page whose lengths are possible. */
interface Page {
  readonly kind: number;
  readonly header: ThriftStruct;
  /** As stored. */
  readonly bytes: Uint8Array;
  readonly unpackedBytes: number;
  readonly end: number;
}

/** What is asked of a file's description; the library fills it with whatever stands there. */
const descriptionSchema = z.object({
  num_rows: z.bigint(),
  row_groups: z.array(
    z.object({
      num_rows: z.bigint().nonnegative(),
      columns: z.array(
        z.object({
          meta_data: z.object({
            codec: z.enum(["UNCOMPRESSED", "SNAPPY"]),
            path_in_schema: z.tuple([z.string()]),
            data_page_offset: z.bigint(),
            dictionary_page_offset: z.bigint().optional(),
            total_compressed_size: z.bigint(),
          }),
        }),
      ),
    }),
  ),
  schema: z.array(z.object({ name: z.string(), repetition_type: z.string().optional() })),
});
type Description = z.infer<typeof descriptionSchema>;
type Column = Description["row_groups"][number]["columns"][number]["meta_data"];

/**
 * What is impossible about the lengths of a file of flat text columns, in words; null where nothing is.
 *
 * @param metadata of the file
 *
 * Source: apache/parquet-format, `parquet.thrift` and "RLE/Bit-Packing Hybrid".
 */
export async function findFalseLength(file: AsyncBuffer, metadata: FileMetaData): Promise<string | null> {
  const description = descriptionSchema.safeParse(metadata);
  if (!description.success) {
    const [issue] = description.error.issues;
    return `${issue?.path.join(".")}: ${issue?.message}`;
  }
  const { num_rows: allRows, row_groups: groups, schema } = description.data;
  let rows = 0n;
  for (const [index, group] of groups.entries()) {
    rows += group.num_rows;
    for (const { meta_data: column } of group.columns) {
      const [name] = column.path_in_schema;
      // A cell may be empty: each page then begins with which are.
      const isOptional = schema.find((element) => element.name === name)?.repetition_type !== "REQUIRED";
      const fault = await faultOfColumn(file, column, { rows: Number(group.num_rows), isOptional });
      if (fault !== null) return `in row group ${index}, column ${name}, ${fault}`;
    }
  }
  // Every row has a text of its own, which takes a byte at least.
  return rows !== allRows || rows > BigInt(file.byteLength)
    ? `${allRows} rows, ${rows} in its row groups, of ${file.byteLength} bytes`
    : null;
}

async function faultOfColumn(
  file: AsyncBuffer,
  column: Column,
  { rows, isOptional }: { readonly rows: number; readonly isOptional: boolean },
): Promise<string | null> {
  const from = Number(column.dictionary_page_offset || column.data_page_offset);
  const to = from + Number(column.total_compressed_size);
  if (!(from >= 0 && to >= from && to <= file.byteLength)) return `a column at bytes ${from} to ${to}`;
  const bytes = new Uint8Array(await file.slice(from, to));
  let seen = 0;
  for (let at = 0; seen < rows && at < bytes.length - 1;) {
    const page = readPage(bytes, at, column.codec);
    if (typeof page === "string") return page;
    const values = valuesOf(page);
    const most = page.kind === DICTIONARY_PAGE ? page.unpackedBytes : rows - seen;
    if (!(values >= 0 && values <= most)) return `a page of ${values} values where at most ${most} can be`;
    const fault = faultOfValues(page, column.codec, values, isOptional);
    if (fault !== null) return fault;
    if (page.kind !== DICTIONARY_PAGE) seen += values;
    at = page.end;
  }
  return seen === rows ? null : `${seen} values of a column for ${rows} rows`;
}

const number = (struct: ThriftStruct | undefined, field: number): number => {
  const found = struct?.get(field);
  return typeof found === "number" ? found : Number.NaN;
};
const struct = (of: ThriftStruct, field: number): ThriftStruct | undefined => {
  const found = of.get(field);
  return found instanceof Map ? found : undefined;
};

function readPage(bytes: Uint8Array, at: number, codec: Column["codec"]): Page | string {
  const read = readThriftStruct(bytes, at);
  if (read === null) return `no page at byte ${at} of a column`;
  const { value: header, end: start } = read;
  const kind = number(header, 1);
  const unpackedBytes = number(header, 2);
  const packed = number(header, 3);
  if (![DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2].includes(kind)) return `a page of kind ${kind}`;
  const end = start + packed;
  if (!(end >= start && end <= bytes.length))
    return `a page of ${packed} bytes where ${bytes.length - start} are left`;
  const most = codec === "SNAPPY" ? MOST_SNAPPY_TIMES * (end - start) : end - start;
  if (!(unpackedBytes >= 0 && unpackedBytes <= most))
    return `a page of ${packed} bytes that would be ${unpackedBytes} unpacked`;
  return { kind, header, bytes: bytes.subarray(start, end), unpackedBytes, end };
}

const detailsOf = ({ kind, header }: Page): ThriftStruct | undefined =>
  struct(header, kind === DATA_PAGE ? 5 : kind === DICTIONARY_PAGE ? 7 : 8);
const valuesOf = (page: Page): number => number(detailsOf(page), 1);

/** Looks through the runs of numbers in a data page; plain text is bounded by the page itself. */
function faultOfValues(
  page: Page,
  codec: Column["codec"],
  values: number,
  isOptional: boolean,
): string | null {
  const details = detailsOf(page);
  if (page.kind === DICTIONARY_PAGE) return null;
  if (page.kind === DATA_PAGE) {
    const unpacked = unpack(page.bytes, page.unpackedBytes, codec);
    if (unpacked === null) return "a page that cannot be unpacked";
    const levels = isOptional ? endOfLevels(unpacked) : 0;
    return (
      faultOfRuns(unpacked.subarray(4, levels), 1, values) ??
      faultOfEncoded(unpacked.subarray(levels), number(details, 2), values)
    );
  }
  const [definition, repetition] = [number(details, 5), number(details, 6)];
  if (!(definition >= 0 && repetition === 0 && definition <= page.bytes.length))
    return `levels of ${definition} and ${repetition} bytes in a page of ${page.bytes.length}`;
  const isPacked = details?.get(7) !== 0;
  const rest = page.bytes.subarray(definition);
  const unpacked = isPacked ? unpack(rest, page.unpackedBytes - definition, codec) : rest;
  if (unpacked === null) return "a page that cannot be unpacked";
  return (
    faultOfRuns(page.bytes.subarray(0, definition), 1, values) ??
    faultOfEncoded(unpacked, number(details, 4), values)
  );
}

/** Where the levels of a page end, whose first four bytes tell their length. */
function endOfLevels(bytes: Uint8Array): number {
  if (bytes.length < 4) return bytes.length;
  return Math.min(bytes.length, 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
}

function unpack(bytes: Uint8Array, unpackedBytes: number, codec: Column["codec"]): Uint8Array | null {
  if (codec !== "SNAPPY") return bytes;
  if (!(unpackedBytes >= 0 && hasPossibleLengths(bytes, unpackedBytes))) return null;
  const unpacked = new Uint8Array(unpackedBytes);
  try {
    snappyUncompress(bytes, unpacked);
    return unpacked;
  } catch {
    return null;
  }
}

function faultOfEncoded(bytes: Uint8Array, encoding: number, values: number): string | null {
  if (encoding === PLAIN) return null; // each text has its length, which ends at the page's end
  if (!DICTIONARY_ENCODINGS.includes(encoding))
    return `the encoding ${encoding}, of which plain and dictionary are read`;
  return faultOfRuns(bytes.subarray(1), bytes[0] ?? 0, values);
}
