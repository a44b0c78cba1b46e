/** @file The stage `tokens` on disk: a text in the tokens of one model, and what else training must know of it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { openTokenFile, writeTokenFile, type TokenFile } from "../../data/token-file.js";
import type { Tokenizer } from "../../data/tokenizer/tokenizer.js";
import { readStageJson } from "../stages/read-json.js";

const TOKENS = "train.tokens";
const TEXT = "text.json";

const textSchema = z.object({
  words: z.number(),
  heldOut: z.array(z.object({ genre: z.string(), ids: z.array(z.number()) })),
});

/** Held-out text of one genre as one stream of tokens, each document with its ends. */
export interface HeldOutGenre {
  readonly genre: string;
  readonly ids: readonly number[];
}

/** A text in tokens, open for reading; close its `stream`. */
export interface OpenTokens {
  readonly stream: TokenFile;
  /** Words of the training text. */
  readonly words: number;
  /** By name of the genre. */
  readonly heldOut: readonly HeldOutGenre[];
}

/** Writes a text in tokens. @param text.train documents with their ends, one after the other */
export async function writeTokens(
  folder: string,
  {
    train,
    words,
    heldOut,
  }: { readonly train: AsyncIterable<readonly number[]> } & Omit<OpenTokens, "stream">,
  tokenizer: Tokenizer,
): Promise<void> {
  await writeTokenFile(join(folder, TOKENS), train, tokenizer);
  writeFileSync(join(folder, TEXT), JSON.stringify({ words, heldOut }) + "\n");
}

/** Opens what {@link writeTokens} wrote. @throws Error naming the file that is damaged */
export function openTokens(folder: string): OpenTokens {
  return { ...readStageJson({ folder }, TEXT, textSchema), stream: openTokenFile(join(folder, TOKENS)) };
}

/** @throws Error when the tokenizer has no end token */
export function requireEnd(tokenizer: Tokenizer): number {
  if (tokenizer.endId === null)
    throw new Error("training: the tokenizer must have an end token </s>, got none. Train one with it.");
  return tokenizer.endId;
}
