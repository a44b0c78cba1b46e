/**
 * @file `npm run bench -- clone`: a fresh clone of the committed state, then set-up, a second set-up that has nothing to do, and
 * the smoke reproduction, each with its wall time and the peak memory of all its processes together. Targets after set-up:
 * under 10 minutes and 4 GiB on 2 cores; set-up under 3 minutes with warm package caches, its no-op under 2 seconds.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommand } from "../scripts/command.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const SAMPLE_EVERY_MS = 250;

/** @returns {Map<number, number>} parent of each process */
function parents() {
  const found = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name in brackets may hold spaces; the parent is the second field after it.
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      found.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // it ended meanwhile
    }
  }
  return found;
}

/** @param {number} pid @returns {number} bytes held by this process alone, its share of what it shares included */
function memoryOf(pid) {
  try {
    const [, kibibytes = 0] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
    return Number(kibibytes) * 1024;
  } catch {
    return 0;
  }
}

/** @param {number} ancestor */
function memoryBelow(ancestor) {
  const parentOf = parents();
  /** @param {number | undefined} pid @returns {boolean} */
  const isBelow = (pid) => pid !== undefined && pid > 1 && (pid === ancestor || isBelow(parentOf.get(pid)));
  return [...parentOf.keys()].filter(isBelow).reduce((sum, pid) => sum + memoryOf(pid), 0);
}

/**
 * @param {string} what
 * @param {string[]} command
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ what: string, seconds: number, peakGiB: number }>}
 */
function measure(what, [program = "", ...args], options) {
  console.log(`${what} …`);
  const begin = performance.now();
  const child = spawn(program, args, { ...options, stdio: ["ignore", "inherit", "inherit"] });
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, memoryBelow(child.pid ?? 0))), SAMPLE_EVERY_MS);
  return new Promise((done, fail) => {
    child.on("close", (code) => {
      clearInterval(timer);
      if (code !== 0) return fail(new Error(`${what} ended with ${code}`));
      done({ what, seconds: (performance.now() - begin) / 1000, peakGiB: peak / 2 ** 30 });
    });
  });
}

readCommand("clone");
mkdirSync(join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(join(root, ".cache/bench-"));
try {
  const clone = join(folder, "clone");
  execFileSync("git", ["clone", "--quiet", root, clone]);
  const home = join(folder, "home");
  mkdirSync(home);
  const options = { cwd: clone, env: { ...process.env, HOME: home } };
  const rows = [
    await measure("set-up", ["npm", "run", "--silent", "set-up"], options),
    await measure("set-up, nothing to do", [process.execPath, "scripts/set-up.mjs"], options),
    await measure("smoke reproduction", ["npm", "run", "--silent", "reproduce"], options),
  ];
  console.log(
    `\n${cpus()[0]?.model}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.versions.node}`,
  );
  console.log(`text: ${process.env["CLASS_IT_DATA"] ? "CLASS_IT_DATA" : "microworld"}`);
  console.log("| what | seconds | peak GiB |\n|---|---|---|");
  for (const { what, seconds, peakGiB } of rows)
    console.log(`| ${what} | ${seconds.toFixed(1)} | ${peakGiB.toFixed(2)} |`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
