/**
 * @file `npm run robustness -- invariance`: every item of the fast sets, and up to 1,000 of each (Super)GLUE dev set, in batches of several sizes,
 * in several orders and with 1, 2 and 4 threads; how far scores move, and whether a choice does. Both decoders of smoke scale, trained
 * first. Fails when a score moves by more than float32 rounds, or a choice between candidates that lie further apart than that.
 * Needs CLASS_IT_DATA; some 25 minutes on 2 busy cores. `-- blimp rte` takes some tasks alone.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMain, readCommand, requireKnown } from "../scripts/command.mjs";
import { source } from "../scripts/library.mjs";
import { reportFailure, SetUpError } from "../scripts/set-up.mjs";

/**
 * @typedef {{ id: string, scores: number[], numTokens: number[], choice: number, tie: boolean }} Scored
 * @typedef {{ name: string, batchSize: number, order: "file" | "shuffled" | "reversed" }} Way
 * @typedef {{ name: string, kind: "benchmark" | "reading" | "superglue", task: string, files: { name: string, path: string }[], weights?: string }} ScoredSet
 * @typedef {{ model: string, scoredSets: ScoredSet[], ways: Way[], out: string }} ScoringTask
 */

/** Nats a scored token, or a logit: float32 keeps 24 bits, and a log-probability or logit of up to 16 is one rounded 2e-6 or so. */
const ALLOWED_PER_TOKEN = 2e-6;
/** A sum of one token or two still carries the rounding of a whole forward pass. */
const ALLOWED_AT_LEAST = 2e-5;
const FINETUNING_STEPS = 40;
const USAGE = "invariance [TASK …]";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, ".cache/invariance");

/** Threads, and the ways of each. The first of all is what the others are compared with. */
/** @type {{ threads: number, ways: Way[] }[]} */
const RUNS = [
  {
    threads: 2,
    ways: [
      { name: "2 threads, batches of 256, order of the files", batchSize: 256, order: "file" },
      { name: "2 threads, batches of 7, shuffled", batchSize: 7, order: "shuffled" },
      { name: "2 threads, batches of 1000, reversed", batchSize: 1000, order: "reversed" },
    ],
  },
  {
    threads: 1,
    ways: [{ name: "1 thread, batches of 256, order of the files", batchSize: 256, order: "file" }],
  },
  {
    threads: 4,
    ways: [{ name: "4 threads, batches of 64, shuffled", batchSize: 64, order: "shuffled" }],
  },
];

/**
 * How two scorings of the same items differ.
 *
 * @param {readonly Scored[]} reference
 * @param {readonly Scored[]} other in any order
 */
export function compareScores(reference, other) {
  const found = new Map(other.map((item) => [item.id, item]));
  if (found.size !== reference.length || other.length !== reference.length)
    throw new RangeError(
      `compareScores: both must score the same items, got ${reference.length} and ${other.length}. Score them anew.`,
    );
  let largest = 0;
  let largestShare = 0;
  let changed = 0;
  let ties = 0;
  /** @type {string[]} */
  const faults = [];
  for (const { id, scores, numTokens, choice, tie } of reference) {
    const moved = found.get(id);
    if (!moved) throw new RangeError(`compareScores: both must score the same items, got no ${id}.`);
    const allowed = Math.max(ALLOWED_AT_LEAST, ALLOWED_PER_TOKEN * Math.max(...numTokens));
    const gap = Math.max(
      ...scores.map((score, index) => Math.abs(score - (moved.scores[index] ?? Number.NaN))),
    );
    largest = Math.max(largest, gap);
    largestShare = Math.max(largestShare, gap / allowed);
    if (!(gap <= allowed))
      faults.push(`${id}: scores move by ${gap.toExponential(1)}, allowed ${allowed.toExponential(1)}`);
    if (tie !== moved.tie) ties += 1;
    if (choice === moved.choice) continue;
    changed += 1;
    const apart = (scores[choice] ?? Number.NaN) - (scores[moved.choice] ?? Number.NaN);
    if (!(apart <= 2 * allowed))
      faults.push(`${id}: choice ${choice} becomes ${moved.choice}, ${apart.toExponential(1)} apart`);
  }
  return { items: reference.length, largest, largestShare, changed, ties, faults };
}

