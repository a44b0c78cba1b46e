import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { download } from "../../src/download/download.js";
import { hubAuthorization, listHubFiles, readHubToken } from "../../src/download/hugging-face.js";
import { httpServer, sendFile } from "../support/http-server.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const COMMIT = "c".repeat(40);
const TOKEN = "hf_ownWrittenForThisTest";
const lfs = (path: string, content: Buffer | string) => ({
  type: "file",
  path,
  oid: "1".repeat(40),
  size: 130,
  lfs: { oid: createHash("sha256").update(content).digest("hex"), size: content.length, pointerSize: 130 },
});
const small = { type: "file", path: "README.md", oid: "2".repeat(40), size: 11 };

/** A hub whose tree comes in the pages given. */
function hub(pages: readonly (readonly unknown[])[]) {
  return httpServer((request, response) => {
    const url = new URL(request.url ?? "", "http://hub");
    if (url.pathname === "/api/datasets/own/set/revision/main") {
      response.end(JSON.stringify({ sha: COMMIT, id: "own/set" }));
    } else if (url.pathname === `/api/datasets/own/set/tree/${COMMIT}`) {
      const page = Number(url.searchParams.get("cursor") ?? 0);
      if (page + 1 < pages.length) {
        const next = `http://${request.headers.host}${url.pathname}?recursive=true&cursor=${page + 1}`;
        response.setHeader("link", `<${next}>; rel="next"`);
      }
      response.end(JSON.stringify(pages[page]));
    } else response.writeHead(404).end();
  });
}

test("a repository's files come from all pages, at the commit its branch has, with sizes, hashes and addresses", async () => {
  const { origin, seen } = await hub([
    [{ type: "directory", path: "data", oid: "3".repeat(40), size: 0 }, lfs("data/train 1.parquet", "abc")],
    [small],
  ]);
  expect(await listHubFiles({ repo: "own/set", origin })).toEqual({
    commit: COMMIT,
    files: [
      {
        path: "data/train 1.parquet",
        url: `${origin}/datasets/own/set/resolve/${COMMIT}/data/train%201.parquet`,
        bytes: 3,
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      },
      {
        path: "README.md",
        url: `${origin}/datasets/own/set/resolve/${COMMIT}/README.md`,
        bytes: 11,
        sha256: null,
        gitOid: small.oid,
      },
    ],
  });
  expect(seen.map(({ headers }) => headers["authorization"])).toEqual([undefined, undefined, undefined]);
});

test("a commit is taken as it is, and a folder can be listed alone", async () => {
  const { origin, seen } = await httpServer((_, response) => response.end("[]"));
  await listHubFiles({ repo: "own/set", origin, revision: COMMIT, path: "simple_wiki" });
  expect(seen.map(({ url }) => url)).toEqual([
    `/api/datasets/own/set/tree/${COMMIT}/simple_wiki?recursive=true`,
  ]);
});

describe("refused are", () => {
  test.each([
    ["../outside.txt"],
    ["/etc/file"],
    ["data/..\\outside.txt"],
    ["a//b"],
    ["c:/file"],
    ["half a \ud83d"],
  ])("the path %s", async (path) => {
    const { origin } = await hub([[{ ...small, path }]]);
    await expect(listHubFiles({ repo: "own/set", origin })).rejects.toThrow(
      `paths must stay inside their folder, got ${JSON.stringify(path)}`,
    );
  });

  test("a next page at another host, to which the token would go", async () => {
    const elsewhere = await httpServer((_, response) => response.end("[]"));
    const { origin } = await httpServer((_, response) => {
      response.setHeader("link", `<${elsewhere.origin}/more>; rel="next"`).end("[]");
    });
    await expect(listHubFiles({ repo: "own/set", origin, revision: COMMIT, token: TOKEN })).rejects.toThrow(
      "must all be at",
    );
    expect(elsewhere.seen).toEqual([]);
  });

  test("an answer of another form", async () => {
    const { origin } = await hub([[{ ...small, oid: "short" }]]);
    await expect(listHubFiles({ repo: "own/set", origin })).rejects.toThrow(
      /must answer in the form its API documents, got a fault at "0\.oid"/,
    );
  });
});

describe("the token", () => {
  test.each([401, 403])(
    "is what %i speaks of: how to get access, and never the token itself",
    async (status) => {
      const { origin } = await httpServer((_, response) => response.writeHead(status).end("gated"));
      await expect(listHubFiles({ repo: "own/set", origin })).rejects.toThrow(
        /got \d+ .*No token was sent\..*log in at https:\/\/huggingface\.co\/datasets\/own\/set and accept.*HF_TOKEN/,
      );
      const refused: unknown = await listHubFiles({ repo: "own/set", origin, token: TOKEN }).catch(
        (error) => error,
      );
      expect(String(refused)).toMatch(/A token was sent, but its account has no access/);
      expect(JSON.stringify(refused, Object.getOwnPropertyNames(refused))).not.toContain(TOKEN);
    },
  );

  test("goes to the hub and to no host the hub redirects to", async () => {
    const content = Buffer.from("bytes of our own\n".repeat(500));
    const folder = temporaryFolder();
    const target = join(folder, "file");
    const partial = `${target}.partial`;
    const store = await httpServer((request, response, index) =>
      sendFile(request, response, { content, ...(index === 0 && { breakAfter: 100, partial }) }),
    );
    const { origin, seen } = await httpServer((_, response) =>
      response.writeHead(302, { location: `${store.origin}/object` }).end(),
    );
    const sha256 = createHash("sha256").update(content).digest("hex");
    const what = { path: "file", url: `${origin}/file`, target, bytes: content.length, sha256 };
    await download({ ...what, authorization: hubAuthorization(TOKEN) }, { pauseMs: 1 });
    expect(readFileSync(target).equals(content)).toBe(true);
    expect(seen.map(({ headers }) => headers["authorization"])).toEqual(Array(2).fill(`Bearer ${TOKEN}`));
    expect(store.seen.map(({ headers }) => headers["authorization"])).toEqual([undefined, undefined]);
    expect(store.seen[1]?.headers.range).toBe("bytes=100-");
  });

  test("comes from HF_TOKEN, else from the file of the hub's own tools, else there is none", () => {
    const home = temporaryFolder();
    expect(readHubToken({ HF_HOME: home })).toBeNull();
    writeFileSync(join(home, "token"), `${TOKEN}\n`);
    expect(readHubToken({ HF_HOME: home })).toBe(TOKEN);
    expect(readHubToken({ HF_HOME: home, HF_TOKEN: " hf_other " })).toBe("hf_other");
    expect(readHubToken({ HF_HOME: home, HF_TOKEN: "" })).toBe(TOKEN);
    mkdirSync(join(home, "empty"));
    expect(readHubToken({ HF_HOME: join(home, "empty") })).toBeNull();
  });

  test("that cannot be one is refused without being repeated", () => {
    const read = () => readHubToken({ HF_TOKEN: `${TOKEN}\nsecond line` });
    expect(read).toThrow("HF_TOKEN must hold one token of printable characters");
    expect(read).not.toThrow(TOKEN);
    const home = temporaryFolder();
    mkdirSync(join(home, "token"));
    expect(() => readHubToken({ HF_HOME: home })).toThrow(
      `${join(home, "token")} must be a readable file, got a folder`,
    );
  });
});
