/** @file The form of `tokenizer_config.json` and `special_tokens_map.json`. What they mean is in `tokenizer-settings.ts`. */
import { z } from "zod";

const tokenObject = z.object({
  content: z.string(),
  single_word: z.boolean().optional(),
  lstrip: z.boolean().optional(),
  rstrip: z.boolean().optional(),
  normalized: z.boolean().nullish(),
  special: z.boolean().optional(),
});
const token = z.union([z.string(), tokenObject]);
/** A token with its flags. */
export type TokenObject = z.infer<typeof tokenObject>;
/** A token as a file names it: by its text alone, or with flags. */
export type NamedToken = z.infer<typeof token>;

/** Parts that a tokenizer has one special token for, in the order transformers adds them. */
export const SPECIAL_PARTS = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
] as const;
/** One of them. */
export type SpecialPart = (typeof SPECIAL_PARTS)[number];

const parts = Object.fromEntries(SPECIAL_PARTS.map((part) => [part, token.nullish()])) as Record<
  SpecialPart,
  z.ZodOptional<z.ZodNullable<typeof token>>
>;

/** The fields of `tokenizer_config.json` and `special_tokens_map.json` that act. */
export const tokenizerConfigSchema = z.looseObject({
  ...parts,
  tokenizer_class: z.string().nullish(),
  add_bos_token: z.boolean().nullish(),
  add_eos_token: z.boolean().nullish(),
  add_prefix_space: z.boolean().nullish(),
  additional_special_tokens: z.array(token).nullish(),
  extra_special_tokens: z.union([z.record(z.string(), token), z.array(token)]).nullish(),
  added_tokens_decoder: z.record(z.string().regex(/^\d+$/), tokenObject).optional(),
  clean_up_tokenization_spaces: z.boolean().nullish(),
  truncation_side: z.enum(["left", "right"]).optional(),
});
/** Either file as an object. */
export type TokenizerConfigFile = z.infer<typeof tokenizerConfigSchema>;
