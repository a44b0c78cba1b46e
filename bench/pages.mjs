/**
 * @file `npm run bench -- pages [FOLDER --times=5]`: for each page of a report the time until it is interactive, the median of several
 * visits in headless Chromium, each with an empty cache. A page is interactive when it is loaded and its last long task is done.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launchBrowser, skipWithoutChromium } from "../scripts/check/browser.mjs";
import { readCommand, readWhole } from "../scripts/command.mjs";

/** So long without a long task, the page is quiet. */
const QUIET_MS = 400;
const WINDOW = { width: 1280, height: 900 };

/** Runs in the page before anything else: when the last long task ended. */
const watchTasks = `
  window.lastBusyMs = 0;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.lastBusyMs = Math.max(window.lastBusyMs, startTime + duration);
  }).observe({ type: "longtask", buffered: true });`;

/** Runs in the page: milliseconds from the beginning of the visit until the page was loaded and its last long task done. */
const interactive = `new Promise((done) => {
  const look = () => {
    const [visit] = performance.getEntriesByType("navigation");
    const ready = Math.max(visit.loadEventEnd, window.lastBusyMs);
    const isQuiet = visit.loadEventEnd > 0 && performance.now() - ready > ${QUIET_MS};
    if (isQuiet) done(ready);
    else setTimeout(look, 50);
  };
  look();
})`;

/** @param {number[]} values @returns {number} */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} page
 */
async function visit(browser, page) {
  const context = await browser.newContext({ viewport: WINDOW });
  try {
    await context.addInitScript(watchTasks);
    const tab = await context.newPage();
    await tab.goto(pathToFileURL(page).href);
    const ms = Number(await tab.evaluate(interactive));
    // The figure furthest up, which the reader has to scroll to.
    const figure = tab.locator('div[id^="plotly-"][role="img"]').first();
    if ((await figure.count()) === 0) return { ms, figureMs: null };
    const begin = await tab.evaluate("performance.now()");
    await figure.scrollIntoViewIfNeeded();
    await figure.locator(".main-svg").first().waitFor();
    const drawn = await tab.evaluate("performance.now()");
    return { ms, figureMs: Number(drawn) - Number(begin) };
  } finally {
    await context.close();
  }
}

async function main() {
  const usage = "pages [FOLDER] [--times=5]";
  const { values, positionals } = readCommand(usage, {
    most: 1,
    options: { times: { type: "string", default: "5" } },
  });
  const times = readWhole(values.times, usage, { name: "--times" });
  if (skipWithoutChromium("bench pages")) return;
  const folder = resolve(positionals[0] ?? "results/laptop/report");
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".html"))
    .sort();
  const home = mkdtempSync(join(tmpdir(), "bench-pages-"));
  const browser = await launchBrowser(home);
  try {
    console.log(
      `${pages.length} pages of ${relative(process.cwd(), folder)}, ${cpus().length} cores, Chromium ${browser.version()}, median of ${times}`,
    );
    console.log("interactive (s) | figure drawn (s) | KiB | page");
    await visit(browser, join(folder, pages[0] ?? "")); // the first visit starts Chromium's processes
    for (const page of pages) {
      const visits = [];
      for (let time = 0; time < times; time += 1) visits.push(await visit(browser, join(folder, page)));
      const figures = visits.flatMap(({ figureMs }) => figureMs ?? []);
      const seconds = (/** @type {number[]} */ list) =>
        list.length === 0 ? "" : (median(list) / 1000).toFixed(2);
      const size = Math.round(statSync(join(folder, page)).size / 1024);
      console.log(
        `${seconds(visits.map(({ ms }) => ms)).padStart(15)} | ${seconds(figures).padStart(16)} | ${String(size).padStart(3)} | ${page}`,
      );
    }
  } finally {
    await browser.close();
    rmSync(home, { recursive: true, force: true });
  }
}

await main();
