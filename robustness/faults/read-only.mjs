/** @file Folders that must not be written to: said before anything is computed, nothing lost, and the same command goes on later. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fingerprintOf } from "./fingerprint.mjs";
import { clearError, demandWhole, prepare } from "./full-disk.mjs";
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
  /** @type {string[]} */
  const faults = [];
  for (const [index, { command, locked, without }] of SCENARIOS.entries()) {
    const where = `${command}, ${locked} read-only`;
    const base = join(folder, String(index));
    const place = placeStudy(root, base);
    const disk = mountDisk(place[locked], 16);
    try {
      prepare(whole.folder, base, without);
      const args = place.commands[command]?.() ?? [];
      const before = fingerprintOf(place);
      disk.protect();
      const refused = await begin(args).ended;
      const [after, computed] = [fingerprintOf(place), newStages(place.stages, before)];
      disk.unprotect();
      const again = await begin(args).ended;
      demand(refused.code !== 0, `it must not end with 0, got ${refused.text}`);
      clearError(refused.stderr, place[locked], /cannot be written to|must not be written to|EROFS/);
      demand(computed.length === 0, `nothing must be computed before, got ${computed.join(", ")}`);
      const lost = [...before].filter(([path, hash]) => after.get(path) !== hash).map(([path]) => path);
      demand(lost.length === 0, `nothing must be lost, got ${lost.join(", ")}`);
      demandWhole(again, fingerprintOf(place), expected);
      slowest = Math.max(slowest, refused.seconds);
      log(`${where}: refused after ${refused.seconds.toFixed(1)} s`);
    } catch (fault) {
      faults.push(`${where}: ${fault instanceof Error ? fault.message : fault}`);
      log(`FAIL ${faults.at(-1)}`);
    } finally {
      disk.unmount();
    }
  }
  demand(faults.length === 0, faults.join("\n"));
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
