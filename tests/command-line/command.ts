/** @file Runs the command in this process and keeps what it writes. */
import { run } from "../../src/command-line/run.js";
import type { Surroundings } from "../../src/command-line/surroundings.js";

/** @param argv as typed after `npx class-it`, split at spaces */
export async function command(
  argv: string,
  surroundings: Omit<Surroundings, "stdout" | "stderr"> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ["", ""];
  const code = await run(argv.split(" ").filter(Boolean), {
    ...surroundings,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { code, stdout, stderr };
}
