/**
 * @file The same study with the tokenizers exchanged: each size with the other's, so that what the poster's two sizes differ in can be
 * told from what their tokenizers differ in (docs/paper.md#reading-times-and-tokenizers).
 */
import { join } from "node:path";
import { settingChanges } from "./study-change.js";
import type { Study } from "./study.js";

/** Below the study's results. */
export const CROSSED_FOLDER = "crossed-tokenizers";

/**
 * A study that differs in which decoder has which kind of tokenizer, and in nothing else; vocabulary sizes stay with the decoders.
 *
 * @returns with results in a folder of their own below the study's
 */
export function crossTokenizers(study: Study): Study {
  const { llama140M, llama100M } = study.config.tokenizers;
  const config = { ...study.config, tokenizers: { llama140M: llama100M, llama100M: llama140M } };
  return {
    ...study,
    config,
    changes: [...study.changes, ...settingChanges({ ...study.config }, { ...config })],
    resultsFolder: join(study.resultsFolder, CROSSED_FOLDER),
  };
}
