/** @file A download is the whole right file or an error in words: wrong bytes, no answer, no hash, two at once. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { download, downloadFile } from "../../src/download/download.js";
import { httpServer, sendFile } from "../support/http-server.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { altered, content, downloadsInto, entryAt, quick } from "./own-download.js";

let rawFolder: string;
beforeEach(() => {
  rawFolder = temporaryFolder();
});
const { contents, saved, send, fetchFrom } = downloadsInto(() => rawFolder);

test("a good file gets its name and its bytes, and progress ends at its size", async () => {
  const progress: [number, number][] = [];
  const { file } = await fetchFrom((request, response) => send(request, response, { content }), {
    onProgress: (...state) => progress.push(state),
  });
  expect(await file).toBe(join(rawFolder, "own/text.txt"));
  expect(saved().equals(content)).toBe(true);
  expect(progress.at(-1)).toEqual([content.length, content.length]);
  expect(contents()).toEqual(["text.txt"]);
});

const wrong: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  altered: (_, response) => response.end(altered),
  longer: (_, response) => response.end(Buffer.concat([content, content])),
  "of another length than it says": (_, response) =>
    response.writeHead(200, { "content-length": 1000 }).end(content.subarray(0, 1000)),
  "truncated without a word": (_, response) => response.end(content.subarray(0, 1000)),
  missing: (_, response) => response.writeHead(404).end("no such file"),
  refused: (_, response) => response.writeHead(403).end("no"),
};

test.each([
  ["altered", `must have ${content.length} bytes and sha256`],
  ["longer", "Try again; if it stays so, the source has changed"],
  ["of another length than it says", "within 3 tries, got an end after 1000 bytes"],
  ["truncated without a word", "within 3 tries, got an end after 1000 bytes"],
  ["missing", "must answer 200 for own/text.txt, got 404"],
  ["refused", "must answer 200 for own/text.txt, got 403"],
])("a file that is %s is one error, and an older file stays as it was", async (fault, message) => {
  mkdirSync(join(rawFolder, "own"));
  writeFileSync(join(rawFolder, "own/text.txt"), "older");
  // Without ranges the same bytes come again; nothing is ever pieced together from them.
  const { file } = await fetchFrom((request, response) => wrong[fault]?.(request, response), { tries: 3 });
  await expect(file).rejects.toThrow(message);
  expect(saved().toString()).toBe("older");
  // Right so far, or nothing: never the altered or the longer bytes.
  const partial = join(rawFolder, "own/text.txt.partial");
  if (existsSync(partial)) expect(content.subarray(0, 1000).equals(readFileSync(partial))).toBe(true);
  expect(existsSync(partial)).toBe(message.includes("1000 bytes"));
});

test("without a network the error comes at once and says what to do instead", async () => {
  const entry = entryAt("http://127.0.0.1:9");
  let asked = 0;
  const fetchUrl = (): Promise<Response> => (asked++, Promise.reject(new TypeError("fetch failed")));
  await expect(downloadFile(entry, { rawFolder, fetchUrl })).rejects.toThrow(
    /must be reachable to fetch own\/text\.txt, got TypeError: fetch failed\. .*CLASS_IT_DATA/,
  );
  expect(asked).toBe(1);
});

test("a file without a location is refused with its note, before anything is written", async () => {
  const entry = { ...entryAt("http://127.0.0.1:9"), download: null, note: "Derived: made by hand." };
  await expect(downloadFile(entry, { rawFolder })).rejects.toThrow("got none. Derived: made by hand.");
  expect(existsSync(join(rawFolder, "own"))).toBe(false);
});

describe("files without a known hash", () => {
  const body = Buffer.from("a small file of our own\n");
  const gitOid = createHash("sha1").update(`blob ${body.length}\0`).update(body).digest("hex");
  const what = (origin: string) => ({
    path: "small.txt",
    url: `${origin}/small.txt`,
    target: join(rawFolder, "small.txt"),
    bytes: body.length,
    sha256: null,
  });

  test("are accepted as they come, and the hash found is told", async () => {
    const { origin } = await httpServer((_, response) => response.end(body));
    const got = await download(what(origin), quick);
    expect(got).toEqual({ bytes: body.length, sha256: createHash("sha256").update(body).digest("hex") });
  });

  test("are still checked against the name git gives their bytes", async () => {
    const { origin } = await httpServer((_, response) => response.end(body.toString().toUpperCase()));
    await expect(download({ ...what(origin), gitOid }, quick)).rejects.toThrow(`git's name ${gitOid}, got`);
    expect(readdirSync(rawFolder)).toEqual([]);
  });

  test("are not gone on with where the server cannot say that the beginning still holds", async () => {
    const { origin, seen } = await httpServer((request, response, index) =>
      sendFile(request, response, { content: body, ...(index === 0 && { breakAfter: 5 }) }),
    );
    await download(what(origin), quick);
    expect(seen.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
  });
});

describe("two downloads of one file", () => {
  const leaveLock = (owner: object): void =>
    writeFileSync(
      join(rawFolder, "own/text.txt.lock"),
      JSON.stringify({ token: "t", processStart: "1", ...owner }),
    );

  test("at once: the second is refused and does not disturb the first", async () => {
    let second: Promise<string> | undefined;
    const { origin } = await httpServer((request, response) => {
      second ??= downloadFile(entryAt(origin), { rawFolder, ...quick });
      void second.catch(() => send(request, response, { content }));
    });
    await downloadFile(entryAt(origin), { rawFolder, ...quick });
    await expect(second).rejects.toThrow(
      `own/text.txt must be written by one process at a time, and process ${process.pid} on ${hostname()} is at it`,
    );
    expect(saved().equals(content)).toBe(true);
  });

  test("one after the other, the first killed: its lock does not hold", async () => {
    mkdirSync(join(rawFolder, "own"));
    const gone = spawnSync(process.execPath, ["-e", "console.log(process.pid)"]).stdout.toString().trim();
    leaveLock({ host: hostname(), pid: Number(gone) });
    const { file } = await fetchFrom((request, response) => send(request, response, { content }));
    await file;
    expect(contents()).toEqual(["text.txt"]);
  });

  test("a lock of another machine holds, and the error names the file to delete", async () => {
    mkdirSync(join(rawFolder, "own"));
    leaveLock({ host: "elsewhere", pid: 12 });
    const { file } = await fetchFrom((request, response) => send(request, response, { content }));
    await expect(file).rejects.toThrow(/process 12 on elsewhere is at it\..* delete .*text\.txt\.lock/);
  });
});
