/** @file Surprisal of every word of the reading-time table (docs/paper.md#reading-times), asked for in three ways. */
import type { WordPiece } from "../data/tokenizer/tokenizer.js";
import type { LogLikelihood, ScoringRequest, SplitWord } from "./log-likelihood.js";
import { officialContext, type ReadingWord } from "./reading-table.js";

/**
 * How a word is asked for: `official` as the pipeline does, without a space; `spaceCorrected` with it (docs/decisions.md#d19);
 * `wholeWord` with it, and as a word that ends there.
 */
export const WORD_SCORING_RULES = ["official", "spaceCorrected", "wholeWord"] as const;
export type WordScoringRule = (typeof WORD_SCORING_RULES)[number];

/** Surprisal of one word of the table and of the word before it. */
export interface WordSurprisal {
  /** The id of the `ReadingWord`. */
  readonly id: number;
  readonly surprisalNats: number;
  /** Null where the word before is the first of its sentence, which is no item. */
  readonly previousSurprisalNats: number | null;
}

/**
 * Surprisal −ln p(word | text before it) of every word and of the word before it.
 *
 * `official` asks for the pieces of the word standing alone, each as the next token after the text so far: the first by
 * its id, a later one by the first id of its text. A byte-level tokenizer without prefix space is thereby asked for
 * "Arthur placedthe". `spaceCorrected` asks for " " + word.
 * `wholeWord` knows that a word ended before it, and asks that it ends too, so that "cat" is not paid for "category":
 *
 *   p(word | text) = p(" " + word | text) · p(end | text + " " + word) / p(end | text)
 *
 * where `end` is that the next token begins with white space or ends the text.
 *
 * @param options.logLikelihood asked once, with all requests
 * @param options.splitWord     pieces of a word; only `official` needs them
 * @returns one entry per word, in order
 * @throws RangeError naming the word's row when a probability is not a finite logarithm or a word has no pieces
 *
 * Source: BabyLM evaluation pipeline 2025, reading/evaluation_functions.py, get_p2.
 * Differs: logarithms are added (there probabilities are multiplied and may underflow to 0). `spaceCorrected` is ours
 * (docs/paper.md#reading-times-and-tokenizers). `wholeWord` is that of Oh and Schuler (2024), arXiv 2406.10851, and Pimentel and
 * Meister (2024), arXiv 2406.14561. The row after "None of" gets its previous surprisal; `scoreReadingTimes` drops it
 * where the official reader does.
 */
export async function measureSurprisal(
  words: readonly ReadingWord[],
  options: {
    readonly logLikelihood: LogLikelihood;
    readonly splitWord: SplitWord;
    readonly scoringRule: WordScoringRule;
  },
): Promise<WordSurprisal[]> {
  const { logLikelihood, splitWord, scoringRule } = options;
  if (!WORD_SCORING_RULES.includes(scoringRule)) {
    throw new RangeError(
      `measureSurprisal: scoringRule must be one of ${WORD_SCORING_RULES.join(", ")}, got "${String(scoringRule)}". ` +
        'Use "official" to compare with published numbers.',
    );
  }
  const targets = words.flatMap(({ id, item, word, prevItem, prevWord }, row) => [
    { row, id, context: item, word },
    ...(prevItem === null || prevWord === null ? [] : [{ row, id, context: prevItem, word: prevWord }]),
  ]);
  // Most words come twice or more: in their own row and in that of the word behind them.
  const piecesOf = new Map<string, ReturnType<SplitWord>>();
  const split = (word: string): ReturnType<SplitWord> => {
    const pieces = piecesOf.get(word) ?? splitWord(word);
    piecesOf.set(word, pieces);
    return pieces;
  };
  const requestsOf = await Promise.all(
    targets.map(async ({ id, context, word }) =>
      scoringRule === "official"
        ? pieceRequests(id, officialContext(context), await split(word))
        : scoringRule === "spaceCorrected"
          ? [spacedRequest(context, word)]
          : wholeWordRequests(context, word),
    ),
  );
  const requests = requestsOf.flat();
  const answers = await logLikelihood(requests);
  if (answers.length !== requests.length) {
    throw new RangeError(
      `measureSurprisal: logLikelihood must answer all ${requests.length} requests, got ${answers.length} answers. ` +
        "Return one answer per request, in order.",
    );
  }

  const surprisalsOf: number[][] = words.map(() => []);
  let answered = 0;
  targets.forEach(({ row, id }, target) => {
    const pieces = answers.slice(answered, (answered += requestsOf[target]?.length ?? 0));
    const [first, end, endBefore] = pieces;
    const logProb =
      scoringRule === "wholeWord" && first && end && endBefore
        ? first.logProb + end.logProb - endBefore.logProb
        : pieces.reduce((sum, piece) => sum + piece.logProb, 0);
    if (!Number.isFinite(logProb) || pieces.some(({ numTokens }) => numTokens === 0)) {
      throw new RangeError(
        `measureSurprisal: the word of row ${id} must have scored tokens and a finite log-probability, ` +
          `got ${logProb}. Check the model's weights for NaN, and its tokenizer.`,
      );
    }
    // Not −logProb: that would make −0 of a certain word.
    surprisalsOf[row]?.push(0 - logProb);
  });
  return words.map(({ id }, row) => {
    const [surprisalNats = Number.NaN, previousSurprisalNats = null] = surprisalsOf[row] ?? [];
    return { id, surprisalNats, previousSurprisalNats };
  });
}

/** One request per piece of the word; the text grows by each piece. */
function pieceRequests(row: number, context: string, pieces: readonly WordPiece[]): ScoringRequest[] {
  if (pieces.length === 0) {
    throw new RangeError(
      `measureSurprisal: splitWord must return at least one piece for row ${row}, got none. Check the tokenizer.`,
    );
  }
  return pieces.map(({ text, id }, index) => ({
    context: [context, ...pieces.slice(0, index).map((piece) => piece.text)].join(""),
    continuation: text,
    tokenization: "nextToken",
    tokenId: id,
  }));
}

// The leading space belongs to the word: " the" and "the" are different tokens.
function spacedRequest(context: string, word: string): ScoringRequest {
  return { context, continuation: ` ${word}`, tokenization: "joined" };
}

/** The word, its end, and the end of the text before it. */
function wholeWordRequests(context: string, word: string): ScoringRequest[] {
  return [
    spacedRequest(context, word),
    { context: `${context} ${word}`, continuation: "", tokenization: "wordEnd" },
    { context, continuation: "", tokenization: "wordEnd" },
  ];
}
