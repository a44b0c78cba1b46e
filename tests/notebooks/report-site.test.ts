/** @file The HTML report: self-contained pages, the index, and how they look in a browser. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { normaliseNotebook, serialiseNotebook } from "../../scripts/notebooks/notebook-format.mjs";
import { readScripts } from "../../scripts/notebooks/notebook-scripts.mjs";
import { brokenLinks, inspectReport } from "../../scripts/check/inspect-report.mjs";
import { linkCitations } from "../../src/report/site/document-pages.js";
import { numbersPages } from "../../src/report/site/number-pages.js";
import { buildReport } from "../../src/report/site/build-report.js";
import { verdictTables } from "../../src/report/site/verdict-tables.js";
import { metric, resultWith } from "../support/hand-made-result.js";
import { launchBrowser, skipWithoutChromium } from "../../scripts/check/browser.mjs";

const CACHE = fileURLToPath(new URL("../../.cache/", import.meta.url));
const SCRIPT = fileURLToPath(new URL("fixtures/complete.ts", import.meta.url));
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"><path d="M0 0H300V100"/></svg>';
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const PLOTLY =
  '<div id="plotly-x"><em>a line</em></div>' +
  '<script type="application/json" id="plotly-x-figure">{"data":[{"y":[1,3,2]}]}</script>';
const OVERVIEW = [
  {
    claim: "Tuning helps",
    source: "abstract, page 436",
    published: "inconclusive",
    "effect [95 %], corrected p, n": "0.1 [−1.0, 1.2], p = 1.000, n = 100",
    "ours, rules of 2025": "",
    "our effect, rules of 2025": "no result of the base model",
    "ours, rules of 2026": "supported",
    "our effect, rules of 2026": "1.5 [1.0, 2.0], p = 0.001, n = 90",
  },
];
const RESULTS = [
  resultWith([metric({ part: "all", value: 0.5 }), metric({ part: "only here", value: 0.25 })]),
  resultWith([metric({ part: "all", value: 0.625 })], { seed: 2 }),
  resultWith([metric({ part: "all", value: 0.75 })], { condition: "merged", task: "blimp_supplement" }),
];
const AMENDED = resultWith([metric({ part: "all", value: 0.5 })], { condition: "switch" });
const amendedProvenance = {
  ...AMENDED.provenance,
  commit: "a".repeat(40),
  clean: false,
  amended: { what: "commit and clean", why: "copied <without> history", commit: "b".repeat(40) },
};
const CROSSED = {
  ...{ name: "crossed", label: "tokenizers exchanged" },
  results: [resultWith([metric({ part: "eyeTracking", value: 0.0125 })], { task: "reading" })],
};
const noChromium = skipWithoutChromium("report-site.test.ts");

let folder: string;
let site: string;
const STUDY = 'full-loss, instructions.lossOn = "full"';
const page = (name: string) => readFileSync(join(site, name), "utf8");

beforeAll(async () => {
  mkdirSync(CACHE, { recursive: true });
  folder = mkdtempSync(join(CACHE, "report-test-"));
  site = join(folder, "report");
  const executed = join(folder, "executed");
  const figures = join(folder, "figures");
  for (const made of [executed, figures]) mkdirSync(made);
  const [script] = await readScripts([SCRIPT]);
  if (!script) throw new Error("readScripts must return the fixture");
  const outputs = [
    {
      data: {
        "text/html": `<img src="data:image/svg+xml;base64,${Buffer.from(SVG).toString("base64")}" alt="It falls">`,
        "image/png": PNG,
        "text/plain": "[figure loss] Loss & steps\nIt falls",
      },
    },
    { data: { "text/html": "<table><caption>Losses by step</caption><tr><td>1</td></tr></table>" } },
  ].map((output) => ({ output_type: "display_data", metadata: {}, ...output }));
  const cells = script.cells.map((cell, i) => (i === 4 ? { ...cell, execution_count: 1, outputs } : cell));
  const first = normaliseNotebook({ ...script, cells });
  writeFileSync(join(executed, "01-first.ipynb"), serialiseNotebook(first));
  const interactive = { output_type: "display_data", metadata: {}, data: { "text/html": PLOTLY } };
  const second = normaliseNotebook({
    ...script,
    cells: [
      {
        id: "a",
        cell_type: "markdown",
        metadata: {},
        source: "# 2. Second\n\nNo math *here*.\n\nMore: [the decision](../docs/decisions.md#d8).",
      },
      { id: "b", cell_type: "code", metadata: {}, source: "1;", execution_count: 1, outputs: [interactive] },
    ],
  });
  writeFileSync(join(executed, "02-second.ipynb"), serialiseNotebook(second));
  writeFileSync(join(figures, "loss.svg"), SVG);
  await buildReport({
    executedFolder: executed,
    figuresFolder: figures,
    outFolder: site,
    title: "Report of a test",
    context: { scale: "smoke", commit: "0123abc", study: STUDY },
    studies: [
      { name: "default", changes: "nothing", results: 16, link: "index.html" },
      { name: "full-loss", changes: 'instructions.lossOn = "full"', results: 3 },
    ],
    numbers: numbersPages(
      [
        { name: "", label: "", results: [...RESULTS, { ...AMENDED, provenance: amendedProvenance }] },
        CROSSED,
      ],
      STUDY,
    ),
    verdicts: verdictTables({ claims: OVERVIEW, questions: OVERVIEW }),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the index tells where numbers come from, and title and first paragraph of every notebook", () => {
  expect(page("index.html")).toContain("scale: smoke · commit: 0123abc");
  expect(page("index.html")).toMatch(
    /<a href="02-second\.html">2\. Second<\/a><\/td>\s*<td>No math here\.<\/td>/,
  );
});

test("the first page lists the studies of the scale, and every page says what this one changes", () => {
  const index = page("index.html");
  expect(index).toContain('<td><a href="index.html">default</a></td><td>nothing</td><td>16</td>');
  expect(index).toContain("<td>full-loss</td><td>instructions.lossOn = &#34;full&#34;</td><td>3</td>");
  expect(index).toContain("study: full-loss, instructions.lossOn = &#34;full&#34;");
  for (const name of ["01-first.html", "02-second.html", "numbers/llama140M-switch.html"])
    expect(page(name)).toMatch(
      /<p class="context">Study full-loss, instructions\.lossOn = (&#34;|")full(&#34;|")<\/p>/,
    );
});

test("a page of numbers shows an amended receipt: the right commit, the recorded one, and why", () => {
  const numbers = page("numbers/llama140M-switch.html");
  expect(numbers).toContain("bbbbbbb (amended, recorded as aaaaaaa with changes)");
  expect(numbers).toContain("Amended commit and clean: copied &#60;without&#62; history");
});

test("documents are pages, and citations lead to them", () => {
  expect(page("index.html")).toContain(
    '<a href="docs/decisions.html">Decisions where the paper is silent</a>',
  );
  expect(page("docs/decisions.html")).toContain('<h2 id="d8">D8</h2>');
  expect(page("docs/decisions.html")).toContain('<a href="paper.html#fine-tuning">');
  expect(page("docs/benchmarks/2026-11-24.html")).toContain('<a href="../../index.html">Index</a>');
  expect(page("docs/evaluation.html")).toContain('<a href="findings.html#size-or-tokenizer">');
  expect(page("docs/fine-tuning.html")).toContain(
    '<a href="benchmarks/2026-11-26.html#training-and-scoring">',
  );
  expect(page("docs/benchmarks/2026-11-26.html")).toContain('<a href="2026-11-24.html">');
  expect(page("02-second.html")).toContain('<a href="docs/decisions.html#d8">the decision</a>');
  expect(linkCitations("(docs/decisions.md#d6, #d7)", "../")).toBe(
    '(<a href="../docs/decisions.html#d6">docs/decisions.md#d6</a>, <a href="../docs/decisions.html#d7">#d7</a>)',
  );
});

test("the index links every figure and every table caption to its place in its notebook", () => {
  const index = page("index.html");
  expect(index).toContain(
    '<a href="01-first.html#figure-loss"><img loading="lazy" src="figures/loss.svg" alt="It falls">',
  );
  expect(index).toContain('<a href="figures/loss.svg">SVG</a>');
  expect(index).toContain('<a href="01-first.html#cell-id=cell-05">Losses by step</a>');
  expect(page("01-first.html")).toContain('<figure id="figure-loss">');
  expect(page("01-first.html")).toContain('id="cell-id=cell-05"');
});

test("the index has the verdict on each claim, and none where there is no result", () => {
  expect(page("index.html")).toMatch(
    /Tuning helps<br><small>abstract, page 436<\/small><\/td><td><span class="verdict inconclusive"><b aria-hidden="true">\?<\/b> inconclusive<\/span><br><small>0\.1 /,
  );
  expect(page("index.html")).toContain("Effects in percentage points");
  expect(page("index.html")).toContain(
    '<span class="verdict none">no verdict</span><br><small>no result of the base model',
  );
});

test("every number stands on the page of its model, one click from the index, with what it was computed with", () => {
  expect(page("index.html")).toContain(
    '<a href="numbers/llama140M-base.html">llama140M, base</a></td><td>1, 2',
  );
  const numbers = page("numbers/llama140M-base.html");
  expect(numbers).toMatch(/<td>accuracy<\/td><td>all<\/td><td>official<\/td>.*>100<.*>0\.5000<.*>0\.6250</);
  expect(numbers).toMatch(/only here.*>0\.2500<.*this seed has no such number/);
  expect(numbers).toContain('evaluation <code title="0123456789abcdef">0123456789</code> 1.5 s');
  expect(numbers).toMatch(
    /<a href="#settings-([0-9a-f]{10})">[^]*<details id="settings-\1">[^]*&#34;hiddenSize&#34;: 96/,
  );
  expect(page("index.html")).toContain("llama140M, base, tokenizers exchanged");
  expect(page("numbers/crossed-llama140M-base.html")).toContain("0.01250");
  expect(page("01-first.html")).toContain('<a href="index.html#numbers">Numbers</a>');
});

test("links to what is not there are found, and there are none", () => {
  expect(brokenLinks(site)).toEqual([]);
  const copy = join(folder, "broken");
  mkdirSync(copy);
  writeFileSync(join(copy, "a.html"), '<a href="b.html">b</a> <a href="#gone">c</a> <img src="d.png">');
  expect(brokenLinks(copy)).toEqual([
    "a.html: b.html does not exist",
    "a.html: a.html has no place gone",
    "a.html: d.png does not exist",
  ]);
});

test("MathJax, Plotly and the tables' script are loaded only by the pages that need them, and only from the report", () => {
  const scripts = (name: string) =>
    [...page(name).matchAll(/<script[^>]* src="([^"]*)"/g)].map((match) => match[1]);
  expect(scripts("01-first.html")).toEqual([
    ...["assets/tables.js", "assets/mathjax-settings.js", "assets/tex-svg.js"],
  ]);
  expect(scripts("02-second.html")).toEqual(["assets/interactive.js"]);
  for (const name of ["index.html", "01-first.html", "02-second.html"])
    expect(page(name)).not.toMatch(/(src|href)="https?:/);
});

test("code is marked up as TypeScript, a figure keeps its description, pages lead to their neighbours", () => {
  expect(page("01-first.html")).toMatch(/<span class="kd">const<\/span>/);
  expect(page("01-first.html")).toContain('alt="It falls"');
  expect(page("01-first.html")).toMatch(/<a href="02-second\.html" rel="next">2\. Second →<\/a>/);
});

test("a folder without executed notebooks is refused, and the old report stays", async () => {
  const empty = join(folder, "empty");
  mkdirSync(empty);
  const report = buildReport({ executedFolder: empty, outFolder: site, title: "x", context: {} });
  await expect(report).rejects.toThrow(/must hold executed notebooks, got none/);
  expect(readdirSync(site)).toContain("index.html");
});

test.skipIf(noChromium)(
  "no page has an error, weak contrast or too much width, light or dark, on a phone or a desktop; a bad one is found",
  async () => {
    const browser = await launchBrowser(join(folder, "home"));
    try {
      expect(await inspectReport(site, browser)).toEqual([]);
      const bad = join(folder, "bad");
      mkdirSync(bad);
      const style = "color: #999; background: white; width: 500px";
      writeFileSync(join(bad, "a.html"), `<p style="${style}">pale</p><script>gone();</script>`);
      const faults = await inspectReport(bad, browser);
      for (const fault of [
        /gone is not defined/,
        /\d{3} pixels wide in a window of 390/,
        /"pale" has a contrast of 2\.8/,
      ])
        expect(faults).toContainEqual(expect.stringMatching(fault));
    } finally {
      await browser.close();
    }
  },
  60_000,
);

test.skipIf(noChromium)(
  "in a browser the figure is seen, math and Plotly are drawn, nothing is fetched",
  async () => {
    const browser = await launchBrowser(join(folder, "home"));
    try {
      const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const problems: string[] = [];
      tab.on("pageerror", (error) => problems.push(error.message));
      tab.on("request", (request) => {
        if (!/^(file|data|blob):/.test(request.url())) problems.push(request.url());
      });
      await tab.goto(pathToFileURL(join(site, "01-first.html")).href);
      await tab.locator("mjx-container").first().waitFor();
      const figure = tab.locator("#figure-loss img");
      expect(await figure.evaluate((image) => image.clientWidth)).toBe(300);
      expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(1280);
      await tab.goto(pathToFileURL(join(site, "02-second.html")).href);
      await tab.locator("#plotly-x .main-svg").first().waitFor();
      await tab.goto(pathToFileURL(join(site, "index.html")).href);
      expect(await tab.locator(".gallery img").evaluate((image) => image.clientWidth)).toBeGreaterThan(200);
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  },
  60_000,
);
