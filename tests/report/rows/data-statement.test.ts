import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  dataStatementFile,
  dataStatementMarkdown,
  dataStatementRows,
} from "../../../src/report/rows/data-statement.js";
import { tableFiles } from "../../../src/report/render/table-files.js";
import { stateData } from "../../../src/runs/description/data-statement.js";
import { openStudy } from "../../../src/runs/study/study.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const dataRoot = process.env["CLASS_IT_DATA"];
const study = openTinyStudy(sharedFolder());

test("a study of the microworld trains on generated text alone, to the last word of its budget", async () => {
  const statement = await stateData(study);
  const used = statement.sources.filter(({ wordsUsed }) => wordsUsed !== null);
  expect(used.every(({ origins }) => origins[0] === "this project, src/data/microworld")).toBe(true);
  const pretraining = used.filter(({ source }) => source.startsWith("microworld/"));
  const total = (field: "wordsUsed" | "wordsHeldOut") =>
    pretraining.reduce((sum, source) => sum + (source[field] ?? 0), 0);
  expect([total("wordsUsed"), total("wordsHeldOut")]).toEqual([
    TINY_CONFIG.budget.pretrainingWords,
    TINY_CONFIG.budget.heldOutWords,
  ]);
});

test("the Markdown names every source, stand-in and gap; the rows print as a table of their own", async () => {
  const statement = await stateData(study);
  const folder = temporaryFolder();
  dataStatementFile(statement, { folder });
  const written = readFileSync(join(folder, "data-statement.md"), "utf8");
  expect(written).toBe(dataStatementMarkdown(statement));
  expect(written).toContain("Of the study at smoke scale, microworld (generated text).");
  for (const { source, standIns } of statement.sources)
    for (const name of [source, ...standIns]) expect(written).toContain(name);
  for (const { need } of statement.notAtHand) expect(written).toContain(`- ${need}: `);
  const sections = [...written.matchAll(/^#+ (.+)$/gm)].map((match) => match[1]);
  expect(sections).toEqual([
    "Data statement",
    "What was changed",
    "What stands in for something else",
    "What is not here",
  ]);
  tableFiles(dataStatementRows(statement), {
    name: "data-sources",
    folder,
    caption: "Sources",
    missing: "none",
  });
  expect(readFileSync(join(folder, "data-sources.csv"), "utf8").split("\n")).toHaveLength(
    statement.sources.length + 2,
  );
});

test.skipIf(!dataRoot)(
  "of the real text each genre's words are stated, and the questions as a stand-in",
  async () => {
    const real = openStudy({ scale: "smoke", seed: 1, cacheFolder: temporaryFolder() });
    const { sources } = await stateData(real);
    const genres = sources.filter(({ source }) => source.startsWith("babylm_sample/"));
    expect(genres).toHaveLength(6);
    expect(genres.reduce((sum, { wordsUsed }) => sum + (wordsUsed ?? 0), 0)).toBe(300_000);
    expect(genres.reduce((sum, { wordsHeldOut }) => sum + (wordsHeldOut ?? 0), 0)).toBe(6_000);
    for (const { changes } of genres) expect(changes).toContain("a sample of 300000 words of all genres");
    expect(sources.find(({ source }) => source === "switchboard")?.wordsUsed).toBeGreaterThan(320 * 6);
    expect(sources.at(-1)).toMatchObject({ source: "wiki-standin", standIns: ["wiki-standin"] });
    expect(sources.flatMap(({ absent }) => absent)).toEqual([]);
  },
);
