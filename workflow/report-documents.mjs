/** @file The documents of `docs/` as pages of the report, so that notebooks and docstrings can link what they cite. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { PROJECT } from "./jupyter-environment.mjs";
import { renderMarkdown } from "./markdown.mjs";
import { escaped, htmlPage, htmlTable } from "./report-html.mjs";

const DOCUMENTS = join(PROJECT, "docs");

/** A citation in a docstring: a document, one of its places, and further ones. */
const CITATION = /(?<!">)\bdocs\/([\w-]+)\.md(#[\w-]+)?((?:, #[\w-]+)*)/g;

/** @returns {{ file: string, title: string, text: string }[]} */
const readDocuments = () =>
  readdirSync(DOCUMENTS)
    .filter((file) => file.endsWith(".md"))
    .sort()
    .map((file) => {
      const text = readFileSync(join(DOCUMENTS, file), "utf8");
      return { file: `${basename(file, ".md")}.html`, title: /^# (.+)$/m.exec(text)?.[1] ?? file, text };
    });

/** Documents link each other; whatever lies outside the report is text. @param {string} address */
function addressOf(address) {
  const [, name, anchor = ""] = /^([\w-]+)\.md(#.*)?$/.exec(address) ?? [];
  if (name !== undefined) return `${name}.html${anchor}`;
  return address.startsWith("#") ? address : null;
}

/** @returns {Record<string, string>} HTML by the name of the file, for the folder `docs` of the report */
export function documentPages() {
  const navigation = `<nav aria-label="Top"><span></span><a href="../index.html">Index</a><span></span></nav>\n`;
  return Object.fromEntries(
    readDocuments().map(({ file, title, text }) => [
      file,
      htmlPage({ title, up: "../", navigation, main: renderMarkdown(text, addressOf) }),
    ]),
  );
}

/** @returns {string} the index page's list of documents */
export function documentTable() {
  const rows = readDocuments().map(({ file, title, text }) => [
    `<a href="docs/${file}">${escaped(title)}</a>`,
    escaped(/\n\n(After reading [^]*?)\n\n/.exec(text)?.[1]?.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1") ?? ""),
  ]);
  return `<h2 id="documents">Documents</h2>\n${htmlTable({ name: "documents", columns: ["Document", "What it is for"], rows })}`;
}

/**
 * Citations in a page as links to the report's own pages: text such as `docs/decisions.md#d8, #d9`, and addresses of notebooks.
 *
 * @param {string} html @param {string} up from the page to the report's folder
 */
export const linkCitations = (html, up) =>
  html
    .replaceAll(
      /href="\.\.\/docs\/([\w-]+)\.md(#[\w-]+)?"/g,
      (_, name, anchor = "") => `href="${up}docs/${name}.html${anchor}"`,
    )
    .replaceAll(CITATION, (_, name, anchor = "", more) => {
      const page = `${up}docs/${name}.html`;
      const others = more.replaceAll(
        /#[\w-]+/g,
        (/** @type {string} */ place) => `<a href="${page}${place}">${place}</a>`,
      );
      return `<a href="${page}${anchor}">docs/${name}.md${anchor}</a>${others}`;
    });
