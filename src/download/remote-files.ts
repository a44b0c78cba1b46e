/** @file Lists of files that an official location gives through its API: one page after the other, each as its schema says. */
import type { z } from "zod";
import { requestUrl, type FetchUrl } from "./fetch-url.js";

/** A file as its location describes it. */
export interface RemoteFile {
  /** Relative path with forward slashes; checked to stay inside the folder it is put into. */
  readonly path: string;
  readonly url: string;
  readonly bytes: number;
  /** Null where the location does not tell it: the file is then one without a known hash. */
  readonly sha256: string | null;
  /** Name git gives a file with these bytes, where the location is a git repository. */
  readonly gitOid?: string | undefined;
}

/** How a location is asked. */
export interface ListingOptions {
  readonly fetchUrl?: FetchUrl | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A page of a list, and where the next one is. */
interface Page<Content> {
  readonly content: Content;
  readonly headers: Headers;
}

/**
 * One page.
 *
 * @param request.accessHint what to do where the server refuses
 * @throws Error when the location cannot be reached, does not answer 200, or answers something else than `schema`
 */
export async function readPage<Content>(
  url: string,
  request: ListingOptions & {
    readonly caller: string;
    readonly schema: z.ZodType<Content>;
    readonly authorization?: string | undefined;
    readonly accessHint?: string | undefined;
  },
): Promise<Page<Content>> {
  const { caller, schema, authorization, accessHint, signal } = request;
  const fetchUrl: FetchUrl = request.fetchUrl ?? ((location, init) => fetch(location, init));
  let response: Response;
  let text: string;
  try {
    response = await requestUrl(url, { fetchUrl, authorization, signal });
    text = await response.text();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(
      `${caller}: ${url} must be reachable, got ${String(cause)}. Check the network and try again.`,
      { cause },
    );
  }
  if (response.status !== 200) {
    const isRefused = response.status === 401 || response.status === 403;
    throw new Error(
      `${caller}: ${url} must answer 200, got ${response.status} ${response.statusText}. ` +
        ((isRefused ? accessHint : undefined) ?? "Check the name, or try again later."),
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { content: parsed.data, headers: response.headers };
  const issue = parsed.error.issues[0];
  throw new Error(
    `${caller}: ${url} must answer in the form its API documents, got a fault at ` +
      `"${issue?.path.join(".") ?? ""}": ${issue?.message ?? "unknown"}. The location may have changed; see data/README.md.`,
  );
}

/**
 * The path, if it stays inside the folder it will be put into on every system.
 *
 * @throws Error when it is absolute, climbs out, or has characters no file name should have
 */
export function requireInside(path: string, caller: string): string {
  const isSafe = path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !/[\\:\p{Cc}\p{Cs}]/u.test(part));
  if (isSafe) return path;
  throw new Error(
    `${caller}: paths must stay inside their folder, got ${JSON.stringify(path)}. Do not fetch from this location.`,
  );
}

/**
 * The address of the next page, if it is at the same place as the first.
 *
 * @throws Error when it leads to another host, to which no list of this location belongs
 */
export function requireSameOrigin(next: string, first: string, caller: string): string {
  if (URL.canParse(next, first)) {
    const url = new URL(next, first);
    if (url.origin === new URL(first).origin) return url.href;
  }
  throw new Error(
    `${caller}: pages of ${first} must all be at ${new URL(first).origin}, got ${JSON.stringify(next)}. Try again later.`,
  );
}
