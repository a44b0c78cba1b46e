/**
 * @file The stage that measures how much of the evaluation items and instruction examples the training text holds:
 * ids and numbers, no sentence. The measure itself is in `data/ngram-overlap.ts`, its tables in
 * `overlap-summary.ts`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { readTexts } from "../../data/documents.js";
import { verifyFile } from "../../data/files.js";
import { readLines } from "../../data/lines.js";
import { filesUnder, findEntry, type DataFile } from "../../data/manifest.js";
import { measureOverlap, NGRAM_RULE, overlapShare, type OverlapCorpus } from "../../data/ngram-overlap.js";
import { dropMarks } from "../../data/switchboard-pairs.js";
import { readGzipText } from "../stages/gzip-text.js";
import { reportProgress } from "../stages/progress.js";
import { codeVersion } from "../stages/provenance.js";
import { runStage } from "../stages/stage.js";
import { loadInstructionSets } from "../study/instruction-sets.js";
import { keptValue } from "../study/kept.js";
import type { Study } from "../study/study.js";
import { loadText } from "../study/text.js";
import { evaluationItems, instructionItems } from "./overlap-items.js";

const PRETRAINING_FOLDER = "babylm_sample/train";
const DIALOGUES = "switchboard/swda_train.tsv";

/** Ids and counts of some 200,000 items. */
const ITEM_FILE = "overlap.json.gz";

const overlapSchema = z.object({
  /** Words of each text that was looked in. */
  textWords: z.number(),
  dialogueWords: z.number(),
  distinctNgrams: z.number(),
  ngramWords: z.number(),
  minWords: z.number(),
  rows: z.array(z.tuple([z.string(), z.string(), z.string(), z.number(), z.number(), z.number()])),
});

/** How much of one item the training text holds. */
export interface MeasuredItem {
  readonly task: string;
  readonly uid: string;
  readonly id: string;
  /** 0 where the item's texts are too short to have any. */
  readonly ngrams: number;
  /** Share of them in the pre-training text, 0–1; null where there are none. */
  readonly overlap: number | null;
  /** Share of them in the Switchboard dialogues that the conversation examples are made of, 0–1. */
  readonly dialogueOverlap: number | null;
}

/** One pass over the training text. */
export interface StudyOverlap {
  readonly items: readonly MeasuredItem[];
  readonly textWords: number;
  readonly dialogueWords: number;
  readonly distinctNgrams: number;
  readonly ngramWords: number;
  readonly minWords: number;
}

/**
 * Overlap of every evaluation item and every instruction example of the study with the text models learn from, cached.
 *
 * The text is all there is: a scale that trains on a part of it saw at most this. So are the dialogues.
 *
 * @throws Error when a file of the study's text or of its tasks is missing or damaged
 *
 * Source: Brown et al. 2020, appendix C, for n-grams of words.
 * Differs: every item is kept and has its share of n-grams found, where they drop an item at the first match.
 */
export async function measureStudyOverlap(study: Study): Promise<StudyOverlap> {
  const { rows, ...measured } = await keptValue(study, { name: "overlap" }, overlapSchema, () =>
    measureRows(study),
  );
  const items = rows.map(([task, uid, id, ngrams, ...found]): MeasuredItem => ({
    task,
    uid,
    id,
    ngrams,
    overlap: overlapShare({ ngrams, found }, 0),
    dialogueOverlap: overlapShare({ ngrams, found }, 1),
  }));
  return { ...measured, items };
}

async function measureRows(study: Study): Promise<z.infer<typeof overlapSchema>> {
  const evaluation = evaluationItems(study);
  const { source, config } = study;
  const text = source === "real" ? filesUnder(PRETRAINING_FOLDER) : [];
  const dialogues = source === "real" ? [findEntry(DIALOGUES)] : [];
  const { switchboardRows, wikiRows, pretrainingWords, zeroShotItemsPerUid } = config.budget;
  const inputs = {
    source,
    files: [...evaluation.files, ...text, ...dialogues].map(({ path, sha256 }) => ({ path, sha256 })),
    rows: { switchboardRows, wikiRows },
    instructions: config.instructions,
    rule: NGRAM_RULE,
    // The generated text has no files that would name it.
    generated: source === "real" ? null : { pretrainingWords, zeroShotItemsPerUid },
    code: codeVersion([
      "random",
      "data",
      "evaluation",
      "runs/study/instruction-sets",
      "runs/description/overlap",
      "runs/description/overlap-items",
    ]),
  };
  const stage = await runStage(study.cacheFolder, "overlap", inputs, async (folder) => {
    const corpora = source === "real" ? realCorpora([...text, ...dialogues]) : generatedCorpora(study);
    const wanted = concatenate(await instructionItems(study), evaluation.items);
    const { items, corpora: read, distinctNgrams } = await measureOverlap(wanted, corpora);
    const [textWords = 0, dialogueWords = 0] = read.map(({ words }) => words);
    const rows = items.map(({ task, uid, id, ngrams, found }) => [task, uid, id, ngrams, ...found]);
    const measured = { textWords, dialogueWords, distinctNgrams, ...NGRAM_RULE, rows };
    writeFileSync(join(folder, ITEM_FILE), gzipSync(JSON.stringify(measured)));
  });
  return overlapSchema.parse(JSON.parse(readGzipText(join(stage.folder, ITEM_FILE))));
}

async function* concatenate<T>(first: Iterable<T>, second: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* second;
}

/** The files line by line; between two files a document ends. */
function realCorpora(files: readonly DataFile[]): OverlapCorpus[] {
  const total = files.length;
  let done = 0;
  const linesOf = async function* (entry: DataFile): AsyncGenerator<string> {
    const lines = readLines(await verifyFile(entry.path));
    if (entry.path === DIALOGUES) yield* dialogueLines(lines);
    else for await (const { text } of lines) yield text;
    yield "";
    reportProgress({ type: "work", label: "overlap", done: ++done, total });
  };
  const all = async function* (entries: readonly DataFile[]): AsyncGenerator<string> {
    for (const entry of entries) yield* linesOf(entry);
  };
  return [
    { name: "pre-training text", lines: all(files.filter(({ path }) => path !== DIALOGUES)) },
    { name: "dialogues", lines: all(files.filter(({ path }) => path === DIALOGUES)) },
  ];
}

/** Utterances of the dialogue table, a dialogue a document, without their marks as the examples have them. */
async function* dialogueLines(lines: AsyncIterable<{ readonly text: string }>): AsyncGenerator<string> {
  let last = "";
  for await (const { text } of lines) {
    const [dialogue = "", , utterance = ""] = text.split("\t");
    if (dialogue !== last) yield "";
    last = dialogue;
    yield dropMarks(utterance);
  }
}

function generatedCorpora(study: Study): OverlapCorpus[] {
  return [
    {
      name: "pre-training text",
      lines: (async function* () {
        for (const text of readTexts((await loadText(study)).documents)) {
          yield* text.split("\n");
          yield "";
        }
      })(),
    },
    {
      name: "dialogues",
      lines: (async function* () {
        for (const { prompt, reply } of (await loadInstructionSets(study, ["switch"])).examples)
          yield* [prompt, reply, ""];
      })(),
    },
  ];
}
