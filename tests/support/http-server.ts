/** @file A local HTTP server for one test, gone when the test is over. */
import { statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

/** A request as the server saw it. */
export interface SeenRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Starts a server; `seen` grows with every request. */
export async function httpServer(
  answer: (request: IncomingMessage, response: ServerResponse, index: number) => void,
): Promise<{ origin: string; seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? "", headers: { ...request.headers } });
    answer(request, response, seen.length - 1);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the test server has no port");
  return { origin: `http://127.0.0.1:${address.port}`, seen };
}

/**
 * Answers as a well-behaved server: the file, or the range asked for where If-Range still holds.
 *
 * @param file.breakAfter bytes after which it hangs up
 * @param file.partial    the file the client writes to: it hangs up once all it sent is in there, however busy the machine is; a client
 *   drops what it has received and not yet read when the connection breaks
 */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: {
    readonly content: Buffer;
    readonly etag?: string;
    readonly breakAfter?: number;
    readonly partial?: string;
  },
): void {
  const { content, etag, breakAfter = Infinity, partial } = file;
  const condition = request.headers["if-range"];
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const holds = condition === undefined || condition === etag;
  const from = asked && holds ? Number(asked[1]) : 0;
  if (from >= content.length && content.length > 0) {
    response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
    return;
  }
  const headers = { "content-length": content.length - from, ...(etag !== undefined && { etag }) };
  const range = { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
  response.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...headers, ...range } : headers);
  if (content.length - from <= breakAfter) {
    response.end(content.subarray(from));
    return;
  }
  // Promises more than it sends, then hangs up.
  response.flushHeaders();
  response.write(content.subarray(from, from + breakAfter));
  const isSaved = (): boolean =>
    partial === undefined || statSync(partial, { throwIfNoEntry: false })?.size === from + breakAfter;
  const hangUp = (): void =>
    void (isSaved() || response.destroyed ? response.destroy() : setTimeout(hangUp, 20));
  setTimeout(hangUp, breakAfter === 0 ? 0 : 20);
}
