/** @file Going on with a file: which answers to a second request are the rest of the first one's file. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { download } from "../../src/download/download.js";
import type { FetchUrl } from "../../src/download/fetch-url.js";
import { partialPath } from "../../src/download/partial-file.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const content = Buffer.from("a file of our own, long enough to be cut");
const CUT = 10;

/** Some bytes, and a connection that breaks once they are in the partial file. */
const cutShort = (bytes: Buffer, partial: string) =>
  new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(new Uint8Array(bytes));
      while (statSync(partial, { throwIfNoEntry: false })?.size !== bytes.length) await wait(5);
      controller.error(new Error("connection lost"));
    },
  });

/** Fetches the file: the first answer breaks off after ten bytes, then comes `second`, then whole files. */
async function fetchWith(first: Record<string, string>, second: Response) {
  const target = join(temporaryFolder(), "own.txt");
  const ranges: (string | null)[] = [];
  const fetchUrl: FetchUrl = async (_, request) => {
    ranges.push(new Headers(request?.headers).get("range"));
    if (ranges.length === 1)
      return new Response(cutShort(content.subarray(0, CUT), partialPath(target)), { headers: first });
    return ranges.length === 2 ? second : new Response(new Uint8Array(content));
  };
  const sha256 = createHash("sha256").update(content).digest("hex");
  await download(
    { path: "own.txt", url: "https://example.org/own.txt", target, bytes: content.length, sha256 },
    { fetchUrl },
  );
  expect(readFileSync(target).equals(content)).toBe(true);
  return ranges;
}

const rest = (headers: Record<string, string>) =>
  new Response(new Uint8Array(content.subarray(CUT)), { status: 206, headers });
const range = `bytes ${CUT}-${content.length - 1}/${content.length}`;
const asked = `bytes=${CUT}-`;

test("the rest with the same validator, with none, or after none, is taken", async () => {
  const same = rest({ "content-range": range, etag: '"one"' });
  expect(await fetchWith({ etag: '"one"' }, same)).toEqual([null, asked]);
  expect(await fetchWith({ etag: '"one"' }, rest({ "content-range": range }))).toEqual([null, asked]);
});

test.each([
  ["another validator", { "content-range": range, etag: '"two"' }],
  [
    "another beginning",
    { "content-range": `bytes 0-${content.length - 1}/${content.length}`, etag: '"one"' },
  ],
  ["another length", { "content-range": `bytes ${CUT}-98/99`, etag: '"one"' }],
  ["no range", { etag: '"one"' }],
])("a part with %s is another file's: the next request begins anew", async (_, headers) => {
  expect(await fetchWith({ etag: '"one"' }, rest(headers))).toEqual([null, asked, null]);
});

test("a range that the file has not any more begins anew", async () => {
  expect(await fetchWith({ etag: '"one"' }, new Response(null, { status: 416 }))).toEqual([
    null,
    asked,
    null,
  ]);
});

test("a part of a file whose whole length the server does not say is taken", async () => {
  const unsaid = rest({ "content-range": `bytes ${CUT}-${content.length - 1}/*`, etag: '"one"' });
  expect(await fetchWith({ etag: '"one"' }, unsaid)).toEqual([null, asked]);
});

test("an answer that does not end is left as soon as it is longer than the file", async () => {
  const target = join(temporaryFolder(), "own.txt");
  let given = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if ((given += 1) > 1000) controller.error(new Error("read on and on"));
      else controller.enqueue(new Uint8Array(content));
    },
  });
  const what = { path: "own.txt", url: "https://example.org/own.txt", target, bytes: content.length };
  await expect(
    download({ ...what, sha256: "0".repeat(64) }, { fetchUrl: async () => new Response(endless) }),
  ).rejects.toThrow(`must have ${content.length} bytes and sha256`);
  expect(given).toBeLessThan(10);
});

test.each([
  [401, "Ask for access."],
  [403, "Ask for access."],
  [404, "Try again later"],
])("a refusal with %s says how to be let in, where that can be said", async (status, remedy) => {
  const target = join(temporaryFolder(), "own.txt");
  const url = "https://example.org/own.txt";
  const what = { path: "own.txt", url, target, bytes: 1, sha256: null, accessHint: "Ask for access." };
  await expect(download(what, { fetchUrl: async () => new Response("no", { status }) })).rejects.toThrow(
    remedy,
  );
});
