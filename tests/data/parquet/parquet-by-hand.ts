/** @file Parquet files of one text column, built byte by byte so that any length in them can lie. */
import { findFalseLength } from "../../../src/data/parquet/parquet-pages.js";

type FileMetaData = Parameters<typeof findFalseLength>[1];

/** A struct by the numbers of its fields. */
export interface Fields {
  readonly [id: number]: number | boolean | Fields;
}

/** Whole numbers with their signs in the lowest bit, seven bits a byte. */
function varint(value: number): number[] {
  const bytes = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** A struct in Thrift's compact form. */
function thrift(fields: Fields): number[] {
  let last = 0;
  const bytes = Object.entries(fields).flatMap(([key, value]) => {
    const id = Number(key);
    const head = (type: number) => ((id - last) << 4) | type;
    const coded =
      typeof value === "boolean"
        ? [head(value ? 1 : 2)]
        : typeof value === "number"
          ? [head(5), ...varint(value)]
          : [head(12), ...thrift(value)];
    last = id;
    return coded;
  });
  return [...bytes, 0];
}

/** A page; its lengths are true where nothing else is said. */
export interface PageOf {
  readonly kind: number;
  readonly details: Fields;
  readonly bytes: readonly number[];
  readonly unpacked?: number;
  readonly packed?: number;
}
const FIELD_OF_KIND: Readonly<Record<number, number>> = { 0: 5, 1: 6, 2: 7, 3: 8 };
export const page = ({
  kind,
  details,
  bytes,
  unpacked = bytes.length,
  packed = bytes.length,
}: PageOf): number[] => [
  ...thrift({ 1: kind, 2: unpacked, 3: packed, [FIELD_OF_KIND[kind] ?? 5]: details }),
  ...bytes,
];

/** A text behind its length. */
export const text = (word: string): number[] => [word.length, 0, 0, 0, ...Buffer.from(word)];

/** A file; what it says is true where nothing else is said. */
export interface FileOf {
  readonly codec?: "SNAPPY" | "UNCOMPRESSED" | "GZIP";
  readonly isRequired?: boolean;
  readonly rows?: bigint;
  readonly allRows?: bigint;
  readonly at?: bigint;
  readonly bytes?: bigint;
  readonly dictionaryAt?: bigint;
}

/** What is wrong with a file of two rows whose only column, from byte 4 on, has these pages. */
export function faultOf(pages: readonly number[], file: FileOf = {}): Promise<string | null> {
  const { codec = "UNCOMPRESSED", isRequired = true, rows = 2n, allRows = rows, at = 4n } = file;
  const whole = Uint8Array.from([80, 65, 82, 49, ...pages]);
  const metadata: FileMetaData = {
    version: 2,
    num_rows: allRows,
    metadata_length: 0,
    schema: [
      { name: "root", num_children: 1 },
      { name: "prompt", type: "BYTE_ARRAY", repetition_type: isRequired ? "REQUIRED" : "OPTIONAL" },
    ],
    row_groups: [
      {
        total_byte_size: 0n,
        num_rows: rows,
        columns: [
          {
            file_offset: 0n,
            meta_data: {
              codec,
              num_values: rows,
              total_uncompressed_size: 0n,
              data_page_offset: at,
              total_compressed_size: file.bytes ?? BigInt(pages.length),
              type: "BYTE_ARRAY",
              encodings: ["PLAIN"],
              path_in_schema: ["prompt"],
              ...(file.dictionaryAt !== undefined && { dictionary_page_offset: file.dictionaryAt }),
            },
          },
        ],
      },
    ],
  };
  const slice = (from: number, to?: number) => whole.slice(from, to).buffer;
  return findFalseLength({ byteLength: whole.length, slice }, metadata);
}
