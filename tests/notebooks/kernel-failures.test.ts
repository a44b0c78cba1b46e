/** @file Cells that fail or are interrupted: what the notebook kernel shows of them, and what becomes of the cells after. */
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { errorOf, streamText, type Kernel, type Message } from "./kernel-client.js";
import { endSharedKernel, startSharedKernel } from "./shared-kernel.js";

let kernel: Kernel;
let folder: string;
let progressFile: string;

beforeAll(async () => {
  ({ kernel, folder, progressFile } = await startSharedKernel());
});

afterAll(() => endSharedKernel(kernel, folder), 20_000);

/** Waits until a cell has printed a line that begins so. */
async function untilPrinted(text: string): Promise<void> {
  const isIt = (message: Message) =>
    typeof message.content["text"] === "string" && message.content["text"].startsWith(text);
  for (const end = performance.now() + 10_000; !kernel.published.some(isIt); await wait(10))
    if (performance.now() > end) throw new Error(`untilPrinted: a cell must print "${text}", got nothing`);
}

const events = () =>
  readFileSync(progressFile, "utf8")
    .trim()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));

test("a thrown error starts with its name, shows the cell's own line with a caret, and no compiled code", async () => {
  const code = [
    "interface Range { readonly low: number; readonly high: number }",
    "",
    "const range: Range = { low: 3, high: 1 };",
    "",
    "if (range.low > range.high) throw new RangeError(`low ${range.low} is above high`);",
  ].join("\n");
  const error = errorOf(await kernel.run(code));
  expect(error.name).toBe("RangeError");
  expect(error.message).toBe("low 3 is above high");
  expect(error.traceback.split("\n")).toEqual([
    "RangeError: low 3 is above high",
    "",
    "  5 | if (range.low > range.high) throw new RangeError(`low ${range.low} is above high`);",
    "    |                                   ^^^",
    "",
    expect.stringMatching(/^ {4}at cell \[\d+\]:5:35$/),
  ]);
});

test("an error in a function of an earlier cell names that cell, its line and the calling cell", async () => {
  const defined = await kernel.run(
    "type Check = (x: number) => number;\nconst check: Check = (x) => {\n  if (x < 0) throw new TypeError('negative');\n  return x;\n};",
  );
  const failed = await kernel.run("const y: number = await Promise.resolve(-1);\ncheck(y);");
  const [first, second] = [defined.reply["execution_count"], failed.reply["execution_count"]];
  const lines = errorOf(failed).traceback.split("\n");
  expect(lines).toContain("  3 |   if (x < 0) throw new TypeError('negative');");
  expect(lines).toContain(`    at check (cell [${first}]:3:20)`);
  expect(lines).toContain(`    at cell [${second}]:2:1`);
  expect(errorOf(failed).traceback).not.toMatch(/evalmachine|node:|tslab/);
});

test("an error of a package shows the cell's line, and frames relative to the package", async () => {
  const error = errorOf(await kernel.run("import { csvParse } from 'd3-dsv';\nconst rows = csvParse(null);"));
  expect(error.name).toBe("TypeError");
  expect(error.traceback).toContain("  2 | const rows = csvParse(null);\n    |              ^^^^^^^^\n");
  expect(error.traceback).toMatch(/^ {4}at parseRows \(d3-dsv\/dist\/d3-dsv\.\w+:\d+:\d+\)$/m);
  expect(error.traceback).not.toContain(process.cwd());
});

test("an error of the kit itself points into its TypeScript, by the path from the project's root", async () => {
  const code =
    'import { setParameters } from \'class-it\';\nconst given = JSON.parse(\'{"scale":"tiny","seed":1}\');\nsetParameters(given);';
  const error = errorOf(await kernel.run(code));
  expect(error.message).toMatch(/^params: scale must be one of smoke, /);
  expect(error.traceback).toContain("  3 | setParameters(given);\n    | ^^^^^^^^^^^^^\n");
  expect(error.traceback).toMatch(/^ {4}at setParameters \(src\/report\/params\.ts:\d+:\d+\)$/m);
});

test("a cause is described below the error it caused", async () => {
  const error = errorOf(await kernel.run("throw new Error('outer', { cause: new RangeError('inner') });"));
  expect(error.traceback).toMatch(/^Error: outer\n[^]*\ncaused by RangeError: inner\n/);
});

