/** @file An exported folder against PyTorch: transformers loads it and must find the same tokens and the same logits. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { openTokenizer } from "../data/tokenizer/tokenizer.js";
import { tf } from "../engine/backend.js";
import { loadModel } from "../model/checkpoint.js";
import { decode } from "../model/decoder.js";
import { writeSafetensors, type SafetensorsArray } from "../model/safetensors.js";
import { preparePytorch } from "./pytorch-environment.js";

const run = promisify(execFile);

/** Short texts that tokenizers and decoders trip over: accents, an emoji, outer spaces, digits, a chat. */
const TEXTS = [
  "The miller's daughter lives near the mill.",
  "  Café, naïve: 1874 bells 🔔 for 5 €  ",
  "User: Where is the bell?\nAssistant: In the old tower.",
  "</s> is text here",
];

/** float32 in two libraries: at the paper's sizes, random weights of deviation 0.06 gave gaps of up to 7e-5. */
const LARGEST_GAP = 1e-4;

const answerSchema = z.object({
  texts: z.number(),
  /** Texts whose ids differ. */
  otherIds: z.array(z.string()),
  largestGap: z.number(),
  /** What transformers said while it loaded. */
  warnings: z.array(z.string()),
});

/**
 * Loads the folder here and in PyTorch and compares.
 *
 * @throws Error when ids differ, a logit differs by more than 1e-4, or transformers warned
 */
export async function checkExport(
  folder: string,
  log: (line: string) => void,
): Promise<{ readonly texts: number; readonly largestGap: number }> {
  const { python, script } = await preparePytorch(log, { command: "export", option: "--check-with-pytorch" });
  const work = mkdtempSync(join(tmpdir(), "class-it-export-"));
  try {
    const expected = join(work, "expected.safetensors");
    writeFileSync(expected, writeSafetensors(await expectedLogits(folder), { texts: JSON.stringify(TEXTS) }));
    const { stdout } = await run(python, [join(dirname(script), "check-export.py"), folder, expected]);
    const answer = answerSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? "null"));
    const faults = [
      ...answer.otherIds.map((text) => `other tokens for ${JSON.stringify(text)}`),
      ...(answer.largestGap <= LARGEST_GAP ? [] : [`a logit ${answer.largestGap} away`]),
      ...answer.warnings.map((warning) => `the warning "${warning}"`),
    ];
    if (faults.length > 0)
      throw new Error(
        `class-it export: PyTorch must load ${folder} as the same model, got ${faults.join("; ")}. Do not use the folder.`,
      );
    return answer;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Ids and logits of each text as this side computes them from the folder. */
async function expectedLogits(folder: string): Promise<Record<string, SafetensorsArray>> {
  const { architecture, weights } = loadModel(folder);
  const tokenizer = await openTokenizer(folder);
  const encoded = await tokenizer.encodeIds(TEXTS, { addSpecialTokens: true });
  const arrays = encoded.flatMap((all, index): [string, SafetensorsArray][] => {
    const ids = Int32Array.from(all.slice(0, architecture.maxLengthTokens));
    const values = tf.tidy(() =>
      Float32Array.from(decode(tf.tensor2d(ids, [1, ids.length]), weights, architecture).dataSync()),
    );
    return [
      [`${index}.ids`, { dtype: "I32", shape: [all.length], values: Int32Array.from(all) }],
      [`${index}.logits`, { dtype: "F32", shape: [ids.length, architecture.vocabSize], values }],
    ];
  });
  tf.dispose({ ...weights });
  return Object.fromEntries(arrays);
}
