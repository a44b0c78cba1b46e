/** @file How fast text becomes tokens and is searched for overlap here, on all real text; `class-it bench --data` prints it. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { loadPretrainingText } from "../../data/corpora.js";
import { readTexts } from "../../data/documents.js";
import { writeTokenFile } from "../../data/token-file.js";
import { trainTokenizer, type TokenizerJson } from "../../data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../data/tokenizer/tokenizer.js";
import { measureStudyOverlap } from "../../runs/description/overlap.js";
import { openStudy } from "../../runs/study/study.js";
import { encodeDocuments } from "../../runs/study/encode-text.js";
import { loadText } from "../../runs/study/pretraining-text.js";

/** One measurement on a text of so many words. */
export interface DataSpeed {
  readonly what: "train a tokenizer" | "encode into a token file" | "overlap with every item";
  readonly words: number;
  readonly seconds: number;
  /** Largest resident memory of the process so far. */
  readonly peakGiB: number;
  /** sha256 of the merges, a line each, where a tokenizer was trained: equal ones are equal tokenizers. */
  readonly merges?: string;
}

/**
 * Trains a byte-level tokenizer on all real pre-training text and encodes the text with it.
 *
 * @yields one measurement after the other
 * @throws Error when there is no real text
 */
export async function* measureTokens(options: {
  readonly vocabSize: number;
}): AsyncGenerator<DataSpeed, void, void> {
  const { documents, words } = await loadPretrainingText({
    words: null,
    heldOutWords: 1,
    seed: 0,
    source: "real",
  });
  const since = (started: number): Omit<DataSpeed, "what"> => ({
    words,
    seconds: (performance.now() - started) / 1000,
    peakGiB: process.resourceUsage().maxRSS / 2 ** 20,
  });
  let started = performance.now();
  const json = trainTokenizer({ texts: readTexts(documents), variant: "bytePlain", ...options });
  yield { what: "train a tokenizer", ...since(started), merges: mergesHash(json) };

  const tokenizer = await openTokenizer(json);
  const folder = mkdtempSync(join(tmpdir(), "class-it-bench-"));
  try {
    started = performance.now();
    await writeTokenFile(join(folder, "text.tokens"), encodeDocuments(documents, tokenizer), tokenizer);
    yield { what: "encode into a token file", ...since(started) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Looks for the n-grams of all evaluation items and instruction examples in all real text. */
export async function measureOverlapSpeed(): Promise<DataSpeed> {
  const folder = mkdtempSync(join(tmpdir(), "class-it-bench-"));
  try {
    const study = openStudy({ scale: "laptop", seed: 0, cacheFolder: folder, resultsRoot: folder });
    const { words } = await loadText(study);
    const started = performance.now();
    await measureStudyOverlap(study);
    return {
      what: "overlap with every item",
      words,
      seconds: (performance.now() - started) / 1000,
      peakGiB: process.resourceUsage().maxRSS / 2 ** 20,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function mergesHash({ model }: TokenizerJson): string {
  const merges = z.array(z.array(z.string())).parse(model["merges"]);
  const lines = merges.map((pair) => pair.join(" ")).join("\n");
  return createHash("sha256").update(lines).digest("hex");
}
