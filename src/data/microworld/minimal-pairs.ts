/**
 * @file Minimal pairs in the microworld's grammar: the good sentence has a probability, the bad one has none.
 * Scoring them is the same as scoring BLiMP (`evaluation/minimal-pairs.ts`).
 */
import type { Random } from "../../random.js";
import * as lexicon from "./lexicon.js";
import { reflexiveOf } from "./states.js";
import { pick } from "./pick.js";
import { fill, oneOf, probabilityOf, text, variable, type Template } from "./templates.js";
import { noun, verb } from "./variables.js";

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

/** Good sentence, bad sentence, with the same gaps. */
type PairTemplate = readonly [Template, Template];

interface Paradigm {
  readonly field: MicroworldPair["field"];
  readonly linguistics_term: string;
  /** Each has the same chance. */
  readonly ways: readonly PairTemplate[];
}

const GENDERED = lexicon.PEOPLE.filter(({ gender }) => gender === "male" || gender === "female");
const NAMES = [...lexicon.FEMALE_NAMES, ...lexicon.MALE_NAMES];
const ANIMATES = [...lexicon.PEOPLE, ...lexicon.ANIMALS];
/** Each number with the other one. */
const NUMBERS = [
  ["singular", "plural"],
  ["plural", "singular"],
] as const;

const name = () => oneOf(NAMES);
const object = () => noun(lexicon.OBJECTS)("singular");
const past = (verbs: readonly lexicon.Verb[]) => verb(verbs)("past");

const PARADIGMS: Readonly<Record<string, Paradigm>> = {
  agreement_with_distractor: {
    field: "morphology",
    linguistics_term: "subject_verb_agreement",
    ways: NUMBERS.map(([number, other]) => {
      // The noun in between has the other number, so the nearest noun misleads.
      const subject = text`The ${noun(lexicon.PEOPLE)(number)} near the ${noun(lexicon.ANIMALS)(other)}`;
      const [does, place] = [verb(lexicon.INTRANSITIVE), oneOf(lexicon.PLACES)];
      const [good, bad] = number === "plural" ? (["base", "third"] as const) : (["third", "base"] as const);
      return [
        text`${subject} ${does(good)} in the ${place}.`,
        text`${subject} ${does(bad)} in the ${place}.`,
      ];
    }),
  },
  determiner_noun_number: {
    field: "morphology",
    linguistics_term: "determiner_noun_agreement",
    ways: NUMBERS.map(([number, other]) => {
      const thing = noun(lexicon.OBJECTS);
      const determiner = oneOf(
        number === "singular" ? ["this", "that", "every"] : ["these", "those", "many"],
      );
      const start = text`${name()} ${past(lexicon.WITH_OBJECT)} ${determiner}`;
      return [text`${start} ${thing(number)}.`, text`${start} ${thing(other)}.`];
    }),
  },
  reflexive_gender: {
    field: "morphology",
    linguistics_term: "anaphor_agreement",
    ways: [
      (() => {
        const who = variable(
          GENDERED.map(({ singular, gender }) => {
            const [good, bad] = gender === "male" ? ["himself", "herself"] : ["herself", "himself"];
            return { singular, good: good ?? "", bad: bad ?? "" };
          }),
        );
        const start = text`The ${who("singular")} ${past(lexicon.REFLEXIVE)}`;
        return [text`${start} ${who("good")}.`, text`${start} ${who("bad")}.`];
      })(),
    ],
  },
  reflexive_number: {
    field: "morphology",
    linguistics_term: "anaphor_agreement",
    ways: NUMBERS.map(([number, other]) => {
      const who = variable(
        GENDERED.map(({ gender, ...forms }) => ({
          noun: forms[number],
          good: reflexiveOf({ number, gender }),
          bad: reflexiveOf({ number: other, gender }),
        })),
      );
      const start = text`The ${who("noun")} ${past(lexicon.REFLEXIVE)}`;
      return [text`${start} ${who("good")}.`, text`${start} ${who("bad")}.`];
    }),
  },
  tense_with_adverb: {
    field: "semantics",
    linguistics_term: "tense",
    ways: [true, false].map((isPast) => {
      const does = verb(lexicon.WITH_OBJECT);
      const clause = text`${name()} ${isPast ? text`${does("past")}` : text`will ${does("base")}`} the ${object()}.`;
      const [yesterday, tomorrow] = [text`Yesterday ${clause}`, text`Tomorrow ${clause}`];
      return isPast ? [yesterday, tomorrow] : [tomorrow, yesterday];
    }),
  },
  verb_form_after_will: {
    field: "morphology",
    linguistics_term: "verb_form",
    ways: (["past", "third"] as const).map((form) => {
      const [who, does, thing] = [name(), verb(lexicon.WITH_OBJECT), object()];
      return [text`${who} will ${does("base")} the ${thing}.`, text`${who} will ${does(form)} the ${thing}.`];
    }),
  },
  argument_order: {
    field: "syntax",
    linguistics_term: "argument_structure",
    ways: [
      (() => {
        const [agent, does, thing] = [noun(ANIMATES)("singular"), past(lexicon.WITH_OBJECT), object()];
        return [text`The ${agent} ${does} the ${thing}.`, text`The ${thing} ${does} the ${agent}.`];
      })(),
    ],
  },
  gift_order: {
    field: "syntax",
    linguistics_term: "argument_structure",
    ways: [
      (() => {
        const start = text`${name()} ${past(lexicon.GIVING)}`;
        const [thing, person] = [object(), noun(lexicon.PEOPLE)("singular")];
        return [text`${start} the ${thing} to the ${person}.`, text`${start} the ${person} to the ${thing}.`];
      })(),
    ],
  },
  negative_polarity: {
    field: "semantics",
    linguistics_term: "npi_licensing",
    ways: [
      (() => {
        const clause = text`ever ${past(lexicon.WITH_OBJECT)} the ${object()}.`;
        return [text`Nobody ${clause}`, text`Everybody ${clause}`];
      })(),
    ],
  },
};

