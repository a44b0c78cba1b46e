/** @file The repairs of the notebook kernel, asserted against one running kernel. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { errorOf, KERNEL, startKernel, streamText, type Kernel, type Message } from "./kernel-client.js";

const CACHE = fileURLToPath(new URL("../../.cache/", import.meta.url));
const FIXTURES = fileURLToPath(new URL("fixtures/", import.meta.url));

let kernel: Kernel;
let folder: string;
let progressFile: string;

beforeAll(async () => {
  mkdirSync(CACHE, { recursive: true });
  folder = mkdtempSync(join(CACHE, "kernel-progress-"));
  progressFile = join(folder, "progress.jsonl");
  kernel = await startKernel(FIXTURES, { CLASS_IT_PROGRESS: progressFile, CLASS_IT_NOTEBOOK: "99-test" });
}, 60_000);

afterAll(async () => {
  const code = await kernel.stop();
  rmSync(folder, { recursive: true });
  expect(code).toBe(0);
}, 20_000);

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

test("the kernel names the TypeScript it compiles with and the highlighting nbconvert needs", async () => {
  const { reply } = await kernel.request("kernel_info_request");
  expect(reply["language_info"]).toMatchObject({
    name: "typescript",
    version: "5.0.4",
    pygments_lexer: "typescript",
  });
});

test("a cell whose only await is a for await loop runs, and one inside a function stays there", async () => {
  const loop = "async function* two() { yield 1; yield 2; }\nfor await (const n of two()) console.log(n);";
  expect(streamText(await kernel.run(loop), "stdout")).toBe("1\n2\n");
  const inside =
    "const later = async () => { for await (const n of two()) console.log(n); };\nconsole.log(typeof later);";
  expect(streamText(await kernel.run(inside), "stdout")).toBe("function\n");
});

test("a variable of an earlier cell may stand in shorthand, also in a pattern of its own name", async () => {
  await kernel.run("const place = 'here';\nconst rows = [{ place: 'there' }];");
  const answer = await kernel.run(
    "const shown = { place, n: 1 };\nconsole.log(shown, rows.map(({ place }) => ({ place })));",
  );
  expect(streamText(answer, "stdout")).toBe("{ place: 'here', n: 1 } [ { place: 'there' } ]\n");
});

test("a cell's value is its execute_result, and the process.stdout of a cell is its stream", async () => {
  const answer = await kernel.run(
    "console.log('hello');\nprocess.stderr.write('careful\\n');\n[1, 2].map((x) => x * 2);",
  );
  expect(answer.reply["status"]).toBe("ok");
  expect(streamText(answer, "stdout")).toBe("hello\n");
  expect(streamText(answer, "stderr")).toBe("careful\n");
  const result = answer.outputs.find((output) => output.type === "execute_result");
  expect(result?.content).toMatchObject({ data: { "text/plain": "[ 2, 4 ]" } });
});

test("a value brings its own MIME bundle through Symbol.for('Jupyter.display')", async () => {
  const answer = await kernel.run(
    "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>1</b>' }) });",
  );
  const result = answer.outputs.find((output) => output.type === "execute_result");
  expect(result?.content["data"]).toEqual({ "text/html": "<b>1</b>" });
});

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
    'import { params } from \'class-it\';\nconst given = JSON.parse(\'{"scale":"tiny","seed":1}\');\nparams(given);';
  const error = errorOf(await kernel.run(code));
  expect(error.message).toMatch(/^params: scale must be one of smoke, /);
  expect(error.traceback).toContain("  3 | params(given);\n    | ^^^^^^\n");
  expect(error.traceback).toMatch(/^ {4}at params \(src\/report\/params\.ts:\d+:\d+\)$/m);
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

test("cells sent together run one after another, each busy before it is idle", async () => {
  const before = kernel.published.length;
  await Promise.all(["1;", "2;", "3;"].map((code) => kernel.run(code)));
  const states = kernel.published.slice(before).filter((message) => message.type === "status");
  expect(states.map((message) => message.content["execution_state"])).toEqual(
    Array.from({ length: 3 }, () => ["busy", "idle"]).flat(),
  );
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

test("ten thousand lines printed at once all arrive", async () => {
  const answer = await kernel.run("for (let i = 0; i < 10_000; i++) console.log(i);");
  expect(streamText(answer, "stdout").split("\n")).toHaveLength(10_001);
});

test("the functions of Node that old TensorFlow.js calls are there and give no warning", async () => {
  const answer = await kernel.run(
    "import util from 'node:util';\nconst old = (name: string, value: unknown) => Reflect.get(util, name)(value);\n[old('isNullOrUndefined', null), old('isNullOrUndefined', 0), old('isArray', [])];",
  );
  expect(answer.outputs.at(-1)?.content).toMatchObject({ data: { "text/plain": "[ true, false, true ]" } });
  expect(streamText(answer, "stderr")).toBe("");
});

test("awaiting a write to stdout comes back", async () => {
  const answer = await kernel.run("await new Promise((done) => process.stdout.write('written', done));");
  expect(streamText(answer, "stdout")).toBe("written");
});

test("history and completion requests are answered, unknown ones stay silent", async () => {
  expect((await kernel.request("history_request")).reply).toMatchObject({
    type: "history_reply",
    history: [],
  });
  expect((await kernel.request("comm_info_request")).reply).toMatchObject({
    type: "comm_info_reply",
    comms: {},
  });
  const completion = await kernel.request("complete_request", { code: "Math.sqr", cursor_pos: 8 });
  expect(completion.reply["matches"]).toContain("sqrt");
  expect(kernel.stderr()).toBe("");
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

test("a heartbeat that meets a closing kernel is no error of the notebook", async () => {
  const events = join(folder, "closing.jsonl");
  for (let round = 0; round < 3; round++) {
    const closing = await startKernel(FIXTURES, { CLASS_IT_PROGRESS: events });
    await closing.run("1;");
    closing.heartbeats();
    expect(await closing.stop()).toBe(0);
    expect(closing.stderr()).toBe("");
  }
  expect(readFileSync(events, "utf8")).not.toContain("lateError");
});

test("a port that another process has ends the kernel with a reason, so that nobody waits for it", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  if (address === null || typeof address === "string") throw new Error("the test must listen on a port");
  const ports = { shell_port: 0, iopub_port: 0, stdin_port: 0, control_port: 0, hb_port: address.port };
  const path = join(folder, "taken.json");
  const settings = { ip: "127.0.0.1", key: "", transport: "tcp", signature_scheme: "hmac-sha256" };
  writeFileSync(path, JSON.stringify({ ...settings, ...ports }));
  const child = spawn(process.execPath, [KERNEL, path], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = await once(child, "close");
  other.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`kernel: port ${address.port} must be free, got "Address already in use".`);
}, 30_000);
