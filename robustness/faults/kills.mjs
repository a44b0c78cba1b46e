/** @file The whole way from text to report, killed in every stage and gone on with: results are those of an undisturbed run. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { differences, fingerprintOf, leftovers } from "./fingerprint.mjs";
import { demand } from "./processes.mjs";
import { begin, placeStudy } from "./tiny-study.mjs";

/**
 * Where a kill is to hit: within so many seconds after something appears in a folder, or after the start.
 *
 * @typedef {{ command: string, what: string, in?: "stages" | "results" | "out", at?: RegExp, times?: number }} Target
 */

/** @type {Target[]} */
const TARGETS = [
  { command: "train", what: "tokenizer", in: "stages", at: /^tokenizer-\w+\.lock$/ },
  { command: "train", what: "tokens", in: "stages", at: /^tokens-\w+\.lock$/ },
  { command: "train", what: "pretraining", in: "stages", at: /^pretraining-\w+\.lock$/, times: 3 },
  { command: "train", what: "tuning", in: "stages", at: /^tuning-\w+\.lock$/, times: 2 },
  { command: "train in sequence", what: "tuning", in: "stages", at: /^tuning-\w+\.lock$/, times: 3 },
  { command: "train in sequence", what: "any moment" },
  { command: "evaluate", what: "evaluation", in: "stages", at: /^evaluation-\w+\.lock$/ },
  { command: "evaluate", what: "any moment" },
  { command: "read", what: "evaluation", in: "stages", at: /^evaluation-\w+\.lock$/ },
  { command: "read", what: "any moment" },
  { command: "finetune", what: "finetuning", in: "stages", at: /^finetuning-\w+\.lock$/, times: 2 },
  { command: "finetune", what: "any moment" },
  { command: "evaluate a folder", what: "items.jsonl", in: "out", at: /items\.jsonl\.part$/, times: 2 },
  { command: "finetune a folder", what: "finetuning", in: "stages", at: /^finetuning-\w+\.lock$/ },
  { command: "run a notebook", what: "pretraining", in: "stages", at: /^pretraining-\w+\.lock$/ },
  { command: "run a notebook", what: "any moment" },
  { command: "report", what: "any moment" },
];

/** Of a command from its start, most of them. */
const WHOLE_SECONDS = 8;

/**
 * @param {import("../faults.mjs").Surroundings} surroundings
 * @returns {Promise<import("../faults.mjs").Row[]>}
 */
export async function killEverywhere({ root, folder, count, random, log, reference }) {
  const whole = await reference();
  const expected = fingerprintOf(whole);
  const lengths = stageSeconds(whole.stages);
  log(
    `undisturbed: ${expected.size} files; ${Object.entries(lengths)
      .map(([kind, seconds]) => `${kind} ${seconds.toFixed(1)} s`)
      .join(", ")}`,
  );
  const env = { NODE_OPTIONS: `--import=${join(root, "robustness/faults/hasty-clock.mjs")}` };
  /** @type {Record<string, number>} */
  const hits = {};
  let [kills, resumed, rounds] = [0, 0, 0];
  for (; kills < count; rounds++) {
    const place = placeStudy(root, join(folder, `round-${rounds}`));
    for (const [name, args] of Object.entries(place.commands)) {
      for (const target of TARGETS.filter(({ command }) => command === name))
        for (let time = 0; time < (target.times ?? 1) && kills < count; time++) {
          const since = Date.now();
          const run = begin(args(), env);
          const began = performance.now();
          const span = (target.at ? lengths[target.what] : undefined) ?? WHOLE_SECONDS;
          if (target.at)
            await appearance(place[target.in ?? "stages"], target.at, { since, ended: run.ended });
          const isHit = await run.killAfter(random() * span);
          if (!isHit) continue;
          kills += 1;
          const under = underWay(place, since);
          resumed += under.checkpoints;
          for (const what of under.stages.length > 0 ? under.stages : [`${name}, between stages`])
            hits[what] = (hits[what] ?? 0) + 1;
          log(
            `kill ${kills} after ${((performance.now() - began) / 1000).toFixed(1)} s of ${name}: ${under.stages.join(", ") || "no stage under way"}`,
          );
        }
      const ended = await begin(args(), env).ended;
      demand(ended.code === 0, `${name} must go on after kills and end with 0, got ${ended.text}`);
    }
    const found = fingerprintOf(place);
    const left = leftovers(found);
    demand(left.length === 0, `no temporary file must be left, got ${left.join(", ")}`);
    const other = differences(found, expected);
    demand(
      other.length === 0,
      `all files must equal those of an undisturbed run, got others: ${other.join(", ")}`,
    );
  }
  const where = Object.entries(hits)
    .map(([what, times]) => `${what} ${times}`)
    .join(", ");
  return [
    {
      fault: "process killed (SIGKILL) at a random moment",
      times: kills,
      outcome:
        `${rounds} whole runs went on to the same ${expected.size} files, nothing left beside them ` +
        `(${where}; ${resumed} left a checkpoint)`,
    },
  ];
}

/** Longest of each kind. @param {string} stages */
function stageSeconds(stages) {
  /** @type {Record<string, number>} */
  const longest = {};
  for (const name of readdirSync(stages)) {
    const { kind, seconds } = JSON.parse(readFileSync(join(stages, name, "stage.json"), "utf8"));
    longest[kind] = Math.max(longest[kind] ?? 0, seconds);
  }
  return longest;
}

/**
 * Waits until a file appears below a folder, or the command ends.
 *
 * @param {string} folder
 * @param {RegExp} name
 * @param {{ since: number, ended: Promise<unknown> }} run what an earlier one left is none of its files
 */
async function appearance(folder, name, { since, ended }) {
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!isOver && !madeSince(folder, since).some((each) => name.test(each))) await wait(2);
}

/** @param {string} folder @param {number} since @returns {string[]} */
function madeSince(folder, since) {
  try {
    return readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => statSync(join(folder, name)).mtimeMs >= since);
  } catch {
    return []; // not there yet, or renamed meanwhile
  }
}

/** What a kill left open. @param {import("./tiny-study.mjs").Place} place @param {number} since */
function underWay({ stages, out }, since) {
  const locked = madeSince(stages, since)
    .filter((name) => name.endsWith(".lock"))
    .map((name) => name.replace(/-.*/, ""));
  const items = madeSince(out, since).some((name) => name.endsWith("items.jsonl.part"));
  const checkpoints = (existsSync(stages) ? readdirSync(stages) : []).filter(
    (name) =>
      name.endsWith(".progress") &&
      readdirSync(join(stages, name)).some((each) => /^(step|epoch)-\d+$/.test(each)),
  );
  return { stages: [...locked, ...(items ? ["items of a folder"] : [])], checkpoints: checkpoints.length };
}
