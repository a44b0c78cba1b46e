/** @file The computation of the stage `tokens`: training and held-out text in the tokens of one model. */
import { readTexts, type Document } from "../../data/documents.js";
import { withEnds } from "../../data/packed-text.js";
import { openTokenizer, type Tokenizer } from "../../data/tokenizer/tokenizer.js";
import { computation, type StagePlaces } from "../stages/computation.js";
import { loadIdentified, type TextIdentity } from "./pretraining-text.js";
import { requireEnd, writeTokens, type HeldOutGenre } from "./token-folder.js";

/** What decides the tokens of a text. */
export interface TokensInputs {
  readonly text: TextIdentity;
  /** Hash of the tokenizer's stage. */
  readonly tokenizer: string;
}

/** Encodes the text once for a tokenizer; document after document as `withEnds` joins them. */
export const textEncoding = computation(
  import.meta.url,
  async (inputs: TokensInputs, { folder, folderOf }: StagePlaces): Promise<void> => {
    const text = await loadIdentified(inputs.text);
    const tokenizer = await openTokenizer(folderOf(inputs.tokenizer));
    const heldOut: HeldOutGenre[] = [];
    for (const genre of [...new Set(text.heldOut.map((document) => document.genre))].sort()) {
      const ids: number[] = [];
      const ofGenre = text.heldOut.filter((document) => document.genre === genre);
      for await (const document of encodeDocuments(ofGenre, tokenizer))
        for (const id of document) ids.push(id);
      heldOut.push({ genre, ids });
    }
    const train = encodeDocuments(text.documents, tokenizer);
    await writeTokens(folder, { train, words: text.words, heldOut }, tokenizer);
  },
);

/** Characters handed to the tokenizer at once; bounds the memory a corpus takes. */
const ENCODE_CHARACTERS = 4_000_000;

/** Tokens of documents with their ends, one document at a time. */
export async function* encodeDocuments(
  documents: readonly Document[],
  tokenizer: Tokenizer,
): AsyncGenerator<number[], void, void> {
  const ends = { startId: tokenizer.addsStartToken ? tokenizer.startId : null, endId: requireEnd(tokenizer) };
  let texts: string[] = [];
  let characters = 0;
  const encode = async () => {
    const ids = await tokenizer.encodeIds(texts, { addSpecialTokens: false });
    texts = [];
    characters = 0;
    return ids;
  };
  for (const text of readTexts(documents)) {
    texts.push(text);
    characters += text.length;
    if (characters >= ENCODE_CHARACTERS) for (const ids of await encode()) yield withEnds(ids, ends);
  }
  for (const ids of await encode()) yield withEnds(ids, ends);
}
