/** @file What the stages of one model work with: text, tokenizer and tokens; and what became of their rows. */
import type { ModelName } from "../../config.js";
import type { PretrainingText } from "../../data/corpora.js";
import type { Tokenizer } from "../../data/tokenizer.js";
import { checkModel, type Study } from "./study.js";
import { loadText, prepareTokenizer, tokenizeText, type TokenizedText } from "./text.js";

/** What all phases of one model work with. Its file of tokens is open: close `tokens.stream`. */
export interface Material {
  readonly study: Study;
  readonly model: ModelName;
  readonly text: PretrainingText;
  readonly tokenizer: Tokenizer;
  readonly tokens: TokenizedText;
}

/** What became of the rows of a phase. */
export interface RowCounts {
  /** Examples whose prompt was cut from the left; 0 in pre-training. */
  readonly cutRows: number;
  /** Examples left out because their reply alone is too long; 0 in pre-training. */
  readonly leftOutRows: number;
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
  const tokens = await tokenizeText(study, text, { tokenizer, tokenizerStage });
  return { study, model, text, tokenizer, tokens };
}
