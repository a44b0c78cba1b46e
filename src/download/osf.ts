/**
 * @file Projects on the Open Science Framework: which files a project's storage has, with hashes and addresses. Fetching
 * them is in `download.ts`; which projects the kit knows is listed in `data/collections.json`.
 */
import { z } from "zod";
import {
  readPage,
  requireInside,
  requireSameOrigin,
  type ListingOptions,
  type RemoteFile,
} from "./remote-files.js";

/** Where the API is. */
export const OSF_ORIGIN = "https://api.osf.io";

const hashesSchema = z.object({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullish(),
});

const fileSchema = z
  .object({
    attributes: z.object({
      kind: z.literal("file"),
      materialized_path: z.string(),
      size: z.int().nonnegative(),
      extra: z.object({ hashes: hashesSchema.nullish() }).nullish(),
    }),
    links: z.object({ download: z.url() }),
  })
  .transform(({ attributes, links }) => ({
    kind: attributes.kind,
    path: attributes.materialized_path.replace(/^\//, ""),
    bytes: attributes.size,
    sha256: attributes.extra?.hashes?.sha256 ?? null,
    url: links.download,
  }));

const folderSchema = z
  .object({
    attributes: z.object({ kind: z.literal("folder") }),
    relationships: z.object({
      files: z.object({ links: z.object({ related: z.object({ href: z.string() }) }) }),
    }),
  })
  .transform(({ attributes, relationships }) => ({
    kind: attributes.kind,
    files: relationships.files.links.related.href,
  }));

const pageSchema = z.object({
  data: z.array(z.union([fileSchema, folderSchema])),
  links: z.object({ next: z.string().nullish() }),
});

/**
 * All files in a project's storage, those of subfolders included, in the order the API lists them, folder by folder.
 *
 * @param options.node the project: the five letters of its address
 * @throws Error when the API cannot be reached, does not know the project, answers in another form, or lists a path
 *   that leaves the folder
 *
 * Source: OSF API v2, `/v2/nodes/{node}/files/osfstorage/`.
 */
export async function listOsfFiles(
  options: ListingOptions & { readonly node: string; readonly origin?: string | undefined },
): Promise<readonly RemoteFile[]> {
  const { node, origin = OSF_ORIGIN, fetchUrl, signal } = options;
  const first = `${origin}/v2/nodes/${encodeURIComponent(node)}/files/osfstorage/`;
  const files: RemoteFile[] = [];
  const pages = [first];
  const seen = new Set(pages);
  for (let at = pages.shift(); at !== undefined; at = pages.shift()) {
    const { content } = await readPage(at, {
      fetchUrl,
      signal,
      caller: "listOsfFiles",
      schema: pageSchema,
      accessHint: `The project may not be public any more; see https://osf.io/${node}.`,
    });
    const further: string[] = content.links.next ? [content.links.next] : [];
    for (const entry of content.data) {
      if (entry.kind === "folder") {
        further.push(entry.files);
        continue;
      }
      const { path, url, bytes, sha256 } = entry;
      files.push({ path: requireInside(path, "listOsfFiles"), url, bytes, sha256 });
    }
    for (const page of further.map((address) => requireSameOrigin(address, first, "listOsfFiles"))) {
      // A list that leads back to itself would be read for ever.
      if (!seen.has(page)) pages.push(page);
      seen.add(page);
    }
  }
  return files;
}
