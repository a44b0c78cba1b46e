/**
 * @file `class-it bench --data`: how fast all real text becomes tokens, on request next to Hugging Face's own trainer, and is
 * searched for overlap with what models are judged on.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { loadPretrainingText } from "../../data/corpora.js";
import { textSource } from "../../data/files.js";
import { readTexts } from "../../data/documents.js";
import { SPECIAL_TOKENS } from "../../data/tokenizer/tokenizer-json.js";
import { tableMarkdown } from "../../report/render/table.js";
import { progressLine } from "../progress-line.js";
import { preparePytorch } from "../pytorch-environment.js";
import { placesOf, printJson, type Surroundings } from "../surroundings.js";

/** As llama100M's. */
const VOCAB_SIZE = 16_384;

const rowSchema = z.object({
  what: z.string(),
  words: z.number().optional(),
  seconds: z.number(),
  peakGiB: z.number(),
  merges: z.string().optional(),
});
type Row = z.infer<typeof rowSchema>;

const run = promisify(execFile);
const rowsOf = (stdout: string): Row[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => rowSchema.parse(JSON.parse(line)));

/**
 * Measures and prints.
 *
 * @throws Error when there is no real text, or the other side learned other merges: its time would then say nothing
 */
export async function benchData(
  surroundings: Surroundings,
  { againstPython, json }: { readonly againstPython: boolean; readonly json: boolean },
): Promise<void> {
  if (textSource(placesOf(surroundings)) !== "real")
    throw new Error(
      "class-it bench: --data must have the real text, and neither data/raw nor CLASS_IT_DATA holds any. Run npx class-it data, or set CLASS_IT_DATA.",
    );
  const line = progressLine(surroundings.stderr);
  line.keep("bench: training a tokenizer, encoding all real text, looking for overlap");
  const script = fileURLToPath(new URL("bench-data-row.js", import.meta.url));
  const measure = async (what: "tokens" | "overlap"): Promise<Row[]> =>
    rowsOf((await run(process.execPath, [script, what, String(VOCAB_SIZE)])).stdout);
  const own = [...(await measure("tokens")), ...(await measure("overlap"))];
  const theirs = againstPython ? await measurePython((text) => line.keep(text)) : [];
  line.end();
  const rows = own.map((row, index) => {
    const other = theirs[index];
    if (other?.merges !== row.merges && other !== undefined)
      throw new Error(
        `bench: both sides must learn the same merges, got ${row.merges} and ${other.merges}. Compare the tokenizers before their times.`,
      );
    return { ...row, other };
  });
  if (json) return printJson(surroundings, rows);
  const table = rows.map(({ what, words, seconds, peakGiB, other }) => ({
    what,
    words: words ?? null,
    seconds: seconds.toFixed(1),
    "peak GiB": peakGiB.toFixed(2),
    ...(againstPython && {
      "Hugging Face seconds": other?.seconds.toFixed(1) ?? "",
      ratio: other ? (other.seconds / seconds).toFixed(2) : "",
    }),
  }));
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores`;
  surroundings.stdout.write(
    tableMarkdown(table, {
      caption: `Text to tokens on ${machine}, vocabulary ${VOCAB_SIZE}`,
      note: againstPython
        ? "Ratio: Hugging Face's time over ours; above 1 ours is faster. Both learned the same merges."
        : "",
    }),
  );
}

/** The same two measurements with Hugging Face's library in Python, on the same texts in the same order. */
async function measurePython(log: (line: string) => void): Promise<Row[]> {
  const { python, script } = await preparePytorch(log);
  const { documents } = await loadPretrainingText({ words: null, heldOutWords: 1, seed: 0, source: "real" });
  const folder = mkdtempSync(join(tmpdir(), "class-it-bench-"));
  try {
    const texts = join(folder, "texts.jsonl");
    const file = await open(texts, "w");
    for (const text of readTexts(documents)) await file.write(JSON.stringify(text) + "\n");
    await file.close();
    log("bench: the same with Hugging Face's library");
    const tokenizer = join(dirname(script), "tokenizer.py");
    const { stdout } = await run(python, [
      tokenizer,
      texts,
      String(VOCAB_SIZE),
      JSON.stringify(SPECIAL_TOKENS),
    ]);
    return rowsOf(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
