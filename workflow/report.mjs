/**
 * @file `node workflow/report.mjs FOLDER [--out=FOLDER]`: the report of one scale from its results alone, as
 * `npx class-it report` and `npm run reproduce` make it.
 */
import { existsSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import * as kit from "class-it";
import { isMain, readCommand } from "../scripts/command.mjs";
import { libraryPages } from "./api.mjs";
import { PROJECT } from "../scripts/notebooks/jupyter-environment.mjs";
import { joined } from "../scripts/notebooks/notebook-format.mjs";
import { NOTEBOOKS, readNotebook } from "../scripts/notebooks/notebook-scripts.mjs";
import { duration } from "../scripts/notebooks/progress.mjs";
import { commitInWords, numbersPages } from "./report-numbers.mjs";
import { buildReport, executedNames } from "./report-site.mjs";
import { verdictTables } from "./report-verdicts.mjs";

/** @typedef {import("class-it").Result} Result */

/** @param {readonly Result[]} results @param {(result: Result) => string | number} part */
const distinct = (results, part) => [...new Set(results.map(part))];

/** @param {readonly Result[]} results @param {string} folder */
function contextOf(results, folder) {
  for (const [name, found] of /** @type {const} */ ([
    ["scale", distinct(results, ({ scale }) => scale)],
    ["source", distinct(results, ({ source }) => source)],
  ]))
    if (found.length > 1)
      throw new Error(
        `report: results in ${folder} must be of one ${name}, got ${found.join(" and ")}. Move the others out.`,
      );
  const [first] = results;
  if (!first) return { scale: basename(folder), results: "none yet" };
  const commits = distinct(results, ({ provenance }) => commitInWords(provenance));
  return {
    scale: first.scale,
    text: first.source === "real" ? "real" : "microworld (generated)",
    seeds: distinct(results, ({ seed }) => seed)
      .sort((a, b) => Number(a) - Number(b))
      .join(", "),
    results: String(results.length),
    commits: commits.join(", "),
    machines: distinct(results, ({ provenance }) =>
      provenance.device === "CPU" ? provenance.processor : provenance.device,
    ).join(", "),
  };
}

/**
 * The notebooks executed into a results folder; where none was and the results are the committed ones, those published with them.
 *
 * @param {string} resultsFolder @param {string} scale
 */
function notebooksOf(resultsFolder, scale) {
  const executedFolder = join(resultsFolder, "notebooks");
  const isCommitted = scale !== "smoke" && resolve(resultsFolder) === join(PROJECT, "results", scale);
  if (executedNames(executedFolder).length > 0 || !isCommitted) return { executedFolder };
  const names = executedNames(NOTEBOOKS).filter((name) => {
    const { cells } = readNotebook(join(NOTEBOOKS, `${name}.ipynb`));
    const isOfScale = cells.some(({ source }) =>
      joined(source).includes(`kit.setParameters({ scale: "${scale}" })`),
    );
    return isOfScale && cells.some(({ outputs }) => outputs?.length);
  });
  return names.length > 0 ? { executedFolder: NOTEBOOKS, names } : { executedFolder };
}

/**
 * Builds the report of a results folder: notebooks as executed, figures, verdicts, and every number with its origin.
 *
 * @param {{ resultsFolder: string, outFolder?: string }} options `results/<scale>`; the site lies in its `report` unless named
 * @returns {Promise<string>} path of index.html
 * @throws {Error} when no notebook was executed, or results are of several scales or of another version
 */
export async function reportOf({ resultsFolder, outFolder = join(resultsFolder, "report") }) {
  if (!existsSync(resultsFolder))
    throw new Error(`report: ${resultsFolder} must be a folder of results, got none. Run npm run reproduce.`);
  const results = kit.readResults(resultsFolder);
  const crossed = kit.readResults(join(resultsFolder, kit.CROSSED_FOLDER));
  const context = contextOf([...results, ...crossed], resultsFolder);
  const evidence = {
    published: kit.publishedEvidence("unpaired"),
    ifPaired: kit.publishedEvidence("pairedAssumption"),
    own: kit.evidenceByYear(resultsFolder, kit.RULES),
  };
  const overviewOf = (/** @type {typeof kit.PAPER_CLAIMS} */ claims) =>
    kit.verdictOverview({
      published: kit.judgeClaims(claims, evidence.published),
      ifPaired: kit.judgeClaims(claims, evidence.ifPaired),
      own: kit.judgeYears(claims, evidence.own),
    });
  return buildReport({
    ...notebooksOf(resultsFolder, context.scale),
    figuresFolder: join(resultsFolder, "figures"),
    outFolder,
    library: libraryPages,
    title: "CLASS-IT, reproduced",
    context,
    ...(results.length > 0 && {
      numbers: numbersPages([
        { name: "", label: "", results },
        { name: "crossed", label: "tokenizers exchanged", results: crossed },
      ]),
    }),
    verdicts: verdictTables({
      claims: overviewOf(kit.PAPER_CLAIMS),
      questions: overviewOf(kit.KIT_QUESTIONS),
    }),
  });
}

async function main() {
  const { values, positionals } = readCommand("report FOLDER [--out=FOLDER]", {
    most: 1,
    options: { out: { type: "string" } },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error("report: a folder of results must be named, got none.");
  const begin = performance.now();
  const index = await reportOf({
    resultsFolder: resolve(folder),
    ...(values.out !== undefined && { outFolder: resolve(values.out) }),
  });
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(`report: ${relative(process.cwd(), index)}, in ${duration(seconds)}`);
}

if (isMain(import.meta.url)) {
  main().catch((/** @type {Error} */ error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
