/**
 * @file How often a model's own training text has a word: what its surprisal knows of frequency, where the table of reading times has
 * that of film subtitles.
 */

/** Word forms of a text and how often each occurs. */
export interface CorpusFrequency {
  readonly counts: ReadonlyMap<string, number>;
  /** Of all words. */
  readonly total: number;
}

/** A word as it is counted: lower case, without what is around it; the hyphens and apostrophes inside stay. */
const formOf = (word: string): string => word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");

/** Counts the words of some texts; what has no letter or digit is no word. */
export function countForms(texts: Iterable<string>): CorpusFrequency {
  const counts = new Map<string, number>();
  let total = 0;
  for (const text of texts)
    for (const word of text.split(/\s+/u)) {
      const form = formOf(word);
      if (form === "") continue;
      counts.set(form, (counts.get(form) ?? 0) + 1);
      total++;
    }
  return { counts, total };
}

/**
 * Frequency of a word in a million, one occurrence added to every form and to those never seen.
 *
 *   log₁₀ (10⁶ · (count + 1) / (total + forms + 1))
 *
 * @throws RangeError when nothing was counted
 *
 * Source: add-one smoothing (Laplace), as Brysbaert and Diependaele (2013) recommend for word frequencies.
 */
export function logFrequencyPerMillion(word: string, { counts, total }: CorpusFrequency): number {
  if (total === 0)
    throw new RangeError("logFrequencyPerMillion: the corpus must have words, got none. Count a text first.");
  return Math.log10((1e6 * ((counts.get(formOf(word)) ?? 0) + 1)) / (total + counts.size + 1));
}
