/** @file The pairs of script and notebook stay in step, and only runs of the present script are published. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publishNotebooks, syncNotebooks } from "../../scripts/notebooks/notebook-scripts.mjs";

const CACHE = fileURLToPath(new URL("../../.cache/", import.meta.url));
let folder: string;

beforeAll(() => {
  mkdirSync(CACHE, { recursive: true });
  folder = mkdtempSync(join(CACHE, "pairs-test-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const script = (second: string) =>
  `// %% [markdown]\n// # Title\n\n// %%\nconst a = 1;\n\n// %%\n${second}\n\n// %%\na;\n`;
const read = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.ipynb`), "utf8"));

/** Gives every code cell of a notebook file a count and an output, as a run would. */
function pretendRun(name: string, to = folder): void {
  const notebook = read(name);
  const code = notebook.cells.filter((cell: { cell_type: string }) => cell.cell_type === "code");
  for (const [i, cell] of code.entries()) {
    cell.execution_count = i + 1;
    cell.outputs = [{ output_type: "stream", name: "stdout", text: [`output ${i + 1}\n`] }];
  }
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, `${name}.ipynb`), JSON.stringify(notebook));
}

test("a changed cell loses its outputs and those below it, and the check names the pair before", async () => {
  writeFileSync(join(folder, "01-pair.ts"), script("const b = 2;"));
  expect(await syncNotebooks({ folder })).toEqual(["01-pair"]);
  pretendRun("01-pair");
  expect(await syncNotebooks({ folder })).toEqual([]);

  writeFileSync(join(folder, "01-pair.ts"), script("const b = 3;"));
  await expect(syncNotebooks({ folder, check: true })).rejects.toThrow(
    /^syncNotebooks: every \.ipynb must show the cells of its \.ts, got 01-pair\.ipynb \(cell 3 differs\)/,
  );
  expect(await syncNotebooks({ folder })).toEqual(["01-pair"]);
  const outputs = read("01-pair").cells.map((cell: { outputs?: unknown[] }) => cell.outputs?.length);
  expect(outputs).toEqual([undefined, 1, 0, 0]);
  expect(read("01-pair").cells[2].source).toEqual(["const b = 3;"]);
  expect(await syncNotebooks({ folder, check: true })).toEqual([]);
});

test("an executed notebook of an older script is not published, one of the present script is", async () => {
  const executed = join(folder, "executed");
  await syncNotebooks({ folder });
  pretendRun("01-pair", executed);
  expect(await publishNotebooks(executed, { folder })).toEqual(["01-pair"]);
  expect(read("01-pair").cells[3].outputs[0].text).toEqual(["output 3\n"]);

  writeFileSync(join(folder, "01-pair.ts"), script("const b = 4;"));
  await expect(publishNotebooks(executed, { folder })).rejects.toThrow(/got older 01-pair/);
});
