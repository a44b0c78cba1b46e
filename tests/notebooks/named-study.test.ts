/**
 * @file A user's first study: notebook 03 is edited in JupyterLab as it suggests and run under a name. Only stages that depend on the edit
 * are computed, and notebook 07 compares the study with the default one.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, skipWithoutChromium } from "../../scripts/check/browser.mjs";
import { executeNotebook } from "../../scripts/notebooks.mjs";
import { NOTEBOOKS, readNotebook } from "../../scripts/notebooks/notebook-scripts.mjs";
import { findProjectRoot } from "../../src/project-root.js";
import { NotebookPage, startLabServer, until, type LabServer } from "./lab-page.js";

const ROOT = findProjectRoot();
const PLACE = ".cache/named-study-test";
const FOLDER = join(ROOT, PLACE);
const OUT = join(FOLDER, "results");
const STAGES = join(ROOT, ".cache", "stages");
const TUNING = "03-instruction-tuning";
const SYNTHESIS = "07-synthesis";

/** Finished stages of the cache. */
const stages = (): string[] =>
  existsSync(STAGES) ? readdirSync(STAGES).filter((name) => /-[0-9a-f]{16}$/.test(name)) : [];

/** Source of a code cell as the script has it, with the edits made. */
function editedCell(name: string, index: number, edits: readonly (readonly [string, string])[]): string {
  const cells = readNotebook(join(NOTEBOOKS, `${name}.ipynb`)).cells.filter(
    ({ cell_type }) => cell_type === "code",
  );
  const source = [cells[index]?.source ?? ""].flat().join("");
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from))
      throw new Error(`Cell ${index} of ${name} must hold "${from}". Correct the edit.`);
    return text.replace(from, to);
  }, source);
}

const SMOKE = ['scale: "laptop"', `scale: "smoke", out: "${OUT}"`] as const;
const NAMED = ['study: "default"', 'study: "full-loss"'] as const;
const CHANGED = ["instructions: {}", 'instructions: { lossOn: "full" }'] as const;
/** One condition of one model shows what is computed again; all of them would only take longer. */
const ONE_RUN = [
  [
    6,
    '({ condition }) => condition !== "base"',
    '({ model, condition }) => `${model} ${condition}` === "llama140M switch"',
  ],
  [11, '["base", "switch", "wiki", "merged"]', '["base", "switch"]'],
] as const;

/** Text of all outputs of a saved notebook. */
const outputs = (name: string): string =>
  readNotebook(join(FOLDER, `${name}.ipynb`))
    .cells.flatMap(({ outputs = [] }) => outputs)
    .map((output) => JSON.stringify(output))
    .join("\n");

describe.skipIf(skipWithoutChromium("named-study.test.ts"))("a study of one's own in JupyterLab", () => {
  let server: LabServer;
  let browser: Browser;
  let page: Page;
  let before: readonly string[];
  const data = process.env["CLASS_IT_DATA"];

  beforeAll(async () => {
    delete process.env["CLASS_IT_DATA"];
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    for (const name of [TUNING, SYNTHESIS])
      for (const ending of ["ts", "ipynb"])
        copyFileSync(join(NOTEBOOKS, `${name}.${ending}`), join(FOLDER, `${name}.${ending}`));
    const parameters = { scale: "smoke", out: OUT };
    await executeNotebook({ name: TUNING, parameters, outFolder: join(FOLDER, "executed") });
    before = stages();
    [server, browser] = await Promise.all([startLabServer(), launchBrowser(join(FOLDER, "home"))]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(30_000);
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    if (data !== undefined) process.env["CLASS_IT_DATA"] = data;
  }, 60_000);

  /** Edits cells by their place among the code cells, runs all, and saves when the kernel has nothing left to do. */
  async function run(name: string, cells: readonly { readonly index: number; readonly text: string }[]) {
    const notebook = await NotebookPage.open(page, server, `${PLACE}/${name}.ipynb`);
    for (const { index, text } of cells) await notebook.edit(index, text);
    await notebook.menu("Run", "runmenu:run-all");
    await until("the first cells", async () => /\[\d+\]/.test(await notebook.prompt(1)), 60);
    await notebook.idle(420);
    await notebook.press("Escape");
    await notebook.press("Control+S");
    await until("a saved notebook", () => outputs(name).includes("full-loss"), 60);
    return notebook;
  }

  test("notebook 03 runs under the name, and only what depends on the edit is computed", async () => {
    await run(TUNING, [
      { index: 0, text: editedCell(TUNING, 0, [SMOKE, NAMED]) },
      { index: 2, text: editedCell(TUNING, 2, [CHANGED]) },
      ...ONE_RUN.map(([index, from, to]) => ({ index, text: editedCell(TUNING, index, [[from, to]]) })),
    ]);
    expect(outputs(TUNING)).not.toContain('"output_type":"error"');
    const folder = join(OUT, "smoke-microworld", "studies", "full-loss");
    expect(JSON.parse(readFileSync(join(folder, "study.json"), "utf8"))).toMatchObject({
      change: { instructions: { lossOn: "full" } },
    });
    const added = stages().filter((name) => !before.includes(name));
    const kinds = [...new Set(added.map((name) => name.replace(/-[0-9a-f]{16}$/, "")))].sort();
    expect(kinds).toContain("tuning");
    for (const kind of ["pretraining", "tokenizer", "tokens"]) expect(kinds).not.toContain(kind);
  }, 600_000);

  test("notebook 07 takes the study by its name and sets it beside the default one", async () => {
    await run(SYNTHESIS, [{ index: 0, text: editedCell(SYNTHESIS, 0, [SMOKE, NAMED]) }]);
    const text = outputs(SYNTHESIS);
    expect(text).not.toContain('"output_type":"error"');
    expect(text).toContain("full-loss against default");
    expect(text).toContain('instructions.lossOn = \\"full\\"');
    expect(text).toContain("[figure study-differences]");
  }, 600_000);
});
