/**
 * @file `npm run robustness -- mutate statistics data …`: changes the sources of these folders in thousands of small ways, one at a time, and
 * asks whether a test of the same folder notices. Left out are sources and tests that import the engine; unless `--everything` is
 * given also the wording of errors, and what runs only while a file loads (tables, schemas), which no single test can be asked about
 * and every test would have to run again for. A file's result is kept until it, its tests or what they import change: a stopped run goes on.
 * `--survivors` asks only those again that survived, for when tests were only added; `--every 5` takes each fifth line of every file.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { readImports, reachedFrom } from "../scripts/set-up/import-graph.mjs";
import { WORDING } from "./mutation-ignorer.mjs";
import { readCommand, readWhole } from "../scripts/command.mjs";
import { reportFailure, root, setUp, SetUpError } from "../scripts/set-up.mjs";

/** @typedef {Pick<import("@stryker-mutator/api/core").MutantResult, "status" | "statusReason" | "location" | "mutatorName" | "replacement">} Mutant */
/** @typedef {{ key: string, mutants: Mutant[], minutes: number }} Kept */
/** @typedef {{ everything: boolean, survivors: boolean, every: number }} Options */
/** @typedef {ReturnType<typeof choose>[number]} Source */

const folders = ["statistics", "data", "download", "evaluation", "training"];
/** Share of mutants that must be killed in each folder. */
const GOAL = 0.8;
/** Sources of one run of Stryker: what a stopped run loses at most. */
const TOGETHER = 6;

const isEngine = (/** @type {string} */ path) => /^src\/engine\/|@tensorflow/.test(path);
const holdsMutants = (/** @type {Mutant[]} */ mutants) => mutants.some(({ status }) => status !== "Ignored");

/**
 * The sources of a folder that need no engine, each with those of the folder's tests that import it.
 *
 * @param {import("../scripts/set-up/import-graph.mjs").ImportGraph} imports
 * @param {string} wanted folder of src, or the beginning of one of its files, such as statistics/regression
 */
