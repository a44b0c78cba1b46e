import { expect, test } from "vitest";
import { listOsfFiles } from "../../src/download/osf.js";
import { httpServer } from "../support/http-server.js";

const file = (path: string, bytes: number, sha256?: string) => ({
  type: "files",
  attributes: {
    kind: "file",
    name: path.split("/").at(-1),
    materialized_path: `/${path}`,
    size: bytes,
    extra: { hashes: { md5: "0".repeat(32), ...(sha256 !== undefined && { sha256 }) } },
  },
  links: { download: `https://osf.example/download/${encodeURIComponent(path)}/` },
});
const folder = (path: string, href: string) => ({
  type: "files",
  attributes: { kind: "folder", materialized_path: `/${path}/`, size: null },
  relationships: { files: { links: { related: { href } } } },
  links: {},
});

/** An API that answers each address with one page. */
async function api(pages: (origin: string) => Record<string, { data: unknown[]; next?: string }>) {
  const server = await httpServer((request, response) => {
    const page = pages(`http://${request.headers.host}`)[request.url ?? ""];
    if (page === undefined) return void response.writeHead(404).end();
    response.end(JSON.stringify({ data: page.data, links: { next: page.next ?? null } }));
  });
  return server.origin;
}
const ROOT = "/v2/nodes/abcde/files/osfstorage/";
const hash = "a".repeat(64);

test("files come from all pages and subfolders, with paths, sizes, hashes and addresses", async () => {
  const origin = await api((at) => ({
    [ROOT]: {
      data: [folder("text", `${at}${ROOT}f1/`), file("read me.txt", 5, hash)],
      next: `${at}${ROOT}?page=2`,
    },
    [`${ROOT}?page=2`]: { data: [file("more.zip", 7)] },
    [`${ROOT}f1/`]: { data: [file("text/childes.train", 9, hash), folder("text/deep", `${at}${ROOT}f2/`)] },
    [`${ROOT}f2/`]: { data: [file("text/deep/x.txt", 0, hash)] },
  }));
  const files = await listOsfFiles({ node: "abcde", origin });
  expect(files.map(({ path, bytes, sha256 }) => [path, bytes, sha256])).toEqual([
    ["read me.txt", 5, hash],
    ["more.zip", 7, null],
    ["text/childes.train", 9, hash],
    ["text/deep/x.txt", 0, hash],
  ]);
  expect(files[0]?.url).toBe("https://osf.example/download/read%20me.txt/");
});

test("a list that leads back to itself ends", async () => {
  const origin = await api((at) => ({ [ROOT]: { data: [folder("a", at + ROOT)], next: at + ROOT } }));
  expect(await listOsfFiles({ node: "abcde", origin })).toEqual([]);
});

test("an unknown project, a path that climbs out, a page elsewhere and another form are errors", async () => {
  const listing = async (data: unknown[], next?: string) =>
    listOsfFiles({ node: "abcde", origin: await api(() => ({ [ROOT]: { data, ...(next && { next }) } })) });
  await expect(listOsfFiles({ node: "zzzzz", origin: await api(() => ({})) })).rejects.toThrow(
    /nodes\/zzzzz\/.* must answer 200, got 404/,
  );
  await expect(listing([file("../outside", 1)])).rejects.toThrow('got "../outside"');
  await expect(listing([], "https://elsewhere.example/")).rejects.toThrow("must all be at http://127.0.0.1");
  await expect(listing([{ ...file("a", 1), links: {} }])).rejects.toThrow("in the form its API documents");
});
