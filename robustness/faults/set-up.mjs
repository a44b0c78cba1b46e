/** @file Set-up killed again and again: what it leaves at last is, file by file, what an undisturbed one leaves. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readdirSync, rmSync } from "node:fs";
import { listFiles } from "./fingerprint.mjs";
import { demand, start } from "./processes.mjs";

/** What each step makes; the later ones need the first two. */
const MADE = {
  "TensorFlow addon": "node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8",
  library: "src/dist",
  "npm packages": "node_modules",
  "Python environment": ".venv",
};
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
    start(process.execPath, [join(clone, "scripts/set-up.mjs")], {
      cwd: clone,
      env: { CLASS_IT_PACKAGE_CACHE: cache },
    });
  const remove = (/** @type {string} */ name) => rmSync(join(clone, name), { recursive: true, force: true });
  const state = () =>
    new Map(
      ["node_modules", ".venv", "src/dist"].flatMap((name) => [
        ...listFiles(join(clone, name), (path) => isTimed(path)),
      ]),
    );

  if (!process.env["CLASS_IT_PACKAGE_CACHE"]) {
    await begin().ended; // warms the package caches
    [...Object.values(MADE), ".cache"].forEach(remove);
  }
  const undisturbed = await begin().ended;
  demand(undisturbed.code === 0, `an undisturbed set-up must end with 0, got ${undisturbed.text}`);
  const expected = state();
  /** @type {Record<string, number>} */
  const seconds = Object.fromEntries(
    [...undisturbed.text.matchAll(/^set-up: (.+) done in (\d+) s$/gm)].map(([, name, s]) => [
      name,
      Number(s),
    ]),
  );
  log(`undisturbed, packages cached: ${undisturbed.seconds.toFixed(0)} s, ${expected.size} files`);

  /** @type {Record<string, number>} */
  const hits = {};
  const half = Math.ceil(count / 2);
  const [early, late] = [Object.entries(MADE).slice(2), Object.entries(MADE).slice(0, 2)];
  for (let kills = 0; kills < count;) {
    // Those that need the others come first, while the others are there: an attempt then begins with the step it is to hit.
    const [step = "", made = ""] = (kills < half ? late : early)[Math.floor(2 * random())] ?? [];
    remove(made);
    const run = begin();
    await run.says(`set-up: ${step} …`);
    const delay = random() * (seconds[step] ?? 1);
    if (!(await run.killAfter(delay))) {
      const { code, text } = await run.ended;
      demand(code === 0, `a set-up after kills must end with 0, got ${text}`);
      continue;
    }
    kills += 1;
    const started = [...run.text().matchAll(/^set-up: (.+) …$/gm)].map(([, name]) => name ?? "");
    const under = started.filter((name) => !run.text().includes(`set-up: ${name} done`));
    for (const name of under) hits[name] = (hits[name] ?? 0) + 1;
    log(`kill ${kills} after ${delay.toFixed(1)} s of ${step}, in ${under.join(" + ")}`);
  }
  const last = await begin().ended;
  demand(last.code === 0, `the set-up after the last kill must end with 0, got ${last.text}`);
  const found = state();
  const faults = [...new Set([...expected.keys(), ...found.keys()])].filter(
    (path) => expected.get(path) !== found.get(path),
  );
  demand(
    faults.length === 0,
    `all files must be those of an undisturbed set-up, got ${faults.length} others: ${faults.slice(0, 5)}`,
  );
  const again = await begin().ended;
  demand(again.text === "", `a set-up with nothing to do must say nothing, got ${again.text}`);
  const locks = readdirSync(join(clone, ".cache")).filter((name) => /lock|partial/.test(name));
  demand(locks.length === 0, `no lock must be left, got ${locks}`);
  const doctor = await start(process.execPath, [join(clone, "src/class-it.mjs"), "doctor"], { cwd: clone })
    .ended;
  demand(doctor.code === 0, `doctor must find everything, got ${doctor.text}`);
  const where = Object.entries(hits).map(([step, times]) => `${step} ${times}`);
  return [
    {
      fault: "set-up killed, with all its processes",
      times: count,
      outcome:
        `the next one ended with the ${expected.size} files of an undisturbed set-up, byte for byte; a further one had ` +
        `nothing to do, and doctor found everything (${where.join(", ")})`,
    },
  ];
}
