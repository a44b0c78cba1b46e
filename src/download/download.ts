/**
 * @file Fetching one file, checked byte for byte before it gets its name; a broken connection resumes where it broke off.
 * Nothing downloads on its own: `class-it data` calls this, tests call it with a server of their own.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { takeLock } from "../disk/lock.js";
import type { DataFile } from "../data/manifest.js";
import { beginPartial, discardPartial, findPartial, partialPath, type PartialFile } from "./partial-file.js";
import {
  appendBody,
  askForRest,
  stallWatch,
  validatorOf,
  type Download,
  type DownloadOptions,
} from "./rest-of-file.js";

/**
 * {@link download} for a file of the manifest, into `<rawFolder>/<path>`.
 *
 * @returns the path of the complete file
 * @throws Error when there is no location, and as `download`
 */
export async function downloadFile(
  entry: DataFile,
  { rawFolder, ...options }: DownloadOptions & { readonly rawFolder: string },
): Promise<string> {
  if (entry.download === null) {
    throw new Error(
      `downloadFile: ${entry.path} must have a download location, got none. ${entry.note ?? ""} ` +
        "Point CLASS_IT_DATA at a folder that holds it.",
    );
  }
  const { path, download: url, bytes, sha256 } = entry;
  const target = join(rawFolder, path);
  await download({ path, url, target, bytes, sha256 }, options);
  return target;
}

/**
 * Fetch a file to `<target>.partial`, check size and hash, then rename it into place. A connection that breaks is
 * taken up again with a Range request, also by a later process; wrong bytes are removed, and fetched again from the
 * start only where they were put together from several answers. An older complete file is replaced at the very end.
 *
 * @returns size and hash of the complete file
 * @throws Error when no server answers, the server refuses, the connection breaks too often, the bytes are not those
 *   expected, or another process is fetching the same file
 */
export async function download(
  what: Download,
  options: DownloadOptions = {},
): Promise<{ bytes: number; sha256: string }> {
  const { tries = 5, pauseMs = 500, signal } = options;
  await mkdir(dirname(what.target), { recursive: true });
  const lock = await takeLock(`${what.target}.lock`, what.path);
  try {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const outcome = await fetchOnce(what, options, attempt === 1);
      if (outcome.done) return outcome.done;
      if (attempt >= tries) {
        throw new Error(
          `downloadFile: ${what.path} must arrive whole (${what.bytes} bytes) within ${tries} tries, ` +
            `got ${outcome.broke} from ${what.url}. Try again; it resumes where it stopped.`,
        );
      }
      await wait(pauseMs * 2 ** (attempt - 1), undefined, { signal });
    }
  } finally {
    lock.release();
  }
}

/** What one request came to: the complete file, or the reason to make another. */
type Outcome =
  | { readonly done: { bytes: number; sha256: string }; readonly broke?: never }
  | { readonly done?: never; readonly broke: string };

async function fetchOnce(what: Download, options: DownloadOptions, isFirst: boolean): Promise<Outcome> {
  const kept = usablePartial(what);
  // All the bytes may be there already: the process ended between the last of them and the check.
  if (kept?.bytes === what.bytes) return check(what, true);
  const stall = stallWatch(options);
  try {
    const answer = await askForRest(what, options, { kept, signal: stall.signal, isFirst });
    if (answer.response === null) return { broke: answer.broke };
    const { response, from } = answer;
    if (from === 0) beginPartial(what.target, { url: what.url, validator: validatorOf(response) });
    const { bytes, broke } = await appendBody(response, what, options, { from, stall });
    if (broke !== null) return { broke: `${bytes} bytes and then ${broke}` };
    if (bytes < what.bytes) return { broke: `an end after ${bytes} bytes` };
    return await check(what, from > 0);
  } finally {
    stall.end();
  }
}

/** The beginning that may be gone on with: bytes that nothing can verify need the server's word that they still hold. */
function usablePartial(what: Download): PartialFile | null {
  const kept = findPartial(what.target, what.url);
  if (kept === null || kept.bytes === 0) return null;
  const isCheckable = what.sha256 !== null || what.gitOid !== undefined;
  if (kept.bytes <= what.bytes && (isCheckable || kept.validator !== null)) return kept;
  discardPartial(what.target);
  return null;
}

/** Gives the file its name when its bytes are right; hashes are taken from the disk, whatever was sent. */
async function check(what: Download, isPatched: boolean): Promise<Outcome> {
  const { path, url, target } = what;
  const partial = partialPath(target);
  const got = await hashesOf(partial, what.bytes);
  const isRight =
    got.bytes === what.bytes &&
    (what.sha256 === null || got.sha256 === what.sha256) &&
    (what.gitOid === undefined || got.gitOid === what.gitOid);
  if (isRight) {
    await rename(partial, target);
    discardPartial(target);
    return { done: { bytes: got.bytes, sha256: got.sha256 } };
  }
  discardPartial(target);
  if (isPatched) return { broke: "parts that do not make the file" };
  const [expected, found] =
    what.sha256 === null && what.gitOid !== undefined
      ? [`git's name ${what.gitOid}`, got.gitOid]
      : [`sha256 ${what.sha256}`, got.sha256];
  throw new Error(
    `downloadFile: ${path} must have ${what.bytes} bytes and ${expected}, ` +
      `got ${got.bytes} bytes and ${found} from ${url}. ` +
      "Try again; if it stays so, the source has changed and its bytes are not the ones described here.",
  );
}

async function hashesOf(
  file: string,
  expectedBytes: number,
): Promise<{ bytes: number; sha256: string; gitOid: string }> {
  const sha256 = createHash("sha256");
  const git = createHash("sha1").update(`blob ${expectedBytes}\0`);
  let bytes = 0;
  const chunks: AsyncIterable<Buffer> = createReadStream(file);
  for await (const chunk of chunks) {
    sha256.update(chunk);
    git.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: sha256.digest("hex"), gitOid: git.digest("hex") };
}
