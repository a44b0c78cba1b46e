/** @file The report's first page: where the numbers come from, verdicts, notebooks, models, every figure, every table. */
import { documentTable } from "./document-pages.js";
import { escaped, htmlPage, htmlTable } from "./html.js";
import type { Contents } from "./notebook-contents.js";
import type { Numbers } from "./number-pages.js";

const LIBRARY = `<h2 id="library">The library</h2>
<p><a href="api/index.html">Every name a notebook or a script can import</a>, with its declaration, its docstring and where it stands
in the source.</p>`;

/** A study of the scale, as the first page lists it. */
export interface ReportedStudy {
  readonly name: string;
  readonly changes: string;
  /** How many it has. */
  readonly results: number;
  /** Address of its report, from this one; absent where there is none. */
  readonly link?: string;
}

const address = ({ name }: Contents, anchor?: string) =>
  `${encodeURIComponent(name)}.html${anchor ? `#${encodeURI(anchor)}` : ""}`;

function notebookTable(notebooks: Contents[]) {
  const rows = notebooks.map((notebook) => [
    `<a href="${address(notebook)}">${escaped(notebook.title)}</a>`,
    escaped(notebook.claim),
  ]);
  return htmlTable({ name: "notebooks", columns: ["Notebook", "Claim it tests, or its topic"], rows });
}

function studyTable(studies: readonly ReportedStudy[]): string {
  const rows = studies.map(({ name, changes, results, link }) => [
    link === undefined ? escaped(name) : `<a href="${encodeURI(link)}">${escaped(name)}</a>`,
    escaped(changes),
    String(results),
  ]);
  const columns = ["Study", "What it changes of the scale's settings", "Results"];
  return htmlTable({ name: "studies", columns, rows });
}

function modelTable({ pages }: Numbers) {
  const rows = pages.map(({ file, label, seeds, tasks }) => [
    `<a href="numbers/${encodeURIComponent(file)}">${escaped(label)}</a>`,
    seeds.join(", "),
    escaped(tasks.join(", ")),
  ]);
  return `${htmlTable({ name: "models", columns: ["Model and condition", "Seeds", "Tasks"], rows })}
<p>Each page has every number with its commit, settings, stages and machine; <a href="numbers/data-files.html">the data files
with their hashes</a> stand apart.</p>`;
}

/** @returns links to the files of a figure */
function fileLinks(name: string, files: string[]): string {
  const own = files.filter((file) => file.replace(/\.[^.]+$/, "") === name).sort();
  return own
    .map(
      (file) => `<a href="figures/${encodeURIComponent(file)}">${file.split(".").at(-1)?.toUpperCase()}</a>`,
    )
    .join(" · ");
}

/** @returns the file that is shown */
const pictureOf = (name: string, files: string[]): string | undefined =>
  [`${name}.svg`, `${name}.png`].find((file) => files.includes(file));

function gallery(notebooks: Contents[], files: string[]) {
  const item = (picture: string, label: string, links: string) =>
    `<li><figure>${picture}
<figcaption>${label}${links === "" ? "" : `<br>${links}`}</figcaption></figure></li>`;
  const image = (file: string, alt: string) =>
    `<img loading="lazy" src="figures/${encodeURIComponent(file)}" alt="${escaped(alt)}">`;
  const shown = notebooks.flatMap((notebook) =>
    notebook.figures.map(({ name, caption, alt, anchor }) => {
      const file = pictureOf(name, files);
      const picture = file === undefined ? `<span class="interactive">interactive</span>` : image(file, alt);
      return item(
        `<a href="${address(notebook, anchor)}">${picture}</a>`,
        escaped(caption || alt),
        fileLinks(name, files),
      );
    }),
  );
  const known = new Set(notebooks.flatMap(({ figures }) => figures.map(({ name }) => name)));
  const names = [...new Set(files.map((file) => file.replace(/\.[^.]+$/, "")))];
  const extra = names.flatMap((name) => {
    const file = pictureOf(name, files);
    if (known.has(name) || file === undefined) return [];
    const label = `${name}, in no notebook`;
    return [item(image(file, label), escaped(label), fileLinks(name, files))];
  });
  return `<ul class="gallery">\n${[...shown, ...extra].join("\n")}\n</ul>`;
}

function tableList(notebooks: Contents[]) {
  const entries = notebooks.flatMap((notebook) =>
    notebook.tables.map(
      ({ caption, anchor }) => `<li><a href="${address(notebook, anchor)}">${escaped(caption)}</a></li>`,
    ),
  );
  return `<ul>\n${entries.join("\n")}\n</ul>`;
}

/** The page as HTML. */
export function indexPage({
  title,
  context,
  studies,
  notebooks,
  figureFiles,
  numbers,
  verdicts,
  hasLibrary,
}: {
  title: string;
  context: Record<string, string>;
  studies: readonly ReportedStudy[];
  notebooks: Contents[];
  figureFiles: string[];
  numbers?: Numbers;
  verdicts?: string;
  hasLibrary?: boolean;
}): string {
  const facts = Object.entries(context).map(([name, value]) => `${escaped(name)}: ${escaped(value)}`);
  const hasTables = notebooks.some(({ tables }) => tables.length > 0);
  const hasFigures = figureFiles.length > 0 || notebooks.some(({ figures }) => figures.length > 0);
  const math = notebooks.some(({ claim, needsMath }) => needsMath && claim.includes("$"))
    ? '\n<script src="assets/mathjax-settings.js"></script>\n<script defer src="assets/tex-svg.js"></script>'
    : "";
  const main = `<h1>${escaped(title)}</h1>
<p class="context">${facts.join(" · ")}</p>
${notebookTable(notebooks)}
${studies.length > 0 ? `<h2 id="studies">Studies</h2>\n${studyTable(studies)}` : ""}
${verdicts ? `<h2 id="verdicts">Verdicts</h2>\n${verdicts}` : ""}
${numbers ? `<h2 id="numbers">Every number, and where it comes from</h2>\n${modelTable(numbers)}` : ""}
${hasFigures ? `<h2 id="figures">Figures</h2>\n${gallery(notebooks, figureFiles)}` : ""}
${hasTables ? `<h2 id="tables">Tables</h2>\n${tableList(notebooks)}` : ""}
${documentTable()}
${hasLibrary ? LIBRARY : ""}`;
  return htmlPage({ title, head: math, main });
}
