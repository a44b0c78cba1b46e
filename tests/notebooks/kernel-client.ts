/** @file A small Jupyter client for tests: starts the project's kernel and speaks to it over ZeroMQ. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createHmac, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Dealer, Subscriber } from "zeromq";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The kernel's launcher. */
export const KERNEL = join(ROOT, "jupyter/kernels/tslab/kernel.cjs");

/** A message of the kernel. */
export interface Message {
  readonly type: string;
  readonly parent: string;
  readonly content: Record<string, unknown>;
}

/** What one request led to. */
export interface Answer {
  readonly reply: Record<string, unknown>;
  readonly outputs: readonly Message[];
}

/** A running kernel. */
export interface Kernel {
  /** Sends a request and waits for its reply and for `idle`. */
  request(type: string, content?: object): Promise<Answer>;
  /** Runs a cell. */
  run(code: string, stopOnError?: boolean): Promise<Answer>;
  /** Everything published so far. */
  readonly published: readonly Message[];
  /** What the process itself wrote to stderr. */
  stderr(): string;
  interrupt(): void;
  /** Sends heartbeats, as Jupyter does once a second, every millisecond until the kernel has ended. */
  heartbeats(): void;
  /** Ends the kernel by Jupyter's request, or by force after 5 s. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Free ports of this machine. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("freePorts: must listen on a port");
    return address.port;
  });
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

/** Text of the stream outputs of one kind. */
export function streamText(answer: Answer, name: "stdout" | "stderr"): string {
  return answer.outputs
    .filter((output) => output.type === "stream" && output.content["name"] === name)
    .map((output) => String(output.content["text"]))
    .join("");
}

/** The error output of a cell, its traceback as one text. */
export function errorOf(answer: Answer): { name: string; message: string; traceback: string } {
  const error = answer.outputs.find((output) => output.type === "error")?.content;
  const traceback = error?.["traceback"];
  if (!Array.isArray(traceback))
    throw new Error(`errorOf: the cell must have failed, got ${JSON.stringify(answer)}`);
  return {
    name: String(error?.["ename"]),
    message: String(error?.["evalue"]),
    traceback: traceback.join("\n"),
  };
}

/** Starts the kernel with its working folder `cwd` and more environment variables. */
export async function startKernel(cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Kernel> {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".cache/kernel-test-"));
  const [shellPort = 0, iopubPort = 0, stdinPort = 0, controlPort = 0, heartbeatPort = 0] =
    await freePorts(5);
  const key = randomUUID();
  const connection = {
    transport: "tcp",
    ip: "127.0.0.1",
    key,
    signature_scheme: "hmac-sha256",
    shell_port: shellPort,
    iopub_port: iopubPort,
    stdin_port: stdinPort,
    control_port: controlPort,
    hb_port: heartbeatPort,
  };
  writeFileSync(join(folder, "connection.json"), JSON.stringify(connection));
  const child = spawn(process.execPath, [KERNEL, join(folder, "connection.json")], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (data) => (stderr += String(data)));
  const exited = new Promise<number | null>((done) => child.on("exit", done));

  const shell = new Dealer();
  const iopub = new Subscriber();
  shell.connect(`tcp://127.0.0.1:${shellPort}`);
  iopub.connect(`tcp://127.0.0.1:${iopubPort}`);
  iopub.subscribe();
  const published: Message[] = [];
  const replies = new Map<string, Record<string, unknown>>();
  const read = (frames: Buffer[]): Message => {
    const at = frames.findIndex((frame) => frame.toString() === "<IDS|MSG>");
    const [header, parent, , content] = frames.slice(at + 2).map((frame) => JSON.parse(frame.toString()));
    return { type: header.msg_type, parent: parent.msg_id, content };
  };
  void (async () => {
    for await (const frames of iopub) published.push(read(frames));
  })();
  void (async () => {
    for await (const frames of shell) {
      const message = read(frames);
      replies.set(message.parent, { ...message.content, type: message.type });
    }
  })();

  const request = async (type: string, content: object = {}, limitMs = 30_000): Promise<Answer> => {
    const id = randomUUID();
    const header = { msg_id: id, session: "test", username: "test", version: "5.3", msg_type: type };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac("sha256", key).update(parts.join("")).digest("hex");
    await shell.send(["<IDS|MSG>", signature, ...parts]);
    const mine = () => published.filter((message) => message.parent === id);
    const isIdle = () => mine().some((message) => message.content["execution_state"] === "idle");
    for (const end = performance.now() + limitMs; ; await wait(5)) {
      const reply = replies.get(id);
      if (reply !== undefined && isIdle())
        return { reply, outputs: mine().filter((message) => message.type !== "status") };
      if (performance.now() > end || child.exitCode !== null)
        throw new Error(`request: the kernel must answer ${type}, got nothing. Its stderr: ${stderr}`);
    }
  };

  const heart = new Dealer();
  heart.connect(`tcp://127.0.0.1:${heartbeatPort}`);
  let beating: NodeJS.Timeout | undefined;
  const beat = () => void heart.send(["", "ping"]).catch(() => {}); // busy with the one before

  const stop = async (): Promise<number | null> => {
    const force = setTimeout(() => child.kill("SIGKILL"), 5000);
    if (child.exitCode === null) void request("shutdown_request", { restart: false }).catch(() => {});
    const code = await exited;
    clearTimeout(force);
    clearInterval(beating);
    heart.close();
    shell.close();
    iopub.close();
    rmSync(folder, { recursive: true });
    return code;
  };
  // A subscription reaches the kernel some moments after its sockets are there: ask until an answer comes.
  for (const end = performance.now() + 30_000; ;) {
    const answered = await request("kernel_info_request", {}, 300).then(
      () => true,
      () => false,
    );
    if (answered) break;
    if (performance.now() > end || child.exitCode !== null)
      throw new Error(`startKernel: the kernel must start, got: ${stderr}`);
  }
  return {
    request,
    run: (code, stopOnError = true) =>
      request("execute_request", { code, silent: false, stop_on_error: stopOnError }),
    published,
    stderr: () => stderr,
    interrupt: () => void child.kill("SIGINT"),
    heartbeats: () => void (beating = setInterval(beat, 1)),
    stop,
  };
}
