/**
 * @file `npm run robustness -- faults [PART … --seed=1 --count=N --reference=FOLDER]`: what the kit does when it is killed, when the disk is full
 * or read-only, when two processes want the same run, when the clock is set back and when the network drops. Each part
 * provokes its fault many times with a tiny study through the real command line, and ends with a row: fault, how often,
 * outcome. An undisturbed run to compare with is made first, or taken from the folder of an earlier one (inside the
 * project, whose library its notebook imports).
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommand, readWhole, requireKnown } from "../scripts/command.mjs";
import { setClockBack } from "./faults/clock.mjs";
import { fillDisk } from "./faults/full-disk.mjs";
import { killEverywhere } from "./faults/kills.mjs";
import { dropConnections } from "./faults/network.mjs";
import { protectFolders } from "./faults/read-only.mjs";
import { interruptSetUp } from "./faults/set-up.mjs";
import { mayMount, startInside } from "./faults/small-disk.mjs";
import { runUndisturbed } from "./faults/tiny-study.mjs";
import { source } from "../scripts/library.mjs";
import { runTwice } from "./faults/two-at-once.mjs";

/**
 * @typedef {{ fault: string, times: number, outcome: string }} Row
 * @typedef {{ root: string, folder: string, count: number, random: () => number, log: (line: string) => void,
 *   reference: () => Promise<import("./faults/tiny-study.mjs").Place> }} Surroundings
 * @typedef {{ run: (surroundings: Surroundings) => Promise<Row[]>, count: number, needsMounts?: boolean }} Part
 */

/** @type {Record<string, Part>} */
const PARTS = {
  kills: { run: killEverywhere, count: 50 },
  "full-disk": { run: fillDisk, count: 1, needsMounts: true },
  "read-only": { run: protectFolders, count: 1, needsMounts: true },
  "two-at-once": { run: runTwice, count: 2 },
  clock: { run: setClockBack, count: 1 },
  network: { run: dropConnections, count: 100 },
  "set-up": { run: interruptSetUp, count: 20 },
};

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const { deriveSeed, seeded } = await source("random.js");
const USAGE = "faults [PART …] [--seed=1] [--count=N] [--reference=FOLDER]";
const { values, positionals } = readCommand(USAGE, {
  most: Infinity,
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string" },
    reference: { type: "string" },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(PARTS);
requireKnown(names, Object.keys(PARTS), USAGE);
const seed = readWhole(values.seed, USAGE, { name: "--seed", least: 0 });
const count = values.count === undefined ? null : readWhole(values.count, USAGE, { name: "--count" });

mkdirSync(join(root, ".cache"), { recursive: true });
const base = mkdtempSync(join(root, ".cache/faults-"));
process.once("exit", () => rmSync(base, { recursive: true, force: true }));
if (!mayMount() && names.some((name) => PARTS[name]?.needsMounts)) {
  const inside = startInside(base);
  if (typeof inside === "number") process.exit(inside);
  console.log(`faults: ${inside}; the parts that need it are skipped`);
}

/** @type {Promise<import("./faults/tiny-study.mjs").Place> | undefined} */
let undisturbed;
/** @type {string[]} */
const rows = [];
for (const name of names) {
  const part = PARTS[name];
  if (!part) continue;
  const folder = join(base, name);
  mkdirSync(folder);
  const begin = performance.now();
  const minutes = () => ((performance.now() - begin) / 60_000).toFixed(1);
  console.log(`--- ${name}, seed ${seed}`);
  try {
    const found = await part.run({
      root,
      folder,
      count: count ?? part.count,
      random: seeded(deriveSeed(seed, name)),
      log: (line) => console.log(`${name}: ${line}`),
      reference: () =>
        (undisturbed ??= runUndisturbed(root, resolve(values.reference ?? join(base, "undisturbed")))),
    });
    for (const { fault, times, outcome } of found)
      rows.push(`| ${name} | ${fault} | ${times} | ${outcome} | ${minutes()} |`);
    console.log(`ok   ${name} (${minutes()} min)`);
  } catch (error) {
    process.exitCode = 1;
    const [message] = String(error instanceof Error ? error.message : error).split("\n");
    rows.push(`| ${name} | | | FAILED: ${message} | ${minutes()} |`);
    console.log(`FAIL ${name} (${minutes()} min)\n${error instanceof Error ? error.stack : error}`);
  }
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  ["", "| part | fault | times | outcome | minutes |", "|---|---|---|---|---|", ...rows].join("\n"),
);
