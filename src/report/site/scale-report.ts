/** @file The report of one scale from its results alone, as `npx class-it report` and `npm run reproduce` make it. */
import { existsSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { RULES } from "../../evaluation/rules.js";
import { findProjectRoot } from "../../project-root.js";
import { CROSSED_FOLDER } from "../../runs/study/crossed-tokenizers.js";
import { listStudies, type StudyDefinition } from "../../runs/study/named-study.js";
import { readResults, type Result } from "../../runs/study/results.js";
import { describeChanges } from "../../runs/study/study-change.js";
import { DEFAULT_STUDY } from "../../runs/study/study.js";
import {
  evidenceByYear,
  judgeClaims,
  judgeYears,
  KIT_QUESTIONS,
  PAPER_CLAIMS,
  publishedEvidence,
  verdictOverview,
} from "../claims.js";
import { buildReport, executedNames } from "./build-report.js";
import { libraryPages } from "./library.js";
import type { ReportedStudy } from "./index-page.js";
import { joined, readNotebook } from "./notebook-file.js";
import { commitInWords, numbersPages } from "./number-pages.js";
import { verdictTables } from "./verdict-tables.js";

const PROJECT = findProjectRoot();
const NOTEBOOKS = join(PROJECT, "notebooks");

const distinct = (results: readonly Result[], part: (result: Result) => string | number) => [
  ...new Set(results.map(part)),
];

/** The named study of a folder, or undefined for a scale's default one. */
const studyOf = (folder: string): StudyDefinition | undefined =>
  listStudies(resolve(folder, "../..")).find((study) => resolve(study.folder) === resolve(folder));

/** The named studies of a scale and its default one, seen from the report of any of them; none where there are no named ones. */
function studiesOf(resultsFolder: string, outFolder: string): ReportedStudy[] {
  const scaleFolder = studyOf(resultsFolder) ? resolve(resultsFolder, "../..") : resultsFolder;
  const named = listStudies(scaleFolder);
  if (named.length === 0) return [];
  return [{ name: DEFAULT_STUDY, changes: [], folder: scaleFolder }, ...named].map(
    ({ name, changes, folder }) => {
      const index = join(folder, "report", "index.html");
      const isThis = resolve(folder) === resolve(resultsFolder);
      return {
        name,
        changes: describeChanges(changes) || "nothing",
        results: readResults(folder).length,
        ...(!isThis && existsSync(index) && { link: relative(resolve(outFolder), index) }),
      };
    },
  );
}

function contextOf(
  results: readonly Result[],
  folder: string,
): { readonly scale: string; readonly [fact: string]: string } {
  for (const [name, found] of [
    ["scale", distinct(results, ({ scale }) => scale)],
    ["source", distinct(results, ({ source }) => source)],
  ] as const)
    if (found.length > 1)
      throw new Error(
        `report: results in ${folder} must be of one ${name}, got ${found.join(" and ")}. Move the others out.`,
      );
  const [first] = results;
  const named = studyOf(folder);
  const study = named && { study: `${named.name}, ${describeChanges(named.changes)}` };
  if (!first)
    return { scale: basename(named ? resolve(folder, "../..") : folder), ...study, results: "none yet" };
  const commits = distinct(results, ({ provenance }) => commitInWords(provenance));
  return {
    scale: first.scale,
    ...study,
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
 */
function notebooksOf(resultsFolder: string, scale: string) {
  const executedFolder = join(resultsFolder, "notebooks");
  const isCommitted = scale !== "smoke" && resolve(resultsFolder) === join(PROJECT, "results", scale);
  if (executedNames(executedFolder).length > 0 || !isCommitted) return { executedFolder };
  const names = executedNames(NOTEBOOKS).filter((name) => {
    const { cells } = readNotebook(join(NOTEBOOKS, `${name}.ipynb`));
    const isOfScale = cells.some(({ source }) =>
      joined(source).includes(`setParameters({ scale: "${scale}"`),
    );
    return isOfScale && cells.some(({ outputs }) => outputs?.length);
  });
  return names.length > 0 ? { executedFolder: NOTEBOOKS, names } : { executedFolder };
}

/**
 * Builds the report of a results folder: notebooks as executed, figures, verdicts, and every number with its origin.
 *
 * @param options `results/<scale>`; the site is in its `report` unless named
 * @returns path of index.html
 * @throws Error when no notebook was executed, or results are of several scales or of another version
 */
export async function reportOf({
  resultsFolder,
  outFolder = join(resultsFolder, "report"),
}: {
  resultsFolder: string;
  outFolder?: string;
}): Promise<string> {
  if (!existsSync(resultsFolder))
    throw new Error(`report: ${resultsFolder} must be a folder of results, got none. Run npm run reproduce.`);
  const results = readResults(resultsFolder);
  const crossed = readResults(join(resultsFolder, CROSSED_FOLDER));
  const context = contextOf([...results, ...crossed], resultsFolder);
  const evidence = {
    published: publishedEvidence("unpaired"),
    ifPaired: publishedEvidence("pairedAssumption"),
    own: evidenceByYear(resultsFolder, RULES),
  };
  const overviewOf = (claims: typeof PAPER_CLAIMS) =>
    verdictOverview({
      published: judgeClaims(claims, evidence.published),
      ifPaired: judgeClaims(claims, evidence.ifPaired),
      own: judgeYears(claims, evidence.own),
    });
  return buildReport({
    ...notebooksOf(resultsFolder, context.scale),
    figuresFolder: join(resultsFolder, "figures"),
    outFolder,
    library: libraryPages,
    title: "CLASS-IT, reproduced",
    context,
    studies: studiesOf(resultsFolder, outFolder),
    ...(results.length > 0 && {
      numbers: numbersPages(
        [
          { name: "", label: "", results },
          { name: "crossed", label: "tokenizers exchanged", results: crossed },
        ],
        context["study"],
      ),
    }),
    verdicts: verdictTables({
      claims: overviewOf(PAPER_CLAIMS),
      questions: overviewOf(KIT_QUESTIONS),
    }),
  });
}
