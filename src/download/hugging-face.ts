/**
 * @file Datasets on the Hugging Face hub: which files a repository has, their hashes and addresses, and the user's token.
 * Fetching them is in `download.ts`; which repositories the kit knows is listed in `data/collections.json`.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import {
  readPage,
  requireInside,
  requireSameOrigin,
  type ListingOptions,
  type RemoteFile,
} from "./remote-files.js";
import { readBytes } from "../data/text-file.js";

/** Where the hub is. */
export const HUB_ORIGIN = "https://huggingface.co";

/** A dataset repository at one commit. */
export interface HubListing {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: readonly RemoteFile[];
}

const revisionSchema = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const treeSchema = z.array(
  z.discriminatedUnion("type", [
    z.object({
      type: z.literal("file"),
      path: z.string(),
      oid: z.string().regex(/^[0-9a-f]{40}$/),
      size: z.int().nonnegative(),
      lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().nonnegative() }).optional(),
    }),
    z.object({ type: z.literal("directory"), path: z.string() }),
  ]),
);

/**
 * The files of a dataset repository. A revision that can move (a branch, a tag) is first resolved to its commit, so
 * that list and downloads are of one state.
 *
 * Large files are in the hub's LFS and come with their sha256. Small ones have none; of them git's own SHA-1 is known.
 *
 * @param options.repo     owner and name: `google/boolq`
 * @param options.revision branch, tag or commit
 * @param options.path     folder to list; all without it
 * @param options.token    as {@link readHubToken} finds it
 * @throws Error when the hub cannot be reached, refuses (then it says how to get access), or lists a path that leaves
 *   the folder
 *
 * Source: Hub API, `/api/datasets/{repo}/revision/{revision}` and `/api/datasets/{repo}/tree/{revision}/{path}`.
 */
export async function listHubFiles(
  options: ListingOptions & {
    readonly repo: string;
    readonly revision?: string;
    readonly path?: string;
    readonly origin?: string | undefined;
    readonly token?: string | null;
  },
): Promise<HubListing> {
  const { repo, revision = "main", path = "", origin = HUB_ORIGIN, token = null, fetchUrl, signal } = options;
  const request = {
    fetchUrl,
    signal,
    caller: "listHubFiles",
    authorization: hubAuthorization(token),
    accessHint: hubAccessHint(repo, token),
  };
  const api = `${origin}/api/datasets/${encodePath(repo)}`;
  const commit = /^[0-9a-f]{40}$/.test(revision)
    ? revision
    : (
        await readPage(`${api}/revision/${encodeURIComponent(revision)}`, {
          ...request,
          schema: revisionSchema,
        })
      ).content.sha;
  const files: RemoteFile[] = [];
  const folder = path === "" ? "" : `/${encodePath(path)}`;
  let next: string | null = `${api}/tree/${commit}${folder}?recursive=true`;
  while (next !== null) {
    const at: string = next;
    const { content, headers } = await readPage(at, { ...request, schema: treeSchema });
    for (const entry of content) {
      if (entry.type !== "file") continue;
      files.push({
        path: requireInside(entry.path, "listHubFiles"),
        url: `${origin}/datasets/${encodePath(repo)}/resolve/${commit}/${encodePath(entry.path)}`,
        bytes: entry.lfs?.size ?? entry.size,
        sha256: entry.lfs?.oid ?? null,
        ...(entry.lfs === undefined && { gitOid: entry.oid }),
      });
    }
    const link = /<([^>]+)>\s*;\s*rel="next"/.exec(headers.get("link") ?? "")?.[1];
    next = link === undefined ? null : requireSameOrigin(link, at, "listHubFiles");
  }
  return { commit, files };
}

/** Value of the Authorization header; undefined without a token. */
export const hubAuthorization = (token: string | null): string | undefined =>
  token === null ? undefined : `Bearer ${token}`;

/** What to do where the hub refuses a repository. */
export function hubAccessHint(repo: string, token: string | null): string {
  const page = `${HUB_ORIGIN}/datasets/${repo}`;
  return token === null
    ? `No token was sent. Some sets are given out on conditions only: log in at ${page} and accept them, make a token ` +
        `at ${HUB_ORIGIN}/settings/tokens, and set HF_TOKEN or store it with "hf auth login".`
    : `A token was sent, but its account has no access: accept the conditions at ${page} with that account, and see at ` +
        `${HUB_ORIGIN}/settings/tokens that the token may read gated repositories and has not expired.`;
}

/**
 * The user's own token: `HF_TOKEN`, else the file the hub's own tools store it in (`$HF_HOME/token`, by default
 * `~/.cache/huggingface/token`). It is sent to the hub alone, and never printed or written.
 *
 * @returns null where there is none
 * @throws Error when what is there cannot be a token; the message does not repeat it
 */
export function readHubToken(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | null {
  const { HF_TOKEN, HF_HOME } = environment;
  const file = join(HF_HOME || join(homedir(), ".cache", "huggingface"), "token");
  const [found, place] = HF_TOKEN?.trim()
    ? [HF_TOKEN, "HF_TOKEN"]
    : [existsSync(file) ? readBytes(file).toString("utf8") : "", file];
  const token = found.trim();
  if (token === "") return null;
  // Node repeats a header's value when it refuses it.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new Error(
    `readHubToken: ${place} must hold one token of printable characters, got something else. ` +
      "Correct it, or remove it to go on without a token.",
  );
}

const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
