/**
 * @file The pre-training text: documents of six genres, shrunk to a word budget, and a held-out part next to it. Real text
 * comes from the BabyLM sample, generated text from `microworld/`; instruction data lives in `instructions.ts`.
 */
import { deriveSeed, seeded, shuffled } from "../random.js";
import { cutDocument, findDocuments, type Document } from "./documents.js";
import { defaultPlaces, verifyFile, type DataPlaces, type NamedFile } from "./files.js";
import { filesUnder } from "./manifest.js";
import { checkCorpus, findOwnDocuments, openOwnCorpora, type OwnText } from "./own-corpora.js";
import { microworldDocuments } from "./microworld/documents.js";
import { countWords } from "./words.js";

/** What pre-training reads. */
export interface PretrainingText {
  readonly source: "real" | "microworld";
  /** In random order, fixed by the seed. */
  readonly documents: readonly Document[];
  readonly heldOut: readonly Document[];
  readonly words: number;
  readonly heldOutWords: number;
  /** Files the text was taken from; empty for the microworld. */
  readonly files: readonly NamedFile[];
  /** The user's corpora among the files, and what was made of each; empty for the microworld. */
  readonly own: readonly OwnText[];
}

/**
 * Load or generate the pre-training text.
 *
 * From the real sample each genre gives words in proportion to its size: whole documents in an order drawn from the
 * seed, the last one cut behind a word so that the total is exact. Training text comes from `train`, held-out text
 * from `dev`; the microworld generates both from different seeds.
 *
 * @param options.words        words of training text; null takes everything there is
 * @param options.heldOutWords words of held-out text
 * @param options.own          corpora read in addition to the real sample, as genres of their own; those of `data/own.json`
 * @param options.source       as {@link textSource} in `files.ts` finds it
 * @throws RangeError when more words are asked for than there are, or all words of the microworld, which has no end
 * @throws Error when a file is missing or damaged
 *
 * Differs: BabyLM fixes the shares of the genres (docs/paper.md#babylm-rules); here they are those of the sample at hand.
 */
export async function loadPretrainingText(options: {
  readonly words: number | null;
  readonly heldOutWords: number;
  readonly seed: number;
  readonly source: "real" | "microworld";
  readonly places?: DataPlaces;
  readonly own?: readonly OwnText[];
}): Promise<PretrainingText> {
  const { words, heldOutWords, seed, source, places = defaultPlaces(), own = openOwnCorpora() } = options;
  if (source === "microworld") return generate({ words, heldOutWords, seed });
  const train = await readGenres("babylm_sample/train", places);
  const dev = await readGenres("babylm_sample/dev", places);
  const files: NamedFile[] = ["babylm_sample/train", "babylm_sample/dev"]
    .flatMap(filesUnder)
    .map(({ path, sha256 }) => ({ path, sha256 }));
  for (const entry of own) {
    const { path, file, sha256, unverified } = await checkCorpus(entry, places);
    files.push(unverified ? { path, sha256, unverified } : { path, sha256 });
    const genres = entry.corpus.split === "train" ? train : dev;
    const documents = genres.get(entry.corpus.genre) ?? [];
    for await (const document of findOwnDocuments(entry, file)) documents.push(document);
    genres.set(entry.corpus.genre, documents);
  }
  const documents = shrink(train, words, deriveSeed(seed, "pre-training text"));
  const heldOut = shrink(dev, heldOutWords, deriveSeed(seed, "held-out text"));
  return {
    source,
    documents,
    heldOut,
    words: totalWords(documents),
    heldOutWords: totalWords(heldOut),
    files,
    own: own.map(({ path, sha256, corpus }) => ({ path, sha256, corpus })),
  };
}

function generate(options: { words: number | null; heldOutWords: number; seed: number }): PretrainingText {
  const { words, heldOutWords, seed } = options;
  if (words === null) {
    throw new RangeError(
      "loadPretrainingText: words must be a number for the microworld, which has no end, got null. " +
        "Choose a budget, or use the real text.",
    );
  }
  const draw = (budget: number, purpose: string): Document[] =>
    microworldDocuments({ words: budget, random: seeded(deriveSeed(seed, purpose)) }).map(
      ({ genre, text }) => ({
        genre,
        words: countWords(text),
        source: text,
      }),
    );
  const documents = draw(words, "pre-training text");
  const heldOut = draw(heldOutWords, "held-out text");
  return {
    source: "microworld",
    documents,
    heldOut,
    words: totalWords(documents),
    heldOutWords: totalWords(heldOut),
    files: [],
    own: [],
  };
}

async function readGenres(folder: string, places: DataPlaces): Promise<Map<string, Document[]>> {
  const genres = new Map<string, Document[]>();
  for (const { path } of filesUnder(folder)) {
    const genre = path.slice(folder.length + 1, path.lastIndexOf("."));
    const documents: Document[] = [];
    for await (const document of findDocuments(await verifyFile(path, places), genre))
      documents.push(document);
    genres.set(genre, documents);
  }
  return genres;
}

const totalWords = (documents: readonly Document[]): number =>
  documents.reduce((sum, { words }) => sum + words, 0);

/**
 * Choose documents so that each genre keeps its share and the total is the budget.
 *
 * @param genres documents by genre
 * @param words  budget; null keeps everything
 * @throws RangeError when the budget is not a whole number from 1 to the words there are
 */
export function shrink(
  genres: ReadonlyMap<string, readonly Document[]>,
  words: number | null,
  seed: number,
): Document[] {
  const sizes = new Map([...genres].map(([genre, documents]) => [genre, totalWords(documents)]));
  const available = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const budget = words ?? available;
  if (!Number.isInteger(budget) || budget < 1 || budget > available) {
    throw new RangeError(
      `shrink: words must be a whole number from 1 to the ${available} there are, got ${budget}. ` +
        "Ask for fewer, or for null to take everything.",
    );
  }
  const chosen: Document[] = [];
  let soFar = 0;
  let given = 0;
  for (const [genre, documents] of genres) {
    soFar += sizes.get(genre) ?? 0;
    // Rounding the running total, not each share, makes the shares add up to the budget.
    const share = Math.round((budget * soFar) / available) - given;
    given += share;
    chosen.push(...takeWords(shuffled(documents, seeded(deriveSeed(seed, genre))), share));
  }
  return shuffled(chosen, seeded(deriveSeed(seed, "order of documents")));
}

function takeWords(documents: readonly Document[], words: number): Document[] {
  const taken: Document[] = [];
  let left = words;
  for (const document of documents) {
    if (left === 0) break;
    const kept = cutDocument(document, left);
    taken.push(kept);
    left -= kept.words;
  }
  return taken;
}
