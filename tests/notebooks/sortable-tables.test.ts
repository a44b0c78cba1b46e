/** @file Long tables of the kit are sorted and searched in the browser; short ones, and all without scripts, are read as they are. */
import { copyFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, skipWithoutChromium } from "../../scripts/check/browser.mjs";
import { tableBundle } from "../../src/report/render/table.js";
import { sharedFolder } from "../support/temporary-folder.js";

const STATIC = fileURLToPath(new URL("../../jupyter/nbconvert/templates/kit/static/", import.meta.url));
const folder = sharedFolder();
const html = (rows: readonly { task: string; difference: number | null; n: string }[]): string =>
  String(tableBundle(rows, { caption: "Scores", missing: "not measured" })["text/html"]);

const LONG = Array.from({ length: 12 }, (_, at) => ({
  task: at % 2 === 0 ? "BLiMP" : "EWoK",
  difference: at === 4 ? null : at - 6.5,
  n: (900 + 100 * ((at + 5) % 12)).toLocaleString("en"),
}));

describe.skipIf(skipWithoutChromium("sortable-tables.test.ts"))("in Chromium", () => {
  let browser: Browser;

  beforeAll(async () => {
    copyFileSync(join(STATIC, "tables.js"), join(folder, "tables.js"));
    const library = createRequire(import.meta.url).resolve("datatables.net/js/dataTables.min.js");
    copyFileSync(library, join(folder, "datatables.js"));
    writeFileSync(
      join(folder, "page.html"),
      `<!DOCTYPE html><script defer src="tables.js"></script>${html(LONG)}${html(LONG.slice(0, 3))}`,
    );
    browser = await launchBrowser(join(folder, "home"));
  }, 60_000);
  afterAll(() => browser?.close());

  async function open(javaScriptEnabled = true) {
    const context = await browser.newContext({ javaScriptEnabled });
    const tab = await context.newPage();
    tab.setDefaultTimeout(30_000);
    await tab.goto(pathToFileURL(join(folder, "page.html")).href);
    const table = tab.locator("table").first();
    const column = (at: number): Promise<string[]> =>
      table.locator(`tbody td:nth-child(${at})`).allInnerTexts();
    return { tab, table, column };
  }

  test("a click on a heading sorts by number, minus signs and thousands understood; a second turns it round", async () => {
    const { tab, table, column } = await open();
    await tab.locator(".dt-search input").waitFor();
    // The library sorts after the click has been answered.
    const begins = (at: number, cells: readonly string[]) =>
      expect
        .poll(async () => (await column(at)).filter((text) => text !== "").slice(0, cells.length))
        .toEqual(cells);
    const n = table.locator("th", { hasText: /^n/ });
    await n.click();
    await begins(3, ["900", "1,000", "1,100"]);
    await n.click();
    await begins(3, ["2,000", "1,900", "1,800"]);
    await table.locator("th", { hasText: "difference" }).click();
    await begins(2, ["−6.500", "−5.500", "−4.500"]);
  }, 60_000);

  test("the search leaves the rows that have all its words, and the caption and notes stay", async () => {
    const { tab, table, column } = await open();
    await tab.locator(".dt-search input").fill("blimp 1,0");
    await expect.poll(() => column(3)).toEqual(["1,000"]);
    expect(await table.locator("caption").innerText()).toBe("Scores");
    expect(await tab.locator("body").innerText()).toContain("Blank: not measured");
  }, 60_000);

  test("a table of a few rows is left as it is, and without scripts the long one is too", async () => {
    const { tab } = await open();
    await tab.locator(".dt-search input").waitFor();
    expect(await tab.locator(".dt-search").count()).toBe(1);
    const plain = await open(false);
    expect(await plain.tab.locator(".dt-search").count()).toBe(0);
    expect(await plain.column(3)).toEqual(LONG.map(({ n }) => n));
  }, 60_000);
});
