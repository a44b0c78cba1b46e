/** @file The Python environment that the kit is compared with, installed once into `.cache/pytorch`. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProjectRoot } from "../project-root.js";

const run = promisify(execFile);

/**
 * Python with what `bench/pytorch/requirements.txt` names; installs it where it is missing.
 *
 * @param caller the command that asks, and the option without which it would not
 * @returns paths of the interpreter and of the measuring script; the other scripts are next to it
 * @throws Error with pip's last line when it cannot be installed
 */
export async function preparePytorch(
  log: (line: string) => void,
  { command, option }: { readonly command: string; readonly option: string } = {
    command: "bench",
    option: "--against-pytorch",
  },
): Promise<{ python: string; script: string }> {
  const root = findProjectRoot();
  const sources = join(root, "bench", "pytorch");
  const folder = join(root, ".cache", "pytorch");
  const [python, mark] = [join(folder, "bin", "python"), join(folder, ".complete")];
  const requirements = join(sources, "requirements.txt");
  const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  if (!existsSync(mark) || readFileSync(mark, "utf8") !== wanted) {
    log(`${command}: installing PyTorch into .cache/pytorch, about 5 GB …`);
    mkdirSync(join(root, ".cache"), { recursive: true });
    try {
      await run(process.env["PYTHON"] ?? "python3", ["-m", "venv", folder]);
      await run(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
    } catch (error) {
      const reason = error instanceof Error ? (error.message.trim().split("\n").at(-1) ?? "") : String(error);
      throw new Error(
        `${command}: PyTorch must be installable from PyPI, got: ${reason}. Run class-it ${command} without ${option}.`,
        { cause: error },
      );
    }
    writeFileSync(mark, wanted);
  }
  return { python, script: join(sources, "measure.py") };
}
