/**
 * @file Corpora a user adds: `data/own.json` names each file, its genre and its form. The list of the kit's own files is
 * next door in `manifest.ts`; what pre-training makes of a text lives in `corpora.ts`.
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { findProjectRoot } from "../project-root.js";
import { findDocuments, JSON_TEXT, type Document } from "./documents.js";
import { defaultPlaces, type DataPlaces } from "./files.js";
import { parseJsonText } from "./json-file.js";
import { readJsonLines } from "./json-lines.js";
import { readLines } from "./lines.js";
import { dataFileFields, openManifest, isPlainPath } from "./manifest.js";
import { readTextFile } from "./text-file.js";
import { countWords } from "./words.js";

const ownSchema = z
  .strictObject({
    ...dataFileFields,
    path: z
      .string()
      .regex(
        /^[^/\\\0]+(\/[^/\\\0]+)+$/,
        "a relative path with a folder, its parts divided by forward slashes",
      ),
    sha256: dataFileFields.sha256.optional(),
    bytes: dataFileFields.bytes.optional(),
    unverified: z.literal(true).optional(),
    corpus: z.strictObject({
      genre: z.string().regex(/^[\w-]+$/, "a name of letters, digits, _ and -"),
      /** `heldOut` text is measured on and never trained on. */
      split: z.enum(["train", "heldOut"]),
      /** What one text is: what empty lines separate, a line, or the field `text` of a JSON line. */
      format: z.enum(["paragraphs", "lines", "jsonl"]),
    }),
  })
  .refine(isPlainPath, "path must not leave the data folder")
  .refine(
    ({ sha256, bytes, unverified }) => unverified === true || (sha256 !== undefined && bytes !== undefined),
    'sha256 and bytes must be given, or "unverified": true',
  );

const ownFileSchema = z.strictObject({ schemaVersion: z.literal(1), files: z.array(ownSchema) });

/** One corpus of the user's. */
export type OwnCorpus = Readonly<z.infer<typeof ownSchema>>;

/** What of an entry decides the text that is read: the file, what it is cut into and which part of the text it joins. */
export type OwnText = Pick<OwnCorpus, "path" | "sha256" | "corpus">;

/** A corpus whose file was found and checked. */
export interface CheckedCorpus {
  readonly path: string;
  /** Where the file is. */
  readonly file: string;
  /** As stated, or as found where the entry says `unverified`; results name it either way. */
  readonly sha256: string;
  readonly unverified: boolean;
}

/**
 * Check the text of an own list.
 *
 * @param name what to call it in errors
 * @throws Error naming the place of the fault when it is no such list, or names a path twice or one of the kit's own
 */
export function parseOwnCorpora(text: string, name: string): readonly OwnCorpus[] {
  const json = parseJsonText(text, (found) => {
    throw new Error(`parseOwnCorpora: ${name} must be JSON, got ${found}. Correct the file.`);
  });
  const parsed = ownFileSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(
      `parseOwnCorpora: ${name} must be a list of corpora of schema 1, got a fault at ` +
        `${issue?.path.join(".") || "the top"}: ${issue?.message ?? "unknown"}. See "Your own corpora" in data/README.md.`,
    );
  }
  const seen = new Set(openManifest().keys());
  for (const { path } of parsed.data.files) {
    if (seen.has(path)) {
      throw new Error(
        `parseOwnCorpora: each path of ${name} must stand once and be none of data/manifest.json, got ${path}. ` +
          "Rename the file.",
      );
    }
    seen.add(path);
  }
  return parsed.data.files;
}

/**
 * The corpora of `data/own.json`; none where there is no such file.
 *
 * @throws Error as {@link parseOwnCorpora}
 */
export function openOwnCorpora(file = join(findProjectRoot(), "data", "own.json")): readonly OwnCorpus[] {
  return existsSync(file) ? parseOwnCorpora(readTextFile(file), file) : [];
}

/**
 * Find a corpus in `data/raw` or `$CLASS_IT_DATA`, and check its size and hash.
 *
 * @throws Error when it is in neither, when it or a folder on the way is a link out of the data folder, or when its bytes
 *   are not those the entry states
 */
export async function checkCorpus(
  entry: Pick<OwnCorpus, "path" | "sha256" | "bytes">,
  places: DataPlaces = defaultPlaces(),
): Promise<CheckedCorpus> {
  const file = locate(entry, places);
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const sha256 = hash.digest("hex");
  const bytes = statSync(file).size;
  if ((entry.sha256 ?? sha256) !== sha256 || (entry.bytes ?? bytes) !== bytes) {
    throw new Error(
      `checkCorpus: ${file} must have ${entry.bytes ?? "any"} bytes and sha256 ${entry.sha256 ?? "any"}, ` +
        `got ${bytes} bytes and ${sha256}. Restore the file, or correct its entry in data/own.json.`,
    );
  }
  return { path: entry.path, file, sha256, unverified: entry.sha256 === undefined };
}

/**
 * The documents of a corpus, in order: in `paragraphs` as {@link findDocuments} cuts a genre's file, in `lines` and `jsonl` one
 * a line.
 *
 * @throws Error naming file and line where a line is no UTF-8 text or, in `jsonl`, not `{"text": "..."}`; Error when there
 *   is no text in the file
 */
export async function* findOwnDocuments(
  { corpus: { genre, format } }: OwnText,
  file: string,
): AsyncGenerator<Document, void, void> {
  let found = 0;
  for await (const document of DOCUMENTS[format](file, genre)) {
    found++;
    yield document;
  }
  if (found > 0) return;
  throw new Error(
    `findOwnDocuments: ${file} must hold text, got none. Fill the file, or remove its entry from data/own.json.`,
  );
}

type Finder = (file: string, genre: string) => AsyncGenerator<Document, void, void>;
const DOCUMENTS: Readonly<Record<OwnCorpus["corpus"]["format"], Finder>> = {
  paragraphs: findDocuments,
  async *lines(file, genre) {
    for await (const { text, start, end } of readLines(file)) {
      const words = countWords(text);
      if (words > 0) yield { genre, words, source: { file, start, end } };
    }
  },
  async *jsonl(file, genre) {
    const expected = 'a JSON object {"text": "..."} with at least a word';
    for await (const { row, start, end } of readJsonLines(file, { schema: JSON_TEXT, expected }))
      yield { genre, words: countWords(row.text), source: { file, start, end, isJson: true } };
  },
};

function locate({ path }: Pick<OwnCorpus, "path">, { rawFolder, dataFolder }: DataPlaces): string {
  for (const place of [rawFolder, dataFolder]) {
    if (place === null || !existsSync(join(place, path))) continue;
    const real = realpathSync(join(place, path));
    // A place may itself be a link; what is inside must stay inside.
    if (!real.startsWith(realpathSync(place) + sep))
      throw new Error(
        `checkCorpus: ${path} must be inside ${place}, got a link to ${real}. Copy the file into the folder.`,
      );
    if (statSync(real).isFile()) return real;
    throw new Error(
      `checkCorpus: ${path} must be a file, got something else in ${place}. Name one file per entry.`,
    );
  }
  throw new Error(
    `checkCorpus: ${path} must be in ${rawFolder} or in ${dataFolder ?? "CLASS_IT_DATA (not set)"}, found in neither. ` +
      "Put the file there, or remove its entry from data/own.json.",
  );
}
