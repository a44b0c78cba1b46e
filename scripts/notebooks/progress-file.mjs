/**
 * @file Follows the file to which the kernel and the library append their progress, one JSON line per event;
 * progress.mjs shows the events.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";

/**
 * What a run reports. `cell`, `error` and `lateError` come from the kernel, `step`, `work` and `note` from the library,
 * `notebook` from who executes one.
 *
 * @typedef {{ type: "notebook", notebook: string, cells: number, time: number }
 *   | { type: "cell", notebook: string, index: number, cells?: number, name: string, time: number }
 *   | { type: "step", run: string, step: number, steps: number, lossNats: number, tokensPerSecond: number,
 *       secondsLeft: number }
 *   | { type: "work", label: string, done: number, total: number }
 *   | { type: "note", text: string }
 *   | { type: "error", notebook: string, index: number, tolerated: boolean, name: string, message: string,
 *       traceback: string[], time: number }
 *   | { type: "lateError", notebook: string, name: string, message: string, time: number }} ProgressEvent
 */

const POLL_MS = 200;

/**
 * Reads what is appended to a file, which need not exist yet.
 *
 * @param {string} path
 * @param {(event: ProgressEvent) => void} onEvent
 * @returns {{ stop(): void }} `stop` reads the rest and ends
 */
export function followProgress(path, onEvent) {
  let offset = 0;
  let rest = Buffer.alloc(0); // a line still being written, as bytes: it may end inside a character

  const read = () => {
    if (!existsSync(path)) return;
    const file = openSync(path, "r");
    try {
      const added = Buffer.alloc(Math.max(0, fstatSync(file).size - offset));
      const length = readSync(file, added, 0, added.length, offset);
      offset += length;
      rest = Buffer.concat([rest, added.subarray(0, length)]);
    } finally {
      closeSync(file);
    }
    const end = rest.lastIndexOf("\n") + 1;
    const lines = rest.subarray(0, end).toString("utf8").split("\n");
    rest = rest.subarray(end);
    for (const line of lines) if (line !== "") onEvent(JSON.parse(line));
  };

  const timer = setInterval(read, POLL_MS);
  return {
    stop() {
      clearInterval(timer);
      read();
    },
  };
}
