/**
 * @file Question answering for instruction tuning: templates over Simple-Wikipedia articles (docs/decisions.md#d15).
 * A stand-in for questions written by a language model: same shape (long prompt, short reply), no statement about
 * CLASS-IT's question answering can rest on it. Conversation lives in `switchboard-pairs.ts`.
 */
import { integerBelow, type Random } from "../../random.js";
import { countWords, splitSentences } from "../words.js";

/** An encyclopedia entry. */
export interface Article {
  readonly title: string;
  readonly text: string;
}

/** A passage with a question, and its answer. */
export interface TemplateQuestion {
  readonly template: "definition" | "cloze";
  readonly prompt: string;
  readonly reply: string;
}

/** Sentences of passage a question is asked about. */
const PASSAGE_SENTENCES = 3;
/** A longer predicate or sentence is a list or a table that lost its lines. */
const MAX_SENTENCE_WORDS = 60;
/** Numbers anywhere; names only behind another word, since the capital of a sentence's first word means nothing. */
const NUMBER_OR_NAME = /\d[\d,.]*\d|\d|(?<=[\p{Ll},] )\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)*/gu;
/** What stands for the removed words of a cloze question. */
const BLANK = "____";

/**
 * The complete articles of a Simple-Wikipedia file, those with a heading "= = = Title = = =".
 *
 * @param text articles one after another; text before the first heading belongs to no article and is left out
 */
export function parseArticles(text: string): Article[] {
  const parts = text.split(/^= = = (.+) = = =$/m);
  const articles: Article[] = [];
  for (let i = 1; i + 1 < parts.length; i += 2) {
    // An empty line ends a segment of the sample: what follows is the middle of another article.
    const body = (parts[i + 1] ?? "").trim().split(/\n\s*\n/)[0] ?? "";
    articles.push({ title: (parts[i] ?? "").trim(), text: body.replace(/\s+/g, " ").trim() });
  }
  return articles;
}

/**
 * The questions on an article's first sentences; none when it has no usable passage.
 *
 * *definition*: when the first sentence is "… is a …", the question is "What is {title}?" and the reply the predicate.
 * *cloze*: for each sentence of the passage, the question repeats it with the title, a number or a name blanked, and the
 * reply is what was removed. The passage answers both kinds.
 *
 * @param random chooses what a cloze question blanks
 */
export function askQuestions(article: Article, random: Random): TemplateQuestion[] {
  const sentences = splitSentences(article.text).slice(0, PASSAGE_SENTENCES);
  // A passage whose last sentence does not end was cut off by the sample's segments.
  if (!/[.?!]["'”’)\]]{0,2}$/.test(sentences[sentences.length - 1] ?? "")) return [];
  if (sentences.some((sentence) => countWords(sentence) > MAX_SENTENCE_WORDS)) return [];
  const passage = sentences.join(" ");
  const questions: TemplateQuestion[] = [];

  const [, verb, predicate] = /\b(is|was|are|were) ((?:a|an|one|the) .+)$/u.exec(sentences[0] ?? "") ?? [];
  if (verb !== undefined && predicate !== undefined) {
    const prompt = `${passage}\nWhat ${verb} ${article.title}?`;
    questions.push({ template: "definition", prompt, reply: predicate });
  }
  for (const sentence of sentences) {
    const spans = findSpans(sentence, article.title);
    const span = spans[integerBelow(spans.length, random)];
    if (span === undefined) continue;
    const blanked = sentence.slice(0, span.start) + BLANK + sentence.slice(span.start + span.words.length);
    const prompt = `${passage}\nWhat is missing here? ${blanked}`;
    questions.push({ template: "cloze", prompt, reply: span.words });
  }
  return questions;
}

/** Title, numbers and names of a sentence: what a cloze question may blank. */
function findSpans(sentence: string, title: string): { start: number; words: string }[] {
  const spans = [...sentence.matchAll(NUMBER_OR_NAME)].map((match) => ({
    start: match.index ?? 0,
    words: match[0],
  }));
  const titleStart = sentence.indexOf(title);
  if (titleStart >= 0) spans.unshift({ start: titleStart, words: title });
  return spans.filter(({ start, words }) => isWholeWord(sentence, start, words.length));
}

function isWholeWord(sentence: string, start: number, length: number): boolean {
  const isLetter = (character: string | undefined): boolean => /[\p{L}\p{N}]/u.test(character ?? "");
  return !isLetter(sentence[start - 1]) && !isLetter(sentence[start + length]);
}
