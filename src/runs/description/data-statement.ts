/** @file The data statement of a study: every source of the manifest, and the words the study takes from each. */
import { z } from "zod";
import { SCALES } from "../../config/config.js";
import { inspectCollection, openCollections } from "../../data/collections.js";
import { sourceOf, stateSources, type SourceStatement } from "../../data/data-statement.js";
import { MAX_DOCUMENT_WORDS } from "../../data/documents.js";
import { inspectFile } from "../../data/files.js";
import { findEntry, openManifest } from "../../data/manifest.js";
import { openOwnCorpora } from "../../data/own-corpora.js";
import { keptValue } from "../study/kept.js";
import type { Study } from "../study/study.js";
import { describeInstructions } from "./instruction-summary.js";
import { describeText } from "./text-summary.js";

const texts = z.array(z.string()).readonly();
const usedSourceSchema = z.object({
  source: z.string(),
  what: z.string(),
  origins: texts,
  licences: texts,
  files: z.number(),
  bytes: z.number(),
  changes: texts,
  standIns: texts,
  absent: texts,
  /** Words trained on; null where it is no training text of this study. */
  wordsUsed: z.number().nullable(),
  /** Words held out for measuring loss; null where there are none. */
  wordsHeldOut: z.number().nullable(),
});
/** A source with what the study uses of it. */
export type UsedSource = SourceStatement & Readonly<z.infer<typeof usedSourceSchema>>;

const statementSchema = z.object({
  scale: z.enum(SCALES),
  textSource: z.enum(["real", "microworld"]),
  sources: z.array(usedSourceSchema).readonly(),
  /** Official sets that were not fetched, and where they are. */
  notAtHand: z.array(z.object({ need: z.string(), where: z.string() })).readonly(),
});
/** Where the data of a study come from. */
export type DataStatement = Readonly<z.infer<typeof statementSchema>>;

const ARTICLES = "babylm_sample/train/simple_wiki.train";

/**
 * State where a study's data come from. Every file of the manifest is looked for and checked; a kept statement says what there
 * was when it was made.
 *
 * @throws Error when the study's text is missing or damaged
 */
export const stateData = (study: Study): Promise<DataStatement> =>
  keptValue(study, { name: "data-statement" }, statementSchema, () => stateDataAtHand(study));

async function stateDataAtHand(study: Study): Promise<z.infer<typeof statementSchema>> {
  const manifest = openManifest();
  const absent = new Set<string>();
  for (const path of manifest.keys()) if ((await inspectFile(path)).state !== "verified") absent.add(path);
  const sources = stateSources(manifest.values(), absent);
  const genres = await describeText(study);
  const instructions = await describeInstructions(study);
  const isReal = study.source === "real";
  const { pretrainingWords, heldOutWords } = study.config.budget;
  const cuts = [
    `documents of at most ${MAX_DOCUMENT_WORDS} words`,
    ...(pretrainingWords === null ? [] : [`a sample of ${pretrainingWords} words of all genres`]),
  ];
  const used = sources.map((statement) => {
    const genre = isReal
      ? genres.find((each) => statement.source === `babylm_sample/${each.genre}`)
      : undefined;
    const isConversation = isReal && statement.source === "switchboard";
    const pairs = isConversation ? instructions.find(({ set }) => set === "switch") : undefined;
    return {
      ...statement,
      changes: [
        ...statement.changes,
        ...(genre ? cuts : []),
        ...(genre && genre.heldOutWords > 0
          ? [`a sample of ${heldOutWords} words of all genres held out`]
          : []),
        ...(pairs
          ? [
              `${pairs.rows} pairs of turns (${study.config.instructions.switchboardPairs}), in which a turn may stand twice`,
            ]
          : []),
      ],
      wordsUsed: genre?.words ?? (pairs ? pairs.promptWords + pairs.replyWords : null),
      wordsHeldOut: genre?.heldOutWords ?? null,
    };
  });
  const made = isReal ? questionSource(study, instructions) : generatedSources(genres, instructions);
  return {
    scale: study.config.scale,
    textSource: study.source,
    sources: [...used, ...(isReal ? ownSources(genres) : []), ...made],
    notAtHand: openCollections()
      .filter(({ name }) => inspectCollection(name).state !== "fetched")
      .map(({ what, page }) => ({ need: what, where: page })),
  };
}

type Instructions = Awaited<ReturnType<typeof describeInstructions>>;

/** Text made by the kit: no file, so no terms but those of what it was made from. */
const withoutFiles = (source: string, what: string, more: Partial<UsedSource>): UsedSource => ({
  source,
  what,
  origins: [],
  licences: [],
  files: 0,
  bytes: 0,
  changes: [],
  standIns: [],
  absent: [],
  wordsUsed: null,
  wordsHeldOut: null,
  ...more,
});

/** The user's own corpora, a genre each. */
function ownSources(genres: Awaited<ReturnType<typeof describeText>>): UsedSource[] {
  return openOwnCorpora().map(({ path, source, licence, corpus, unverified }) => {
    const genre = genres.find((each) => each.genre === corpus.genre);
    return withoutFiles(path, "a corpus of the user's: pre-training", {
      origins: [source],
      licences: [licence],
      files: 1,
      changes: unverified ? ["its hash was not known beforehand"] : [],
      wordsUsed: genre?.words ?? null,
      wordsHeldOut: genre?.heldOutWords ?? null,
    });
  });
}

/** The questions asked about articles, under the terms of the articles. */
function questionSource({ config }: Study, instructions: Instructions): UsedSource[] {
  const articles = findEntry(ARTICLES);
  return instructions
    .filter(({ set }) => set === "wiki")
    .map(({ source, rows, promptWords, replyWords }) =>
      withoutFiles(source, "questions about articles: instruction tuning", {
        origins: [articles.source],
        licences: [articles.licence],
        changes: [`${rows} questions by template on ${sourceOf(ARTICLES)}`],
        standIns: config.instructions.wikiSource === "standIn" ? [source] : [],
        wordsUsed: promptWords + replyWords,
      }),
    );
}

function generatedSources(
  genres: Awaited<ReturnType<typeof describeText>>,
  instructions: Instructions,
): UsedSource[] {
  const origins = ["this project, src/data/microworld"];
  return [
    ...genres.map(({ genre, words, heldOutWords }) =>
      withoutFiles(`microworld/${genre}`, "generated text: pre-training", {
        origins,
        wordsUsed: words,
        wordsHeldOut: heldOutWords,
      }),
    ),
    ...instructions.map(({ source, promptWords, replyWords }) =>
      withoutFiles(source, "generated examples: instruction tuning", {
        origins,
        wordsUsed: promptWords + replyWords,
      }),
    ),
  ];
}
