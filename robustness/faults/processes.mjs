/** @file Processes that are started, watched and killed with all they started. */
import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";

/** Throws what was not as it must be. @param {unknown} holds @param {string} message @returns {asserts holds} */
export function demand(holds, message) {
  if (!holds) throw new Error(message);
}

/**
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string, text: string, seconds: number }} Ended
 * @typedef {{ ended: Promise<Ended>, text: () => string, says: (line: string) => Promise<void>, kill: () => boolean,
 *   killAfter: (seconds: number) => Promise<boolean> }} Started
 */

/**
 * Starts a program in a process group of its own.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Started} `kill` and `killAfter` tell whether it was still at work
 */
export function start(program, args, { cwd, env = {} } = {}) {
  const began = performance.now();
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let [stdout, stderr, text] = ["", "", ""];
  child.stdout.setEncoding("utf8").on("data", (part) => ((stdout += part), (text += part)));
  child.stderr.setEncoding("utf8").on("data", (part) => ((stderr += part), (text += part)));
  let isOver = false;
  /** @type {Promise<Ended>} */
  const ended = new Promise((done, fail) => {
    child.on("error", fail);
    child.on("exit", () => (isOver = true));
    child.on("close", (code, signal) =>
      done({ code, signal, stdout, stderr, text, seconds: (performance.now() - began) / 1000 }),
    );
  });
  const kill = () => {
    if (isOver || child.pid === undefined) return false;
    process.kill(-child.pid, "SIGKILL");
    return true;
  };
  return {
    ended,
    text: () => text,
    says: async (line) => {
      while (!isOver && !text.includes(line)) await wait(5);
    },
    kill,
    killAfter: async (seconds) => {
      await Promise.race([wait(1000 * seconds, undefined, { ref: false }), ended]);
      const isHit = kill();
      const { signal } = await ended;
      return isHit && signal === "SIGKILL";
    },
  };
}
