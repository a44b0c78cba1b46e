import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  mkdirSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { downloadFile } from "../../src/data/download.js";
import type { DataFile } from "../../src/data/manifest.js";

const content = Buffer.from("one line of our own\n".repeat(20_000));
const altered = Buffer.from(content);
altered[17] = 0;

let server: Server;
let origin: string;
let rawFolder: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    switch (request.url) {
      case "/good":
        response.end(content);
        break;
      case "/altered":
        response.end(altered);
        break;
      case "/longer":
        response.end(Buffer.concat([content, content]));
        break;
      case "/short":
        response.end(content.subarray(0, 1000));
        break;
      case "/broken":
        // Promises more than it sends, then hangs up.
        response.writeHead(200, { "content-length": content.length });
        response.write(content.subarray(0, 1000), () => response.destroy());
        break;
      default:
        response.writeHead(404).end("no such file");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the test server has no port");
  origin = `http://127.0.0.1:${address.port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  rawFolder = mkdtempSync(join(tmpdir(), "class-it-download-"));
});
afterEach(() => rmSync(rawFolder, { recursive: true }));

function entryAt(route: string): DataFile {
  const sha256 = createHash("sha256").update(content).digest("hex");
  const download = `${origin}/${route}`;
  return {
    path: "own/text.txt",
    sha256,
    bytes: content.length,
    licence: "own",
    download,
    standIn: false,
    source: "own",
  };
}

test("a good file gets its name and its bytes, and progress ends at its size", async () => {
  const seen: [number, number][] = [];
  const target = await downloadFile(entryAt("good"), {
    rawFolder,
    onProgress: (...state) => seen.push(state),
  });
  expect(readFileSync(target).equals(content)).toBe(true);
  expect(seen.at(-1)).toEqual([content.length, content.length]);
  expect(readdirSync(join(rawFolder, "own"))).toEqual(["text.txt"]);
});

test.each([
  ["altered", `must have ${content.length} bytes and sha256`],
  ["longer", "Try again; if it stays so, the source has changed"],
  ["short", "got 1000 bytes"],
  ["broken", "must arrive whole"],
  ["missing", "must answer 200 for own/text.txt, got 404"],
])("a download that is %s fails, leaves no partial file and keeps the older one", async (route, message) => {
  mkdirSync(join(rawFolder, "own"));
  writeFileSync(join(rawFolder, "own/text.txt"), "older");
  await expect(downloadFile(entryAt(route), { rawFolder })).rejects.toThrow(message);
  expect(readdirSync(join(rawFolder, "own"))).toEqual(["text.txt"]);
  expect(readFileSync(join(rawFolder, "own/text.txt"), "utf8")).toBe("older");
});

test("without a network the error says what could not be reached and what to do instead", async () => {
  const fetchUrl = (): Promise<Response> => Promise.reject(new TypeError("fetch failed"));
  await expect(downloadFile(entryAt("good"), { rawFolder, fetchUrl })).rejects.toThrow(
    /must be reachable to fetch own\/text\.txt, got TypeError: fetch failed\. .*CLASS_IT_DATA/,
  );
});

test("a file without a location is refused with its note, before anything is written", async () => {
  const entry = { ...entryAt("good"), download: null, note: "Derived: made by hand." };
  await expect(downloadFile(entry, { rawFolder })).rejects.toThrow("got none. Derived: made by hand.");
  expect(existsSync(join(rawFolder, "own"))).toBe(false);
});