/**
 * The fast sets at hand, stand-ins where the official ones are not public.
 *
 * @param {string} data
 * @returns {Promise<ScoredSet[]>}
 */
async function findScoredSets(data) {
  const { findTaskFiles } = await source("runs/scoring/folder-evaluation/task-files.js");
  const { TASKS } = await source("runs/scoring/tasks.js");
  const { SUPERGLUE_TASKS } = await source("evaluation/superglue-tasks.js");
  const official = join(data, "babylm_eval_2025");
  /** @type {Record<string, string>} */
  const standIns = {
    ewok: join(data, "../parity/inputs/ewok_handmade"),
    ewok_contexts: join(data, "../parity/inputs/ewok_handmade"),
    wug_past: join(data, "../parity/inputs/wug_past_standin"),
    comps: join(data, "../parity/inputs/comps_standin"),
  };
  const zeroShot = TASKS.flatMap((/** @type {string} */ task) => {
    for (const place of [official, standIns[task]]) {
      if (place === undefined || !existsSync(place)) continue;
      try {
        const { files } = findTaskFiles(place, task, { fast: true });
        const paths = files.map((/** @type {{ name: string, path: string }} */ { name, path }) => ({
          name,
          path,
        }));
        const kind =
          task === "reading" ? /** @type {const} */ ("reading") : /** @type {const} */ ("benchmark");
        return [{ name: place === official ? task : `${task} (stand-in)`, kind, task, files: paths }];
      } catch (error) {
        if (place !== official) throw error;
      }
    }
    console.log(`${task}: no items at hand`);
    return [];
  });
  const glue = /** @type {string[]} */ (SUPERGLUE_TASKS).map((task) => ({
    name: task,
    kind: /** @type {const} */ ("superglue"),
    task,
    files: [
      { name: `${task}.valid`, path: join(official, "full_eval/glue_filtered", `${task}.valid.jsonl`) },
    ],
  }));
  return [...zeroShot, ...glue.filter(({ files: [file] }) => existsSync(file?.path ?? ""))];
}

/**
 * A few updates on the dev items themselves: all that matters is that predictions differ.
 *
 * @param {string} model folder
 * @param {ScoredSet} scored
 * @returns {Promise<string>} file of the weights
 */
async function finetune(model, { task, files }) {
  const { readTextFile } = await source("data/text-file.js");
  const { openTokenizer } = await source("data/tokenizer/tokenizer.js");
  const { tf } = await source("engine/backend.js");
  const { encodePairs } = await source("evaluation/superglue-inputs.js");
  const { readSuperglue, SUPERGLUE_CONFIGS } = await source("evaluation/superglue-tasks.js");
  const { initializeHead } = await source("evaluation/superglue-classifier.js");
  const { startClassifier } = await source("evaluation/superglue-training.js");
  const { loadModel, writeWeights } = await source("model/checkpoint.js");
  const { seeded, shuffled } = await source("random.js");
  const { architecture, weights } = loadModel(model);
  const tokenizer = await openTokenizer(model);
  const pairs = readSuperglue(task, { text: readTextFile(files[0]?.path ?? ""), name: task });
  const { pairs: encoded } = await encodePairs(tokenizer, pairs.slice(0, 400), {
    maxLengthTokens: Math.min(512, architecture.maxLengthTokens),
  });
  const numClasses = SUPERGLUE_CONFIGS[task].classes.length;
  const head = initializeHead(architecture.hiddenSize, numClasses, seeded(42));
  const classifier = startClassifier(
    { weights: { ...weights, ...head } },
    { architecture, numClasses, padId: tokenizer.padId ?? tokenizer.endId ?? 0, pooling: "lastToken" },
  );
  tf.dispose([{ ...weights }, { ...head }]);
  const random = seeded(7);
  for (let step = 0; step < FINETUNING_STEPS; step++)
    classifier.update(shuffled(encoded, random).slice(0, 16), { rate: 1e-3, random });
  const trained = classifier.readWeights();
  const path = join(folder, `${task}.safetensors`);
  writeFileSync(path, writeWeights(trained));
  tf.dispose({ ...trained });
  classifier.dispose();
  return path;
}

