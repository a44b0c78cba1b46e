/** @file What the stages of one model work with: text, tokenizer and tokens. */
import type { ModelName } from "../../config/config.js";
import type { PretrainingText } from "../../data/corpora.js";
import type { Tokenizer } from "../../data/tokenizer/tokenizer.js";
import type { Stage } from "../stages/stage.js";
import { checkModel, type Study } from "./study.js";
import { loadText } from "./pretraining-text.js";
import { prepareTokenizer, tokenizeText, type TokenizedText } from "./text.js";

/** What all phases of one model work with. Its file of tokens is open: close `tokens.stream`. */
export interface Material {
  readonly study: Study;
  readonly model: ModelName;
  readonly text: PretrainingText;
  readonly tokenizer: Tokenizer;
  readonly tokenizerStage: Stage;
  readonly tokens: TokenizedText;
}

/**
 * Loads the text, and makes tokenizer and tokens where the cache does not hold them.
 *
 * @throws RangeError for an unknown model
 */
export async function openMaterial(study: Study, model: ModelName): Promise<Material> {
  checkModel(model);
  const text = await loadText(study);
  const { stage: tokenizerStage, tokenizer } = await prepareTokenizer(study, model, text);
  const tokens = await tokenizeText(study, text, tokenizerStage);
  return { study, model, text, tokenizer, tokenizerStage, tokens };
}
