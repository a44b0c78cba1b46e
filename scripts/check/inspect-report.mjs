/**
 * @file `node scripts/check/inspect-report.mjs FOLDER …`: opens every page of a report in Chromium, light and dark, at the width of a
 * phone and of a desktop, and says what is wrong: console errors, requests, broken links, weak contrast, pages too wide.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isMain, readCommand } from "../command.mjs";
import { launchBrowser, skipWithoutChromium } from "./browser.mjs";

/** Contrast of text with what is behind it. Source: WCAG 2.2, criterion 1.4.3. */
const LEAST_CONTRAST = 4.5;
const WIDTHS = [390, 1280];
const SCHEMES = /** @type {const} */ (["light", "dark"]);

/** @param {string} folder @returns {string[]} */
const pagesOf = (folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".html"))
    .sort();

/**
 * Links to what is not there. Identifiers are those of the page's source.
 *
 * @param {string} folder
 * @returns {string[]} one sentence a broken link
 */
export function brokenLinks(folder) {
  const texts = new Map(pagesOf(folder).map((page) => [page, readFileSync(join(folder, page), "utf8")]));
  const ids = new Map(
    [...texts].map(([page, text]) => [
      page,
      new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)),
    ]),
  );
  return [...texts].flatMap(([page, text]) =>
    [...text.replace(/<script\b[^]*?<\/script>/g, "").matchAll(/\s(?:href|src)="([^"]*)"/g)].flatMap(
      (match) => {
        const [path = "", anchor] = (match[1] ?? "").split("#");
        if (/^[a-z]+:/.test(path))
          return /^data:/.test(path) ? [] : [`${page}: ${path} is not in the report`];
        const target = path === "" ? page : join(dirname(page), decodeURIComponent(path));
        if (!existsSync(join(folder, target))) return [`${page}: ${target} does not exist`];
        const isFound = anchor === undefined || ids.get(target)?.has(decodeURIComponent(anchor));
        return isFound ? [] : [`${page}: ${target} has no place ${anchor}`];
      },
    ),
  );
}

/** Runs in the page: texts whose contrast is weaker than the least, as the page's own colours give it. */
const weakTexts = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((value) =>
      value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) > 0.5) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (text === "" || element.closest("script, style, svg, mjx-container")) continue;
    const own = channels(getComputedStyle(element).color).slice(0, 3);
    const [light, dark] = [luminance(own), luminance(behind(element))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < ${LEAST_CONTRAST}) found.add('"' + text.slice(0, 30) + '" has a contrast of ' + contrast.toFixed(1));
  }
  return [...found];
})()`;

/** Only this script of a report asks for the colour scheme; a page without it is opened once and then switched. */
const ASKS_FOR_SCHEME = "assets/interactive.js";

/**
 * What is wrong with one page.
 *
 * @param {string} file
 * @param {readonly ("light" | "dark")[]} schemes looked at one after the other
 * @param {import("playwright-core").Browser} browser
 * @returns {Promise<string[]>} one statement a fault
 */
async function inspectPage(file, schemes, browser) {
  /** @type {string[]} */
  const faults = [];
  let scheme = schemes[0] ?? "light";
  const say = (/** @type {string} */ what) => void faults.push(`${scheme}: ${what}`);
  const tab = await browser.newPage({ colorScheme: scheme });
  tab.on("pageerror", (error) => say(error.message));
  tab.on("console", (message) => {
    if (message.type() === "error") say(message.text());
  });
  tab.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) say(`${request.url()} is fetched`);
  });
  await tab.goto(pathToFileURL(file).href);
  for (scheme of schemes) {
    await tab.emulateMedia({ colorScheme: scheme });
    for (const width of WIDTHS) {
      await tab.setViewportSize({ width, height: 900 });
      const wide = await tab.evaluate("document.documentElement.scrollWidth");
      if (Number(wide) > width) say(`${wide} pixels wide in a window of ${width}`);
    }
    for (const weak of /** @type {string[]} */ (await tab.evaluate(weakTexts))) say(weak);
  }
  await tab.close();
  return faults;
}

/**
 * What is wrong with a report.
 *
 * @param {string} folder
 * @param {import("playwright-core").Browser} browser
 * @param {Set<string>} [opened] pages of other reports, to which its own are added: one that is the same is not opened again
 * @returns {Promise<string[]>} one sentence a fault
 */
export async function inspectReport(folder, browser, opened = new Set()) {
  const faults = brokenLinks(folder);
  for (const page of pagesOf(folder)) {
    const text = readFileSync(join(folder, page), "utf8");
    if (opened.has(`${page}\n${text}`)) continue;
    opened.add(`${page}\n${text}`);
    const visits = text.includes(ASKS_FOR_SCHEME) ? SCHEMES.map((scheme) => [scheme]) : [SCHEMES];
    const found = await Promise.all(
      visits.map((schemes) => inspectPage(join(folder, page), schemes, browser)),
    );
    faults.push(...found.flat().map((what) => `${page}, ${what}`));
  }
  return faults;
}

/** @param {string[]} folders */
async function main(folders) {
  if (folders.length === 0) throw new Error("inspect-report: a report's folder must be named, got none.");
  if (skipWithoutChromium("inspect-report")) return;
  const home = mkdtempSync(join(tmpdir(), "inspect-report-"));
  const browser = await launchBrowser(home);
  /** @type {Set<string>} */
  const opened = new Set();
  try {
    for (const folder of folders) {
      const faults = await inspectReport(resolve(folder), browser, opened);
      for (const fault of faults) console.error(`${relative(process.cwd(), folder)}: ${fault}`);
      if (faults.length > 0) process.exitCode = 1;
      else console.log(`${relative(process.cwd(), folder)}: ${pagesOf(folder).length} pages without a fault`);
    }
  } finally {
    await browser.close();
    rmSync(home, { recursive: true, force: true });
  }
}

if (isMain(import.meta.url)) {
  main(readCommand("inspect-report FOLDER …", { most: Infinity }).positionals).catch(
    (/** @type {Error} */ error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
