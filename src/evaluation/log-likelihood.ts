/** @file The one question zero-shot evaluation asks of a model: how probable is this text after that one? */

/** One continuation to score after one context. */
export interface ScoringRequest {
  /** Text before the scored part; may be empty. */
  readonly context: string;
  readonly continuation: string;
  /**
   * `joined`: both are tokenized as one string and every token that ends after the context counts, a token
   * across the boundary included (BabyLM sentence scoring). `nextToken`: the continuation is tokenized alone,
   * without special tokens, and only its first token is scored (BabyLM reading times).
   */
  readonly tokenization: "joined" | "nextToken";
}

/** The answer to one request. */
export interface ScoredContinuation {
  /** Sum of natural-log probabilities of the counted tokens, ≤ 0. */
  readonly logProb: number;
  /** Number of counted tokens; the first token of a sequence has no probability and never counts. */
  readonly numTokens: number;
}

/** A language model as the evaluators see it: answers come in the order of the requests. */
export type LogLikelihood = (requests: readonly ScoringRequest[]) => Promise<readonly ScoredContinuation[]>;

/** The tokens of a word standing alone, each decoded to text; joined they are the word. */
export type SplitWord = (word: string) => Promise<readonly string[]>;
