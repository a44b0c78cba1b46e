/**
 * @file The words of age of acquisition, their contexts and the children's ages: the official files where they are at hand, otherwise a
 * substitute from held-out child-directed text, or the microworld's own.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defaultPlaces, readText } from "../../../data/files.js";
import { findEntry } from "../../../data/manifest.js";
import { microworldChildWords } from "../../../data/microworld/child-words.js";
import { readTextFile } from "../../../data/text-file.js";
import { CHILD_MONTHS, childAge } from "../../../evaluation/acquisition-age.js";
import { findContexts, readChildTable, readContexts } from "../../../evaluation/child-words.js";
import { deriveSeed, seeded } from "../../../random.js";
import type { Result } from "../../study/results.js";
import { identify } from "./task-definition.js";

/** A word to be learned. */
export interface WordToLearn {
  /** Number in the children's table, so that results hold no word: `cdi125`; of official words the place in their file. */
  readonly id: string;
  readonly word: string;
  /** Months at which half of the children say it; null where that is not known. */
  readonly childMonths: number | null;
  readonly contexts: readonly string[];
}

/** Where the words and contexts come from; every figure of another kind than `official` says so. */
export type AcquisitionKind = "official" | "substitute" | "microworld";

/** All words, and what they were made from. */
export interface WordsToLearn {
  readonly kind: AcquisitionKind;
  readonly words: readonly WordToLearn[];
  readonly files: Result["files"];
}

const CHILD_TABLE = "aoa/child_american_english_proportions.csv";
const CHILD_TEXT = "babylm2023_test/aochildes.test";
/** Where the pipelines keep their files: 2026 in the first, 2025 in the second. */
const OFFICIAL_FOLDERS = ["full_eval/aoa", "full_eval/cdi_childes", "aoa", "cdi_childes", "."] as const;
const SUBSTITUTE = { contextsPerWord: 20, minContextWords: 4, minContexts: 3 } as const;

/**
 * The words of a study or a data folder.
 *
 * @param options.contextsPerWord at most so many of each word in a substitute; all official ones whatever it is
 * @param options.folder looked at before the kit's own data
 * @throws RangeError naming what is wrong with an official file; Error when neither official files nor the substitute's are at hand
 */
export async function wordsToLearn(
  source: "real" | "microworld",
  { contextsPerWord, folder }: { readonly contextsPerWord: number | null; readonly folder?: string },
): Promise<WordsToLearn> {
  const limit = Math.min(contextsPerWord ?? Infinity, SUBSTITUTE.contextsPerWord);
  if (source === "microworld") return wordsOfMicroworld(limit);
  const { rawFolder, dataFolder } = defaultPlaces();
  const places = [
    ...(folder === undefined ? [] : [folder]),
    ...[rawFolder, dataFolder].flatMap((place) => (place === null ? [] : [join(place, "babylm_eval_2025")])),
  ];
  const found = places
    .flatMap((place) => OFFICIAL_FOLDERS.map((below) => join(place, below)))
    .find((place) => existsSync(join(place, "cdi_childes.json")));
  return found === undefined ? substitute(limit) : official(found);
}

async function official(folder: string): Promise<WordsToLearn> {
  const contextsFile = join(folder, "cdi_childes.json");
  const contexts = readTextFile(contextsFile);
  const table = join(folder, "cdi_human.csv");
  const hasTable = existsSync(table);
  // Without the official table, the one it seems to be made from.
  const ages = hasTable ? readTextFile(table) : await readText(CHILD_TABLE);
  const rows = new Map(
    [...readChildTable(ages, hasTable ? table : CHILD_TABLE)].reverse().map((row) => [row.word, row]),
  ); // the first of a name counts
  const name = (file: string, text: string) => ({
    path: `official/${file}`,
    sha256: createHash("sha256").update(text).digest("hex"),
    unverified: true as const,
  });
  return {
    kind: "official",
    words: [...readContexts(contexts, contextsFile)].map(([word, texts], index) => ({
      id: `aoa${index}`,
      word,
      childMonths: childAge(rows.get(word)?.proportions ?? [])?.months ?? null,
      contexts: texts,
    })),
    files: [
      name("cdi_childes.json", contexts),
      hasTable ? name("cdi_human.csv", ages) : identify(findEntry(CHILD_TABLE)),
    ],
  };
}

async function substitute(contextsPerWord: number): Promise<WordsToLearn> {
  const rows = readChildTable(await readText(CHILD_TABLE), CHILD_TABLE);
  const lines = (await readText(CHILD_TEXT)).split("\n");
  const found = findContexts(
    rows.map(({ word }) => word),
    lines,
    { ...SUBSTITUTE, contextsPerWord },
  );
  return {
    kind: "substitute",
    words: rows.flatMap(({ id, word, proportions }) => {
      const contexts = found.get(word) ?? [];
      const childMonths = childAge(proportions)?.months ?? null;
      return contexts.length < Math.min(SUBSTITUTE.minContexts, contextsPerWord)
        ? []
        : [{ id: `cdi${id}`, word: word.replace(/\*$/, ""), childMonths, contexts }];
    }),
    files: [identify(findEntry(CHILD_TABLE)), identify(findEntry(CHILD_TEXT))],
  };
}

function wordsOfMicroworld(contextsPerWord: number): WordsToLearn {
  const random = seeded(deriveSeed(0, "age of acquisition"));
  const words = microworldChildWords({ months: CHILD_MONTHS, contextsPerWord, random });
  return {
    kind: "microworld",
    words: words.map(({ word, proportions, contexts }, index) => ({
      id: `microworld${index}`,
      word,
      childMonths: childAge(proportions)?.months ?? null,
      contexts,
    })),
    files: [],
  };
}