test("a type error shows line, column, message and the source line with a caret", async () => {
  const error = errorOf(await kernel.run("const config = { width: 3 };\nconst half = config.wdth / 2;"));
  expect(error.name).toBe("TypeScriptError");
  expect(error.message).toMatch(/^2:21 - Property 'wdth' does not exist on type/);
  expect(error.traceback.split("\n").slice(1, 4)).toEqual([
    "",
    "  2 | const half = config.wdth / 2;",
    "    |                     ^^^^",
  ]);
});

test("a rejection nobody handles fails its cell", async () => {
  const answer = await kernel.run("Promise.reject(new Error('forgotten'));\nconst z = 1;");
  expect(answer.reply["status"]).toBe("error");
  expect(errorOf(answer).message).toBe("forgotten");
});

test("a rejection after its cell has ended fails the next cell, once", async () => {
  await kernel.run("setTimeout(() => { throw new Error('too late'); }, 20);\nconst ticking = true;");
  await wait(100);
  const next = await kernel.run("console.log('must not run');");
  expect(errorOf(next).message).toBe("too late");
  expect(errorOf(next).traceback).toContain("This cell did not run");
  expect(streamText(next, "stdout")).toBe("");
  expect((await kernel.run("1 + 1;")).reply["status"]).toBe("ok");
});

test("a failure aborts the cells sent with it, and a cell sent after it runs at once", async () => {
  const together = await Promise.all([
    kernel.run("throw new Error('first');"),
    kernel.run("console.log('second');"),
    kernel.run("console.log('third');"),
  ]);
  expect(together.map((answer) => answer.reply["status"])).toEqual(["error", "aborted", "aborted"]);
  const after = await kernel.run("console.log('after');");
  expect(after.reply["status"]).toBe("ok");
  expect(streamText(after, "stdout")).toBe("after\n");
});

test("a failure that is allowed aborts nothing", async () => {
  const together = await Promise.all([kernel.run("throw new Error('expected');", false), kernel.run("2;")]);
  expect(together.map((answer) => answer.reply["status"])).toEqual(["error", "ok"]);
});

test("an interrupt ends an asynchronous loop that looks at the signal, and stops its output", async () => {
  const code = [
    "const { signal } = (globalThis as unknown as { __classItInterrupt: { signal: AbortSignal } }).__classItInterrupt;",
    "for (let step = 1; !signal.aborted; step++) {",
    "  console.log(`step ${step}`);",
    "  await new Promise((done) => setTimeout(done, 20));",
    "}",
  ].join("\n");
  const running = kernel.run(code);
  await untilPrinted("step 2");
  const pressed = performance.now();
  kernel.interrupt();
  const answer = await running;
  expect(performance.now() - pressed).toBeLessThan(1000);
  expect(errorOf(answer)).toEqual({
    name: "Interrupted",
    message: "the cell was interrupted",
    traceback: "Interrupted: the cell was interrupted",
  });
  expect(streamText(answer, "stdout")).toMatch(/^step 1\nstep 2\n/);
  const lines = kernel.published.length;
  await wait(100);
  expect(kernel.published.length).toBe(lines);
  const next = await kernel.run(
    "(globalThis as unknown as { __classItInterrupt: { signal: AbortSignal } }).__classItInterrupt.signal.aborted;",
  );
  expect(next.outputs.at(-1)?.content).toMatchObject({ data: { "text/plain": "false" } });
});

test("an interrupt ends a synchronous endless loop, and the kernel answers afterwards", async () => {
  const running = kernel.run("console.log('spinning');\nfor (let x = 0; ; x = (x + 1) % 7) {}");
  await untilPrinted("spinning");
  kernel.interrupt();
  expect(errorOf(await running).name).toBe("Interrupted");
  expect((await kernel.run("3;")).reply["status"]).toBe("ok");
});

test("the progress file has one line per cell with its number and first line, and one per failure", async () => {
  const answer = await kernel.run("\n// Fit the curve\nconst slope = 2;");
  expect(events().at(-1)).toMatchObject({
    type: "cell",
    notebook: "99-test",
    index: answer.reply["execution_count"],
    name: "// Fit the curve",
  });
  expect(events().find((event) => event["message"] === "expected")).toMatchObject({
    type: "error",
    tolerated: true,
  });
});
