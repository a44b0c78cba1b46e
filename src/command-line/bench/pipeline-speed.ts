/**
 * @file How fast a model is scored on a part of each zero-shot task, next to the official pipeline on the same files and the same
 * model. `class-it bench --against-pipeline` prints it.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ArchitectureConfig } from "../../config/config.js";
import { loadPretrainingText } from "../../data/corpora.js";
import { readTexts } from "../../data/documents.js";
import { defaultPlaces, readText } from "../../data/files.js";
import { filesUnder } from "../../data/manifest.js";
import { readTextFile } from "../../data/text-file.js";
import { trainTokenizer } from "../../data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../data/tokenizer/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { benchmarkOf, type BenchmarkName } from "../../evaluation/benchmarks.js";
import { numberItems, scoreItems } from "../../evaluation/choice-items.js";
import { readReadingTable } from "../../evaluation/reading-table.js";
import { measureSurprisal } from "../../evaluation/word-surprisal.js";
import { initializeWeights } from "../../model/weights.js";
import { writeHuggingFaceFolder } from "../../model/hugging-face-folder.js";
import { seeded } from "../../random.js";
import { openScorer } from "../../runs/scoring/open-scorer.js";

/** A decoder of 17.9M parameters. */
const DECODER: ArchitectureConfig = {
  vocabSize: 16_384,
  maxLengthTokens: 1_024,
  hiddenSize: 256,
  numHeads: 4,
  numLayers: 9,
  feedForwardSize: 1_024,
  rotaryBase: 10_000,
  normEpsilon: 1e-5,
  initializerStd: 0.06, // wide enough that choices do not hang on rounding
  tiedEmbeddings: false,
};

/** A task with the folder of its files, and how many lines of each are taken. */
export const PIPELINE_TASKS = [
  { task: "blimp", files: "babylm_eval_2025/fast_eval/blimp_fast", lines: 200 },
  { task: "blimp_supplement", files: "babylm_eval_2025/fast_eval/supplement_fast", lines: 50 },
  { task: "entity_tracking", files: "babylm_eval_2025/full_eval/entity_tracking/regular.jsonl", lines: 400 },
  { task: "reading", files: "babylm_eval_2025/full_eval/reading", lines: 301 },
] as const satisfies readonly {
  readonly task: BenchmarkName | "reading";
  readonly files: string;
  readonly lines: number;
}[];
export type PipelineTask = (typeof PIPELINE_TASKS)[number]["task"];

/** A task scored by one side. */
export interface ScoredTask {
  readonly seconds: number;
  readonly items: number;
  /** Chosen texts by item, surprisals by word. */
  readonly answers: Readonly<Record<string, string | number>>;
}

/**
 * Writes a decoder of 17.9M random parameters with a tokenizer from all real text, as both sides read it.
 *
 * @returns its folder, `model` in the one given
 */
export async function writeBenchModel(folder: string): Promise<string> {
  const { documents } = await loadPretrainingText({ words: null, heldOutWords: 1, seed: 0, source: "real" });
  const json = trainTokenizer({
    texts: readTexts(documents),
    vocabSize: DECODER.vocabSize,
    variant: "bytePlain",
  });
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  const tokenizer = await openTokenizer(join(folder, "tokenizer.json"));
  const weights = initializeWeights(DECODER, seeded(1));
  const model = join(folder, "model");
  writeHuggingFaceFolder(model, { weights, architecture: DECODER, tokenizer });
  tf.dispose({ ...weights });
  return model;
}

/** Writes model and files that both sides read. */
export async function preparePipelineBench(folder: string): Promise<void> {
  await writeBenchModel(folder);
  for (const { task, files, lines } of PIPELINE_TASKS) {
    mkdirSync(join(folder, task));
    const paths = /\.jsonl$/.test(files) ? [files] : filesUnder(files).map(({ path }) => path);
    for (const path of paths) {
      const text = (await readText(path, defaultPlaces())).split("\n").slice(0, lines).join("\n");
      writeFileSync(join(folder, task, path.slice(path.lastIndexOf("/") + 1)), `${text.trimEnd()}\n`);
    }
  }
}

/** Our side: from items that were read to their answers, recording of graphs included. */
export async function scoreForBench(folder: string, task: PipelineTask): Promise<ScoredTask> {
  const scorer = await openScorer({ folder: join(folder, "model") });
  try {
    if (task === "reading") {
      const words = readReadingTable(readTextFile(join(folder, task, "reading_data.csv")));
      const started = performance.now();
      const surprisals = await measureSurprisal(words, { ...scorer, scoringRule: "official" });
      return {
        seconds: (performance.now() - started) / 1000,
        items: words.length,
        answers: Object.fromEntries(surprisals.map(({ id, surprisalNats }) => [String(id), surprisalNats])),
      };
    }
    const names = PIPELINE_TASKS.filter((each) => each.task === task).flatMap(({ files }) =>
      /\.jsonl$/.test(files) ? [files] : filesUnder(files).map(({ path }) => path),
    );
    const items = numberItems(
      names.flatMap((path) => {
        const name = path.slice(path.lastIndexOf("/") + 1, -".jsonl".length);
        return benchmarkOf(task).read({
          text: readTextFile(join(folder, task, `${name}.jsonl`)),
          name,
        });
      }),
    );
    const started = performance.now();
    const scored = await scoreItems(items, scorer.logLikelihood);
    return {
      seconds: (performance.now() - started) / 1000,
      items: items.length,
      answers: Object.fromEntries(
        scored.map(({ id, choice }, index) => [id, items[index]?.predictions[choice] ?? ""]),
      ),
    };
  } finally {
    scorer.dispose();
  }
}