function choose(imports, wanted) {
  const [folder = ""] = wanted.split("/");
  if (!folders.includes(folder))
    throw new SetUpError(
      `mutate: a folder must be one of ${folders.join(", ")}, got "${folder}". Correct it.`,
    );
  const below = (/** @type {string} */ start) => [...imports.keys()].filter((path) => path.startsWith(start));
  const tests = below(`tests/${folder}/`).filter(
    (path) => path.endsWith(".test.ts") && !reachedFrom(imports, path).some(isEngine),
  );
  return below(`src/${wanted}`)
    .filter((path) => !reachedFrom(imports, path).some(isEngine))
    .map((path) => {
      const own = tests.filter((test) => reachedFrom(imports, test).includes(path));
      const read = [...new Set([path, ...own.flatMap((test) => reachedFrom(imports, test))])];
      const hash = createHash("sha256");
      // Built-in modules and packages are no files here; the lock file pins them.
      for (const file of read.filter((name) => /^(?:src|tests)\//.test(name)).sort())
        hash.update(`${file}\0`).update(readFileSync(join(root, file)));
      return { folder, path, tests: own, key: hash.digest("hex") };
    });
}

const keptAt = (/** @type {Source} */ { path }, /** @type {Options} */ { everything, every }) =>
  join(
    root,
    ".cache/mutation",
    (everything ? "everything-" : "") + (every > 1 ? `every-${every}` : "all"),
    path.replace(/^src\/|\.ts$/g, "") + ".json",
  );

/** @param {Source} source @param {Options} options @returns {Kept | null} */
function readKept(source, options) {
  const path = keptAt(source, options);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}

/** @param {Mutant} mutant */
const isAlive = ({ status }) => status === "Survived" || status === "NoCoverage";

/** @param {Mutant} mutant */
const nameOf = ({ location, mutatorName, replacement }) =>
  JSON.stringify([location.start, location.end, mutatorName, replacement]);

/**
 * What of a source to mutate, as Stryker takes it: the survivors of an earlier run, some lines, or the whole file.
 *
 * @param {Source} source
 * @param {Mutant[] | undefined} mutants of the earlier run
 * @param {number} every
 */
function placesOf({ path }, mutants, every) {
  if (mutants)
    return mutants
      .filter(isAlive)
      .map(
        ({ location: { start, end } }) =>
          `${path}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
      );
  if (every === 1) return [path];
  const lines = readFileSync(join(root, path), "utf8").split("\n").length;
  return Array.from({ length: Math.floor(lines / every) }, (_, index) => (index + 1) * every).map(
    (line) => `${path}:${line}-${line}`,
  );
}

/**
 * Mutates some sources and keeps the results, each in its file.
 *
 * @param {readonly Source[]} sources
 * @param {Options} options
 */
async function mutate(sources, options) {
  const begin = performance.now();
  const before = new Map(
    sources.map((source) => [source, options.survivors ? readKept(source, options) : null]),
  );
  const places = sources.flatMap((source) => placesOf(source, before.get(source)?.mutants, options.every));
  process.env["CLASS_IT_MUTATION_TESTS"] = [...new Set(sources.flatMap(({ tests }) => tests))].join("\n");
  const stryker = new Stryker({
    mutate: places,
    ignorers: options.everything ? [] : ["wording"],
    ignoreStatic: !options.everything,
    reporters: [process.stdout.isTTY ? "progress" : "progress-append-only"],
  });
  const results = places.length > 0 ? await stryker.runMutationTest() : [];
  const minutes = (performance.now() - begin) / 60_000 / sources.length;
  for (const source of sources) {
    const found = results
      .filter(({ fileName }) => relative(root, resolve(root, fileName)) === source.path)
      .map(({ status, statusReason = "", location, mutatorName, replacement = "" }) => ({
        status,
        statusReason: status === "Ignored" ? statusReason : "",
        location,
        mutatorName,
        replacement,
      }));
    const again = new Set(found.map(nameOf));
    const others = before.get(source)?.mutants.filter((mutant) => !again.has(nameOf(mutant))) ?? [];
    const path = keptAt(source, options);
    mkdirSync(dirname(path), { recursive: true });
    /** @type {Kept} */
    const kept = {
      key: source.key,
      mutants: [...others, ...found],
      minutes: minutes + (before.get(source)?.minutes ?? 0),
    };
    writeFileSync(path, JSON.stringify(kept));
  }
}

/** @param {readonly Mutant[]} mutants */
function tally(mutants) {
  const count = (/** @type {Mutant["status"][]} */ ...kinds) =>
    mutants.filter(({ status }) => kinds.includes(status)).length;
  const killed = count("Killed", "Timeout");
  const total = killed + count("Survived", "NoCoverage");
  const share = `${killed} of ${total} killed, ${((100 * killed) / total).toFixed(1)} %`;
  return {
    killed,
    total,
    share,
    late: count("Timeout"),
    wording: mutants.filter(({ statusReason }) => statusReason === WORDING).length,
    static: count("Ignored") - mutants.filter(({ statusReason }) => statusReason === WORDING).length,
    broken: count("CompileError", "RuntimeError"),
  };
}

/** @param {string} path @param {Mutant} mutant @returns {string} place and change in one line */
function lineOf(path, { location: { start, end }, mutatorName, replacement = "", status }) {
  const line = readFileSync(join(root, path), "utf8").split("\n")[start.line - 1] ?? "";
  const original = line.slice(start.column - 1, start.line === end.line ? end.column - 1 : undefined);
  const change = `${original} → ${replacement.replace(/\s+/g, " ")}`;
  return `  ${path}:${start.line}:${start.column} ${status === "NoCoverage" ? "no test runs it" : "survived"} (${mutatorName}) ${change}`;
}

/**
 * @param {readonly Source[]} sources all of one folder
 * @param {Options} options
 * @returns {boolean} whether enough were killed
 */
function report(sources, options) {
  const kept = sources.map((source) => ({
    source,
    ...(readKept(source, options) ?? { mutants: [], minutes: 0 }),
  }));
  for (const { source, mutants } of kept) {
    for (const mutant of mutants) if (isAlive(mutant)) console.log(lineOf(source.path, mutant));
    if (holdsMutants(mutants)) console.log(`${source.path}: ${tally(mutants).share}`);
  }
  const sum = tally(kept.flatMap(({ mutants }) => mutants));
  const tests = new Set(sources.flatMap((source) => source.tests));
  const minutes = kept.reduce((all, file) => all + file.minutes, 0).toFixed(1);
  console.log(
    `${sources[0]?.folder}: ${sum.share} (${sum.late} of them for want of an end) in ${sources.length} files by ` +
      `${tests.size} test files, ${minutes} minutes; left alone: ${sum.wording} of wording, ${sum.static} of loading, ${sum.broken} that cannot run`,
  );
  return sum.killed >= GOAL * sum.total;
}

async function main() {
  const usage = "mutate [FOLDER …] [--everything] [--survivors] [--every=1]";
  const { values, positionals } = readCommand(usage, {
    most: Infinity,
    options: {
      everything: { type: "boolean", default: false },
      survivors: { type: "boolean", default: false },
      every: { type: "string", default: "1" },
    },
  });
  const options = { ...values, every: readWhole(values.every, usage, { name: "--every" }) };
  await setUp();
  process.chdir(root);
  const imports = await readImports();
  const chosen = (positionals.length > 0 ? positionals : folders).map((wanted) => choose(imports, wanted));
  for (const sources of chosen) {
    const stale = sources.filter((source) => readKept(source, options)?.key !== source.key);
    const together = TOGETHER * options.every;
    for (let from = 0; from < stale.length; from += together)
      await mutate(stale.slice(from, from + together), options);
    if (!report(sources, options)) process.exitCode = 1;
  }
}

main().catch(reportFailure);
