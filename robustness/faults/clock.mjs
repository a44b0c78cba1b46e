/** @file The clock set back by a day while commands run, and files of tomorrow where one begins: results and times are not confused. */
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { differences, fingerprintOf, leftovers } from "./fingerprint.mjs";
import { demand } from "./processes.mjs";
import { begin, placeStudy } from "./tiny-study.mjs";

const DAY_SECONDS = 86_400;

/**
 * @param {import("../faults.mjs").Surroundings} surroundings
 * @returns {Promise<import("../faults.mjs").Row[]>}
 */
export async function setClockBack({ root, folder, random, log, reference }) {
  const whole = await reference();
  const expected = fingerprintOf(whole);
  const place = placeStudy(root, folder);
  mkdirSync(place.stages);
  let [commands, locks] = [0, 0];
  for (const [name, args] of Object.entries(place.commands)) {
    const seconds = 1 + 5 * random();
    // A run that was killed before the clock was set back left a lock, of which nothing is known but its time of change.
    const next =
      name === "train" ? readdirSync(whole.stages).filter((stage) => !stage.startsWith("evaluation")) : [];
    for (const stage of next) leaveLock(join(place.stages, `${stage}.lock`));
    locks += next.length;
    const ended = await begin(args(), {
      NODE_OPTIONS: `--import=${join(root, "robustness/faults/set-back-clock.mjs")}`,
      CLASS_IT_FAULTS_CLOCK_SECONDS: String(seconds),
    }).ended;
    demand(ended.code === 0, `${name} must end with 0, got ${ended.text}`);
    commands += 1;
    for (const path of filesOf(folder)) {
      const tomorrow = Date.now() / 1000 + DAY_SECONDS;
      utimesSync(path, tomorrow, tomorrow);
    }
    log(`${name}: clock set back after ${seconds.toFixed(1)} s, ended after ${ended.seconds.toFixed(1)} s`);
  }
  for (const stage of readdirSync(place.stages).filter((name) => name.endsWith(".lock")))
    demand(!stage, `no lock must be left, got ${stage}`);
  const found = fingerprintOf(place);
  demand(leftovers(found).length === 0, `nothing must be left, got ${leftovers(found).join(", ")}`);
  const other = differences(found, expected);
  demand(other.length === 0, `files must equal those of an undisturbed run, got others: ${other.join(", ")}`);
  const numbers = timesIn(folder);
  const negative = numbers.filter((value) => !(value >= 0 && value < 3_600));
  demand(negative.length === 0, `times must be from 0 to an hour, got ${negative.slice(0, 3).join(", ")}`);
  return [
    {
      fault: "clock set back by a day",
      times: commands,
      outcome:
        `during ${commands} commands, each on files of tomorrow, ${locks} half-written locks among them: equal files, ` +
        `${numbers.length} times in seconds, none negative`,
    },
  ];
}

/** @param {string} path */
function leaveLock(path) {
  writeFileSync(path, "");
  const tomorrow = Date.now() / 1000 + DAY_SECONDS;
  utimesSync(path, tomorrow, tomorrow);
}

/** @param {string} folder @returns {string[]} */
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Every `seconds` and `secondsLeft` that was written. @param {string} folder */
const timesIn = (folder) =>
  filesOf(folder)
    .filter((path) => /\.jsonl?$/.test(path))
    .flatMap((path) => [...readFileSync(path, "utf8").matchAll(/"seconds(?:Left)?": ?(-?[\d.e+-]+)/g)])
    .map(([, number]) => Number(number));
