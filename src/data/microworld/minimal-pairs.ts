/**
 * @file Minimal pairs in the microworld's grammar: the good sentence has a probability, the bad one has none.
 * Scoring them is the same as scoring BLiMP (`evaluation/minimal-pairs.ts`).
 */
import type { Random } from "../../random.js";
import * as lexicon from "./lexicon.js";
import { reflexiveOf, type GrammaticalNumber } from "./states.js";
import { capitalize, pick } from "./pick.js";

/** A pair in the fields of a BLiMP file. */
export interface MicroworldPair {
  readonly sentence_good: string;
  readonly sentence_bad: string;
  readonly field: "morphology" | "syntax" | "semantics";
  readonly linguistics_term: string;
  readonly UID: string;
  /** From 0 within its UID. */
  readonly pair_id: number;
}

interface Phenomenon {
  readonly field: MicroworldPair["field"];
  readonly linguistics_term: string;
  /** Good sentence, bad sentence. */
  readonly make: (random: Random) => readonly [string, string];
}

const gendered = lexicon.PEOPLE.filter(({ gender }) => gender === "male" || gender === "female");
const names = [...lexicon.FEMALE_NAMES, ...lexicon.MALE_NAMES];
const animates = [...lexicon.PEOPLE, ...lexicon.ANIMALS];

/** A number, and the other one. */
function pickNumber(random: Random): readonly [GrammaticalNumber, GrammaticalNumber] {
  return random() < 0.5 ? ["singular", "plural"] : ["plural", "singular"];
}

/** A verb with an object, in the past, and its object without the full stop. */
function pastAndObject(random: Random): readonly [string, string] {
  return [pick(lexicon.WITH_OBJECT, random).past, `the ${pick(lexicon.OBJECTS, random).singular}`];
}

