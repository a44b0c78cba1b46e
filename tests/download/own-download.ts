/** @file A file of our own to download: its bytes, its entry in a manifest, and servers that send it. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { downloadFile, type download } from "../../src/download/download.js";
import type { DataFile } from "../../src/data/manifest.js";
import { httpServer, sendFile } from "../support/http-server.js";

export const content = Buffer.from(
  Array.from({ length: 20_000 }, (_, i) => `line ${i} of our own\n`).join(""),
);
const sha256 = createHash("sha256").update(content).digest("hex");
export const altered = Buffer.from(content);
altered[17] = 0;

export const quick = { pauseMs: 1, stallMs: 2000 };

export const entryAt = (origin: string): DataFile => ({
  path: "own/text.txt",
  sha256,
  bytes: content.length,
  licence: "own",
  download: `${origin}/text.txt`,
  standIn: false,
  source: "own",
});

/** Downloads of the file into the raw folder of the running test. */
export function downloadsInto(rawFolder: () => string) {
  const contents = () => readdirSync(join(rawFolder(), "own")).sort();
  const saved = () => readFileSync(join(rawFolder(), "own/text.txt"));

  /** A server that hangs up does so when the file of this test holds what it sent. */
  const send: typeof sendFile = (request, response, file) =>
    sendFile(request, response, { partial: join(rawFolder(), "own/text.txt.partial"), ...file });

  /** Fetches from a server that answers as told, and tells which ranges were asked for. */
  async function fetchFrom(
    answer: (request: IncomingMessage, response: ServerResponse, index: number) => void,
    options: Parameters<typeof download>[1] = {},
  ): Promise<{ file: Promise<string>; seen: () => unknown[]; origin: string }> {
    const { origin, seen } = await httpServer(answer);
    const file = downloadFile(entryAt(origin), { rawFolder: rawFolder(), ...quick, ...options });
    file.catch(() => undefined); // some tests look at the server first
    return { file, seen: () => seen.map(({ headers }) => headers.range), origin };
  }

  return { contents, saved, send, fetchFrom };
}
