/**
 * @file The programs the set-up needs from the system: how they are run, and the one line with the remedy when one is
 * missing.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** A failure the user can mend; its message is all that is printed. */
export class SetUpError extends Error {}

/**
 * Runs a program quietly; its output is shown only when it fails.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ what: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} its standard output
 */
export function run(program, args, { what, env = {} }) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: root,
      // pip asks rustc for its version, and rustup's rustc writes settings: into the clone, not into HOME.
      env: { ...process.env, RUSTUP_HOME: `${root}/.cache/rustup`, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let all = "";
    child.stdout.on("data", (data) => ((stdout += data), (all += data)));
    child.stderr.on("data", (data) => (all += data));
    child.on("error", (error) =>
      fail(
        new SetUpError(
          `set-up: ${program} must be installed, cannot start it (${error.message}). Install it.`,
        ),
      ),
    );
    child.on("close", (code) => {
      if (code === 0) return done(stdout);
      const tail = all.trim().split("\n").slice(-25).join("\n");
      fail(new SetUpError(`set-up: ${what} failed (${program} ended with ${code}).\n${tail}`));
    });
  });
}

/** @param {string} program @param {string[]} args @returns {Promise<string | null>} null when it cannot run */
const tryRun = (program, args) => run(program, args, { what: program }).catch(() => null);

/**
 * Whether a version of Node is one of package.json's `engines`: 20 from 20.19, 22 from 22.13, and all from 24.
 *
 * @param {string} version such as 22.13.0
 */
export function isSupportedNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
}

/** @throws {SetUpError} */
export function requireNode() {
  if (isSupportedNode(process.versions.node)) return;
  throw new SetUpError(
    `set-up: node must be 20.19 or newer of 20, 22.13 or newer of 22, or 24 and newer, got ${process.versions.node}. Install one of these.`,
  );
}

/**
 * Ends before anything is installed where nobody has tried the kit and TensorFlow has no wheel that it could use.
 *
 * @param {{ platform?: string, arch?: string }} [machine] as Node names them
 * @throws {SetUpError}
 */
export function requirePlatform({ platform = process.platform, arch = process.arch } = {}) {
  if (platform === "linux" && arch === "x64") return;
  throw new SetUpError(
    `set-up: the system must be Linux on x86-64, got ${platform} on ${arch}, on which the kit was never tried. Use a Linux machine, a virtual one or WSL.`,
  );
}

/** The interpreter to make `.venv` with. */
export const python = process.env["PYTHON"] ?? "python3";
/** @throws {SetUpError} */
export async function requirePython() {
  const version = await tryRun(python, [
    "-c",
    "import sys; print(sys.version_info[0] * 100 + sys.version_info[1])",
  ]);
  if (version === null)
    throw new SetUpError(
      `set-up: python3 must be installed, "${python}" does not run. Debian, Ubuntu: sudo apt-get install python3 python3-venv.`,
    );
  if (Number(version) < 310 || Number(version) > 314)
    throw new SetUpError(
      `set-up: Python must be 3.10 to 3.14 (requirements.txt has no wheels for others), got ${Math.floor(Number(version) / 100)}.${Number(version) % 100}. Set PYTHON to another one.`,
    );
  if ((await tryRun(python, ["-c", "import venv, ensurepip"])) === null)
    throw new SetUpError(
      `set-up: python3 must have venv and ensurepip. Debian, Ubuntu: sudo apt-get install python3-venv.`,
    );
}

/** @returns {Promise<string>} its name @throws {SetUpError} */
export async function requireCompiler() {
  const compiler = process.env["CXX"] ?? "g++";
  if ((await tryRun(compiler, ["--version"])) === null)
    throw new SetUpError(
      `set-up: a C++17 compiler must be installed, "${compiler}" does not run. Debian, Ubuntu: sudo apt-get install g++.`,
    );
  return compiler;
}
