/** @file The stages every model begins with: a tokenizer trained on the study's text, and the text in its tokens. */
import type { ModelName } from "../../config/config.js";
import { architectureOf, hasMask } from "../../config/objective.js";
import type { PretrainingText } from "../../data/corpora.js";
import { openTokenizer, type Tokenizer } from "../../data/tokenizer/tokenizer.js";
import { computeStage } from "../stages/computed-stage.js";
import type { Stage } from "../stages/stage.js";
import { textEncoding } from "./encode-text.js";
import { textIdentity } from "./pretraining-text.js";
import type { Study } from "./study.js";
import { openTokens, type OpenTokens } from "./token-folder.js";
import { tokenizerTraining } from "./train-tokenizer.js";

/** The tokenizer of one model (docs/decisions.md#d17), trained once per text and shared by all seeds. */
export async function prepareTokenizer(
  study: Study,
  model: ModelName,
  text: PretrainingText,
): Promise<{ stage: Stage; tokenizer: Tokenizer }> {
  const { variant } = study.config.tokenizers[model];
  const { vocabSize } = study.config.architectures[model];
  const stage = await computeStage(study.cacheFolder, {
    kind: "tokenizer",
    inputs: {
      text: textIdentity(study, text),
      variant,
      vocabSize,
      ...(hasMask(study.config) && { mask: true }),
    },
    computation: tokenizerTraining,
    given: {},
  });
  const tokenizer = await openTokenizer(stage.folder);
  const most = architectureOf(study.config, model).vocabSize;
  if (tokenizer.vocabSize > most)
    throw new Error(
      `prepareTokenizer: the vocabulary must not exceed ${most}, got ${tokenizer.vocabSize}. Delete ${stage.folder}.`,
    );
  return { stage, tokenizer };
}

/** The study's text in the tokens of one model, in a file. Close its `stream`. */
export interface TokenizedText extends OpenTokens {
  readonly stage: Stage;
}

/** The text in tokens, encoded once for a tokenizer. */
export async function tokenizeText(
  study: Study,
  text: PretrainingText,
  tokenizer: Stage,
): Promise<TokenizedText> {
  const stage = await computeStage(study.cacheFolder, {
    kind: "tokens",
    inputs: { text: textIdentity(study, text), tokenizer: tokenizer.hash },
    computation: textEncoding,
    parents: [tokenizer],
    given: {},
  });
  return { stage, ...openTokens(stage.folder) };
}