/** Names of the paradigms, in the order their pairs come. */
export const MICROWORLD_UIDS: readonly string[] = Object.keys(PARADIGMS);

/** Draws in a row that may repeat known pairs before it is plain that there are no new ones. */
const PATIENCE = 1000;

/**
 * Minimal pairs of every paradigm, all different within it.
 *
 * @param options.pairsPerUid at most 108, what the smallest paradigm (reflexive_gender) has
 * @param options.random      fixes everything
 * @throws RangeError when a paradigm has fewer different pairs than asked for
 */
export function microworldMinimalPairs(options: {
  readonly pairsPerUid: number;
  readonly random: Random;
}): MicroworldPair[] {
  const { pairsPerUid, random } = options;
  return Object.entries(PARADIGMS).flatMap(([UID, { field, linguistics_term, ways }]) => {
    const made = new Map<string, string>();
    for (let misses = 0; made.size < pairsPerUid;) {
      const [good = "", bad = ""] = fill(pick(ways, random), random);
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

/**
 * Natural log of the probability that one draw of a paradigm is this pair; −Infinity when it never is. A list of
 * pairs is drawn until all are different.
 *
 * @throws RangeError for a paradigm that does not exist
 */
export function minimalPairLogProb(
  uid: string,
  pair: { readonly good: string; readonly bad: string },
): number {
  const paradigm = PARADIGMS[uid];
  if (paradigm === undefined)
    throw new RangeError(
      `minimalPairLogProb: uid must be one of ${MICROWORLD_UIDS.join(", ")}, got "${uid}". Correct the name.`,
    );
  const sum = paradigm.ways.reduce((total, way) => total + probabilityOf(way, [pair.good, pair.bad]), 0);
  return Math.log(sum / paradigm.ways.length);
}
