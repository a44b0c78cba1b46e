/** @file JupyterLab in a browser, as a researcher uses it: look, run all, edit, run on, err, save. */
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { normaliseNotebook, serialiseNotebook } from "../../scripts/notebooks/notebook-format.mjs";
import { readScripts } from "../../scripts/notebooks/notebook-scripts.mjs";
import { launchBrowser, skipWithoutChromium } from "../../scripts/check/browser.mjs";
import { NotebookPage, startLabServer, until, type LabServer } from "./lab-page.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PLACE = ".cache/lab-test";
const FOLDER = join(ROOT, PLACE);
const SCRIPT = fileURLToPath(new URL("fixtures/lab.ts", import.meta.url));
const STUDY = fileURLToPath(new URL("fixtures/study.ts", import.meta.url));
const disk = (file: string) => readFileSync(join(FOLDER, file), "utf8");

/** Forty steps in about eight seconds. */
const LIVE_CELL = `import * as kit from "class-it";
async function* steps() {
  for (let step = 1; step <= 40; step++) {
    await new Promise((done) => setTimeout(done, 200));
    yield { model: "llama100M", condition: "base", lossNats: 3 / step } as const;
  }
}
const context = { scale: "smoke", source: "microworld", seeds: [1] } as const;
for await (const step of kit.watchCurves(steps(), { name: "live", alt: "loss", context })) void step;`;

/** The first cell of `study` with another rate of tuning. */
const hyperparameters = (epochs: number) =>
  `import * as kit from "class-it";\nconst tuningRate = 3e-2;\nconst epochs = ${epochs};`;

/** Finished stages of one kind in the notebook's cache, with the time each was made. */
const stages = (kind: string) =>
  readdirSync(join(FOLDER, "stages"))
    .filter((name) => new RegExp(`^${kind}-[0-9a-f]{16}$`).test(name))
    .map((name) => `${name} ${statSync(join(FOLDER, "stages", name)).mtimeMs}`);

/** `work` and `study`, never run, and `fresh`, run on another machine, its .ipynb an hour newer than its .ts. */
async function writeNotebooks(): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const [script, study] = await readScripts([SCRIPT, STUDY]);
  if (!script || !study) throw new Error("readScripts must return the fixture");
  const source = script.cells[2]?.source;
  const png = /"(iVBOR[^"]+)"/.exec(Array.isArray(source) ? source.join("") : "")?.[1];
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200"><path d="M0 0H400V200"/></svg>';
  const address = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  const html = `<img src="${address}" width="400" height="200" alt="loss falls">`; // as showFigure sends it
  const data = { "text/html": html, "image/png": png, "text/plain": "[figure loss] Loss per step" };
  const figure = { output_type: "display_data", metadata: {}, data };
  const cells = script.cells.map((cell, i) =>
    i === 2 ? { ...cell, execution_count: 1, outputs: [figure] } : cell,
  );
  const pairs = [
    { name: "work", source: SCRIPT, made: script },
    { name: "fresh", source: SCRIPT, made: { ...script, cells } },
    { name: "study", source: STUDY, made: study },
  ];
  for (const { name, source, made } of pairs) {
    copyFileSync(source, join(FOLDER, `${name}.ts`));
    writeFileSync(join(FOLDER, `${name}.ipynb`), serialiseNotebook(normaliseNotebook(made)));
  }
  const anHourAgo = Date.now() / 1000 - 3600;
  utimesSync(join(FOLDER, "fresh.ts"), anHourAgo, anHourAgo);
}

