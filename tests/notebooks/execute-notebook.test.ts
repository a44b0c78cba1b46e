/** @file Executing a notebook from its script: what arrives in the file, and what a failure says. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executeNotebook } from "../../scripts/notebooks/execute-notebook.mjs";
import type { ProgressEvent } from "../../scripts/notebooks/progress-file.mjs";

const CACHE = fileURLToPath(new URL("../../.cache/", import.meta.url));
const FIXTURES = fileURLToPath(new URL("fixtures/", import.meta.url));
let folder: string;

beforeAll(() => {
  mkdirSync(CACHE, { recursive: true });
  folder = mkdtempSync(join(CACHE, "execute-test-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a script of these cells and executes it. */
async function executeCells(name: string, cells: readonly string[], options: object = {}) {
  writeFileSync(join(folder, `${name}.ts`), cells.map((cell) => `// %%\n${cell}\n`).join("\n"));
  return executeNotebook({ name, folder, outFolder: join(folder, "out"), ...options });
}

/** The message with which executing these cells fails; no notebook may be left. */
async function failureOf(name: string, cells: readonly string[], options: object = {}): Promise<string> {
  const message = await executeCells(name, cells, options).then(
    () => "it did not fail",
    (error: unknown) => String(error),
  );
  expect(existsSync(join(folder, "out")) ? readdirSync(join(folder, "out")) : []).not.toContain(
    `${name}.ipynb`,
  );
  return message;
}

describe("a complete notebook", () => {
  const events: ProgressEvent[] = [];
  let text = "";
  let stderr: readonly { cell: number; text: string }[] = [];

  beforeAll(async () => {
    const parameters = { scale: "smoke" };
    const onEvent = (event: ProgressEvent) => void events.push(event);
    const outFolder = join(folder, "complete");
    const result = await executeNotebook({
      name: "complete",
      parameters,
      folder: FIXTURES,
      outFolder,
      onEvent,
    });
    text = readFileSync(result.path, "utf8");
    stderr = result.stderr;
    expect(readdirSync(outFolder)).toEqual(["complete.ipynb"]);
  });

  test("is written with sorted keys, counts from 1, and neither colours nor paths of the machine", () => {
    const notebook = JSON.parse(text);
    const code = notebook.cells.filter((cell: { cell_type: string }) => cell.cell_type === "code");
    expect(code.map((cell: { execution_count: number }) => cell.execution_count)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(code[1].outputs[0].text).toEqual([
      "learning rate 0.0002: last loss 0.5002\n",
      'working in ./tests/notebooks/fixtures {"scale":"smoke"}\n',
    ]);
    expect(text).toBe(`${JSON.stringify(notebook, null, 1)}\n`);
    expect(Object.keys(notebook)).toEqual(["cells", "metadata", "nbformat", "nbformat_minor"]);
    expect(JSON.stringify(code[1].outputs)).not.toContain("u001b");
  });

  test("keeps a failure that is meant to be shown, as the reader of the cell would read it", () => {
    expect(text).toContain('"ename": "RangeError"');
    expect(text).toContain("at cell [5]:1:7");
  });

  test("reports what its cells wrote to stderr", () => {
    expect(stderr).toEqual([{ cell: 6, text: "a warning\n" }]);
  });

  test("announces every cell with its number, their total, and its title or the heading above it", () => {
    expect(events[0]).toMatchObject({ type: "notebook", notebook: "complete", cells: 6 });
    const cells = events.flatMap((event) => (event.type === "cell" ? [event] : []));
    expect(cells.map((event) => event.index)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(cells[0]).toMatchObject({ cells: 6, name: "1. A small but complete notebook" });
    expect(cells.map((event) => event.name).slice(1)).toEqual(["Losses", ...Array(4).fill("A figure")]);
  });
});

test("a failing cell is named with its number, its source and the line at fault, without any Python", async () => {
  const message = await failureOf("failing", [
    "const a = 1;",
    "const b = 2;\n\nif (b > a) throw new Error('b is above a');",
    "a;",
  ]);
  expect(message).toContain(
    "failing: cell 2 of 3 failed.\n\n   1 | const b = 2;\n   2 | \n   3 | if (b > a)",
  );
  expect(message).toMatch(
    /\nError: b is above a\n\n {2}3 \| if \(b > a\) throw new Error\('b is above a'\);\n {4}\| {18}\^\^\^/,
  );
  expect(message).not.toMatch(/Traceback|\.py|nbclient/);
});

test("a kernel that ends in a cell, and a cell over its time limit, are one clear line", async () => {
  const [died, slow] = await Promise.all([
    failureOf("dying", ["1;", "process.exit(1);"]),
    failureOf("slow", ["await new Promise((done) => setTimeout(done, 60_000));"], { timeoutSeconds: 2 }),
  ]);
  expect(died).toMatch(/^Error: dying: the kernel died in cell 2 of 2\. Its memory may have run out/);
  expect(slow).toMatch(/^Error: slow: cell 1 of 1 took longer than 2 s\./);
});

test("a kernel whose port another process took is started again", async () => {
  const marker = JSON.stringify(join(folder, "started"));
  const taken = [
    'import { existsSync, writeFileSync, writeSync } from "node:fs";',
    `if (!existsSync(${marker})) {`,
    `  writeFileSync(${marker}, "");`,
    '  writeSync(2, "kernel: port 40000 must be free, got another\\n");',
    "  process.exit(1);",
    "}",
    'console.log("at last");',
  ];
  const { path } = await executeCells("taken", [taken.join("\n")]);
  expect(readFileSync(path, "utf8")).toContain("at last");
});

test("an error after the last cell, and a run that is stopped, leave no notebook", async () => {
  const stop = new AbortController();
  const stopAtFirstCell = (event: ProgressEvent) => void (event.type === "cell" && stop.abort());
  const [late, stopped] = await Promise.all([
    failureOf("late", [
      "setTimeout(() => { throw new Error('nobody waited'); }, 5);\nconst x = 1;",
      "await new Promise((done) => setTimeout(done, 1));",
    ]),
    failureOf("stopped", ["await new Promise((done) => setTimeout(done, 60_000));"], {
      signal: stop.signal,
      onEvent: stopAtFirstCell,
    }),
  ]);
  expect(late).toContain("nobody waited");
  expect(stopped).toBe("Error: stopped: stopped in cell 1 of 1.");
});
