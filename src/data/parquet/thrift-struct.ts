/** @file Structs in Thrift's compact form, as far as the headers of parquet pages need them: whole numbers and structs; the rest is passed over. */

/** Fields by number; truth values are 1 and 0. */
export type ThriftStruct = ReadonlyMap<number, number | ThriftStruct>;

/** Deepest nesting of a page header, with some to spare. */
const MOST_LEVELS = 8;
/** Bytes of the longest number. */
const MOST_NUMBER_BYTES = 10;

/** Types of fields and elements. */
const [STOP, TRUE, FALSE, BYTE, INT_16, INT_64, DOUBLE, BINARY, LIST, STRUCT] = [
  0, 1, 2, 3, 4, 6, 7, 8, 9, 12,
];

/** A place in bytes, moved on by reading. */
class Cursor {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}
  next(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError("readThriftStruct: bytes must go on, got their end.");
    return byte;
  }
  skip(count: number): void {
    this.at += count;
    if (!(count >= 0 && this.at <= this.bytes.length))
      throw new RangeError(`readThriftStruct: bytes must go on for ${count}, got their end.`);
  }
  /** Seven bits a byte, the lowest first. */
  varint(): number {
    let [value, place] = [0, 1];
    for (let length = 0; length < MOST_NUMBER_BYTES; length++) {
      const byte = this.next();
      value += (byte & 0x7f) * place;
      if (byte < 0x80) return value;
      place *= 128;
    }
    throw new RangeError("readThriftStruct: a number must end, got none that does.");
  }
  /** Signs take the lowest bit. */
  zigzag(): number {
    const coded = this.varint();
    return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
  }
}

/**
 * The struct that begins at a byte, and where it ends; null where there is none.
 *
 * Source: apache/thrift, "Thrift compact protocol encoding".
 */
export function readThriftStruct(
  bytes: Uint8Array,
  start: number,
): { readonly value: ThriftStruct; readonly end: number } | null {
  const cursor = new Cursor(bytes, start);
  try {
    const value = readStruct(cursor, 0);
    return { value, end: cursor.at };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readStruct(cursor: Cursor, level: number): ThriftStruct {
  if (level > MOST_LEVELS) throw new RangeError("readThriftStruct: structs must not nest so deep.");
  const fields = new Map<number, number | ThriftStruct>();
  let field = 0;
  for (;;) {
    const byte = cursor.next();
    const type = byte & 0x0f;
    if (type === STOP) return fields;
    field = byte >> 4 ? field + (byte >> 4) : cursor.zigzag();
    const value = readValue(cursor, type, level);
    if (value !== null) fields.set(field, value);
  }
}

function readValue(cursor: Cursor, type: number, level: number): number | ThriftStruct | null {
  if (type === TRUE || type === FALSE) return type === TRUE ? 1 : 0;
  if (type === BYTE) return (cursor.next() << 24) >> 24;
  if (type >= INT_16 && type <= INT_64) return cursor.zigzag();
  if (type === STRUCT) return readStruct(cursor, level + 1);
  if (type === DOUBLE) cursor.skip(8);
  else if (type === BINARY) cursor.skip(cursor.varint());
  else if (type === LIST) skipList(cursor, level);
  else throw new RangeError(`readThriftStruct: a field must be of a type that parquet has, got ${type}.`);
  return null;
}

function skipList(cursor: Cursor, level: number): void {
  if (level > MOST_LEVELS) throw new RangeError("readThriftStruct: lists must not nest so deep.");
  const byte = cursor.next();
  const size = byte >> 4 === 15 ? cursor.varint() : byte >> 4;
  const type = byte & 0x0f;
  // Truth values take a byte each here, so that every element ends the bytes at last.
  for (let index = 0; index < size; index++)
    readValue(cursor, type === FALSE || type === TRUE ? BYTE : type, level + 1);
}
