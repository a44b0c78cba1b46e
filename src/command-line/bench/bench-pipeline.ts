/** @file `class-it bench --against-pipeline FOLDER`: zero-shot scoring next to the official pipeline, same model, same items. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { textSource } from "../../data/files.js";
import { benchmarkOf } from "../../evaluation/benchmarks.js";
import { tableMarkdown } from "../../report/render/table.js";
import { PIPELINE_TASKS } from "./pipeline-speed.js";
import { progressLine } from "../progress-line.js";
import { preparePytorch } from "../pytorch-environment.js";
import { placesOf, printJson, type Surroundings } from "../surroundings.js";

const answersSchema = z.record(z.string(), z.union([z.string(), z.number()]));
const ownSchema = z.object({ seconds: z.number(), items: z.number(), answers: answersSchema });
const theirsSchema = z.object({ seconds: z.number(), items: z.number() });
const run = promisify(execFile);
const MAX_BUFFER = 64 * 2 ** 20;
const lastLine = (text: string): unknown => JSON.parse(text.trim().split("\n").at(-1) ?? "null");

/** Measures every task on both sides, one after the other, and prints. */
export async function benchPipeline(
  surroundings: Surroundings,
  { pipeline, json }: { readonly pipeline: string; readonly json: boolean },
): Promise<void> {
  if (!existsSync(join(pipeline, "evaluation_pipeline", "sentence_zero_shot")))
    throw new Error(
      `class-it bench: --against-pipeline must name a checkout of the BabyLM evaluation pipeline 2025, got "${pipeline}". Clone it first.`,
    );
  if (textSource(placesOf(surroundings)) !== "real")
    throw new Error(
      "class-it bench: --against-pipeline must have the evaluation data, and neither data/raw nor CLASS_IT_DATA holds it. Run npx class-it data, or set CLASS_IT_DATA.",
    );
  const line = progressLine(surroundings.stderr);
  const python = await preparePytorch((text) => line.keep(text), {
    command: "bench",
    option: "--against-pipeline",
  });
  const folder = mkdtempSync(join(tmpdir(), "class-it-bench-"));
  const rows = [];
  try {
    line.keep("bench: a tokenizer from all real text, and a decoder of 18M parameters");
    const own = (what: string) =>
      run(
        process.execPath,
        [fileURLToPath(new URL("bench-pipeline-row.js", import.meta.url)), folder, what],
        {
          maxBuffer: MAX_BUFFER,
        },
      );
    await own("prepare");
    for (const { task } of PIPELINE_TASKS) {
      line.keep(`bench: ${task}`);
      const kit = ownSchema.parse(lastLine((await own(task)).stdout));
      const answers = join(folder, `${task}.answers.json`);
      const officialTask = task === "reading" ? task : benchmarkOf(task).officialTask;
      const request = {
        pipeline: resolve(pipeline),
        model: join(folder, "model"),
        data: join(folder, task),
        officialTask,
        answers,
        threads: availableParallelism(),
      };
      const { stdout } = await run(
        python.python,
        [join(dirname(python.script), "pipeline.py"), JSON.stringify(request)],
        { maxBuffer: MAX_BUFFER },
      );
      const theirs = theirsSchema.parse(lastLine(stdout));
      const official = answersSchema.parse(JSON.parse(readFileSync(answers, "utf8")));
      rows.push({
        task,
        items: kit.items,
        kit: kit.seconds,
        pipeline: theirs.seconds,
        ...compare(kit.answers, official),
      });
      line.keep(
        `bench: ${task}: ${rate(kit.items, kit.seconds)} and ${rate(theirs.items, theirs.seconds)} items/s, ratio ${(theirs.seconds / kit.seconds).toFixed(2)}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  line.end();
  if (json) return printJson(surroundings, rows);
  const table = rows.map(({ task, items, kit, pipeline: theirs, different, largestGapNats }) => ({
    task,
    items,
    "items/s": rate(items, kit),
    "pipeline items/s": rate(items, theirs),
    ratio: (theirs / kit).toFixed(2),
    "other choices": different,
    "largest gap nats": largestGapNats?.toExponential(1) ?? null,
  }));
  surroundings.stdout.write(
    tableMarkdown(table, {
      caption: `Zero-shot scoring on ${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores`,
      missing: "choices are compared by item, surprisals by nats.",
      note:
        "One model of 18M parameters with random weights, float32, the same files on both sides; timed from items at hand to their answers, " +
        "each task in a process of its own. Reading counts words; both sides also compute the word before.",
    }),
  );
}

const rate = (items: number, seconds: number): string => (items / seconds).toPrecision(3);

/** How far the two sides are apart. */
function compare(
  own: z.infer<typeof answersSchema>,
  official: z.infer<typeof answersSchema>,
): { readonly different: number | null; readonly largestGapNats: number | null } {
  const ids = Object.keys(official);
  if (ids.length !== Object.keys(own).length)
    throw new Error(
      `bench: both sides must answer the same items, got ${Object.keys(own).length} and ${ids.length}. Compare the readers first.`,
    );
  const gaps = ids.flatMap((id) => {
    const [a, b] = [own[id], official[id]];
    return typeof a === "number" && typeof b === "number" ? [Math.abs(a - b)] : [];
  });
  return gaps.length > 0
    ? { different: null, largestGapNats: Math.max(...gaps) }
    : { different: ids.filter((id) => own[id] !== official[id]).length, largestGapNats: null };
}
