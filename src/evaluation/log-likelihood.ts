/**
 * @file The one question zero-shot evaluation asks of a model: how probable is this text after that one? Evaluators see
 * the types; only this file sees the decoder.
 */
import type { ArchitectureConfig } from "../config/config.js";
import type { EncodedText, Tokenizer, WordPiece } from "../data/tokenizer/tokenizer.js";
import { tf } from "../engine/backend.js";
import { checkLength, checkTokens } from "../model/decoder.js";
import type { Weights } from "../model/weights.js";
import { scoringStep, type ScoringInput } from "../model/scoring-step.js";
import { treeBatches, type EncodedRequest, type TreeBatch } from "./prefix-trees.js";

/** One continuation to score after one context. */
export interface ScoringRequest {
  /** Text before the scored part; may be empty. */
  readonly context: string;
  readonly continuation: string;
  /**
   * `joined`: both are tokenized as one string and every token that ends after the context counts, a token
   * across the boundary included (BabyLM sentence scoring). `nextToken`: the continuation is tokenized alone,
   * without special tokens, and only its first token is scored (BabyLM reading times). `wordEnd`: scored is that a
   * word ends after context and continuation, the mass of all tokens that begin with white space or end the text.
   */
  readonly tokenization: "joined" | "nextToken" | "wordEnd";
  /** The token that `nextToken` scores, where it is known; the text of part of a character would give another. */
  readonly tokenId?: number;
  /** No special token is put around the text, so that its first token has no probability. `joined` alone can ask for it. */
  readonly withoutStart?: true;
}

/** The answer to one request. */
export interface ScoredContinuation {
  /** Sum of natural-log probabilities of the counted tokens, ≤ 0. */
  readonly logProb: number;
  /** Number of counted tokens; the first token of a sequence has no probability and never counts. */
  readonly numTokens: number;
  /** That first token, where it belongs to the continuation; absent where a start token or a context is in front. */
  readonly unscoredFirst?: number;
}

/** A language model as the evaluators see it: answers come in the order of the requests. */
export type LogLikelihood = (requests: readonly ScoringRequest[]) => Promise<readonly ScoredContinuation[]>;

/** The tokens of a word standing alone: the text of each, and the id that is asked for. */
export type SplitWord = (word: string) => Promise<readonly WordPiece[]>;

/** A decoder with its tokenizer. */
export interface ScoredModel {
  readonly weights: Weights;
  readonly architecture: ArchitectureConfig;
  readonly tokenizer: Tokenizer;
}

/** How scoring goes about its work; neither setting changes a score beyond rounding. */
export interface ScoringOptions {
  /** Requests computed together. */
  readonly batchSize?: number;
  /** Called and awaited after each batch; what it throws ends the scoring. */
  readonly onProgress?: (done: number, total: number) => void | Promise<void>;
}

/**
 * A scorer over a decoder and its tokenizer.
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot: inputs ids[:-1], targets ids[1:], sum over counted
 * targets.
 * Differs: a continuation longer than the model's positions is refused; where only context and continuation together
 * are, both pipelines score them with positions the model was not trained on. What requests begin with in common is
 * computed once (`prefix-trees.ts`), and nothing is padded to the longest; sums are float64.
 */
export function createLogLikelihood(
  model: ScoredModel,
  { batchSize = 256, onProgress }: ScoringOptions = {},
): LogLikelihood {
  return (requests) =>
    answerDistinct(requests, {
      encode: (distinct) => encodeRequests(distinct, model.tokenizer),
      score: async (encoded) => {
        for (const { counted } of encoded)
          checkLength(counted.filter((isCounted) => isCounted).length, model.architecture);
        const batches = treeBatches(encoded, { batchSize });
        return scoreBatches(batches, encoded, model, onProgress);
      },
    });
}

