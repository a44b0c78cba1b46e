/** @file Decoded text without the spaces that some tokenizers leave before punctuation. */

const ARTIFACTS = [" .", " ?", " !", " ,", " ' ", " n't", " 'm", " 's", " 've", " 're"] as const;

/**
 * Takes out the spaces before punctuation and around the parts of English contractions.
 *
 * Source: transformers 4.57.1, `PreTrainedTokenizerBase.clean_up_tokenization`.
 */
export const cleanUpSpaces = (text: string): string =>
  ARTIFACTS.reduce((cleaned, artifact) => cleaned.replaceAll(artifact, artifact.trim()), text);
