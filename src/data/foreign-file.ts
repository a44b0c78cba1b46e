/** @file Files that are not what their name says: what a desktop, git or an archive left in the place of data, by its first bytes. */
import { basename } from "node:path";

/** What a file is, and what to do about it. */
export interface ForeignFile {
  /** As a noun: "a Git LFS pointer, which stands for a file that was not downloaded". */
  readonly what: string;
  /** A whole sentence. */
  readonly remedy: string;
}

interface Kind extends ForeignFile {
  /** First bytes, one character a byte. */
  readonly start: string;
}

const UNPACK = "Unpack it and give the file inside.";
const KINDS: readonly Kind[] = [
  {
    start: "version https://git-lfs.github.com/spec/v1",
    what: "a Git LFS pointer, which stands for a file that was not downloaded",
    remedy: 'Run "git lfs pull" in its repository, or download the file itself.',
  },
  {
    start: "\x00\x05\x16\x07",
    what: "an AppleDouble file, in which macOS keeps attributes of another file",
    remedy: "Delete it: it holds no data.",
  },
  {
    start: "\x00\x00\x00\x01Bud1",
    what: "a .DS_Store file, in which macOS keeps the view of a folder",
    remedy: "Delete it: it holds no data.",
  },
  { start: "\xff\xfe\x00\x00", what: "UTF-32 text", remedy: "Convert the file to UTF-8." },
  { start: "\x00\x00\xfe\xff", what: "UTF-32 text", remedy: "Convert the file to UTF-8." },
  { start: "\xff\xfe", what: "UTF-16 text", remedy: "Convert the file to UTF-8." },
  { start: "\xfe\xff", what: "UTF-16 text", remedy: "Convert the file to UTF-8." },
  { start: "\x1f\x8b", what: "a gzip archive", remedy: UNPACK },
  { start: "PK\x03\x04", what: "a zip archive", remedy: UNPACK },
  { start: "\xfd7zXZ\x00", what: "an xz archive", remedy: UNPACK },
  { start: "\x28\xb5\x2f\xfd", what: "a zstd archive", remedy: UNPACK },
  { start: "PAR1\x15", what: "a parquet file", remedy: "Convert it to JSON lines." },
  { start: "%PDF-", what: "a PDF document", remedy: "Extract its text into a UTF-8 file." },
];

/** Bytes of a file that {@link recogniseForeign} looks at. */
export const START_BYTES = 128;

/**
 * What a file is if it is certainly no text of its own; null where nothing is known against it.
 *
 * @param start its first {@link START_BYTES} bytes, or all of them
 * @param path  its name tells an empty or damaged `._` file of macOS
 */
export function recogniseForeign(start: Uint8Array, path: string): ForeignFile | null {
  const text = Buffer.from(start.subarray(0, START_BYTES)).toString("latin1");
  const found = KINDS.find((kind) => text.startsWith(kind.start));
  if (found !== undefined) return { what: found.what, remedy: found.remedy };
  // git-annex keeps the path of an object in place of a file.
  if (/^(\.\.\/)*(\.git)?\/annex\/objects\//.test(text))
    return {
      what: "a git-annex pointer, which stands for a file that was not downloaded",
      remedy: 'Run "git annex get" in its repository, or download the file itself.',
    };
  return isMacAttributes(path)
    ? {
        what: "named like an AppleDouble file, in which macOS keeps attributes of another file",
        remedy: "Delete it, or rename it if it does hold data.",
      }
    : null;
}

const isMacAttributes = (path: string): boolean => basename(path).startsWith("._");
