/** @file A clone at a path of spaces, quotes, umlauts and a leading dash: the engine, the kernel and a notebook's output work there. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findProjectRoot } from "../../src/project-root.js";

const root = findProjectRoot();
const LEFT_OUT = [".git", ".venv", ".cache", "node_modules", "results", "data/raw", "src/dist.partial"];
let base = "";
let clone = "";

beforeAll(() => {
  mkdirSync(join(root, ".cache"), { recursive: true });
  base = mkdtempSync(join(root, ".cache", "odd-path-"));
  clone = join(base, `-my ü kit's "clone" #1 100%`);
  mkdirSync(clone);
  const isCopied = (path: string) => !LEFT_OUT.includes(relative(root, path));
  for (const name of readdirSync(root).filter((entry) => !LEFT_OUT.includes(entry)))
    cpSync(join(root, name), join(clone, name), { recursive: true, filter: isCopied });
  // What set-up installed, by links: the addon looks for TensorFlow from where it lies.
  const linked = spawnSync("cp", ["-al", join(root, "node_modules"), join(clone, "node_modules")]);
  expect([linked.status, String(linked.stderr)]).toEqual([0, ""]);
  symlinkSync(join(root, ".venv"), join(clone, ".venv"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Runs Node in the clone, without real text. */
function node(...args: string[]) {
  const { CLASS_IT_DATA: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: clone, env, encoding: "utf8" });
  return { status, stdout, stderr };
}

test("the command finds its project and loads the engine there", { timeout: 120_000 }, () => {
  const { status, stdout } = node("src/class-it.mjs", "doctor");
  expect(stdout).toContain(`${clone}/data/raw`);
  expect(stdout).toMatch(/gradients +self-test passed/);
  expect(status).toBe(0);
});

test("a notebook runs there and is written to such a folder", { timeout: 120_000 }, () => {
  const script = [
    'const { executeNotebook } = await import("./scripts/notebooks/execute-notebook.mjs");',
    "const [folder, outFolder] = process.argv.slice(1);",
    'await executeNotebook({ name: "complete", folder, outFolder });',
  ].join("\n");
  const out = join(clone, `-results of "ü"`);
  const folder = join(clone, "tests/notebooks/fixtures");
  const { status, stderr } = node("--input-type=module", "-e", script, "--", folder, out);
  expect([status, stderr]).toEqual([0, ""]);
  expect(existsSync(join(out, "complete.ipynb"))).toBe(true);
});

test("a script that is called by way of a link is a command all the same", { timeout: 60_000 }, () => {
  const link = join(base, "link");
  symlinkSync(clone, link);
  const { status, stderr } = node(join(link, "scripts/check/licences.mjs"), "--chek");
  expect([status, stderr]).toEqual([1, "licences: Unknown option '--chek'. Usage: licences [--check]\n"]);
});
