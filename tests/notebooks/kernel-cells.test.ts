/** @file What the notebook kernel makes of cells that are right, what it answers besides, and how it starts and ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KERNEL, startKernel, streamText, type Kernel } from "./kernel-client.js";
import { endSharedKernel, FIXTURES, startSharedKernel } from "./shared-kernel.js";

let kernel: Kernel;
let folder: string;

beforeAll(async () => {
  ({ kernel, folder } = await startSharedKernel());
});

afterAll(() => endSharedKernel(kernel, folder), 20_000);

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

test("cells sent together run one after another, each busy before it is idle", async () => {
  const before = kernel.published.length;
  await Promise.all(["1;", "2;", "3;"].map((code) => kernel.run(code)));
  const states = kernel.published.slice(before).filter((message) => message.type === "status");
  expect(states.map((message) => message.content["execution_state"])).toEqual(
    Array.from({ length: 3 }, () => ["busy", "idle"]).flat(),
  );
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
});

test("a kernel whose Jupyter has ended before it started ends too", async () => {
  const jupyter = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(jupyter, "close");
  const path = join(folder, "left.json");
  const ports = { shell_port: 0, iopub_port: 0, stdin_port: 0, control_port: 0, hb_port: 0 };
  writeFileSync(path, JSON.stringify({ ip: "127.0.0.1", key: "", transport: "tcp", ...ports }));
  const parents = { JPY_PARENT_PID: String(jupyter.pid), CLASS_IT_RUNNER_PID: String(process.pid) };
  const env = { ...process.env, ...parents };
  const child = spawn(process.execPath, [KERNEL, path], { stdio: "ignore", env });
  const [code] = await once(child, "close");
  expect(code).toBe(1);
});

test("packages that change while a notebook runs stop no cell", async () => {
  const near = mkdtempSync(join(FIXTURES, "../../../.cache/kernel-cells-"));
  const place = join(near, "node_modules/counted");
  mkdirSync(place, { recursive: true });
  const files = {
    "package.json": '{"version":"1.0.0"}',
    "index.d.ts": "export const n: number;",
    "index.js": "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  const own = await startKernel(near);
  try {
    // The compiler watches both files of a package that the running cell imports.
    const changes = Object.keys(files).map(
      (name) => `utimesSync(${JSON.stringify(join(place, name))}, 1, 1);`,
    );
    const imports = [
      'import { utimesSync } from "node:fs";',
      'import { n } from "counted";',
      "let x: typeof n;",
    ];
    const pause = "await new Promise((done) => setTimeout(done, 300));";
    const changing = await own.run([...imports, ...changes, pause].join("\n"));
    expect(changing.outputs.filter(({ type }) => type === "error")).toEqual([]);
    expect(streamText(await own.run("console.log('after');"), "stdout")).toBe("after\n");
    expect(own.stderr()).toBe("");
  } finally {
    await own.stop();
    rmSync(near, { recursive: true });
  }
});
