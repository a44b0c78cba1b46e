/** @file What the gaps of the microworld's templates are filled with: people, villages, nouns and verbs in all their forms. */
import * as lexicon from "./lexicon.js";
import { capitalize, withArticle } from "./pick.js";
import { oneOf, variable, type Gap } from "./templates.js";

const names = (given: readonly string[], subject: string, object: string) =>
  given.map((name) => ({ given: name, subject, Subject: capitalize(subject), object }));
const PERSONS = [...names(lexicon.FEMALE_NAMES, "she", "her"), ...names(lexicon.MALE_NAMES, "he", "him")];

const withForms = (nouns: readonly lexicon.Noun[]) =>
  nouns.map(({ singular, plural }) => ({
    singular,
    plural,
    Plural: capitalize(plural),
    article: withArticle(singular),
    Article: capitalize(withArticle(singular)),
  }));
const OCCUPATIONS = withForms(lexicon.PEOPLE.filter(({ gender }) => gender === "open"));

/** Anybody, by given name; both genders are equally likely, as their lists are equally long. */
export const person = () => variable(PERSONS);
/** A noun of some list, as "lamp", "lamps", "Lamps", "a lamp" and "A lamp". */
export const noun = (from: readonly lexicon.Noun[]) => variable(withForms(from));
/** A noun whose gender is open. */
export const occupation = () => variable(OCCUPATIONS);
/** A verb of some list. */
export const verb = (from: readonly lexicon.Verb[]) => variable(from.map((each) => ({ ...each })));
/** A word, bare, behind its article, and with a capital. */
export const word = (from: readonly string[]) =>
  variable(from.map((bare) => ({ bare, article: withArticle(bare), Capital: capitalize(bare) })));
/** A number of some range, both ends included, in digits. */
export const number = (first: number, last: number): Gap =>
  oneOf(Array.from({ length: last - first + 1 }, (_, index) => String(first + index)));
/** A village, one of a few hundred. */
export const village = (): Gap => oneOf(compounds(lexicon.VILLAGE_ENDINGS));
/** A family name, one of a few hundred. */
export const family = (): Gap => oneOf(compounds(lexicon.FAMILY_ENDINGS));

function compounds(endings: readonly string[]): string[] {
  return lexicon.NAME_BEGINNINGS.flatMap((beginning) => endings.map((ending) => beginning + ending));
}
