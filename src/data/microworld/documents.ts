/**
 * @file Running text of the microworld: narrative, dialogues and encyclopedia entries, to any number of words.
 */
import { integerBelow, type Random } from "../../random.js";
import { countWords, firstWords } from "../words.js";
import { dialogueText, generateDialogue } from "./dialogues.js";
import { entryText, generateEntry } from "./encyclopedia.js";
import { openMicroworld } from "./oracle.js";

/** A generated document, in the shape of the real corpora's. */
export interface MicroworldDocument {
  readonly genre: "narrative" | "dialogue" | "encyclopedia";
  readonly text: string;
}

/** Share of the words each genre gets; narrative leads because its probabilities are known. */
export const GENRE_SHARES = { narrative: 0.5, dialogue: 0.25, encyclopedia: 0.25 } as const;

const GENRES = ["narrative", "dialogue", "encyclopedia"] as const;
/** Sentences of a narrative, at least and at most; every number between has the same chance. */
export const NARRATIVE_SENTENCES = [8, 24] as const;

/**
 * Text with the three genres mixed, document by document.
 *
 * Narrative is one line of sentences drawn independently from the grammar; dialogues have a line
 * "A:<tab>utterance" per turn; entries are headed "= = = Title = = =".
 *
 * @param options.words  words in all, exactly; the last document is cut behind a word
 * @param options.random fixes everything
 * @throws RangeError when `words` is not a positive whole number
 */
export function microworldDocuments(options: {
  readonly words: number;
  readonly random: Random;
}): MicroworldDocument[] {
  const { words, random } = options;
  if (!Number.isInteger(words) || words < 1) {
    throw new RangeError(
      `microworldDocuments: words must be a whole number of at least 1, got ${words}. Correct the budget.`,
    );
  }
  const given = { narrative: 0, dialogue: 0, encyclopedia: 0 };
  const documents: MicroworldDocument[] = [];
  for (let left = words; left > 0;) {
    // The genre furthest behind its share comes next.
    const genre = GENRES.reduce((a, b) => (given[b] / GENRE_SHARES[b] < given[a] / GENRE_SHARES[a] ? b : a));
    const text = firstWords(generateText(genre, random), left);
    const size = countWords(text);
    documents.push({ genre, text });
    given[genre] += size;
    left -= size;
  }
  return documents;
}

function generateText(genre: MicroworldDocument["genre"], random: Random): string {
  switch (genre) {
    case "narrative": {
      const [least, most] = NARRATIVE_SENTENCES;
      return generateNarrative(least + integerBelow(most - least + 1, random), random);
    }
    case "dialogue":
      return dialogueText(generateDialogue(random));
    case "encyclopedia":
      return entryText(generateEntry(random));
  }
}

/** Sentences of the grammar, joined by spaces. */
export function generateNarrative(sentences: number, random: Random): string {
  const oracle = openMicroworld();
  return Array.from({ length: sentences }, () => oracle.sampleSentence(random).join(" ")).join(" ");
}
