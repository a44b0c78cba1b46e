/** @file `class-it bench --loop`: what the training loop adds to the engine's step, what a checkpoint takes, how fast it resumes. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { MODELS, type ModelName, type Scale } from "../../config/config.js";
import { textSource } from "../../data/files.js";
import { tableMarkdown } from "../../report/render/table.js";
import { progressLine } from "../progress-line.js";
import { placesOf, printJson, type Surroundings } from "../surroundings.js";

const STEPS = 40;

const loopSchema = z.object({
  steps: z.number(),
  loopMs: z.number(),
  bareMs: z.number(),
  overhead: z.number(),
  checkpointSeconds: z.number(),
  checkpointShare: z.number(),
});
type LoopRow = z.infer<typeof loopSchema> & { readonly model: ModelName; readonly resumeSeconds: number };

const run = promisify(execFile);

/** Measures both decoders at laptop scale, at smoke scale where there is no real text, and prints. */
export async function benchLoop(
  surroundings: Surroundings,
  { json }: { readonly json: boolean },
): Promise<void> {
  const scale: Scale = textSource(placesOf(surroundings)) === "real" ? "laptop" : "smoke";
  const line = progressLine(surroundings.stderr);
  const rows: LoopRow[] = [];
  for (const model of MODELS) {
    const folder = mkdtempSync(join(tmpdir(), "class-it-bench-"));
    try {
      line.keep(`bench: ${STEPS} steps of ${model} at ${scale} scale, and resuming them in a new process`);
      const measure = (what: "loop" | "resume"): Promise<unknown> =>
        measureInProcess({ what, scale, model, steps: STEPS, folder });
      const loop = loopSchema.parse(await measure("loop"));
      rows.push({ model, ...loop, resumeSeconds: z.number().parse(await measure("resume")) });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  line.end();
  if (json) return printJson(surroundings, rows);
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const table = rows.map((row) => ({
    model: row.model,
    "bare step ms": row.bareMs.toFixed(0),
    "step of the loop ms": row.loopMs.toFixed(0),
    overhead: percent(row.overhead),
    "checkpoint s": row.checkpointSeconds.toFixed(2),
    "share of checkpoints": percent(row.checkpointShare),
    "resumed after s": row.resumeSeconds.toFixed(1),
  }));
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores`;
  surroundings.stdout.write(
    tableMarkdown(table, {
      caption: `The training loop at ${scale} scale on ${machine}`,
      note:
        `Medians of ${STEPS} pairs of steps, a bare one after each of the loop's; overhead is the median difference of a pair. A ` +
        "checkpoint is written at most every 30 s and every 60 times its own duration. Resumed: from the start of a new process to " +
        "its first new step.",
    }),
  );
}

async function measureInProcess(task: {
  readonly what: "loop" | "resume";
  readonly scale: Scale;
  readonly model: ModelName;
  readonly steps: number;
  readonly folder: string;
}): Promise<unknown> {
  const script = fileURLToPath(new URL("bench-loop-row.js", import.meta.url));
  const { stdout } = await run(process.execPath, [script, JSON.stringify(task)]);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "null");
}
