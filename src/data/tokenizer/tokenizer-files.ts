/** @file The files in which a tokenizer is kept next to a model, as `AutoTokenizer` loads them. Reading them is in `tokenizer-folder.ts`. */
import type { Tokenizer } from "./tokenizer.js";

/**
 * The content of `tokenizer.json`, `tokenizer_config.json` and `special_tokens_map.json` by name.
 *
 * @param options.maxLengthTokens of the model; transformers warns of longer texts
 *
 * Source: transformers 4.57.1, `PreTrainedTokenizerFast.save_pretrained`.
 * Differs: `model_input_names` leaves out token types, which `LlamaForCausalLM.generate` refuses. The class is always
 * `PreTrainedTokenizerFast`: what another class had added is in the files.
 */
export function tokenizerFiles(
  tokenizer: Tokenizer,
  { maxLengthTokens }: { readonly maxLengthTokens: number },
): Readonly<Record<string, string>> {
  const { json, specialTokens, cleansUpSpaces, truncationSide } = tokenizer;
  const text = (value: unknown): string => JSON.stringify(value, null, 2) + "\n";
  const setting = json.pre_tokenizer?.["add_prefix_space"];
  return {
    "tokenizer.json": JSON.stringify(json, null, 1) + "\n",
    "tokenizer_config.json": text({
      // Only a pre-tokenizer that has the setting itself is overridden by it; see `openTokenizer`.
      ...(typeof setting === "boolean" && { add_prefix_space: setting }),
      added_tokens_decoder: Object.fromEntries(json.added_tokens.map(({ id, ...token }) => [id, token])),
      ...specialTokens,
      clean_up_tokenization_spaces: cleansUpSpaces,
      model_input_names: ["input_ids", "attention_mask"],
      model_max_length: maxLengthTokens,
      tokenizer_class: "PreTrainedTokenizerFast",
      ...(truncationSide === "left" && { truncation_side: "left" }),
    }),
    "special_tokens_map.json": text(specialTokens),
  };
}
