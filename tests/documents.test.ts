/**
 * @file What documents and notebooks point to is in the repository: links, images and their anchors, files by their path, commands
 * by their name; and what code cites is a place of a document.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { launchBrowser, skipWithoutChromium } from "../scripts/check/browser.mjs";
import { readMarkdown, renderMarkdown } from "../src/report/site/markdown.js";
import { command } from "./command-line/command.js";
import { temporaryFolder } from "./support/temporary-folder.js";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const textOf = (name: string): string => readFileSync(join(ROOT, name), "utf8");

/** Tracked, and not deleted in the working tree. */
const FILES = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" })
  .split("\0")
  .filter((name) => name !== "" && existsSync(join(ROOT, name)));
const TRACKED = new Set(FILES.flatMap((name) => [name, ...foldersAbove(name)]));
const ending = (...ends: string[]): string[] =>
  FILES.filter((name) => ends.some((end) => name.endsWith(end)));
const DOCUMENTS = ending(".md").filter((name) => !name.startsWith("results/laptop/"));

function foldersAbove(name: string): string[] {
  const folder = dirname(name);
  return folder === "." ? [] : [folder, ...foldersAbove(folder)];
}

const joined = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]);
const notebookSchema = z.object({
  cells: z.array(
    z.object({
      cell_type: z.string(),
      source: joined,
      outputs: z
        .array(z.object({ data: z.object({ "text/html": joined.optional() }).optional() }))
        .optional(),
    }),
  ),
});

/** Addresses and anchors of a document, or of a notebook's text and the HTML that its cells put out. */
function readPage(name: string): { addresses: string[]; anchors: string[] } {
  if (!name.endsWith(".ipynb")) return readMarkdown(textOf(name));
  const { cells } = notebookSchema.parse(JSON.parse(textOf(name)));
  const prose = cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => source);
  const shown = cells.flatMap(({ outputs = [] }) => outputs.map(({ data }) => data?.["text/html"] ?? ""));
  const links = shown.flatMap((html) => [...html.matchAll(/<(?:a|img)\b[^>]*\s(?:href|src)="([^"]*)"/g)]);
  const read = readMarkdown(prose.join("\n\n"));
  return { ...read, addresses: [...read.addresses, ...links.map(([, address = ""]) => address)] };
}

/** One sentence for each address that leads to no tracked file or to no place in it. */
function brokenAddresses(name: string): string[] {
  return readPage(name).addresses.flatMap((address) => {
    if (/^(https?|mailto|data):/.test(address)) return [];
    const [path = "", anchor] = decodeURIComponent(address).split("#");
    const target = path === "" ? name : normalize(join(dirname(name), path)).replace(/\/$/, "");
    if (!TRACKED.has(target)) return [`${name}: ${address} is no tracked file`];
    if (anchor === undefined) return [];
    const isPage = /\.(md|ipynb)$/.test(target);
    return isPage && readPage(target).anchors.includes(anchor)
      ? []
      : [`${name}: ${address} is no place in it`];
  });
}

test.each([...DOCUMENTS, ...ending(".ipynb")])(
  "every link and image of %s leads to a tracked file",
  (name) => {
    expect(brokenAddresses(name)).toEqual([]);
  },
);

test("an item of a checklist has an answer and, if answered, a file", () => {
  const rows = [...textOf("docs/checklists.md").matchAll(/^\| *\w+ *\|.*$/gm)].map(([row]) =>
    row.split("|").map((cell) => cell.trim()),
  );
  const items = rows.filter(([, item]) => item !== "item");
  expect(items).toHaveLength(32 + 14);
  for (const [, item, , status, answer, files] of items) {
    expect(["answered", "open", "does not apply"], item).toContain(status);
    expect(answer, item).not.toBe("");
    if (status === "answered") expect(files, item).not.toBe("");
  }
});

