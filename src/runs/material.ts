/** @file What the stages of one model work with, and what became of their rows. */
import type { ModelName } from "../config.js";
import type { PretrainingText } from "../data/corpora.js";
import type { Tokenizer } from "../data/tokenizer.js";
import type { Study } from "./study.js";
import type { TokenizedText } from "./text.js";

/** What all phases of one model work with. */
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
