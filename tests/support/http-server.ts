/** @file A local HTTP server for one test, gone when the test is over. */
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

/** Answers as a well-behaved server: the file, or the range asked for where If-Range still holds. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: { readonly content: Buffer; readonly etag?: string; readonly breakAfter?: number },
): void {
  const { content, etag, breakAfter = Infinity } = file;
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
  // Promises more than it sends, then hangs up. A client loses what it has not read by then: the wait begins when all is on its
  // way, and is long for a busy machine's sake.
  response.flushHeaders();
  response.write(content.subarray(from, from + breakAfter), () => setTimeout(() => response.destroy(), 150));
}
