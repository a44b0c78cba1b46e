/** @file Set-up killed again and again: what it leaves at last is, file by file, what an undisturbed one leaves. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { rmSync } from "node:fs";
import { listFiles } from "./fingerprint.mjs";
import { demand, start } from "./processes.mjs";

const MADE = ["node_modules", ".venv", "src/dist", ".cache"];
/** Python's own cache of compiled files bears times. */
const isTimed = (/** @type {string} */ path) => path.includes("__pycache__");

/**
 * @param {import("../faults.mjs").Surroundings} surroundings
 * @returns {Promise<import("../faults.mjs").Row[]>}
 */
export async function interruptSetUp({ root, folder, count, random, log }) {
  const clone = join(folder, "clone");
  execFileSync("git", ["clone", "--quiet", root, clone]);
  const cache = process.env["CLASS_IT_PACKAGE_CACHE"] ?? join(folder, "packages");
  const begin = () =>
    start(process.execPath, [join(clone, "workflow/set-up.mjs")], {
      cwd: clone,
      env: { CLASS_IT_PACKAGE_CACHE: cache },
    });
  const remove = (/** @type {readonly string[]} */ names = MADE) =>
    names.forEach((name) => rmSync(join(clone, name), { recursive: true, force: true }));
  const state = () =>
    new Map(
      ["node_modules", ".venv", "src/dist"].flatMap((name) => [
        ...listFiles(join(clone, name), (path) => isTimed(path)),
      ]),
    );

  if (!process.env["CLASS_IT_PACKAGE_CACHE"]) {
    await begin().ended; // warms the package caches
    remove();
  }
  const undisturbed = await begin().ended;
  demand(undisturbed.code === 0, `an undisturbed set-up must end with 0, got ${undisturbed.text}`);
  const expected = state();
  log(`undisturbed, packages cached: ${undisturbed.seconds.toFixed(0)} s, ${expected.size} files`);
  remove();

  const check = () => {
    const found = state();
    const faults = [...new Set([...expected.keys(), ...found.keys()])].filter(
      (path) => expected.get(path) !== found.get(path),
    );
    demand(
      faults.length === 0,
      `all files must be those of an undisturbed set-up, got others: ${faults.slice(0, 5)}`,
    );
  };
  let completed = 0;
  for (let kills = 0; kills < count;) {
    const delay = random() * undisturbed.seconds;
    const run = begin();
    const killed = await run.killAfter(delay);
    if (killed) {
      kills += 1;
      const steps = [...run.text().matchAll(/^set-up: (.+) …$/gm)].map(([, name]) => name);
      const done = [...run.text().matchAll(/^set-up: (.+) done in/gm)].map(([, name]) => name);
      const under = steps.filter((name) => !done.includes(name)).join(" + ") || "start";
      log(`kill ${kills} after ${delay.toFixed(1)} s, in ${under}`);
      continue;
    }
    const { code, text } = await run.ended;
    demand(code === 0, `a set-up after kills must end with 0, got ${text}`);
    check();
    completed += 1;
    // Not always all of it: then kills hit every step often.
    const some = MADE.filter(() => random() < 0.4);
    remove(some.length > 0 ? some : MADE);
  }
  const last = await begin().ended;
  demand(last.code === 0, `the set-up after the last kill must end with 0, got ${last.text}`);
  check();
  const again = await begin().ended;
  demand(again.text === "", `a set-up with nothing to do must say nothing, got ${again.text}`);
  const doctor = await start(process.execPath, [join(clone, "src/class-it.mjs"), "doctor"], { cwd: clone })
    .ended;
  demand(doctor.code === 0, `doctor must find everything, got ${doctor.text}`);
  return [
    {
      fault: "set-up killed, with all its processes",
      times: count,
      outcome: `${completed + 1} set-ups that ended, each with the same ${expected.size} files, byte for byte`,
    },
  ];
}
