/**
 * @file Groups of words in the microworld's grammar: subjects, determiners, nouns and verbs, with their weights.
 * `grammar.ts` puts them together; only it imports this file.
 */
import * as lexicon from "./lexicon.js";
import type { Gender, Noun, Verb } from "./lexicon.js";
import { START, type Agreement, type GrammaticalNumber, type State, type Tense } from "./states.js";

/** A word that may come next; weights need not sum to 1. */
export type Weighted = { readonly word: string; readonly weight: number; readonly next: State };

const SINGULAR_DETERMINERS = ["this", "that", "every"];
const PLURAL_DETERMINERS = ["these", "those", "two", "many"];
const REFLEXIVE_SHARE = 0.12;
const TENSE_SHARES = { past: 0.55, present: 0.3, future: 0.15 } as const;

/** Word lists are Zipfian: the i-th word weighs 1/(i + 2), scaled so that the list weighs `total`. */
export function zipf<T>(
  items: readonly T[],
  total: number,
  arc: (item: T) => Omit<Weighted, "weight">,
): Weighted[] {
  const sum = items.reduce((soFar, _, i) => soFar + 1 / (i + 2), 0);
  return items.map((item, i) => ({ ...arc(item), weight: total / (i + 2) / sum }));
}

/** A word that ends the sentence, with its full stop. */
export const end = (word: string): Omit<Weighted, "weight"> => ({ word: `${word}.`, next: START });

/** The first word of a subject: a name, a quantifier that stands alone, or a determiner. */
export function subject(tense: Tense): Weighted[] {
  const named = (gender: Gender): State => ({ at: "afterSubject", number: "singular", gender, tense });
  const bare = (at: "verb" | "negatedVerb"): State => ({ at, number: "singular", gender: "open", tense });
  return [
    ...zipf(lexicon.FEMALE_NAMES, 0.18, (word) => ({ word, next: named("female") })),
    ...zipf(lexicon.MALE_NAMES, 0.18, (word) => ({ word, next: named("male") })),
    // "Ever" needs the negative word; "everybody ever" is the ungrammatical twin.
    { word: "nobody", weight: 0.05, next: bare("negatedVerb") },
    { word: "everybody", weight: 0.05, next: bare("verb") },
    ...determiners(0.54, (number) => ({ at: "subjectNoun", number, tense, described: false })),
  ];
}

/**
 * Determiners, each of which says which number its noun may have; "the" leaves it open.
 *
 * @param next state behind a determiner of that number
 */
export function determiners(
  total: number,
  next: (number: GrammaticalNumber | "either") => State,
): Weighted[] {
  return [
    { word: "the", weight: 0.65 * total, next: next("either") },
    ...zipf(SINGULAR_DETERMINERS, 0.18 * total, (word) => ({ word, next: next("singular") })),
    ...zipf(PLURAL_DETERMINERS, 0.17 * total, (word) => ({ word, next: next("plural") })),
  ];
}

/** Nouns in the numbers allowed; plurals are rarer than singulars where both are. */
export function nouns(
  from: readonly Noun[],
  allowed: GrammaticalNumber | "either",
  total: number,
  arc: (word: string, noun: Noun, number: GrammaticalNumber) => readonly [string, State],
): Weighted[] {
  const numbers = allowed === "either" ? (["singular", "plural"] as const) : [allowed];
  return numbers.flatMap((number) =>
    zipf(from, (number === "plural" && allowed === "either" ? 0.6 : 1) * total, (noun) => {
      const [word, next] = arc(noun[number], noun, number);
      return { word, next };
    }),
  );
}

/** A subject's adjectives, any number of them, and its noun, which fixes number and gender. */
export function subjectNoun(state: Extract<State, { at: "subjectNoun" }>): Weighted[] {
  const { tense } = state;
  const after = (word: string, { gender }: Noun, number: GrammaticalNumber): [string, State] => [
    word,
    { at: "afterSubject", number, gender, tense },
  ];
  return [
    ...zipf(lexicon.PERSON_ADJECTIVES, state.described ? 0.15 : 0.5, (word) => ({
      word,
      next: { ...state, described: true },
    })),
    ...nouns(lexicon.PEOPLE, state.number, 0.75, after),
    ...nouns(lexicon.ANIMALS, state.number, 0.25, after),
  ];
}

/** An object's adjectives and its noun, which ends the sentence, goes on, or waits for "to". */
export function objectNoun(state: Extract<State, { counts: unknown }>): Weighted[] {
  const described: State = { ...state, described: true };
  const agreement: Agreement = { number: state.number, gender: state.gender, tense: state.tense };
  const adjectives = zipf(lexicon.OBJECT_ADJECTIVES, state.described ? 0.1 : 0.4, (word) => ({
    word,
    next: described,
  }));
  if (state.at === "giftNoun") {
    return [
      ...adjectives,
      ...nouns(lexicon.OBJECTS, state.counts, 1, (word) => [word, { ...agreement, at: "to" }]),
    ];
  }
  return [
    ...adjectives,
    ...nouns(lexicon.OBJECTS, state.counts, 0.7, (word) => [`${word}.`, START]),
    ...nouns(lexicon.OBJECTS, state.counts, 0.3, (word) => [word, { ...agreement, at: "afterObject" }]),
  ];
}

/** Verb forms a subject and a tense allow; the future goes through "will". */
export function verbs(state: Agreement): Weighted[] {
  const shares = state.tense === "any" ? TENSE_SHARES : { past: 0, present: 0, future: 0, [state.tense]: 1 };
  const { number, gender, tense } = state;
  return [
    ...verbForms(state, shares.past, (verb) => verb.past),
    ...verbForms(state, shares.present, (verb) => (number === "plural" ? verb.base : verb.third)),
    { word: "will", weight: shares.future, next: { at: "bareVerb" as const, number, gender, tense } },
  ].filter(({ weight }) => weight > 0);
}

/** The verbs of every kind in one form, each leading to what its kind takes. */
export function verbForms(state: Agreement, total: number, form: (verb: Verb) => string): Weighted[] {
  const { number, gender, tense } = state;
  const to = (at: "afterIntransitive" | "object" | "person" | "gift" | "reflexive"): State => ({
    at,
    number,
    gender,
    tense,
  });
  // A singular subject of unknown gender has no reflexive; the other kinds then share its part.
  const hasReflexive = number === "plural" || gender !== "open";
  const scale = total / (hasReflexive ? 1 : 1 - REFLEXIVE_SHARE);
  const kind = (list: readonly Verb[], share: number, next: State): Weighted[] =>
    zipf(list, share * scale, (verb) => ({ word: form(verb), next }));
  return [
    ...kind(lexicon.INTRANSITIVE, 0.25, to("afterIntransitive")),
    ...kind(lexicon.WITH_OBJECT, 0.35, to("object")),
    ...kind(lexicon.WITH_PERSON, 0.15, to("person")),
    ...kind(lexicon.GIVING, 0.13, to("gift")),
    ...(hasReflexive ? kind(lexicon.REFLEXIVE, REFLEXIVE_SHARE, to("reflexive")) : []),
  ];
}