const PHENOMENA: Readonly<Record<string, Phenomenon>> = {
  agreement_with_distractor: {
    field: "morphology",
    linguistics_term: "subject_verb_agreement",
    make: (random) => {
      const [number, other] = pickNumber(random);
      // The noun in between has the other number, so the nearest noun misleads.
      const subject = `The ${pick(lexicon.PEOPLE, random)[number]} near the ${pick(lexicon.ANIMALS, random)[other]}`;
      const verb = pick(lexicon.INTRANSITIVE, random);
      const rest = `in the ${pick(lexicon.PLACES, random)}.`;
      const [good, bad] = number === "plural" ? [verb.base, verb.third] : [verb.third, verb.base];
      return [`${subject} ${good} ${rest}`, `${subject} ${bad} ${rest}`];
    },
  },
  determiner_noun_number: {
    field: "morphology",
    linguistics_term: "determiner_noun_agreement",
    make: (random) => {
      const noun = pick(lexicon.OBJECTS, random);
      const [number, other] = pickNumber(random);
      const determiner = pick(
        number === "singular" ? ["this", "that", "every"] : ["these", "those", "many"],
        random,
      );
      const start = `${pick(names, random)} ${pick(lexicon.WITH_OBJECT, random).past} ${determiner}`;
      return [`${start} ${noun[number]}.`, `${start} ${noun[other]}.`];
    },
  },
  reflexive_gender: {
    field: "morphology",
    linguistics_term: "anaphor_agreement",
    make: (random) => {
      const subject = pick(gendered, random);
      const start = `The ${subject.singular} ${pick(lexicon.REFLEXIVE, random).past}`;
      const [good, bad] = subject.gender === "male" ? ["himself", "herself"] : ["herself", "himself"];
      return [`${start} ${good}.`, `${start} ${bad}.`];
    },
  },
  reflexive_number: {
    field: "morphology",
    linguistics_term: "anaphor_agreement",
    make: (random) => {
      const subject = pick(gendered, random);
      const [number, other] = pickNumber(random);
      const start = `The ${subject[number]} ${pick(lexicon.REFLEXIVE, random).past}`;
      const { gender } = subject;
      return [
        `${start} ${reflexiveOf({ number, gender })}.`,
        `${start} ${reflexiveOf({ number: other, gender })}.`,
      ];
    },
  },
  tense_with_adverb: {
    field: "semantics",
    linguistics_term: "tense",
    make: (random) => {
      const verb = pick(lexicon.WITH_OBJECT, random);
      const rest = `the ${pick(lexicon.OBJECTS, random).singular}.`;
      const isPast = random() < 0.5;
      const clause = `${pick(names, random)} ${isPast ? verb.past : `will ${verb.base}`} ${rest}`;
      const [good, bad] = isPast ? ["Yesterday", "Tomorrow"] : ["Tomorrow", "Yesterday"];
      return [`${good} ${clause}`, `${bad} ${clause}`];
    },
  },
  verb_form_after_will: {
    field: "morphology",
    linguistics_term: "verb_form",
    make: (random) => {
      const verb = pick(lexicon.WITH_OBJECT, random);
      const start = `${pick(names, random)} will`;
      const rest = `the ${pick(lexicon.OBJECTS, random).singular}.`;
      return [`${start} ${verb.base} ${rest}`, `${start} ${pick([verb.past, verb.third], random)} ${rest}`];
    },
  },
  argument_order: {
    field: "syntax",
    linguistics_term: "argument_structure",
    make: (random) => {
      const agent = `the ${pick(animates, random).singular}`;
      const [verb, object] = pastAndObject(random);
      return [`${capitalize(agent)} ${verb} ${object}.`, `${capitalize(object)} ${verb} ${agent}.`];
    },
  },
  gift_order: {
    field: "syntax",
    linguistics_term: "argument_structure",
    make: (random) => {
      const start = `${pick(names, random)} ${pick(lexicon.GIVING, random).past}`;
      const thing = `the ${pick(lexicon.OBJECTS, random).singular}`;
      const person = `the ${pick(lexicon.PEOPLE, random).singular}`;
      return [`${start} ${thing} to ${person}.`, `${start} ${person} to ${thing}.`];
    },
  },
  negative_polarity: {
    field: "semantics",
    linguistics_term: "npi_licensing",
    make: (random) => {
      const [verb, object] = pastAndObject(random);
      return [`Nobody ever ${verb} ${object}.`, `Everybody ever ${verb} ${object}.`];
    },
  },
};

/** Names of the phenomena, in the order their pairs come. */
export const MICROWORLD_UIDS: readonly string[] = Object.keys(PHENOMENA);

/** Draws in a row that may repeat known pairs before it is plain that there are no new ones. */
const PATIENCE = 1000;

/**
 * Minimal pairs of every phenomenon, all different within it.
 *
 * @param options.pairsPerUid at most 108, what the smallest phenomenon (reflexive_gender) has
 * @param options.random      fixes everything
 * @throws RangeError when a phenomenon has fewer different pairs than asked for
 */
export function microworldMinimalPairs(options: {
  readonly pairsPerUid: number;
  readonly random: Random;
}): MicroworldPair[] {
  const { pairsPerUid, random } = options;
  return Object.entries(PHENOMENA).flatMap(([UID, { field, linguistics_term, make }]) => {
    const made = new Map<string, string>();
    for (let misses = 0; made.size < pairsPerUid;) {
      const [good, bad] = make(random);
      misses = made.has(good) ? misses + 1 : 0;
      if (misses > PATIENCE) {
        throw new RangeError(
          `microworldMinimalPairs: pairsPerUid must be at most the different pairs there are, ` +
            `got ${pairsPerUid} and found ${made.size} for ${UID}. Ask for fewer.`,
        );
      }
      made.set(good, bad);
    }
    return [...made].map(([sentence_good, sentence_bad], pair_id) => ({
      sentence_good,
      sentence_bad,
      field,
      linguistics_term,
      UID,
      pair_id,
    }));
  });
}
