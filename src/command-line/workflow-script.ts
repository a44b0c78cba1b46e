/** @file Runs a script of another folder, which the library cannot import, in a process of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { findProjectRoot } from "../project-root.js";
import type { Surroundings } from "./surroundings.js";

/**
 * Runs it and passes its output on.
 *
 * @param script its path from the project's folder
 * @throws Error with what it wrote to stderr, when it fails
 */
export async function runWorkflow(
  script: string,
  args: readonly string[],
  { stdout, stderr }: Pick<Surroundings, "stdout" | "stderr">,
): Promise<void> {
  const child = spawn(process.execPath, [join(findProjectRoot(), script), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout.write(text));
  let fault = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (fault += text));
  const code = await new Promise<number | null>((done, fail) => {
    child.on("error", fail);
    child.on("close", done);
  });
  if (code === 0) stderr.write(fault);
  else throw new Error(`class-it ${fault.trim() || `${script}: stopped with code ${code}. Run it again.`}`);
}
