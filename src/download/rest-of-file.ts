/**
 * @file One request for the part of a file that is still missing, and its body written behind what is there. What
 * broke is told, what is wrong for good is thrown; how often to ask is decided in `download.ts`.
 */
import { open } from "node:fs/promises";
import { requestUrl, type FetchUrl } from "./fetch-url.js";
import { discardPartial, partialPath, type PartialFile } from "./partial-file.js";

/** A file to fetch. */
export interface Download {
  /** What messages call it. */
  readonly path: string;
  readonly url: string;
  /** Path it gets when it is complete. */
  readonly target: string;
  readonly bytes: number;
  /** Null accepts the bytes as they come, as far as size and `gitOid` can tell. */
  readonly sha256: string | null;
  /** Name git gives a file with these bytes: SHA-1 over "blob <size>\0" and the bytes. */
  readonly gitOid?: string | undefined;
  /** Value of the Authorization header, sent to the origin of `url` alone. */
  readonly authorization?: string | undefined;
  /** What to do where the server refuses; says how to get access. */
  readonly accessHint?: string | undefined;
}

/** How to fetch. */
export interface DownloadOptions {
  readonly fetchUrl?: FetchUrl | undefined;
  /** Called with the bytes there are so far, those of earlier tries included, and the bytes expected. */
  readonly onProgress?: ((receivedBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Requests made in all before a connection that breaks again and again is an error. */
  readonly tries?: number;
  /** Pause before the second try; it doubles from try to try. */
  readonly pauseMs?: number;
  /** A connection that brings nothing for so long counts as broken. */
  readonly stallMs?: number;
}

/** A body that begins at byte `from` of the file, or the reason why there is none. */
type Answer =
  | { readonly response: Response; readonly from: number }
  | { readonly response: null; readonly broke: string };

// Also answered while a server is busy or restarts; everything else will not change by asking again.
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Asks for a file, or for what follows the bytes kept of it.
 *
 * @param request.isFirst whether nothing was asked before: then a server that cannot be reached is an error
 * @throws Error when the server cannot be reached or answers what asking again will not change
 */
export async function askForRest(
  what: Download,
  options: DownloadOptions,
  request: { readonly kept: PartialFile | null; readonly signal: AbortSignal; readonly isFirst: boolean },
): Promise<Answer> {
  const { path, url, target, authorization } = what;
  const { kept, signal, isFirst } = request;
  const from = kept?.bytes ?? 0;
  let response: Response;
  try {
    response = await requestUrl(url, {
      fetchUrl: options.fetchUrl ?? ((location, init) => fetch(location, init)),
      // Of compressed bytes no place in the file could be named.
      headers: {
        "accept-encoding": "identity",
        ...(from > 0 && { range: `bytes=${from}-` }),
        ...(kept?.validator && { "if-range": kept.validator }),
      },
      authorization,
      signal,
    });
  } catch (cause) {
    options.signal?.throwIfAborted();
    // Without a network every file of a long list would wait for all its tries.
    if (!isFirst) return { response: null, broke: String(cause) };
    throw new Error(
      `downloadFile: ${url} must be reachable to fetch ${path}, got ${String(cause)}. ` +
        "Check the network, or point CLASS_IT_DATA at a folder that holds the file.",
      { cause },
    );
  }
  if (response.status === 200) return { response, from: 0 };
  if (response.status === 206 && kept !== null && goesOn(response, kept, what.bytes))
    return { response, from };
  await response.body?.cancel();
  if (response.status === 206 || (response.status === 416 && from > 0)) {
    discardPartial(target);
    return { response: null, broke: `another part of the file than asked for (${response.status})` };
  }
  if (PASSING.has(response.status))
    return { response: null, broke: `${response.status} ${response.statusText}` };
  const isRefused = response.status === 401 || response.status === 403;
  throw new Error(
    `downloadFile: ${url} must answer 200 for ${path}, got ${response.status} ${response.statusText}. ` +
      ((isRefused ? what.accessHint : undefined) ??
        "Try again later, or point CLASS_IT_DATA at a folder that holds the file."),
  );
}

/** Whether an answer 206 is the rest of the same file. */
function goesOn(response: Response, kept: PartialFile, bytes: number): boolean {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  if (range === null || Number(range[1]) !== kept.bytes) return false;
  if (range[2] !== "*" && Number(range[2]) !== bytes) return false;
  const validator = validatorOf(response);
  return kept.validator === null || validator === null || validator === kept.validator;
}

/** What names the bytes of an answer. A weak ETag does not promise equal bytes, so it is none here. */
export function validatorOf({ headers }: Response): string | null {
  const etag = headers.get("etag");
  return etag?.startsWith('"') ? etag : headers.get("last-modified");
}

/** Ends a connection that brings nothing. */
export interface StallWatch {
  readonly signal: AbortSignal;
  /** Something arrived. */
  reset(): void;
  end(): void;
}

/** Begins to watch; the caller ends it. */
export function stallWatch({ signal, stallMs = 60_000 }: DownloadOptions): StallWatch {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error(`nothing for ${stallMs / 1000} seconds`)), stallMs);
  return {
    signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    reset: () => void timer.refresh(),
    end: () => clearTimeout(timer),
  };
}

/**
 * Writes a body behind what is there; faults of the disk are thrown, those of the connection are told.
 *
 * @returns bytes of the file there are now, and how the connection broke
 */
export async function appendBody(
  response: Response,
  what: Download,
  options: DownloadOptions,
  { from, stall }: { readonly from: number; readonly stall: StallWatch },
): Promise<{ bytes: number; broke: string | null }> {
  const file = await open(partialPath(what.target), "a");
  const body: ReadableStream<Uint8Array> | null = response.body;
  const reader = body?.getReader();
  let bytes = from;
  try {
    for (;;) {
      let chunk: Uint8Array | undefined;
      try {
        chunk = (await reader?.read())?.value;
      } catch (cause) {
        options.signal?.throwIfAborted();
        return { bytes, broke: String(cause) };
      }
      if (chunk === undefined) return { bytes, broke: null };
      stall.reset();
      await file.writeFile(chunk);
      bytes += chunk.length;
      options.onProgress?.(bytes, what.bytes);
      // A body that goes on past the expected size is wrong already; do not fill the disk with it.
      if (bytes > what.bytes) return { bytes, broke: null };
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
    await file.close();
  }
}
