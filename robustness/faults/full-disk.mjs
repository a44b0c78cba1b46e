/**
 * @file The disk is full at every kind of write: one error with place and remedy, nothing half under a final name, and the same
 * command goes on once there is room.
 */
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { differences, fingerprintOf, leftovers } from "./fingerprint.mjs";
import { demand } from "./processes.mjs";
import { mayMount, mountDisk } from "./small-disk.mjs";
import { begin, placeStudy } from "./tiny-study.mjs";

const none = /^$/;
/** Seeds, conditions and kinds as the paths of a study name them. */
const results = (/** @type {string} */ name) => new RegExp(`^results/.*/${name}`);

/**
 * A state of the study and the command that resumes from it.
 *
 * @typedef {{ what: string, command: string, without: RegExp, pages: readonly (number | null)[], env?: NodeJS.ProcessEnv }} Scenario
 */

/**
 * `without` are the files the command has to make; `pages` are left on the disk, null for a random number of them.
 *
 * @type {(folder: string) => Scenario[]}
 */
const scenarios = (folder) => [
  { what: "tokenizer", command: "train", without: /^(stages|results|out)\//, pages: [0, 1, 4] },
  { what: "tokens", command: "train", without: /^(stages\/(?!tokenizer)|results|out)/, pages: [1] },
  {
    what: "pre-training: curve, checkpoints, stage",
    command: "train",
    without: /^(stages\/(?!token)|results|out)/,
    pages: [1, 2, 10, 40, null, null],
  },
  {
    what: "tuning",
    command: "train in sequence",
    without: /^(stages\/tuning|results\/.*switchThenWiki)/,
    pages: [2, null],
  },
  {
    what: "result of training",
    command: "train",
    without: results("merged/seed-1/training"),
    pages: [0, 1, 2],
  },
  {
    what: "progress",
    command: "train",
    without: none,
    pages: [0],
    env: { CLASS_IT_PROGRESS: join(folder, "progress.jsonl") },
  },
  {
    what: "evaluation",
    command: "evaluate",
    without: /^(stages\/evaluation|results\/.*blimp)/,
    pages: [1, 2, 4],
  },
  {
    what: "reading",
    command: "read",
    without: /^(stages\/evaluation|results\/.*reading)/,
    pages: [1, null],
  },
  { what: "result of reading", command: "read", without: results("reading"), pages: [0, 5] },
  {
    what: "fine-tuning",
    command: "finetune",
    without: /^(stages\/finetuning|results\/.*superglue)/,
    pages: [5, 20, 40],
  },
  { what: "result of fine-tuning", command: "finetune", without: results("superglue"), pages: [0, 1] },
  {
    what: "items of a folder",
    command: "evaluate a folder",
    without: /^out\/scores/,
    pages: [0, 1, null, null],
  },
  { what: "answers of a folder", command: "finetune a folder", without: /^out\/answers/, pages: [0, 1] },
  {
    what: "figures, tables and notebook",
    command: "run a notebook",
    without: /^results\/.*\/(figures|tables|notebooks)\//,
    pages: [0, 2, null],
  },
  { what: "report", command: "report", without: /^out\/site/, pages: [0, null] },
  { what: "exported model", command: "export", without: /^out\/model/, pages: [0, 1, 5] },
  { what: "kept description", command: "describe", without: /^results\/.*\/kept\//, pages: [0] },
  { what: "download", command: "fetch", without: /^out\/raw/, pages: [0, 1, 20] },
];

/**
 * @param {import("../faults.mjs").Surroundings} surroundings
 * @returns {Promise<import("../faults.mjs").Row[]>}
 */
export async function fillDisk({ root, folder, random, log, reference }) {
  if (!mayMount()) return [{ fault: "disk full", times: 0, outcome: "skipped: mounts are not allowed here" }];
  const whole = await reference();
  const expected = fingerprintOf(whole);
  const small = join(folder, "disk");
  const disk = mountDisk(small, 16);
  const place = placeStudy(root, folder, {
    results: join(small, "results"),
    stages: join(small, "stages"),
    out: join(small, "out"),
  });
  const hasty = { NODE_OPTIONS: `--import=${join(root, "robustness/faults/hasty-clock.mjs")}` };
  let refused = 0;
  /** @type {string[]} */
  const faults = [];
  /** @type {Set<string>} */
  const named = new Set();
  try {
    for (const { what, command, without, pages, env = {} } of scenarios(small))
      for (const given of pages) {
        const left = given ?? 3 + Math.floor(random() * 60);
        const where = `${what}, ${left} pages left`;
        prepare(whole.folder, small, without);
        const args = place.commands[command]?.() ?? [];
        const before = fingerprintOf(place);
        disk.fill(left);
        const full = await begin(args, { ...hasty, ...env }).ended;
        const found = fingerprintOf(place);
        disk.makeRoom();
        const again = await begin(args, { ...hasty, ...env }).ended;
        try {
          const wrong = differences(found, expected).filter((path) => found.has(path) && !isOfNoRun(path));
          demand(wrong.length === 0, `no file must be half, got ${wrong.join(", ")}`);
          const lost = [...before].filter(([path, hash]) => found.get(path) !== hash).map(([path]) => path);
          demand(lost.length === 0, `what was there must stay, got ${lost.join(", ")}`);
          if (full.code !== 0) named.add(clearError(full.stderr, small));
          demandWhole(again, fingerprintOf(place), expected);
        } catch (fault) {
          faults.push(`${where}: ${fault instanceof Error ? fault.message : fault}`);
          log(`FAIL ${faults.at(-1)}`);
          continue;
        }
        if (full.code !== 0) refused += 1;
        log(
          `${where}: ${full.code === 0 ? "had room" : errorIn(full.stderr).replaceAll(small, "").slice(0, 140)}`,
        );
      }
  } finally {
    disk.unmount();
  }
  demand(faults.length === 0, faults.join("\n"));
  return [
    {
      fault: `disk full, at ${scenarios(small).length} kinds of work`,
      times: refused,
      outcome:
        `one error each with place and remedy, nothing half, equal files once there was room; the errors named ` +
        [...named].sort().join(", "),
    },
  ];
}

/** The state a command starts from. @param {string} from @param {string} to @param {RegExp} without */
export function prepare(from, to, without) {
  for (const name of ["results", "stages", "out"]) {
    mkdirSync(join(to, name), { recursive: true });
    for (const old of readdirSync(join(to, name)))
      rmSync(join(to, name, old), { recursive: true, force: true });
    cpSync(join(from, name), join(to, name), {
      recursive: true,
      filter: (path) => !without.test(`${path.slice(from.length + 1)}${isFolder(path) ? "/" : ""}`),
    });
  }
}

/** A stage begins as a folder. @param {string} path */
const isFolder = (path) => /^[a-z]+-[0-9a-f]{16}$/.test(basename(path));

/** Checkpoints and lines that a run under way keeps to go on from. @param {string} path */
const isOfNoRun = (path) => /\.progress\/|\.part$|\.partial(\.json)?$/.test(path);

const errorIn = (/** @type {string} */ text) => /.*must be written.*/.exec(text)?.[0] ?? "";

/**
 * Demands that a command went on to its end, and left what an undisturbed one does.
 *
 * @param {import("./processes.mjs").Ended} ended
 * @param {Map<string, string>} found
 * @param {Map<string, string>} expected
 */
export function demandWhole({ code, text }, found, expected) {
  demand(code === 0, `the same command must go on and end with 0, got ${text}`);
  const other = differences(found, expected).filter((path) => found.has(path));
  demand(other.length === 0, `files must equal those of an undisturbed run, got others: ${other.join(", ")}`);
  const left = leftovers(found);
  demand(left.length === 0, `nothing must be left, got ${left.join(", ")}`);
}

/**
 * Demands one line that names a path of the disk, what is wrong with it, and what to do.
 *
 * @param {string} stderr @param {string} folder @param {RegExp} [fault]
 * @returns {string} what kind of file it named
 */
export function clearError(stderr, folder, fault = /full disk|ENOSPC/) {
  // Node's own warnings come after it, and a notebook shows the cell and where in it.
  const [line = "", ...more] = stderr.split("\n").filter((each) => each.includes("must be written"));
  const isCell = /: cell \d+ of \d+ failed/.test(stderr);
  demand(
    isCell || (more.length === 0 && !/^ {4}at /m.test(stderr)),
    `an error must be one line, got ${stderr}`,
  );
  const path = line.split(/[\s;,]+/).find((word) => word.startsWith(folder));
  const isClear =
    /must be written/.test(line) && fault.test(line) && /Free space|Make it writable/.test(line);
  demand(
    path !== undefined && isClear,
    `an error must name the path, what is wrong there and what to do, got ${stderr}`,
  );
  return basename(path)
    .replace(/-[0-9a-f]{16}/, "")
    .replace(/\d+-\d*@.*\.part$/, "")
    .replace(/[.:]+$/, "");
}
