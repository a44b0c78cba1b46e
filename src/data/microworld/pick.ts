/**
 * @file Drawing words for the microworld's dialogues, entries and minimal pairs, which follow templates.
 * The narrative draws from the grammar instead (`oracle.ts`).
 */
import { integerBelow, type Random } from "../../random.js";
import * as lexicon from "./lexicon.js";

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

/** A person with given name, family name and pronouns. */
export interface Person {
  readonly given: string;
  readonly family: string;
  readonly subject: "he" | "she";
  readonly possessive: "his" | "her";
}

/** Anybody: both genders are equally likely. */
export function pickPerson(random: Random): Person {
  const isFemale = random() < 0.5;
  return {
    given: pick(isFemale ? lexicon.FEMALE_NAMES : lexicon.MALE_NAMES, random),
    family: pick(lexicon.NAME_BEGINNINGS, random) + pick(lexicon.FAMILY_ENDINGS, random),
    subject: isFemale ? "she" : "he",
    possessive: isFemale ? "her" : "his",
  };
}

/** A village, one of a few hundred. */
export function pickVillage(random: Random): string {
  return pick(lexicon.NAME_BEGINNINGS, random) + pick(lexicon.VILLAGE_ENDINGS, random);
}

/** An occupation: a noun whose gender is open. */
export function pickOccupation(random: Random): lexicon.Noun {
  return pick(
    lexicon.PEOPLE.filter(({ gender }) => gender === "open"),
    random,
  );
}

/** "a lamp", "an apple". */
export function withArticle(words: string): string {
  return `${/^[aeiou]/i.test(words) ? "an" : "a"} ${words}`;
}

export function capitalize(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
