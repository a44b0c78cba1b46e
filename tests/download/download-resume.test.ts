/** @file A download that broke off resumes where its bytes still hold, and starts over where they do not. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { downloadFile } from "../../src/download/download.js";
import { httpServer } from "../support/http-server.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { altered, content, downloadsInto, entryAt, quick } from "./own-download.js";

let rawFolder: string;
beforeEach(() => {
  rawFolder = temporaryFolder();
});
const { contents, saved, send, fetchFrom } = downloadsInto(() => rawFolder);

describe("a connection that breaks", () => {
  test.each([0, 1, 70_000, content.length - 1])("after %i bytes is gone on with", async (breakAfter) => {
    const { file, seen } = await fetchFrom((request, response, index) =>
      send(request, response, { content, etag: '"v1"', ...(index === 0 && { breakAfter }) }),
    );
    await file;
    expect(saved().equals(content)).toBe(true);
    expect(seen()).toEqual([undefined, breakAfter === 0 ? undefined : `bytes=${breakAfter}-`]);
    expect(contents()).toEqual(["text.txt"]);
  });

  test("again and again adds up to the file; progress counts on", async () => {
    const progress: number[] = [];
    const step = Math.ceil(content.length / 4);
    const { file, seen } = await fetchFrom(
      (request, response) => send(request, response, { content, breakAfter: step }),
      { onProgress: (received) => progress.push(received) },
    );
    await file;
    expect(saved().equals(content)).toBe(true);
    expect(seen()).toEqual([undefined, ...[1, 2, 3].map((i) => `bytes=${i * step}-`)]);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });

  test("too often is an error; a later process goes on with what there is", async () => {
    let isBroken = true;
    const { file, seen, origin } = await fetchFrom(
      (request, response) =>
        send(request, response, { content, etag: '"v1"', ...(isBroken && { breakAfter: 1000 }) }),
      { tries: 3 },
    );
    await expect(file).rejects.toThrow(
      /must arrive whole .* within 3 tries, got 3000 bytes and then .*resumes/,
    );
    expect(contents()).toEqual(["text.txt.partial", "text.txt.partial.json"]);
    isBroken = false;
    await downloadFile(entryAt(origin), { rawFolder });
    expect(seen().at(-1)).toBe("bytes=3000-");
    expect(saved().equals(content)).toBe(true);
  });

  test("by bringing nothing more counts as broken", async () => {
    const { file, seen } = await fetchFrom(
      (request, response, index) => {
        if (index > 0) return send(request, response, { content });
        response.writeHead(200, { "content-length": content.length });
        response.write(content.subarray(0, 500));
      },
      { stallMs: 100 },
    );
    await file;
    expect(seen()[1]).toBe("bytes=500-");
    expect(saved().equals(content)).toBe(true);
  });

  test("because the user stopped it ends at once and keeps what there is", async () => {
    const stop = new AbortController();
    const { file, seen } = await fetchFrom(
      (_, response) => void response.writeHead(200).write(content.subarray(0, 500)),
      { signal: stop.signal, onProgress: () => stop.abort(new Error("stopped by hand")) },
    );
    await expect(file).rejects.toThrow("stopped by hand");
    expect(seen()).toHaveLength(1);
    expect(contents()).toEqual(["text.txt.partial", "text.txt.partial.json"]);
  });
});

describe("a server that", () => {
  test("ignores the range sends the whole file, and the partial one is dropped", async () => {
    const { file, seen } = await fetchFrom((request, response, index) => {
      delete request.headers.range;
      send(request, response, { content, ...(index === 0 && { breakAfter: 1000 }) });
    });
    await file;
    expect(seen()).toEqual([undefined, "bytes=1000-"]);
    expect(saved().equals(content)).toBe(true);
  });

  test("has another file by now is noticed through its ETag, before the parts are joined", async () => {
    const { origin, seen } = await httpServer((request, response, index) =>
      index === 0
        ? send(request, response, { content: altered, etag: '"old"', breakAfter: 1000 })
        : send(request, response, { content, etag: '"new"' }),
    );
    await downloadFile(entryAt(origin), { rawFolder, ...quick });
    expect(seen[1]?.headers["if-range"]).toBe('"old"');
    expect(saved().equals(content)).toBe(true);
    expect(seen).toHaveLength(2);
  });

  test("gives no ETag may join parts of two files; the hash finds out and all is fetched anew", async () => {
    const { file, seen } = await fetchFrom((request, response, index) =>
      send(request, response, index === 0 ? { content: altered, breakAfter: 1000 } : { content }),
    );
    await file;
    expect(seen()).toEqual([undefined, "bytes=1000-", undefined]);
    expect(saved().equals(content)).toBe(true);
  });

  test("answers with another range, or 416, is asked for everything", async () => {
    for (const status of [206, 416]) {
      const { file, seen } = await fetchFrom((request, response, index) => {
        if (index !== 1) return send(request, response, { content, ...(index === 0 && { breakAfter: 9 }) });
        response.writeHead(status, { "content-range": `bytes 5-8/${content.length}` }).end("text");
      });
      await file;
      expect(seen()).toEqual([undefined, "bytes=9-", undefined]);
      expect(saved().equals(content)).toBe(true);
    }
  });

  test("is busy is asked again", async () => {
    const { file } = await fetchFrom((request, response, index) =>
      index === 0 ? response.writeHead(503).end() : send(request, response, { content }),
    );
    await file;
    expect(saved().equals(content)).toBe(true);
  });

  test("redirects is followed, and the range goes along", async () => {
    const { file, seen } = await fetchFrom((request, response, index) =>
      request.url === "/text.txt"
        ? response.writeHead(302, { location: "/moved.txt" }).end()
        : send(request, response, { content, ...(index === 1 && { breakAfter: 1000 }) }),
    );
    await file;
    expect(seen()).toEqual([undefined, undefined, "bytes=1000-", "bytes=1000-"]);
    expect(saved().equals(content)).toBe(true);
  });

  test("redirects for ever is an error", async () => {
    const { file } = await fetchFrom((_, response) =>
      response.writeHead(302, { location: "/text.txt" }).end(),
    );
    await expect(file).rejects.toThrow("must answer within 10 redirects");
  });
});

test("complete bytes of a process that ended before the check are checked and not fetched again", async () => {
  mkdirSync(join(rawFolder, "own"));
  const { origin, seen } = await httpServer((request, response) => send(request, response, { content }));
  const leave = (bytes: Buffer) => {
    writeFileSync(join(rawFolder, "own/text.txt.partial"), bytes);
    const note = { url: `${origin}/text.txt`, validator: null };
    writeFileSync(join(rawFolder, "own/text.txt.partial.json"), JSON.stringify(note));
  };
  leave(content);
  await downloadFile(entryAt(origin), { rawFolder, ...quick });
  expect(seen).toHaveLength(0);
  leave(altered);
  await downloadFile(entryAt(origin), { rawFolder, ...quick });
  expect(seen).toHaveLength(1);
  expect(saved().equals(content)).toBe(true);
});

test("a partial file of another location is not gone on with", async () => {
  mkdirSync(join(rawFolder, "own"));
  writeFileSync(join(rawFolder, "own/text.txt.partial"), altered.subarray(0, 1000));
  const note = { url: "http://other.example/text.txt", validator: null };
  writeFileSync(join(rawFolder, "own/text.txt.partial.json"), JSON.stringify(note));
  const { file, seen } = await fetchFrom((request, response) => send(request, response, { content }));
  await file;
  expect(seen()).toEqual([undefined]);
});
