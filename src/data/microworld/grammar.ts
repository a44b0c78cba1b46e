/**
 * @file The microworld's narrative grammar: a deterministic probabilistic finite-state automaton over words.
 * Its states are in `states.ts`, its phrases in `phrases.ts`; what follows from the probabilities is in `oracle.ts`.
 */
import * as lexicon from "./lexicon.js";
import {
  determiners,
  end,
  nouns,
  objectNoun,
  subject,
  subjectNoun,
  verbForms,
  verbs,
  zipf,
  type Weighted,
} from "./phrases.js";
import { capitalize } from "./pick.js";
import { reflexiveOf, START, type Arc, type State } from "./states.js";

/**
 * The words that may follow a state, with probabilities that sum to 1; no word stands twice, so the words of a text
 * fix its states.
 */
export function arcsFrom(state: State): Arc[] {
  const arcs = weightedArcs(state);
  const total = arcs.reduce((sum, { weight }) => sum + weight, 0);
  return arcs.map(({ word, weight, next }) => ({ word, probability: weight / total, next }));
}

function weightedArcs(state: State): Weighted[] {
  switch (state.at) {
    case "start":
      return [
        { word: "Yesterday", weight: 0.14, next: { at: "subject", tense: "past" } },
        { word: "Tomorrow", weight: 0.08, next: { at: "subject", tense: "future" } },
        { word: "Nowadays", weight: 0.08, next: { at: "subject", tense: "present" } },
        ...subject("any").map((arc) => ({ ...arc, word: capitalize(arc.word), weight: 0.7 * arc.weight })),
      ];
    case "subject":
      return subject(state.tense);
    case "subjectNoun":
      return subjectNoun(state);
    case "afterSubject":
      return [
        ...["near", "behind", "beside"].map((word) => ({
          word,
          weight: 0.07,
          next: { ...state, at: "distractor" } as const,
        })),
        ...verbs(state).map((arc) => ({ ...arc, weight: 0.79 * arc.weight })),
      ];
    case "distractor":
      return [{ word: "the", weight: 1, next: { ...state, at: "distractorNoun" } }];
    case "distractorNoun":
      return nouns([...lexicon.ANIMALS, ...lexicon.PEOPLE], "either", 1, (noun) => [
        noun,
        { ...state, at: "verb" },
      ]);
    case "negatedVerb":
      return [
        { word: "ever", weight: 0.5, next: { ...state, at: "verb" } },
        ...verbs(state).map((arc) => ({ ...arc, weight: 0.5 * arc.weight })),
      ];
    case "verb":
      return verbs(state);
    case "bareVerb":
      return verbForms(state, 1, (verb) => verb.base);
    case "afterIntransitive":
      return [
        ...zipf(lexicon.ADVERBS, 0.35, end),
        ...["in", "near", "behind"].map((word) => ({
          word,
          weight: 0.65 / 3,
          next: { ...state, at: "place" } as const,
        })),
      ];
    case "place":
      return [{ word: "the", weight: 1, next: { ...state, at: "placeNoun" } }];
    case "placeNoun":
      return [
        ...zipf(lexicon.PLACES, 0.85, end),
        ...zipf(lexicon.PLACES, 0.15, (word) => ({ word, next: { ...state, at: "and" } })),
      ];
    case "and":
      return [{ word: "and", weight: 1, next: { ...state, at: "verb" } }];
    case "object":
    case "gift":
      return determiners(1, (counts) => ({
        ...state,
        at: state.at === "gift" ? "giftNoun" : "objectNoun",
        counts,
        described: false,
      }));
    case "objectNoun":
    case "giftNoun":
      return objectNoun(state);
    case "afterObject":
      return [
        { word: "in", weight: 0.3, next: { ...state, at: "place" } },
        { word: "near", weight: 0.3, next: { ...state, at: "place" } },
        { word: "and", weight: 0.4, next: { ...state, at: "verb" } },
      ];
    case "to":
      return [{ word: "to", weight: 1, next: { ...state, at: "person" } }];
    case "person":
      return [
        ...zipf([...lexicon.FEMALE_NAMES, ...lexicon.MALE_NAMES], 0.45, end),
        { word: "the", weight: 0.55, next: { ...state, at: "personNoun" } },
      ];
    case "personNoun":
      return nouns(lexicon.PEOPLE, "either", 1, (noun) => [`${noun}.`, START]);
    case "reflexive": {
      const word = reflexiveOf(state);
      return [
        { ...end(word), weight: 0.6 },
        { word, weight: 0.4, next: { ...state, at: "afterObject" } },
      ];
    }
  }
}
