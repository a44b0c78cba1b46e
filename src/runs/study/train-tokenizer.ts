/** @file The computation of the stage `tokenizer`: a tokenizer trained on a text (docs/decisions.md#d17). */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TokenizerConfig } from "../../config/config.js";
import { readTexts } from "../../data/documents.js";
import { MASK_TOKEN, withMaskToken } from "../../data/tokenizer/mask-token.js";
import { trainTokenizer } from "../../data/tokenizer/tokenizer-json.js";
import { computation, type StagePlaces } from "../stages/computation.js";
import { loadIdentified, type TextIdentity } from "./pretraining-text.js";

/** What decides a tokenizer. */
export interface TokenizerInputs extends TokenizerConfig {
  readonly text: TextIdentity;
  readonly vocabSize: number;
  /** Whether a mask token follows the vocabulary; absent where it does not. */
  readonly mask?: true;
}

/** Writes `tokenizer.json` and `tokenizer_config.json`: without a class, the folder would open as a `LlamaTokenizer`. */
export const tokenizerTraining = computation(
  import.meta.url,
  async ({ text, variant, vocabSize, mask }: TokenizerInputs, { folder }: StagePlaces): Promise<void> => {
    const { documents } = await loadIdentified(text);
    const trained = trainTokenizer({ texts: readTexts(documents), vocabSize, variant });
    const json = mask ? withMaskToken(trained) : trained;
    const config = {
      add_prefix_space: variant === "byteWithPrefixSpace",
      ...{ bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>", pad_token: "<pad>" },
      ...(mask && { mask_token: MASK_TOKEN }),
      tokenizer_class: "PreTrainedTokenizerFast",
    };
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json, null, 1) + "\n");
    writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config, null, 2) + "\n");
  },
);
