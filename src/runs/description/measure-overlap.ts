/**
 * @file The computation of the stage `overlap`: the n-grams of evaluation items and instruction examples, looked for in the text that
 * models learn from.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { readTexts } from "../../data/documents.js";
import { verifyFile, type NamedFile } from "../../data/files.js";
import { readLines } from "../../data/lines.js";
import { filesUnder, findEntry, type DataFile } from "../../data/manifest.js";
import { measureOverlap, NGRAM_RULE, type OverlapCorpus } from "../../data/overlap/ngram-overlap.js";
import { dropMarks } from "../../data/instructions/switchboard-pairs.js";
import { computation, type StagePlaces } from "../stages/computation.js";
import { filesOfSet, loadSet, type SetChoice } from "../study/instruction-sets.js";
import { loadIdentified, type TextChoice } from "../study/pretraining-text.js";
import { requireSameFiles } from "../study/same-files.js";
import { evaluationItems, instructionItems } from "./overlap-items.js";

const PRETRAINING_FOLDER = "babylm_sample/train";
const DIALOGUES = "switchboard/swda_train.tsv";

/** Generated text and items, which have no files that would name them. */
export interface GeneratedText extends TextChoice {
  readonly source: "microworld";
  /** Minimal pairs of each paradigm. */
  readonly itemsPerUid: number;
}

/** The text that is looked in and the evaluation items that are looked for. */
export type OverlapText = { readonly source: "real"; readonly files: readonly NamedFile[] } | GeneratedText;

/** What decides an overlap. */
export interface OverlapInputs {
  readonly sets: readonly SetChoice[];
  readonly text: OverlapText;
}

/** Ids and counts of some 200,000 items. */
export const ITEM_FILE = "overlap.json.gz";

/** What the file holds. */
export const overlapSchema = z.object({
  /** Words of each text that was looked in. */
  textWords: z.number(),
  dialogueWords: z.number(),
  distinctNgrams: z.number(),
  ngramWords: z.number(),
  minWords: z.number(),
  rows: z.array(z.tuple([z.string(), z.string(), z.string(), z.number(), z.number(), z.number()])),
});

/** Told of files as they are read. */
interface Watched {
  readonly onProgress: (done: number, total: number) => void;
}

const realText = (): DataFile[] => [...filesUnder(PRETRAINING_FOLDER), findEntry(DIALOGUES)];

/** Every file of real text and items that is read. */
export const filesOfOverlap = (sets: readonly SetChoice[]): NamedFile[] => [
  ...[...evaluationItems({ source: "real" }).files, ...realText()].map(({ path, sha256 }) => ({
    path,
    sha256,
  })),
  ...sets.flatMap((set) => filesOfSet(set, { source: "real" })),
];

/** Writes how much of each item was found. */
export const overlapMeasurement = computation(
  import.meta.url,
  async ({ sets, text }: OverlapInputs, { folder, onProgress }: StagePlaces & Watched): Promise<void> => {
    if (text.source === "real") requireSameFiles(filesOfOverlap(sets), text.files);
    const corpora =
      text.source === "real" ? realCorpora(realText(), onProgress) : generatedCorpora(text, sets);
    const wanted = concatenate(await instructionItems(sets, text.source), evaluationItems(text).items);
    const { items, corpora: read, distinctNgrams } = await measureOverlap(wanted, corpora);
    const [textWords = 0, dialogueWords = 0] = read.map(({ words }) => words);
    const rows = items.map(({ task, uid, id, ngrams, found }) => [task, uid, id, ngrams, ...found]);
    const measured = { textWords, dialogueWords, distinctNgrams, ...NGRAM_RULE, rows };
    writeFileSync(join(folder, ITEM_FILE), gzipSync(JSON.stringify(measured)));
  },
);

async function* concatenate<T>(first: Iterable<T>, second: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* second;
}

/** The files line by line; between two files a document ends. */
function realCorpora(files: readonly DataFile[], onProgress: Watched["onProgress"]): OverlapCorpus[] {
  const total = files.length;
  let done = 0;
  const linesOf = async function* (entry: DataFile): AsyncGenerator<string> {
    const lines = readLines(await verifyFile(entry.path));
    if (entry.path === DIALOGUES) yield* dialogueLines(lines);
    else for await (const { text } of lines) yield text;
    yield "";
    onProgress(++done, total);
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

function generatedCorpora(text: GeneratedText, sets: readonly SetChoice[]): OverlapCorpus[] {
  const { source } = text;
  return [
    {
      name: "pre-training text",
      lines: (async function* () {
        const { documents } = await loadIdentified({ ...text, files: [], own: [] });
        for (const document of readTexts(documents)) {
          yield* document.split("\n");
          yield "";
        }
      })(),
    },
    {
      name: "dialogues",
      lines: (async function* () {
        for (const set of sets.filter((choice) => choice.set === "switch"))
          for (const { prompt, reply } of (await loadSet(set, { source })).examples)
            yield* [prompt, reply, ""];
      })(),
    },
  ];
}
