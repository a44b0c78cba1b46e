/**
 * @file Everything whose overlap with the training text is of interest: the items of every evaluation set and the
 * instruction examples, with the ids of their own tables. Measuring it is in `measure-overlap.ts`.
 */
import { basename } from "node:path";
import { z } from "zod";
import { readText, verifyFile } from "../../data/files.js";
import { readLines } from "../../data/lines.js";
import { filesUnder, type DataFile } from "../../data/manifest.js";
import type { OverlapItem } from "../../data/overlap/ngram-overlap.js";
import { benchmarkOf, type BenchmarkName } from "../../evaluation/benchmarks.js";
import { numberItems } from "../../evaluation/choice-items.js";
import { readReadingTable } from "../../evaluation/reading-table.js";
import { generatedPairs } from "../scoring/tasks/benchmark.js";
import { loadSet, type SetChoice } from "../study/instruction-sets.js";

/** An evaluation set: its files and what an item of it says. */
interface EvaluationSet {
  readonly task: string;
  /** Below `babylm_eval_2025`. */
  readonly folder: string;
  readonly endsWith: string;
  readonly read: (files: readonly DataFile[]) => ItemsOfSet;
}

type ItemsOfSet = AsyncGenerator<Omit<OverlapItem, "task">>;

/** Fields of (Super)GLUE rows that are text, by task. */
const GLUE_TEXTS: ReadonlyMap<string, readonly string[]> = new Map([
  ["boolq", ["question", "passage"]],
  ["mnli", ["premise", "hypothesis"]],
  ["mrpc", ["sentence1", "sentence2"]],
  ["multirc", ["paragraph", "question", "answer"]],
  ["qqp", ["question1", "question2"]],
  ["rte", ["sentence1", "sentence2"]],
  ["wsc", ["text"]],
]);

const SETS: readonly EvaluationSet[] = [
  benchmarkSet("blimp_fast", "fast_eval/blimp_fast", "blimp"),
  benchmarkSet("blimp", "full_eval/blimp_filtered", "blimp"),
  benchmarkSet("blimp_supplement_fast", "fast_eval/supplement_fast", "blimp_supplement"),
  benchmarkSet("blimp_supplement", "full_eval/supplement_filtered", "blimp_supplement"),
  benchmarkSet("entity_tracking", "full_eval/entity_tracking", "entity_tracking"),
  benchmarkSet("wug_adj", "full_eval/wug_adj_nominalization", "wug_adj"),
  { task: "reading", folder: "full_eval/reading", endsWith: ".csv", read: readingItems },
  { task: "superglue", folder: "full_eval/glue_filtered", endsWith: ".valid.jsonl", read: glueItems },
];

function benchmarkSet(task: string, folder: string, name: BenchmarkName): EvaluationSet {
  return { task, folder, endsWith: ".jsonl", read: (files) => benchmarkItems(name, files) };
}

/** Evaluation items and the files they come from; of the microworld its minimal pairs alone. */
export function evaluationItems(
  text: { readonly source: "real" } | { readonly source: "microworld"; readonly itemsPerUid: number },
): {
  readonly files: readonly DataFile[];
  readonly items: AsyncIterable<OverlapItem>;
} {
  if (text.source === "microworld") return { files: [], items: generatedItems(text.itemsPerUid) };
  const sets = SETS.map((set) => ({ ...set, files: filesOf(set) }));
  return {
    files: sets.flatMap(({ files }) => files),
    items: (async function* () {
      for (const { task, files, read } of sets) for await (const item of read(files)) yield { task, ...item };
    })(),
  };
}

/** The examples of instruction sets; `uid` says where they come from. */
export async function instructionItems(
  sets: readonly SetChoice[],
  source: "real" | "microworld",
): Promise<OverlapItem[]> {
  const loaded = [];
  for (const set of sets) loaded.push(await loadSet(set, { source }));
  return loaded.flatMap(({ examples }) =>
    examples.map(({ set, source: uid, id, prompt, reply }) => ({
      task: `instructions_${set}`,
      uid,
      id,
      texts: [prompt, reply],
    })),
  );
}

function filesOf({ folder, endsWith }: EvaluationSet): readonly DataFile[] {
  return filesUnder(`babylm_eval_2025/${folder}`).filter(({ path }) => path.endsWith(endsWith));
}

async function* generatedItems(itemsPerUid: number): AsyncGenerator<OverlapItem> {
  for (const { uid, id, good, bad } of generatedPairs(itemsPerUid))
    yield { task: "blimp", uid, id, texts: [good, bad] };
}

/** As the benchmark reads them: every candidate where all are sentences, else the text with its correct end. */
async function* benchmarkItems(name: BenchmarkName, files: readonly DataFile[]): ItemsOfSet {
  const texts = await Promise.all(
    files.map(async ({ path }) => ({ name: basename(path, ".jsonl"), text: await readText(path) })),
  );
  for (const { uid, id, candidates } of numberItems(texts.flatMap(benchmarkOf(name).read))) {
    const says = candidates.map(({ context, continuation }) => context + continuation);
    // Candidates that share a context differ in their ends alone.
    yield { uid, id, texts: candidates[0]?.context === "" ? says : says.slice(0, 1) };
  }
}

/** Whole sentences: a word's id in the table of reading times is another one. */
async function* readingItems(files: readonly DataFile[]): ItemsOfSet {
  const sentences = new Map<number, string>();
  // The last word of a sentence has all the others before it.
  for (const { path } of files)
    for (const { sentenceId, item, word } of readReadingTable(await readText(path)))
      sentences.set(sentenceId, `${item} ${word}`);
  for (const [sentence, text] of sentences) yield { uid: "sentence", id: String(sentence), texts: [text] };
}

async function* glueItems(files: readonly DataFile[]): ItemsOfSet {
  for (const file of files) yield* glueItemsOf(file);
}

async function* glueItemsOf(file: DataFile): ItemsOfSet {
  const uid = basename(file.path, ".valid.jsonl");
  const fields = GLUE_TEXTS.get(uid);
  if (fields === undefined)
    throw new RangeError(
      `glueItems: the task of ${file.path} must be one of ${[...GLUE_TEXTS.keys()].join(", ")}, got ${uid}. ` +
        "Say which of its fields are text.",
    );
  const row = z.object(Object.fromEntries(fields.map((field) => [field, z.string()])));
  let index = 0;
  for await (const texts of jsonRows(file, row))
    yield { uid, id: `${uid}_${index++}`, texts: Object.values(texts) };
}

/** @throws RangeError naming file and line where a line is not such a row */
async function* jsonRows<T>({ path }: DataFile, schema: z.ZodType<T>): AsyncGenerator<T> {
  for await (const { text, number } of readLines(await verifyFile(path))) {
    const parsed = z.preprocess(parseJson, schema).safeParse(text);
    if (!parsed.success)
      throw new RangeError(
        `jsonRows: line ${number} of ${path} must be a row of its task, got ${parsed.error.issues[0]?.message}. ` +
          "Compare with data/README.md.",
      );
    yield parsed.data;
  }
}

function parseJson(line: unknown): unknown {
  try {
    return JSON.parse(String(line));
  } catch {
    return undefined;
  }
}
