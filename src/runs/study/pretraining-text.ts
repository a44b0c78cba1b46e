/** @file The pre-training text of a study, and what identifies it in the keys of stages. */
import type { DataBudget } from "../../config/config.js";
import { loadPretrainingText, type PretrainingText } from "../../data/corpora.js";
import { defaultPlaces, type NamedFile } from "../../data/files.js";
import { openOwnCorpora, type OwnText } from "../../data/own-corpora.js";
import { deriveSeed } from "../../random.js";
import { requireSameFiles } from "./same-files.js";

/** The settings that choose a text. */
export interface TextChoice {
  readonly source: "real" | "microworld";
  readonly pretrainingWords: number | null;
  readonly heldOutWords: number;
}

/** What identifies a text: its source, budget, the hashes of its files and what is made of the user's own corpora. */
export interface TextIdentity extends TextChoice {
  readonly files: readonly NamedFile[];
  readonly own: readonly OwnText[];
}

/** Whoever has a text: a study, or the part of one that says which. */
export interface TextOwner {
  readonly source: TextChoice["source"];
  readonly config: { readonly budget: Pick<DataBudget, "pretrainingWords" | "heldOutWords"> };
}

const choiceOf = ({ source, config }: TextOwner): TextChoice => {
  const { pretrainingWords, heldOutWords } = config.budget;
  return { source, pretrainingWords, heldOutWords };
};

/**
 * The pre-training text of a study. Which documents belong to it does not depend on the study's seed: seeds vary the
 * training, not the data.
 */
export const loadText = (owner: TextOwner): Promise<PretrainingText> =>
  loadChoice(choiceOf(owner), owner.source === "real" ? openOwnCorpora() : []);

/** A study's text as the keys of stages name it. */
export const textIdentity = (owner: TextOwner, { files, own }: PretrainingText): TextIdentity => ({
  ...choiceOf(owner),
  files,
  own,
});

/** The text that a key names. @throws Error when its files are others by now */
export async function loadIdentified({ files, own, ...choice }: TextIdentity): Promise<PretrainingText> {
  const text = await loadChoice(choice, own);
  requireSameFiles(text.files, files);
  return text;
}

/** Texts of this process: listing the documents of all real text takes seconds, and every condition asks. */
const loaded = new Map<string, Promise<PretrainingText>>();

function loadChoice(
  { source, pretrainingWords, heldOutWords }: TextChoice,
  own: readonly OwnText[],
): Promise<PretrainingText> {
  const seed = deriveSeed(0, "pre-training text");
  const request = { words: pretrainingWords, heldOutWords, seed, source, own };
  const key = JSON.stringify([request, defaultPlaces()]);
  let text = loaded.get(key);
  if (!text) {
    text = loadPretrainingText(request);
    loaded.set(key, text);
    text.catch(() => loaded.delete(key)); // the next call looks again
  }
  return text;
}
