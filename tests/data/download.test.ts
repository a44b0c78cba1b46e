import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { hostname } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { beforeEach, describe, expect, test } from "vitest";
import { download, downloadFile } from "../../src/data/download.js";
import type { DataFile } from "../../src/data/manifest.js";
import { httpServer, sendFile } from "../support/http-server.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const content = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `line ${i} of our own\n`).join(""));
const sha256 = createHash("sha256").update(content).digest("hex");
const altered = Buffer.from(content);
altered[17] = 0;

let rawFolder: string;
beforeEach(() => {
  rawFolder = temporaryFolder();
});
const quick = { pauseMs: 1, stallMs: 2000 };
const contents = () => readdirSync(join(rawFolder, "own")).sort();
const saved = () => readFileSync(join(rawFolder, "own/text.txt"));

const entryAt = (origin: string): DataFile => ({
  path: "own/text.txt",
  sha256,
  bytes: content.length,
  licence: "own",
  download: `${origin}/text.txt`,
  standIn: false,
  source: "own",
});

/** A server that hangs up does so when the file of this test holds what it sent. */
const send: typeof sendFile = (request, response, file) =>
  sendFile(request, response, { partial: join(rawFolder, "own/text.txt.partial"), ...file });

/** Fetches from a server that answers as told, and tells which ranges were asked for. */
async function fetchFrom(
  answer: (request: IncomingMessage, response: ServerResponse, index: number) => void,
  options: Parameters<typeof download>[1] = {},
): Promise<{ file: Promise<string>; seen: () => unknown[]; origin: string }> {
  const { origin, seen } = await httpServer(answer);
  const file = downloadFile(entryAt(origin), { rawFolder, ...quick, ...options });
  file.catch(() => undefined); // some tests look at the server first
  return { file, seen: () => seen.map(({ headers }) => headers.range), origin };
}

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
      /must arrive whole .* within 3 tries, got 3000 bytes and then .*goes on/,
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
    writeFileSync(join(rawFolder, "own/text.txt.lock"), `${gone} ${hostname()}\n`);
    const { file } = await fetchFrom((request, response) => send(request, response, { content }));
    await file;
    expect(contents()).toEqual(["text.txt"]);
  });

  test("a lock of another machine holds, and the error names the file to delete", async () => {
    mkdirSync(join(rawFolder, "own"));
    writeFileSync(join(rawFolder, "own/text.txt.lock"), "12 elsewhere\n");
    const { file } = await fetchFrom((request, response) => send(request, response, { content }));
    await expect(file).rejects.toThrow(/process 12 on elsewhere is at it\..* delete .*text\.txt\.lock/);
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
