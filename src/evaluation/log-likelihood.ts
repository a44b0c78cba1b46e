/**
 * @file The one question zero-shot evaluation asks of a model: how probable is this text after that one? Evaluators see
 * the types; only this file sees the decoder.
 */
import type { ArchitectureConfig } from "../config.js";
import type { Tokenizer } from "../data/tokenizer.js";
import { tf } from "../engine/backend.js";
import { checkLength, type Weights } from "../model/decoder.js";
import { scoringStep } from "../model/scoring-step.js";

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

/** Token ids of one request, and which of them count. */
interface EncodedRequest {
  readonly ids: readonly number[];
  readonly counted: readonly boolean[];
}

/** How scoring goes about its work; neither setting changes a score beyond rounding. */
export interface ScoringOptions {
  readonly batchSize?: number;
  /** Called after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * A scorer over a decoder and its tokenizer.
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot: inputs ids[:-1], targets ids[1:], sum over counted
 * targets.
 * Differs: requests are grouped by length and equal ones scored once; sums are float64.
 */
export function createLogLikelihood(
  model: {
    readonly weights: Weights;
    readonly architecture: ArchitectureConfig;
    readonly tokenizer: Tokenizer;
  },
  { batchSize = 64, onProgress }: ScoringOptions = {},
): LogLikelihood {
  return async (requests) => {
    const keys = requests.map((request) =>
      JSON.stringify([request.tokenization, request.context, request.continuation]),
    );
    const distinct = new Map(requests.map((request, index) => [keys[index], request]));
    const encoded = await encodeRequests([...distinct.values()], model.tokenizer);
    const scored = await scoreEncoded(encoded, model, batchSize, onProgress);
    const answers = new Map([...distinct.keys()].map((key, index) => [key, scored[index]]));
    return keys.map((key) => {
      const answer = answers.get(key);
      if (!answer) throw new Error("logLikelihood: every request must have an answer.");
      return answer;
    });
  };
}

/** @throws Error when a `nextToken` context has no token to predict from */
async function encodeRequests(
  requests: readonly ScoringRequest[],
  tokenizer: Tokenizer,
): Promise<readonly EncodedRequest[]> {
  const wholes = await tokenizer.encode(
    requests.map(({ context, continuation, tokenization }) =>
      tokenization === "joined" ? context + continuation : context,
    ),
    { addSpecialTokens: true },
  );
  const next = await tokenizer.encode(
    requests.map(({ continuation, tokenization }) => (tokenization === "nextToken" ? continuation : "")),
    { addSpecialTokens: false },
  );
  return requests.map((request, index) => {
    const whole = wholes[index];
    if (!whole) throw new Error("encodeRequests: every text must be encoded.");
    if (request.tokenization === "joined") {
      const boundary = [...request.context].length; // code points, as the offsets
      const counted = whole.offsets.map(([, end], position) => position > 0 && end > boundary);
      return { ids: whole.ids, counted };
    }
    const first = next[index]?.ids[0];
    if (first === undefined || whole.ids.length === 0)
      throw new Error(
        `logLikelihood: a nextToken request must have a token on both sides, got context "${request.context}" and continuation "${request.continuation}". Give both some text.`,
      );
    return { ids: [...whole.ids, first], counted: [...whole.ids.map(() => false), true] };
  });
}

/** Lengths of batches are multiples of this. */
const LENGTH_STEP = 8;

async function scoreEncoded(
  encoded: readonly EncodedRequest[],
  { weights, architecture }: { readonly weights: Weights; readonly architecture: ArchitectureConfig },
  batchSize: number,
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<ScoredContinuation[]> {
  const out: ScoredContinuation[] = encoded.map(() => ({ logProb: 0, numTokens: 0 }));
  const byLength = encoded
    .map((request, index) => ({ request, index }))
    .filter(({ request }) => request.counted.includes(true))
    .sort((a, b) => a.request.ids.length - b.request.ids.length || a.index - b.index);
  const score = scoringStep(architecture);
  for (let from = 0; from < byLength.length; from += batchSize) {
    const group = byLength.slice(from, from + batchSize);
    // Few shapes, so that few graphs are recorded; what is added is never read.
    const longest = Math.max(...group.map(({ request }) => request.ids.length)) - 1;
    const lengthTokens = Math.min(
      Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP,
      architecture.maxLengthTokens,
    );
    checkLength(longest, architecture);
    const numRows = Math.min(batchSize, 2 ** Math.ceil(Math.log2(group.length)));
    const inputs = new Int32Array(numRows * lengthTokens);
    const targets = new Int32Array(numRows * lengthTokens);
    group.forEach(({ request: { ids } }, row) => {
      inputs.set(ids.slice(0, -1), row * lengthTokens);
      targets.set(ids.slice(1), row * lengthTokens);
    });
    const tensors = {
      inputs: tf.tensor2d(inputs, [numRows, lengthTokens], "int32"),
      targets: tf.tensor1d(targets, "int32"),
    };
    const logProbs = score({ weights, ...tensors });
    const values = await logProbs.data(); // [B · T]
    tf.dispose({ logProbs, ...tensors });
    group.forEach(({ request: { counted }, index }, row) => {
      let logProb = 0;
      let numTokens = 0;
      for (let position = 1; position < counted.length; position++) {
        if (!counted[position]) continue;
        logProb += values[row * lengthTokens + position - 1] ?? Number.NaN;
        numTokens += 1;
      }
      out[index] = { logProb, numTokens };
    });
    onProgress?.(Math.min(from + batchSize, byLength.length), byLength.length);
  }
  return out;
}
