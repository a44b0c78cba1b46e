/**
 * @file The report's pages of numbers: for each model and condition every number of every seed, and what it was computed with;
 * and the data files with their hashes. Read from results alone.
 */
import { createHash } from "node:crypto";
import type { Result } from "../../runs/study/results.js";
import { duration } from "../render/duration.js";
import { escaped, htmlPage, htmlTable } from "./html.js";

/** The page of a model and condition. */
export interface NumbersPage {
  readonly file: string;
  readonly label: string;
  readonly seeds: readonly number[];
  readonly tasks: readonly string[];
  readonly html: string;
}

/** All pages of numbers. */
export interface Numbers {
  readonly pages: readonly NumbersPage[];
  /** HTML. */
  readonly dataFiles: string;
}

const DIGITS = 4;

/** Results of one study, which a folder below it may hold another of: the same with its tokenizers exchanged. */
interface StudyResults {
  /** Begins the pages' files; empty for the study itself. */
  readonly name: string;
  readonly label: string;
  readonly results: readonly Result[];
}

/** @returns by file, in the order of the results */
function byRun({ name, label, results }: StudyResults): Map<string, { label: string; own: Result[] }> {
  const runs: Map<string, { label: string; own: Result[] }> = new Map();
  for (const result of results) {
    const { model, condition } = result;
    const file = `${[...(name === "" ? [] : [name]), model, condition].join("-")}.html`;
    const run = runs.get(file) ?? {
      label: [model, condition, ...(label === "" ? [] : [label])].join(", "),
      own: [],
    };
    run.own.push(result);
    runs.set(file, run);
  }
  return runs;
}

const short = (hash: string) => `<code title="${escaped(hash)}">${escaped(hash.slice(0, 10))}</code>`;

const number = (value: number): string =>
  Number.isInteger(value)
    ? value.toLocaleString("en").replace("-", "−")
    : value.toPrecision(DIGITS).replace(/^-/, "−");

/** @param results of one task and run, a seed each */
function taskTable(results: readonly Result[]) {
  const lines: Map<string, { cells: string[]; n: Set<number>; values: Map<number, number> }> = new Map();
  for (const { seed, metrics } of results)
    for (const { metric, part, scoringRule, value, n } of metrics) {
      const cells = [metric, part, scoringRule === "none" ? "" : scoringRule];
      const key = cells.join("\n");
      const line = lines.get(key) ?? { cells, n: new Set(), values: new Map() };
      line.n.add(n);
      line.values.set(seed, value);
      lines.set(key, line);
    }
  const seeds = results.map(({ seed }) => seed);
  const columns = ["metric", "of", "scoring rule", "n", ...seeds.map((seed) => `seed ${seed}`)];
  const rows = [...lines.values()].map(({ cells, n, values }) => [
    ...cells.map(escaped),
    [...n].map(number).join(", "),
    ...seeds.map((seed) => {
      const value = values.get(seed);
      return value === undefined ? '<span title="this seed has no such number">none</span>' : number(value);
    }),
  ]);
  return htmlTable({ name: "sortable", columns, rows, numeric: columns.slice(3) });
}

/** @returns what tells one whole configuration from another */
const settingsHash = (config: Result["config"]): string =>
  createHash("sha256").update(JSON.stringify(config)).digest("hex").slice(0, 10);

/** @returns each whole configuration once */
function wholeSettings(results: readonly Result[]): string {
  const configs = new Map(results.map(({ config }) => [settingsHash(config), config]));
  const entries = [...configs].map(
    ([hash, config]) =>
      `<details id="settings-${hash}"><summary>Settings ${hash}</summary>
<pre>${escaped(JSON.stringify(config, null, 1))}</pre></details>`,
  );
  return `<h2 id="settings">Settings</h2>\n${entries.join("\n")}`;
}

/** @returns such as "1af87c3", "1af87c3 with changes" */
const recordedCommit = ({ commit, clean }: Result["provenance"]): string =>
  commit === null ? "no checkout" : commit.slice(0, 7) + (clean === false ? " with changes" : "");

/** The commit that computed a result, in words: the recorded one, or that of an amendment. */
export const commitInWords = (provenance: Result["provenance"]) =>
  provenance.amended
    ? `${provenance.amended.commit?.slice(0, 7) ?? "unknown commit"} (amended, recorded as ${recordedCommit(provenance)})`
    : recordedCommit(provenance);

