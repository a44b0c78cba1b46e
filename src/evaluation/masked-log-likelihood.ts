/**
 * @file The pseudo-log-likelihood of texts under a decoder that was trained on masked rows (docs/options.md#d27): each token is hidden in
 * turn, and predicted at the place before it from all the others.
 */
import type { Tokenizer } from "../data/tokenizer/tokenizer.js";
import {
  answerDistinct,
  encodeRequests,
  scoreBatches,
  type Encoded,
  type LogLikelihood,
  type ScoredModel,
  type ScoringOptions,
  type ScoringRequest,
} from "./log-likelihood.js";
import { maskedBatches } from "./masked-texts.js";

/** Mask tokens that stand for what follows a text: the first for the token that is asked for. */
const MASKS_AHEAD = 3;

/**
 * A scorer like that of `createLogLikelihood`, which reads in both directions.
 *
 * `joined` adds the log-probabilities of the counted tokens, each with only itself hidden. `nextToken` and `wordEnd` ask for what
 * follows a text at its last token, with three mask tokens behind it.
 *
 * @throws RangeError when the tokenizer has no mask token
 *
 * Source: BabyLM evaluation pipeline 2025 and 2026, backend `mntp`: sentence_zero_shot/dataset.py `process_mntp_sentences`,
 * reading/evaluation_functions.py `get_p2_mntp`.
 * Differs: the first token of a sequence is never counted. Where a tokenizer has a start token and puts none in front, the pipeline
 * asks for it at the last place of a padded batch, so that its score depends on the other texts.
 */
export function createMaskedLogLikelihood(
  model: ScoredModel,
  { onProgress }: Pick<ScoringOptions, "onProgress"> = {},
): LogLikelihood {
  const { maskId, specialTokens } = model.tokenizer;
  const mask = specialTokens["mask_token"];
  if (maskId === null || typeof mask !== "string")
    throw new RangeError(
      "createMaskedLogLikelihood: the tokenizer must have a mask token, got none. Score a model that was trained with an objective of masked rows.",
    );
  return (requests) =>
    answerDistinct(requests, {
      encode: (distinct) => encodeMasked(distinct, model.tokenizer, { mask, maskId }),
      score: (encoded) => scoreBatches(maskedBatches(encoded, { maskId }), encoded, model, onProgress),
    });
}

/** Requests in tokens, those for what follows a text with mask tokens behind it. */
async function encodeMasked(
  requests: readonly ScoringRequest[],
  tokenizer: Tokenizer,
  { mask, maskId }: { readonly mask: string; readonly maskId: number },
): Promise<Encoded[]> {
  const ahead = mask.repeat(MASKS_AHEAD);
  const encoded = await encodeRequests(
    requests.map((request) => {
      if (request.tokenization === "joined") return request;
      return request.tokenization === "nextToken"
        ? { ...request, context: request.context + ahead }
        : { ...request, continuation: request.continuation + ahead };
    }),
    tokenizer,
  );
  return encoded.map((request, index) => {
    if (requests[index]?.tokenization === "joined") return request;
    // Behind the text and its mask tokens stands what is asked for: it belongs in the place of the first of them.
    const [text, asked] = [request.ids.slice(0, -1), request.ids.at(-1) ?? 0];
    const place = text.lastIndexOf(maskId) - (MASKS_AHEAD - 1);
    const ids = text.map((id, at) => (at === place ? asked : id));
    return { ids, counted: ids.map((_, at) => at === place), unscoredFirst: null };
  });
}
