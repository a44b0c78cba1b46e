/** @file The documents of `docs/` as pages of the report, so that notebooks and docstrings can link what they cite. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { findProjectRoot } from "../../project-root.js";
import { renderMarkdown } from "./markdown.js";
import { escaped, htmlPage, htmlTable } from "./html.js";

const DOCUMENTS = join(findProjectRoot(), "docs");

/** A citation in a docstring: a document, one of its places, and further ones. */
const CITATION = /(?<!">)\bdocs\/([\w/-]+)\.md(#[\w-]+)?((?:, #[\w-]+)*)/g;

/** @returns `file` is below `docs`, with forward slashes */
const readDocuments = (): { file: string; title: string; text: string }[] =>
  readdirSync(DOCUMENTS, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => file.replaceAll("\\", "/"))
    .sort()
    .map((file) => {
      const text = readFileSync(join(DOCUMENTS, file), "utf8");
      return { file: file.replace(/md$/, "html"), title: /^# (.+)$/m.exec(text)?.[1] ?? file, text };
    });

/**
 * Documents link each other; an address outside the report is text.
 *
 * @param folder of the document, below `docs`
 */
function addressOf(address: string, folder: string) {
  const [, path, anchor = ""] = /^([\w./-]+)\.md(#.*)?$/.exec(address) ?? [];
  if (path === undefined) return address.startsWith("#") ? address : null;
  return posix.join(folder, path).startsWith("../") ? null : `${path}.html${anchor}`;
}

/** @returns HTML by the name of the file, for the folder `docs` of the report */
export function documentPages(): Record<string, string> {
  return Object.fromEntries(
    readDocuments().map(({ file, title, text }) => {
      const up = "../".repeat(file.split("/").length);
      const navigation = `<nav aria-label="Top"><span></span><a href="${up}index.html">Index</a><span></span></nav>\n`;
      const main = renderMarkdown(text, (address) => addressOf(address, dirname(file)));
      return [file, htmlPage({ title, up, navigation, main })];
    }),
  );
}

/** @returns the index page's list of documents */
export function documentTable(): string {
  const rows = readDocuments().map(({ file, title, text }) => [
    `<a href="docs/${file}">${escaped(title)}</a>`,
    escaped(
      /\n\n(After reading [^]*?)\n\n/
        .exec(text)?.[1]
        ?.replaceAll("`", "")
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1") ?? "",
    ),
  ]);
  return `<h2 id="documents">Documents</h2>\n${htmlTable({ name: "documents", columns: ["Document", "What it is for"], rows })}`;
}

/**
 * Citations in a page as links to the report's own pages: text such as `docs/decisions.md#d8, #d9`, and addresses of notebooks.
 *
 * @param up from the page to the report's folder
 */
export const linkCitations = (html: string, up: string): string =>
  html
    .replaceAll(
      /href="\.\.\/docs\/([\w/-]+)\.md(#[\w-]+)?"/g,
      (_, name: string, anchor = "") => `href="${up}docs/${name}.html${anchor}"`,
    )
    .replaceAll(CITATION, (_, name: string, anchor: string | undefined, more: string) => {
      const page = `${up}docs/${name}.html`;
      const own = anchor ?? "";
      const others = more.replaceAll(/#[\w-]+/g, (place: string) => `<a href="${page}${place}">${place}</a>`);
      return `<a href="${page}${own}">docs/${name}.md${own}</a>${others}`;
    });