/** Answers each request once, and texts of the same tokens once. */
export async function answerDistinct(
  requests: readonly ScoringRequest[],
  {
    encode,
    score,
  }: {
    readonly encode: (requests: readonly ScoringRequest[]) => Promise<readonly Encoded[]>;
    readonly score: (encoded: readonly Encoded[]) => Promise<readonly ScoredContinuation[]>;
  },
): Promise<readonly ScoredContinuation[]> {
  const keys = requests.map((request) =>
    JSON.stringify([
      request.tokenization,
      request.context,
      request.continuation,
      request.tokenId,
      request.withoutStart,
    ]),
  );
  const distinct = new Map(requests.map((request, index) => [keys[index], request]));
  const encoded = await encode([...distinct.values()]);
  // Texts of the same tokens are one request too: in batches of other shapes their sums would round apart, and a tie must stay a tie.
  const tokensOf = encoded.map(({ ids, counted }) => JSON.stringify([ids, counted]));
  const ofTokens = new Map(encoded.map((request, index) => [tokensOf[index], request]));
  const scored = await score([...ofTokens.values()]);
  const scores = new Map([...ofTokens.keys()].map((tokens, index) => [tokens, scored[index]]));
  const answers = new Map(
    [...distinct.keys()].map((key, index) => {
      const unscoredFirst = encoded[index]?.unscoredFirst ?? null;
      const answer = scores.get(tokensOf[index]);
      return [key, answer && { ...answer, ...(unscoredFirst !== null && { unscoredFirst }) }];
    }),
  );
  return keys.map((key) => {
    const answer = answers.get(key);
    if (!answer) throw new Error("logLikelihood: every request must have an answer.");
    return answer;
  });
}

/** A request in tokens. */
export interface Encoded extends EncodedRequest {
  /** The first token, where it is part of the continuation and so goes unscored. */
  readonly unscoredFirst: number | null;
}

/** Stands in the place of a token for any that begins a word. */
export const WORD_START = -1;

/** Tokens after which a new word has begun: those with white space in front, and the end of the text. */
async function wordStartIds(tokenizer: Tokenizer, vocabSize: number): Promise<number[]> {
  const ids = await tokenizer.wordStartIds();
  const ends = tokenizer.endId === null ? [] : [tokenizer.endId];
  return [...new Set([...ids, ...ends])].filter((id) => id < vocabSize).sort((a, b) => a - b);
}

/** @throws RangeError when a text holds half a character; Error when a `nextToken` context has no token to predict from */
export async function encodeRequests(
  requests: readonly ScoringRequest[],
  tokenizer: Tokenizer,
): Promise<readonly Encoded[]> {
  for (const { context, continuation } of requests) requireWhole(context + continuation);
  const wholes = await encodeWholes(requests, tokenizer);
  const next = await tokenizer.encode(
    requests.map(({ continuation, tokenization }) => (tokenization === "nextToken" ? continuation : "")),
    { addSpecialTokens: false },
  );
  return requests.map((request, index) => {
    const whole = wholes[index];
    if (!whole) throw new Error("encodeRequests: every text must be encoded.");
    if (request.tokenization === "joined") {
      // Code points, as the offsets. Where the first token begins late, the official pipeline counts from there.
      const boundary = [...request.context].length + (whole.offsets[0]?.[0] ?? 0);
      const ofContinuation = whole.offsets.map(([, end]) => end > boundary);
      const counted = ofContinuation.map((isCounted, position) => position > 0 && isCounted);
      const unscoredFirst = ofContinuation[0] === true ? (whole.ids[0] ?? null) : null;
      return { ids: whole.ids, counted, unscoredFirst };
    }
    const first = request.tokenization === "wordEnd" ? WORD_START : (request.tokenId ?? next[index]?.ids[0]);
    if (first === undefined || whole.ids.length === 0)
      throw new Error(
        `logLikelihood: a nextToken request must have a token on both sides, got context "${request.context}" and continuation "${request.continuation}". Give both some text.`,
      );
    return {
      ids: [...whole.ids, first],
      counted: [...whole.ids.map(() => false), true],
      unscoredFirst: null,
    };
  });
}

