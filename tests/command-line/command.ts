/** @file Runs the command in this process and keeps what it writes. */
import { run } from "../../src/command-line/run.js";
import type { Surroundings } from "../../src/command-line/surroundings.js";

/** @param argv as typed after `npx class-it`: one text, which is split at spaces, or each argument by itself */
export async function command(
  argv: string | readonly string[],
  surroundings: Omit<Surroundings, "stdout" | "stderr"> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ["", ""];
  const code = await run(typeof argv === "string" ? argv.split(" ").filter(Boolean) : argv, {
    ...surroundings,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { code, stdout, stderr };
}
