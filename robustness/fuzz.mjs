/**
 * @file `npm run robustness -- fuzz`: every reader of bytes from outside, on valid files damaged by chance and kept where they reach new code, a
 * million times each:
 *
 *   npm run robustness -- fuzz [READER …] [--executions=1000000] [--seed=1] [--jobs=1] [--minutes=600] [--replay=FILE]
 *
 * `--minutes` ends a reader that has taken so long. Reading must end in a value or in an error of the house's form, within a second,
 * in little memory. Inputs on which it does not are saved in `.cache/fuzz/faults`; `--replay` reads one again.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";
import { readCommand, readWhole, requireKnown } from "../scripts/command.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const faults = join(root, ".cache/fuzz/faults");
mkdirSync(faults, { recursive: true });
/** A process that reads one batch for so long hangs, on any machine. */
const HANG_MS = 120_000;
const HEAP_MIB = 1024;
const SAY_EVERY_MS = 60_000;

const USAGE = "fuzz [READER …] [--executions=N] [--seed=1] [--jobs=1] [--minutes=600] [--replay=FILE]";
const { values, positionals } = readCommand(USAGE, {
  most: Infinity,
  options: {
    executions: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    minutes: { type: "string", default: "600" },
    replay: { type: "string" },
  },
});
const executions = readWhole(values.executions, USAGE, { name: "--executions" });
const jobs = readWhole(values.jobs, USAGE, { name: "--jobs" });
const minutes = readWhole(values.minutes, USAGE, { name: "--minutes" });
const seed = readWhole(values.seed, USAGE, { name: "--seed", least: 0 });
const built = mkdtempSync(join(root, ".cache/fuzz/built-"));
process.once("exit", () => rmSync(built, { recursive: true, force: true }));

/** @typedef {{ reader: string, executions: number, refused: number, kept: number, seconds: number, faults: number }} Row */

/** The worker and all of the kit it reads with, as one module; packages stay outside. */
async function buildWorker() {
  await build({
    root,
    logLevel: "error",
    configFile: false,
    build: {
      ssr: true,
      outDir: built,
      minify: false,
      target: "node20",
      rollupOptions: { input: { worker: "tests/fuzz/worker.ts", readers: "tests/fuzz/readers.ts" } },
    },
  });
}

/**
 * Runs a worker until it ends, or hangs.
 *
 * @param {string} reader
 * @param {string} scratch
 * @param {string[]} args
 * @returns {Promise<{ code: number | string, messages: any[] }>}
 */
function work(reader, scratch, args) {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      [
        ...[`--max-old-space-size=${HEAP_MIB}`, "--max-semi-space-size=32", "--enable-source-maps"],
        join(built, "worker.js"),
        ...[`--reader=${reader}`, `--scratch=${scratch}`, `--faults=${faults}`, ...args],
      ],
      { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" } },
    );
    const begun = Date.now();
    let [output, errors, isHanging, said] = ["", "", false, begun];
    child.stdout.on("data", (data) => {
      output += data;
      const { done } = JSON.parse(/\{"type":"progress","done":\d+\}/.exec(data)?.[0] ?? "{}");
      if (!done || Date.now() - said < SAY_EVERY_MS) return;
      said = Date.now();
      console.error(`${reader}: ${done} after ${((said - begun) / 60_000).toFixed(1)} minutes`);
    });
    child.stderr.on("data", (data) => (errors = (errors + data).slice(-2000)));
    const timer = setInterval(() => {
      const changed = [join(scratch, "batch.json"), join(scratch, "place")].map(
        (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? begun,
      );
      if (Date.now() - Math.max(...changed) < HANG_MS) return;
      isHanging = true;
      child.kill("SIGKILL");
    }, 1000);
    child.on("close", (code, signal) => {
      clearInterval(timer);
      /** @type {any[]} */
      const messages = output.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
      if (code !== 0 && !isHanging && errors !== "") console.error(errors);
      done({ code: isHanging ? "hang" : (code ?? signal ?? "killed"), messages });
    });
  });
}

/**
 * Finds the input of a batch that a worker did not survive.
 *
 * @param {string} reader
 * @param {string} scratch
 */
async function findCulprit(reader, scratch) {
  const batch = join(scratch, "batch.json");
  if (!existsSync(batch)) return "none of its inputs: it did not begin";
  const copy = join(scratch, "culprit.json");
  const inputs = JSON.parse(readFileSync(batch, "utf8"));
  writeFileSync(copy, JSON.stringify(inputs));
  const { code } = await work(reader, scratch, [`--replay=${copy}`]);
  if (code === 0) return "no single input of its last batch";
  const index = Number(readFileSync(join(scratch, "place"), "utf8"));
  const path = join(faults, `${reader}-${inputs[index].part}-${code}-${Date.now()}.json`);
  writeFileSync(path, JSON.stringify([inputs[index]]));
  return path;
}

/** @param {string} reader @returns {Promise<Row>} */
async function fuzzReader(reader) {
  const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "class-it-fuzz-"));
  const begin = performance.now();
  try {
    const args = values.replay
      ? [`--replay=${values.replay}`]
      : [`--executions=${executions}`, `--seed=${seed}`, `--minutes=${minutes}`];
    const { code, messages } = await work(reader, scratch, args);
    const seconds = (performance.now() - begin) / 1000;
    const found = messages.filter(({ type }) => type === "fault");
    for (const { fault, place, path } of found) console.log(`${reader}: ${fault}\n  ${place}\n  ${path}`);
    const end = messages.find(({ type }) => type === "end") ?? {};
    if (code !== 0) console.log(`${reader}: ended with ${code}, at ${await findCulprit(reader, scratch)}`);
    const done = end.executions ?? messages.filter(({ type }) => type === "progress").at(-1)?.done ?? 0;
    const counts = { refused: end.refused ?? 0, kept: end.kept ?? 0 };
    return { reader, executions: done, ...counts, seconds, faults: found.length + (code === 0 ? 0 : 1) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

let faulty = 0;
await buildWorker();
const { READER_NAMES } = await import(pathToFileURL(join(built, "readers.js")).href);
requireKnown(positionals, READER_NAMES, USAGE);
const wanted = positionals.length > 0 ? positionals : [...READER_NAMES];
console.log(`seed ${seed}, ${executions} executions each: ${wanted.join(", ")}`);
console.log(
  "| reader | executions | a second | minutes | refused | inputs kept | faults |\n|---|---|---|---|---|---|---|",
);
const queue = [...wanted];
await Promise.all(
  Array.from({ length: jobs }, async () => {
    for (let reader = queue.shift(); reader !== undefined; reader = queue.shift()) {
      const row = await fuzzReader(reader);
      faulty += row.faults;
      const { executions, seconds, refused, kept } = row;
      console.log(
        `| ${reader} | ${executions} | ${Math.round(executions / seconds)} | ${(seconds / 60).toFixed(1)} | ${refused} | ${kept} | ${row.faults} |`,
      );
    }
  }),
);
if (faulty > 0) process.exitCode = 1;
