/**
 * @file Fetching one data file into `data/raw`, checked byte for byte before it gets its name.
 * Nothing downloads on its own: `class-it data` calls this, tests call it with a server of their own.
 */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { DataFile } from "./manifest.js";

/** Fetches a location; the global `fetch` unless a caller brings another. */
export type FetchUrl = (url: string) => Promise<Response>;

/**
 * Stream a file to `<rawFolder>/<path>.partial-<process id>`, check size and hash, then rename it into place.
 * Whatever goes wrong, the partial file is removed and an older complete file is left as it was.
 *
 * @param entry from the manifest; its `download` must not be null
 * @param options.rawFolder folder that gets the file at `entry.path`
 * @param options.onProgress called with the bytes received so far and the bytes expected
 * @returns the path of the complete file
 * @throws Error when there is no location, the server does not answer with the file, or the bytes are not the ones
 *   the manifest names
 */
export async function downloadFile(
  entry: DataFile,
  options: {
    readonly rawFolder: string;
    readonly fetchUrl?: FetchUrl;
    readonly onProgress?: (receivedBytes: number, totalBytes: number) => void;
  },
): Promise<string> {
  const { rawFolder, fetchUrl = (url) => fetch(url), onProgress } = options;
  if (entry.download === null) {
    throw new Error(
      `downloadFile: ${entry.path} must have a download location, got none. ${entry.note ?? ""} ` +
        "Point CLASS_IT_DATA at a folder that holds it.",
    );
  }
  const target = join(rawFolder, entry.path);
  const partial = `${target}.partial-${process.pid}`;
  await mkdir(dirname(target), { recursive: true });
  try {
    const response = await request(entry, entry.download, fetchUrl);
    const { bytes, sha256 } = await writeBody(response, { partial, entry, onProgress });
    if (bytes !== entry.bytes || sha256 !== entry.sha256) {
      throw new Error(
        `downloadFile: ${entry.path} must have ${entry.bytes} bytes and sha256 ${entry.sha256}, ` +
          `got ${bytes} bytes and ${sha256} from ${entry.download}. ` +
          "Try again; if it stays so, the source has changed and its bytes are not the ones described here.",
      );
    }
    await rename(partial, target);
    return target;
  } catch (fault) {
    await rm(partial, { force: true });
    throw fault;
  }
}

async function request(entry: DataFile, url: string, fetchUrl: FetchUrl): Promise<Response> {
  let response: Response;
  try {
    response = await fetchUrl(url);
  } catch (cause) {
    throw new Error(
      `downloadFile: ${url} must be reachable to fetch ${entry.path}, got ${String(cause)}. ` +
        "Check the network, or point CLASS_IT_DATA at a folder that holds the file.",
      { cause },
    );
  }
  if (response.status === 200 && response.body !== null) return response;
  throw new Error(
    `downloadFile: ${url} must answer 200 for ${entry.path}, got ${response.status} ${response.statusText}. ` +
      "Try again later, or point CLASS_IT_DATA at a folder that holds the file.",
  );
}

async function writeBody(
  response: Response,
  to: {
    readonly partial: string;
    readonly entry: DataFile;
    readonly onProgress: ((receivedBytes: number, totalBytes: number) => void) | undefined;
  },
): Promise<{ bytes: number; sha256: string }> {
  const { partial, entry, onProgress } = to;
  const hash = createHash("sha256");
  const file = createWriteStream(partial);
  const closed = finished(file);
  // Awaited below; without this a write error would also count as an unhandled rejection.
  closed.catch(() => undefined);
  let bytes = 0;
  try {
    const body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = response.body ?? [];
    for await (const chunk of body) {
      hash.update(chunk);
      bytes += chunk.length;
      onProgress?.(bytes, entry.bytes);
      // A body that goes on past the expected size is wrong already; do not fill the disk with it.
      if (bytes > entry.bytes) break;
      if (!file.write(chunk)) await once(file, "drain");
    }
  } catch (cause) {
    file.destroy();
    await closed.catch(() => undefined);
    throw new Error(
      `downloadFile: ${entry.path} must arrive whole (${entry.bytes} bytes), ` +
        `got ${bytes} bytes and then ${String(cause)}. Try again.`,
      { cause },
    );
  }
  file.end();
  await closed;
  return { bytes, sha256: hash.digest("hex") };
}
