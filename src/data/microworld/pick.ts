/** @file Drawing and writing single words of the microworld. */
import { integerBelow, type Random } from "../../random.js";

/**
 * One item, each with the same chance.
 *
 * @throws RangeError when there is none
 */
export function pick<T>(items: readonly T[], random: Random): T {
  const index = integerBelow(items.length, random);
  const item = items[index];
  if (item === undefined)
    throw new RangeError("pick: items must hold at least one, got none. Extend the lexicon.");
  return item;
}

/** "a lamp", "an apple". */
export function withArticle(words: string): string {
  return `${/^[aeiou]/i.test(words) ? "an" : "a"} ${words}`;
}

export function capitalize(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