describe.skipIf(skipWithoutChromium("lab.test.ts"))("JupyterLab", () => {
  const problems: string[] = [];
  let server: LabServer;
  let browser: Browser;
  let page: Page;
  let notebook: NotebookPage;

  beforeAll(async () => {
    await writeNotebooks();
    [server, browser] = await Promise.all([startLabServer(), launchBrowser(join(FOLDER, "home"))]);
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url()))
        problems.push(`request: ${request.url()}`);
    });
  });

  afterAll(async () => {
    await page?.screenshot({ path: join(FOLDER, "last.png") }).catch(() => {});
    await browser?.close();
    await server?.stop();
  });

  test("shows the figures of a notebook that was never run here, without trust", async () => {
    notebook = await NotebookPage.open(page, server, `${PLACE}/fresh.ipynb`);
    const image = notebook.output(2).locator("img");
    await image.scrollIntoViewIfNeeded();
    const width = await until("a loaded figure", () =>
      image.evaluate((element) => ("naturalWidth" in element ? Number(element.naturalWidth) : 0)),
    );
    expect(width).toBe(400);
    expect(await image.getAttribute("alt")).toBe("loss falls");
  });

  test("runs all cells: the text is right and the figure is seen", async () => {
    notebook = await NotebookPage.open(page, server, `${PLACE}/work.ipynb`);
    await notebook.menu("Run", "runmenu:run-all");
    await notebook.ran(2, 3);
    await notebook.idle();
    expect(await notebook.output(1).textContent()).toContain("learning rate 0.0002: last loss 0.5002");
    const figure = notebook.output(2).locator("svg, img").first();
    await figure.scrollIntoViewIfNeeded();
    expect(await figure.isVisible()).toBe(true);
    const box = await figure.boundingBox();
    expect(box?.width).toBeGreaterThanOrEqual(390);
    expect(box?.height).toBeGreaterThanOrEqual(190);
  });

  test("an edited parameter changes the output of the cells run again, and saving writes both files", async () => {
    await notebook.edit(0, "const learningRate = 5e-5;");
    await notebook.menu("Run", "notebook:run-all-below");
    await notebook.ran(2, 6);
    await notebook.idle();
    expect(await notebook.output(1).textContent()).toContain("learning rate 0.00005: last loss 0.7589");
    await notebook.press("Escape");
    await notebook.press("Control+S");
    await until("a saved notebook", () => disk("work.ipynb").includes("last loss 0.7589"));
    await until("a saved script", () => disk("work.ts").includes("const learningRate = 5e-5;"));
    expect(disk("work.ts")).toBe(readFileSync(SCRIPT, "utf8").replace("2e-4", "5e-5"));
  });

  test("an error points to the cell's own line, and the next cell runs at once", async () => {
    await notebook.edit(
      0,
      'interface Options {\n  readonly depth: number;\n}\nthrow new RangeError("too deep");',
    );
    await notebook.press("Control+Enter");
    await notebook.ran(0, 7);
    const text = (await notebook.output(0).first().textContent()) ?? "";
    expect(text).toContain(
      'RangeError: too deep\n\n  4 | throw new RangeError("too deep");\n    |       ^^^',
    );
    expect(text).toContain("at cell [7]:4:7");
    await notebook.edit(0, 'console.log("at once");');
    await notebook.press("Control+Enter");
    await notebook.ran(0, 8);
    await until("the output", async () =>
      (await notebook.output(0).first().textContent())?.includes("at once"),
    );
  });

  test("loss curves grow in one figure while the cell runs, and the whole curve stays", async () => {
    await notebook.edit(0, LIVE_CELL);
    await notebook.press("Control+Enter");
    const plot = notebook.cell(0).locator(".js-plotly-plot");
    const points = () =>
      plot.evaluateAll((plots) => plots.map((each) => Reflect.get(each, "data")[0].x.length as number));
    const early = await until("the first drawing", async () => (await points())[0]);
    expect(early).toBeLessThan(40);
    expect(await notebook.prompt(0)).toBe("[*]:");
    await notebook.ran(0, 9);
    await until("the whole curve", async () => (await points()).join() === "40");
    const box = await plot.boundingBox();
    expect(box?.height).toBeGreaterThan(300);
  });

  test("a changed hyperparameter changes the figure, and only what depends on it is trained again", async () => {
    notebook = await NotebookPage.open(page, server, `${PLACE}/study.ipynb`);
    await notebook.menu("Run", "runmenu:run-all");
    await notebook.ran(3, 4);
    const picture = () => notebook.output(3).locator("img").first().getAttribute("src");
    const before = await picture();
    const [pretraining, tuning] = [stages("pretraining"), stages("tuning")];
    expect([pretraining.length, tuning.length]).toEqual([1, 1]);
    await notebook.edit(0, hyperparameters(1));
    await notebook.menu("Run", "notebook:run-all-below");
    await notebook.ran(3, 8);
    await until("another figure", async () => (await picture()) !== before);
    expect(stages("pretraining")).toEqual(pretraining);
    expect(stages("tuning")).toEqual(expect.arrayContaining(tuning));
    expect(stages("tuning").length).toBe(2);
  });

  test("an interrupted training stops and says so, and the next cells run", async () => {
    await notebook.edit(0, hyperparameters(400));
    await notebook.menu("Run", "notebook:run-all-below");
    await notebook.ran(1, 10);
    await until("a training run under way", () =>
      readdirSync(join(FOLDER, "stages")).some((name) => /^pretraining-[0-9a-f]{16}\.progress/.test(name)),
    );
    await notebook.menu("Kernel", "kernelmenu:interrupt");
    await notebook.ran(2, 11);
    expect((await notebook.output(2).allTextContents()).join()).toContain(
      "Interrupted: the cell was interrupted",
    );
    const counted = async (count: number) => {
      await notebook.edit(0, "console.log(`after ${steps} steps`);");
      await notebook.press("Control+Enter");
      await notebook.ran(0, count);
      return notebook.output(0).first().textContent();
    };
    await notebook.idle();
    const [first, second] = [await counted(12), await counted(13)];
    expect(first).toMatch(/after \d+ steps/);
    expect(second).toBe(first);
  });

  test("asked no other host for anything, and raised no error in the page or the kernel", () => {
    expect(problems).toEqual([]);
    expect(server.log()).not.toMatch(/Traceback|\[E |unknown msg_type|SyntaxError/);
  });
});