test.skipIf(skipWithoutChromium("documents.test.ts"))(
  "a browser draws every picture of README from tracked files alone",
  async () => {
    const folder = temporaryFolder();
    const pictures = readPage("README.md").addresses.filter((address) => /\.(svg|png)$/.test(address));
    for (const picture of pictures.filter((name) => TRACKED.has(name)))
      cpSync(join(ROOT, picture), join(folder, picture));
    writeFileSync(
      join(folder, "README.html"),
      renderMarkdown(textOf("README.md"), (address) => address),
    );
    const browser = await launchBrowser(join(folder, "home"));
    try {
      const tab = await browser.newPage();
      await tab.goto(pathToFileURL(join(folder, "README.html")).href);
      const widths: unknown = await tab.evaluate("[...document.images].map((image) => image.naturalWidth)");
      expect(pictures).toHaveLength(1);
      expect(widths).toEqual([expect.any(Number)]);
      expect(widths).not.toContain(0);
    } finally {
      await browser.close();
    }
  },
  60_000,
);

describe("citations", () => {
  const sources = ending(
    ".ts",
    ".mjs",
    ".cjs",
    ".py",
    ".md",
    ".ipynb",
    ".yaml",
    ".json",
    ".csv",
    ".tex",
  ).filter((name) => !/^(vendor|tests\/golden)\/|package-lock\.json$|documents\.test\.ts$/.test(name));

  test("name documents that are there, and places in them", () => {
    const broken = sources.flatMap((name) =>
      [...textOf(name).matchAll(/\bdocs\/[\w/-]+\.md((?:#[\w-]+)?(?:, #[\w-]+)*)/g)].flatMap(
        ([whole, places = ""]) => {
          const [document = ""] = whole.split("#");
          if (!TRACKED.has(document)) return [`${name}: ${whole}`];
          const { anchors } = readPage(document);
          return [...places.matchAll(/#([\w-]+)/g)].flatMap(([, place = ""]) =>
            anchors.includes(place) ? [] : [`${name}: ${document}#${place}`],
          );
        },
      ),
    );
    expect(broken).toEqual([]);
  });

  test("name no document that lies outside the repository, and no decision without its document", () => {
    const outside = sources.flatMap((name) =>
      [...textOf(name).matchAll(/(?<![\w/.-])(?:paper|design|stack|style)\.md\b|\(D\d{1,2}[),]/g)]
        .map(([found]) => `${name}: ${found}`)
        .filter(() => !name.startsWith("docs/")),
    );
    expect(outside).toEqual([]);
  });
});

test.each(ending(".md").filter((name) => name.startsWith("docs/")))(
  "%s says what one can do after reading it, and is below 200 lines",
  (name) => {
    const [title = "", , first = ""] = textOf(name).split("\n");
    expect(title).toMatch(/^# \S/);
    expect(first).toMatch(/^After reading this page you /);
    expect(textOf(name).split("\n").length).toBeLessThan(200);
  },
);

test.each([
  ["README.md", 120, 7000],
  ["environment.md", 150, Infinity],
])("%s has at most %i lines", (name, lines, bytes) => {
  expect(textOf(name).split("\n").length - 1).toBeLessThanOrEqual(lines);
  expect(Buffer.byteLength(textOf(name))).toBeLessThanOrEqual(bytes);
});

describe.each(DOCUMENTS)("%s", (name) => {
  test("names no file of the repository that is not there", () => {
    const paths = [
      ...textOf(name).matchAll(
        /`((?:src|scripts|cluster|robustness|bench|tests|jupyter|vendor|docs|notebooks)\/[\w./-]+)`/g,
      ),
    ].map(([, path = ""]) => path);
    // A test is named without its ending, as vitest takes it.
    const absent = paths.filter(
      (path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, `${path}.test.ts`)),
    );
    expect(absent).toEqual([]);
  });

  test("names no command that does not exist", async () => {
    const { stdout } = await command("--help");
    const commands = new Set(
      [...textOf(name).matchAll(/npx class-it ([a-z]+)/g)].map(([, name = ""]) => name),
    );
    expect([...commands].filter((name) => !new RegExp(`^  ${name}\\b`, "m").test(stdout))).toEqual([]);
  });
});