/** The text a request is about, each with the special tokens it asks for. */
async function encodeWholes(
  requests: readonly ScoringRequest[],
  tokenizer: Tokenizer,
): Promise<(EncodedText | undefined)[]> {
  const encode = (wanted: readonly ScoringRequest[], addSpecialTokens: boolean) =>
    tokenizer.encode(
      wanted.map(({ context, continuation, tokenization }) =>
        tokenization === "nextToken" ? context : context + continuation,
      ),
      { addSpecialTokens },
    );
  const [bare, others] = [true, false].map((isBare) =>
    requests.filter(({ withoutStart = false }) => withoutStart === isBare),
  );
  const encoded = [await encode(bare ?? [], false), await encode(others ?? [], true)].map((texts) =>
    texts.values(),
  );
  return requests.map(({ withoutStart }) => encoded[withoutStart ? 0 : 1]?.next().value);
}

/** JSON can write half of a character outside the basic plane; no tokenizer has a token for it. */
function requireWhole(text: string): void {
  if (/\p{Surrogate}/u.test(text))
    throw new RangeError(
      `logLikelihood: a text must hold whole characters, got half of one in ${JSON.stringify(text.slice(0, 80))}. Repair the item.`,
    );
}

/**
 * Scores of requests, each the sum over what the batches ask of it.
 *
 * @param batches in which each scored token is asked for once; requests without one are in none
 */
export async function scoreBatches(
  batches: Iterable<TreeBatch>,
  encoded: readonly EncodedRequest[],
  { weights, architecture, tokenizer }: ScoredModel,
  onProgress: ScoringOptions["onProgress"],
): Promise<ScoredContinuation[]> {
  const out: ScoredContinuation[] = encoded.map(() => ({ logProb: 0, numTokens: 0 }));
  for (const { ids } of encoded) checkTokens(ids, architecture);
  const wordStarts = encoded.some(({ ids }) => ids.includes(WORD_START))
    ? await wordStartIds(tokenizer, architecture.vocabSize)
    : [];
  const score = scoringStep(architecture);
  const starts = wordStarts.length > 0 ? tf.tensor1d([...wordStarts], "int32") : null;
  const done = new Set<number>();
  try {
    for (const batch of batches) {
      const tensors = treeTensors(batch);
      const group = starts && batch.asked.tokens.includes(WORD_START) ? { group: starts } : {};
      const logProbs = score({ weights, ...tensors, ...group });
      const values = await logProbs.data(); // [R]
      tf.dispose([logProbs, tensors]);
      for (const { request, places } of batch.answers) {
        const { logProb, numTokens } = out[request] ?? { logProb: 0, numTokens: 0 };
        out[request] = {
          logProb: places.reduce((sum, place) => sum + (values[place] ?? Number.NaN), logProb),
          numTokens: numTokens + places.length,
        };
        done.add(request);
      }
      await onProgress?.(done.size, encoded.length);
    }
  } finally {
    starts?.dispose();
  }
  return out;
}

/** Uploads a batch of trees for the scoring step; the caller disposes its tensors. */
export function treeTensors({
  numRows,
  lengthTokens,
  inputs,
  positions,
  visibleUntil,
  visibleFrom,
  asked,
}: TreeBatch): Omit<ScoringInput, "weights"> {
  const matrix = (values: Int32Array) => tf.tensor2d(values, [numRows, lengthTokens], "int32");
  const vector = (values: Int32Array) => tf.tensor1d(values, "int32");
  return {
    inputs: matrix(inputs),
    layout: {
      positions: matrix(positions),
      visibleUntil: matrix(visibleUntil),
      ...(visibleFrom && { visibleFrom: matrix(visibleFrom) }),
    },
    asked: {
      positions: vector(asked.positions),
      rows: vector(asked.rows),
      tokens: vector(asked.tokens),
    },
  };
}
