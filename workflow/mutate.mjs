/**
 * @file `npm run mutate -- statistics data …`: changes the sources of these folders in thousands of small ways, one at a time, and
 * asks whether a test of the same folder notices. Left out are sources and tests that import the engine, and the wording of errors
 * unless `--wording` is given. Stops and goes on where it was; a folder's report lies in `.cache/mutation`.
 */
import { Stryker } from "@stryker-mutator/core";
import { mkdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readImports, reaching } from "./import-graph.mjs";
import { reportFailure, root, setUp } from "./set-up.mjs";

/** @typedef {import("@stryker-mutator/api/core").MutantResult} MutantResult */

const folders = ["statistics", "data", "evaluation", "training"];
/** Share of mutants that must be killed in each folder. */
const GOAL = 0.8;

/**
 * @param {import("./import-graph.mjs").ImportGraph} imports
 * @param {string} wanted folder of src, or the beginning of one of its files, such as statistics/regression
 */
function choose(imports, wanted) {
  const [folder = ""] = wanted.split("/");
  if (!folders.includes(folder))
    throw new Error(`mutate: a folder must be one of ${folders.join(", ")}, got "${folder}". Correct it.`);
  const needsEngine = reaching(imports, (path) => /^src\/engine\/|@tensorflow/.test(path));
  const [sources, left] = split(
    [...imports.keys()].filter((path) => path.startsWith(`src/${wanted}`)),
    (path) => !needsEngine(path),
  );
  const mutated = new Set(sources);
  const reachesSource = reaching(imports, (path) => mutated.has(path));
  const tests = [...imports.keys()].filter(
    (path) =>
      path.startsWith(`tests/${folder}/`) &&
      path.endsWith(".test.ts") &&
      !needsEngine(path) &&
      reachesSource(path),
  );
  return { folder, sources, left, tests };
}

/** @template T @param {readonly T[]} values @param {(value: T) => boolean} isFirst @returns {[T[], T[]]} */
const split = (values, isFirst) => [values.filter(isFirst), values.filter((value) => !isFirst(value))];

/** @param {readonly MutantResult[]} results */
function tally(results) {
  const count = (/** @type {MutantResult["status"][]} */ ...kinds) =>
    results.filter(({ status }) => kinds.includes(status)).length;
  const killed = count("Killed", "Timeout");
  return {
    killed,
    total: killed + count("Survived", "NoCoverage"),
    ignored: count("Ignored"),
    broken: count("CompileError", "RuntimeError"),
  };
}

/** @param {MutantResult} mutant @returns {string} place and change in one line */
function lineOf({ fileName, location: { start, end }, mutatorName, replacement = "", status }) {
  const line = readFileSync(join(root, fileName), "utf8").split("\n")[start.line - 1] ?? "";
  const original = line.slice(start.column - 1, start.line === end.line ? end.column - 1 : undefined);
  const change = `${original} → ${replacement.replace(/\s+/g, " ")}`;
  return `  ${fileName}:${start.line}:${start.column} ${status === "NoCoverage" ? "no test runs it" : "survived"} (${mutatorName}) ${change}`;
}

const percent = (/** @type {{ killed: number, total: number }} */ { killed, total }) =>
  `${killed} of ${total} killed, ${((100 * killed) / total).toFixed(1)} %`;

/**
 * @param {ReturnType<typeof choose>} chosen
 * @param {{ wording: boolean, afresh: boolean }} options
 */
async function mutate({ folder, sources, left, tests }, { wording, afresh }) {
  const begin = performance.now();
  const name = join(".cache/mutation", wording ? `${folder}-wording` : folder);
  mkdirSync(join(root, ".cache/mutation"), { recursive: true });
  process.env["CLASS_IT_MUTATION_TESTS"] = tests.join("\n");
  const stryker = new Stryker({
    mutate: sources,
    ignorers: wording ? [] : ["wording"],
    reporters: ["json", "html", ...(process.stdout.isTTY ? ["progress"] : [])],
    incrementalFile: `${name}.incremental.json`,
    force: afresh,
    jsonReporter: { fileName: `${name}.json` },
    htmlReporter: { fileName: `${name}.html` },
  });
  const results = (await stryker.runMutationTest()).map((mutant) => ({
    ...mutant,
    fileName: relative(root, resolve(root, mutant.fileName)),
  }));
  const all = results.filter(({ fileName }) => sources.includes(fileName));
  for (const mutant of all)
    if (["Survived", "NoCoverage"].includes(mutant.status)) console.log(lineOf(mutant));
  for (const source of sources) {
    const ofSource = tally(all.filter(({ fileName }) => fileName === source));
    if (ofSource.total > 0) console.log(`${source}: ${percent(ofSource)}`);
  }
  const total = tally(all);
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
  console.log(
    `${folder}: ${percent(total)} by ${tests.length} test files in ${minutes} minutes; ${total.ignored} mutants of wording left alone, ` +
      `${total.broken} that could not run; without engine-bound ${left.length === 0 ? "none" : left.join(", ")}`,
  );
  return total.killed >= GOAL * total.total;
}

async function main() {
  await setUp();
  process.chdir(root);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { wording: { type: "boolean", default: false }, afresh: { type: "boolean", default: false } },
  });
  const imports = await readImports();
  const chosen = (positionals.length > 0 ? positionals : folders).map((wanted) => choose(imports, wanted));
  for (const each of chosen) if (!(await mutate(each, values))) process.exitCode = 1;
}

main().catch(reportFailure);
