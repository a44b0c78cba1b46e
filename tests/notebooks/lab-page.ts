/** @file JupyterLab as a test sees it: the server on a free port, and a notebook's cells in a page of Chromium. */
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Locator, Page } from "playwright-core";
import { startLab } from "../../scripts/notebooks/start-lab.mjs";

/** Repeats `look` until it returns a true value. */
export async function until<T>(what: string, look: () => Promise<T> | T, seconds = 30): Promise<T> {
  for (const end = performance.now() + seconds * 1000; ; await wait(100)) {
    const value = await look();
    if (value) return value;
    if (performance.now() > end) throw new Error(`until: ${what} must come about within ${seconds} s`);
  }
}

/** A running server. */
export interface LabServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
  log(): string;
  stop(): Promise<void>;
}

/** Starts the project's JupyterLab and waits until it answers. */
export async function startLabServer(): Promise<LabServer> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  if (address === null || typeof address === "string") throw new Error("startLabServer: a port must be free");
  const { port } = address;
  await once(probe.close(), "close");
  const token = crypto.randomUUID();
  // The test's notebooks are in .cache, which the server hides by default.
  const options = [`--port=${port}`, "--ContentsManager.allow_hidden=True"];
  const server = startLab(options, { token, stdio: ["ignore", "ignore", "pipe"] });
  const gone = once(server, "exit");
  let log = "";
  server.stderr?.on("data", (data) => (log += String(data)));
  const url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(`${url}/api/status?token=${token}`).then(
      (response) => response.ok,
      () => false,
    );
  await until("the server", () => {
    if (server.exitCode !== null) throw new Error(`startLabServer: JupyterLab must start, got ${log}`);
    return answers();
  });
  const stop = async () => {
    server.kill("SIGTERM");
    const force = setTimeout(() => server.kill("SIGKILL"), 10_000); // it may hang when a kernel is starting
    await gone;
    clearTimeout(force);
  };
  return { url, token, log: () => log, stop };
}

/** One open notebook. */
export class NotebookPage {
  readonly #page: Page;
  readonly #panel: Locator;

  private constructor(page: Page) {
    this.#page = page;
    this.#panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)");
  }

  /** Opens a notebook by its path from the project's root, and waits for its kernel. */
  static async open(page: Page, server: LabServer, path: string): Promise<NotebookPage> {
    await page.goto(`${server.url}/lab/tree/${path}?token=${server.token}&reset`);
    const notebook = new NotebookPage(page);
    const name = notebook.#panel.locator(".jp-KernelName");
    await until("the kernel", async () => /TypeScript \(tslab\)/.test((await name.textContent()) ?? ""));
    await notebook.idle();
    return notebook;
  }

  cell(index: number): Locator {
    return this.#panel.locator(".jp-CodeCell").nth(index);
  }
  output(index: number): Locator {
    return this.cell(index).locator(".jp-OutputArea-output");
  }
  async prompt(index: number): Promise<string> {
    return ((await this.cell(index).locator(".jp-InputPrompt").first().textContent()) ?? "").trim();
  }
  async idle(seconds = 30): Promise<void> {
    const indicator = this.#panel.locator(".jp-Notebook-ExecutionIndicator");
    await until(
      "an idle kernel",
      async () => (await indicator.getAttribute("data-status")) === "idle",
      seconds,
    );
  }
  /** Waits until a cell bears an execution count. */
  async ran(index: number, count: number): Promise<void> {
    await until(`cell ${index} run as [${count}]`, async () => (await this.prompt(index)) === `[${count}]:`);
  }
  async menu(name: string, command: string): Promise<void> {
    await this.#page.locator(".lm-MenuBar-item", { hasText: new RegExp(`^${name}$`) }).click();
    await this.#page.locator(`.lm-Menu-item[data-command="${command}"]`).click();
  }
  /** Replaces a cell's text; the cursor stays in it. */
  async edit(index: number, text: string): Promise<void> {
    await this.cell(index).locator(".cm-content").click();
    await this.#page.keyboard.press("Control+A");
    await this.#page.keyboard.insertText(text);
  }
  async press(keys: string): Promise<void> {
    await this.#page.keyboard.press(keys);
  }
}
