/**
 * @file `npm run faults [-- PART … --seed=1 --count=N]`: what the kit does when it is killed, when the disk is full or read-only, when
 * two processes want the same run, when the clock is set back and when the network drops. Each part provokes its fault many
 * times with a tiny study through the real command line, and ends with a row: fault, how often, outcome.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { killEverywhere } from "./faults/kills.mjs";
import { interruptSetUp } from "./faults/set-up.mjs";

/**
 * @typedef {{ fault: string, times: number, outcome: string }} Row
 * @typedef {{ root: string, folder: string, count: number, random: () => number, log: (line: string) => void }} Surroundings
 * @typedef {{ run: (surroundings: Surroundings) => Promise<Row[]>, count: number }} Part
 */

/** @type {Record<string, Part>} */
const PARTS = {
  kills: { run: killEverywhere, count: 50 },
  "set-up": { run: interruptSetUp, count: 20 },
};

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const { deriveSeed, seeded } = await import(join(root, "src/dist/random.js"));
const { values, positionals } = parseArgs({
  options: { seed: { type: "string", default: "1" }, count: { type: "string" } },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : Object.keys(PARTS);
const unknown = names.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0)
  throw new RangeError(`faults: parts are ${Object.keys(PARTS).join(", ")}, got ${unknown.join(", ")}.`);

mkdirSync(join(root, ".cache"), { recursive: true });
/** @type {string[]} */
const rows = [];
for (const name of names) {
  const part = PARTS[name];
  if (!part) continue;
  const folder = mkdtempSync(join(root, ".cache/faults-"));
  const begin = performance.now();
  const minutes = () => ((performance.now() - begin) / 60_000).toFixed(1);
  console.log(`--- ${name}, seed ${values.seed}`);
  try {
    const found = await part.run({
      root,
      folder,
      count: Number(values.count ?? part.count),
      random: seeded(deriveSeed(Number(values.seed), name)),
      log: (line) => console.log(`${name}: ${line}`),
    });
    for (const { fault, times, outcome } of found) rows.push(`| ${fault} | ${times} | ${outcome} |`);
    console.log(`ok   ${name} (${minutes()} min)`);
  } catch (error) {
    process.exitCode = 1;
    rows.push(`| ${name} | | FAILED: ${error instanceof Error ? error.message.split("\n")[0] : error} |`);
    console.log(`FAIL ${name} (${minutes()} min)\n${error instanceof Error ? error.stack : error}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(["", "| fault | times | outcome |", "|---|---|---|", ...rows].join("\n"));
