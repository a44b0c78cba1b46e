/** @file Folders that must not be written to: said before anything is computed, nothing lost, and the same command goes on later. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { differences, fingerprintOf, leftovers } from "./fingerprint.mjs";
import { clearError, prepare } from "./full-disk.mjs";
import { demand } from "./processes.mjs";
import { mayMount, mountDisk } from "./small-disk.mjs";
import { begin, placeStudy } from "./tiny-study.mjs";

/**
 * `locked` cannot be written to; `without` are the files the command has to make, of which none may be computed.
 *
 * @type {{ command: string, locked: "results" | "stages" | "out", without: RegExp }[]}
 */
const SCENARIOS = [
  { command: "train", locked: "results", without: /^(results|stages|out)\// },
  { command: "train", locked: "stages", without: /^(results|stages|out)\// },
  { command: "train in sequence", locked: "results", without: /^(results|out)\/|^stages\/tuning/ },
  { command: "evaluate", locked: "results", without: /^(results|out)\/|^stages\/(evaluation|tuning)/ },
  { command: "evaluate", locked: "stages", without: /^(results|out)\/|^stages\/evaluation/ },
  { command: "read", locked: "results", without: /^(results|out)\/|^stages\/evaluation/ },
  { command: "finetune", locked: "results", without: /^(results|out)\/|^stages\/finetuning/ },
  { command: "evaluate a folder", locked: "out", without: /^out\// },
  { command: "finetune a folder", locked: "out", without: /^out\/|^stages\/finetuning/ },
  { command: "run a notebook", locked: "results", without: /^results\/|^stages\/(pretraining|evaluation)/ },
  { command: "report", locked: "out", without: /^out\// },
  { command: "export", locked: "out", without: /^out\// },
  { command: "fetch", locked: "out", without: /^out\// },
];

/**
 * @param {import("../faults.mjs").Surroundings} surroundings
 * @returns {Promise<import("../faults.mjs").Row[]>}
 */
export async function protectFolders({ root, folder, log, reference }) {
  if (!mayMount())
    return [{ fault: "read-only folder", times: 0, outcome: "skipped: mounts are not allowed here" }];
  const whole = await reference();
  const expected = fingerprintOf(whole);
  let slowest = 0;
  for (const [index, { command, locked, without }] of SCENARIOS.entries()) {
    const base = join(folder, String(index));
    const place = placeStudy(root, base);
    const disk = mountDisk(place[locked], 16);
    try {
      prepare(whole.folder, base, without);
      if (command === "report") mkdirSync(join(base, "results"), { recursive: true });
      const before = fingerprintOf(place);
      disk.protect();
      const refused = await begin(place.commands[command]?.() ?? []).ended;
      const where = `${command}, ${locked} read-only`;
      demand(refused.code !== 0, `${where}: it must not end with 0, got ${refused.text}`);
      clearError(refused.stderr, place[locked], where, /cannot be written to|must not be written to|EROFS/);
      const [after, computed] = [fingerprintOf(place), newStages(place.stages, before)];
      demand(computed.length === 0, `${where}: nothing must be computed before, got ${computed.join(", ")}`);
      const lost = [...before].filter(([path, hash]) => after.get(path) !== hash);
      demand(lost.length === 0, `${where}: nothing must be lost, got ${lost.join(", ")}`);
      slowest = Math.max(slowest, refused.seconds);
      disk.unprotect();
      const again = await begin(place.commands[command]?.() ?? []).ended;
      demand(again.code === 0, `${where}: it must go on once it may write, got ${again.text}`);
      const found = fingerprintOf(place);
      const wrong = differences(found, expected).filter((path) => found.has(path));
      demand(
        wrong.length === 0,
        `${where}: files must equal those of an undisturbed run, got others: ${wrong.join(", ")}`,
      );
      demand(
        leftovers(found).length === 0,
        `${where}: nothing must be left, got ${leftovers(found).join(", ")}`,
      );
      log(`${where}: refused after ${refused.seconds.toFixed(1)} s`);
    } finally {
      disk.unmount();
    }
  }
  return [
    {
      fault: "results, stages or output read-only",
      times: SCENARIOS.length,
      outcome: `refused before any stage, after ${slowest.toFixed(1)} s at most; place and remedy named; equal files once it was writable`,
    },
  ];
}

/** Stages that cost time: text in tokens is made within a second. @param {string} stages @param {Map<string, string>} before */
const newStages = (stages, before) =>
  readdirSync(stages).filter(
    (name) => !/^token/.test(name) && ![...before.keys()].some((path) => path.includes(`/${name}/`)),
  );