function commitCell(provenance: Result["provenance"]) {
  const { commit, amended } = provenance;
  const whole = `<span title="${escaped(amended?.commit ?? commit ?? "")}">${escaped(commitInWords(provenance))}</span>`;
  return amended ? `${whole}<br>Amended ${escaped(amended.what)}: ${escaped(amended.why)}` : whole;
}

/** @param results of one task and run */
function provenanceTable(results: readonly Result[]) {
  const rows = results.map(({ seed, stages, files, provenance, config, settings }) => [
    String(seed),
    commitCell(provenance),
    [
      `<a href="#settings-${settingsHash(config)}"><code>${settingsHash(config)}</code></a>`,
      ...Object.entries(settings ?? {}).map(([name, value]) => escaped(`${name} ${String(value)}`)),
    ].join("<br>"),
    stages
      .map(({ kind, hash, seconds }) => `${escaped(kind)} ${short(hash)} ${duration(seconds)}`)
      .join("<br>"),
    `<a href="data-files.html">${files.length}</a>`,
    escaped(
      `${provenance.processor}, ${provenance.cores} cores, ${provenance.memoryGiB} GiB` +
        (provenance.device === "CPU" ? "" : `; computed on ${provenance.device}`),
    ),
    escaped(`node ${provenance.node}, tensorflow ${provenance.tensorflow}, tfjs ${provenance.tfjs}`),
  ]);
  const columns = ["seed", "commit", "settings", "stages", "data files", "machine", "versions"];
  return `<details><summary>What these numbers were computed with</summary>
${htmlTable({ columns, rows })}</details>`;
}

const navigation = (place: string) =>
  `<nav aria-label="${place}"><span></span><a href="../index.html">Index</a><span></span></nav>\n`;

const TABLES = '\n<script defer src="../assets/tables.js"></script>';

function dataFilesPage(results: readonly Result[]): string {
  const files: Map<string, { path: string; sha256: string; isKnown: boolean; tasks: Set<string> }> =
    new Map();
  for (const { task, files: own } of results)
    for (const { path, sha256, unverified } of own) {
      const key = `${path} ${sha256}`;
      const file = files.get(key) ?? { path, sha256, isKnown: unverified !== true, tasks: new Set() };
      file.tasks.add(task);
      files.set(key, file);
    }
  const rows = [...files.values()]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, sha256, isKnown, tasks }) => [
      escaped(path),
      `<code>${escaped(sha256)}</code>`,
      isKnown ? "yes" : "no",
      escaped([...tasks].join(", ")),
    ]);
  const main = `<h1>Data files</h1>
<p>Every file a result was computed from. A known file is one whose hash the manifest had before it arrived.</p>
${htmlTable({ name: "sortable", columns: ["file", "sha256", "known", "read by"], rows })}`;
  return htmlPage({ title: "Data files", up: "../", head: TABLES, navigation: navigation("Top"), main });
}

function runPage(
  file: string,
  { label, own }: { label: string; own: Result[] },
  study: string | undefined,
): NumbersPage {
  const tasks = [...new Set(own.map(({ task }) => task))];
  const seeds = [...new Set(own.map(({ seed }) => seed))];
  const sections = tasks.map((task) => {
    const found = own.filter((result) => result.task === task);
    return `<h2 id="${escaped(task)}">${escaped(task)}</h2>\n${taskTable(found)}\n${provenanceTable(found)}`;
  });
  const links = tasks
    .map((task) => `<a href="#${encodeURIComponent(task)}">${escaped(task)}</a>`)
    .join(" · ");
  const main = `<h1>${escaped(label)}</h1>
${study === undefined ? "" : `<p class="context">Study ${escaped(study)}</p>\n`}<p class="context">Proportions from 0 to 1, losses in nats a token. ${links}</p>
${sections.join("\n")}
${wholeSettings(own)}`;
  const html = htmlPage({ title: label, up: "../", head: TABLES, navigation: navigation("Top"), main });
  return { file, label, seeds, tasks, html };
}

/**
 * The pages.
 *
 * @param changed name of the study, and what it changes; nothing for a scale's own settings
 */
export function numbersPages(
  studies: readonly StudyResults[],
  changed?: string,
): { pages: NumbersPage[]; dataFiles: string } {
  const pages = studies.flatMap((study) =>
    [...byRun(study)].map(([file, run]) => runPage(file, run, changed)),
  );
  return { pages, dataFiles: dataFilesPage(studies.flatMap(({ results }) => results)) };
}
