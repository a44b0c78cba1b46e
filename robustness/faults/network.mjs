/**
 * @file Downloads from a server that drops, stalls, lies and changes its mind at random, by processes some of which are killed: at the
 * end the right bytes, or one error that says what to do; never wrong bytes under a final name.
 */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { demand, start } from "./processes.mjs";

const BYTES = 300_000;

/**
 * A way to answer wrongly, once.
 *
 * @typedef {{ content: Buffer, etag: string, other: Buffer, from: number, random: () => number }} Asked
 * @typedef {(response: import("node:http").ServerResponse, asked: Asked) => void} Fault
 */

/** @type {Record<string, Fault>} */
const FAULTS = {
  "drops after a random byte": (response, { content, etag, from, random }) => {
    head(response, content, { etag, from });
    sendThen(response, content, from, random, () => response.destroy());
  },
  stalls: (response, { content, etag, from, random }) => {
    head(response, content, { etag, from });
    sendThen(response, content, from, random, () => {});
  },
  "says more bytes than it has": (response, { content, etag }) => {
    response.writeHead(200, { etag, "content-length": content.length + 1_000 });
    response.write(content);
    setTimeout(() => response.destroy(), 30);
  },
  "ends early without a length": (response, { content, etag, random }) => {
    response.writeHead(200, { etag }).end(content.subarray(0, Math.floor(random() * content.length)));
  },
  "sends another file's part": (response, { content, other, from }) => {
    head(response, content, { from, etag: '"another"' });
    response.end(other.subarray(from));
  },
  "sends another file's part under the same ETag": (response, { content, etag, other, from }) => {
    head(response, content, { etag, from });
    response.end(other.subarray(from));
  },
  "ignores the range": (response, { content, etag }) => {
    head(response, content, { etag, from: 0 });
    response.end(content);
  },
  "answers 416": (response, { content }) =>
    void response.writeHead(416, { "content-range": `bytes */${content.length}` }).end(),
  "answers 429": (response) => void response.writeHead(429, { "retry-after": "1" }).end(),
  "answers 500": (response) => void response.writeHead(500).end("<html>"),
  "hangs up before an answer": (response) => void response.destroy(),
};

/** @param {import("node:http").ServerResponse} response @param {Buffer} content @param {{ etag: string, from: number }} what */
function head(response, content, { etag, from }) {
  const length = { etag, "content-length": content.length - from };
  if (from === 0) response.writeHead(200, length);
  else
    response.writeHead(206, {
      ...length,
      "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
    });
}

/** @param {import("node:http").ServerResponse} response @param {Buffer} content @param {number} from @param {() => number} random @param {() => void} then */
function sendThen(response, content, from, random, then) {
  const to = from + Math.floor(random() * (content.length - from));
  response.write(content.subarray(from, to), () => setTimeout(then, 30));
}

/** The process that fetches; what it prints is its outcome. */
const FETCH = `
  const [download, url, target, bytes, sha256] = process.argv.slice(1);
  const { download: fetchFile } = await import(download);
  try {
    await fetchFile({ path: "own.bin", url, target, bytes: Number(bytes), sha256 }, { pauseMs: 5, stallMs: 700 });
    console.log("whole");
  } catch (error) {
    console.log(error.message);
    process.exitCode = 1;
  }
`;

/** What an error says to do. */
const REMEDY = /Try again|Check the network/;

/**
 * @param {import("../faults.mjs").Surroundings} surroundings
 * @returns {Promise<import("../faults.mjs").Row[]>}
 */
export async function dropConnections({ root, folder, count, random, log }) {
  const content = Buffer.from(Array.from({ length: BYTES }, () => Math.floor(random() * 256)));
  const other = Buffer.from(content.map((byte) => byte ^ 1));
  const sha256 = createHash("sha256").update(content).digest("hex");
  const names = Object.keys(FAULTS);
  /** @type {Record<string, number>} */
  const met = {};
  /** Share of answers that are wrong; by and by it falls, so that every file arrives. */
  let wrongShare = 0.9;
  const server = createServer((request, response) => {
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    const condition = request.headers["if-range"];
    const etag = '"own"';
    const from = asked && (condition === undefined || condition === etag) ? Number(asked[1]) : 0;
    if (random() >= wrongShare) {
      head(response, content, { etag, from });
      response.end(content.subarray(from));
      return;
    }
    const name = names[Math.floor(random() * names.length)] ?? "";
    met[name] = (met[name] ?? 0) + 1;
    FAULTS[name]?.(response, { content, etag, other, from, random });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(undefined)));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  let [errors, kills, processes] = [0, 0, 0];
  try {
    for (let file = 0; file < count; file++) {
      const target = join(folder, `file-${file}`, "own.bin");
      wrongShare = 0.9;
      for (let isWhole = false; !isWhole; wrongShare *= 0.7) {
        const download = join(root, "src/dist/download/download.js");
        const args = [download, `http://127.0.0.1:${port}/own.bin`, target, String(BYTES), sha256];
        const run = start(process.execPath, ["--input-type=module", "-e", FETCH, ...args]);
        processes += 1;
        if (random() < 0.3 && (await run.killAfter(0.2 + random()))) kills += 1;
        const { code, text } = await run.ended;
        isWhole = code === 0;
        if (code === 1) {
          errors += 1;
          demand(
            REMEDY.test(text) && text.trim().split("\n").length === 1,
            `an error must be one line and say what to do, got ${text}`,
          );
        }
        const isThere = existsSync(target);
        demand(
          !isThere || readFileSync(target).equals(content),
          `file ${file} must never have other bytes than its own`,
        );
        demand(!isWhole || isThere, `file ${file} must be there once that was said`);
      }
      const left = readdirSync(join(target, ".."));
      demand(left.join() === "own.bin", `file ${file} must be alone, got ${left.join(", ")}`);
      if (file % 10 === 9)
        log(`${file + 1} files whole, ${Object.values(met).reduce((sum, n) => sum + n, 0)} wrong answers`);
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const all = Object.entries(met).map(([name, times]) => `${name} ${times}`);
  return [
    {
      fault: "wrong answers to downloads",
      times: Object.values(met).reduce((sum, n) => sum + n, 0),
      outcome: `${count} files all whole, by ${processes} processes of which ${kills} were killed and ${errors} ended with one error (${all.join(", ")})`,
    },
  ];
}
