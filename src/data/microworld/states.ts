/**
 * @file The states of the microworld's grammar: what a sentence has to remember so that its words agree.
 * Which words leave a state is written in `grammar.ts`.
 */
import type { Gender } from "./lexicon.js";

/** Of nouns and of the verbs that agree with them. */
export type GrammaticalNumber = "singular" | "plural";
/** What an adverb of time demands of the verb; `any` without one. */
export type Tense = "past" | "present" | "future" | "any";

/** What the verb and its reflexive must agree with; kept to the end of the sentence for a second verb after "and". */
export interface Agreement {
  readonly number: GrammaticalNumber;
  readonly gender: Gender;
  readonly tense: Tense;
}

/** A place in a sentence. Two states with equal fields are the same state. */
export type State =
  | { readonly at: "start" }
  | { readonly at: "subject"; readonly tense: Tense }
  | {
      readonly at: "subjectNoun";
      readonly number: GrammaticalNumber | "either";
      readonly tense: Tense;
      readonly described: boolean;
    }
  | (Agreement & { readonly at: "afterSubject" | "distractor" | "distractorNoun" | "verb" | "negatedVerb" })
  | (Agreement & { readonly at: "bareVerb" | "afterIntransitive" | "place" | "placeNoun" | "and" })
  | (Agreement & { readonly at: "object" | "gift"; readonly number: GrammaticalNumber })
  | (Agreement & {
      readonly at: "objectNoun" | "giftNoun";
      readonly counts: GrammaticalNumber | "either";
      readonly described: boolean;
    })
  | (Agreement & { readonly at: "afterObject" | "to" | "person" | "personNoun" | "reflexive" });

/** One word that may come next. A sentence ends with an arc to `start`. */
export interface Arc {
  readonly word: string;
  readonly probability: number;
  readonly next: State;
}

/** Where every sentence begins and ends. */
export const START: State = { at: "start" };

/** The reflexive an agreement takes. Only called where `verbForms` of `phrases.ts` let a reflexive verb through. */
export function reflexiveOf(agreement: { number: GrammaticalNumber; gender: Gender }): string {
  if (agreement.number === "plural") return "themselves";
  return agreement.gender === "male" ? "himself" : agreement.gender === "female" ? "herself" : "itself";
}