/** @param {readonly ({ model: string, name: string, way: string } & ReturnType<typeof compareScores>)[]} rows */
function tableOf(rows) {
  const lines = rows.map(
    ({ model, name, items, way, largest, largestShare, changed, ties }) =>
      `| ${model} | ${name} | ${items} | ${way} | ${largest.toExponential(1)} | ${largestShare.toFixed(2)} | ${changed} | ${ties} |`,
  );
  return [
    `\nBeside ${RUNS[0]?.ways[0]?.name}:\n`,
    "| decoder | task | items | way | largest difference | of what is allowed | choices changed | ties changed |",
    "|---|---|---|---|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

/** @param {string[]} wanted */
async function main(wanted) {
  const data = process.env["CLASS_IT_DATA"];
  if (!data)
    throw new SetUpError("invariance: CLASS_IT_DATA must name the data folder, it is not set. Set it.");
  const { MODELS } = await source("config/config.js");
  const { openStudy } = await source("runs/study/study.js");
  const { trainedModel } = await source("runs/training/training.js");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const all = await findScoredSets(data);
  requireKnown(
    wanted,
    all.map(({ task }) => task),
    USAGE,
  );
  const scoredSets = wanted.length === 0 ? all : all.filter(({ task }) => wanted.includes(task));
  const study = openStudy({ scale: "smoke", seed: 42, resultsRoot: join(folder, "results") });
  const rows = [];
  const begin = performance.now();
  for (const model of MODELS) {
    const { stage } = await trainedModel(study, { model, condition: "base" });
    const ready = [];
    for (const scored of scoredSets)
      ready.push(
        scored.kind === "superglue" ? { ...scored, weights: await finetune(stage.folder, scored) } : scored,
      );
    /** @type {Record<string, Record<string, Scored[]>>} */
    const found = {};
    for (const { threads, ways } of RUNS) {
      console.log(`${model}, ${threads} threads …`);
      const [task, out] = [join(folder, "task.json"), join(folder, "scores.json")];
      writeFileSync(task, JSON.stringify({ model: stage.folder, scoredSets: ready, ways, out }));
      execFileSync(process.execPath, [join(root, "robustness/invariance-scores.mjs"), task], {
        stdio: ["ignore", "inherit", "inherit"],
        env: {
          ...process.env,
          TF_NUM_INTRAOP_THREADS: String(threads),
          TF_NUM_INTEROP_THREADS: String(threads),
        },
      });
      Object.assign(found, JSON.parse(readFileSync(out, "utf8")));
    }
    const [[, reference] = ["", {}], ...others] = Object.entries(found);
    const own = scoredSets.flatMap(({ name }) =>
      others.map(([way, scored]) => ({
        model,
        name,
        way,
        ...compareScores(reference[name] ?? [], scored[name] ?? []),
      })),
    );
    console.log(tableOf(own));
    rows.push(...own);
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`${((performance.now() - begin) / 60_000).toFixed(1)} minutes`);
  const faults = rows.flatMap(({ model, name, way, faults: own }) =>
    own.map((fault) => `${model} ${name}, ${way}: ${fault}`),
  );
  for (const fault of faults.slice(0, 20)) console.error(fault);
  if (faults.length === 0) return;
  console.error(`invariance: no score may move by more than rounding, ${faults.length} do.`);
  process.exitCode = 1;
}

if (isMain(import.meta.url))
  await main(readCommand(USAGE, { most: Infinity }).positionals).catch(reportFailure);
