/**
 * @file Encyclopedia entries of the microworld on people, villages and things, with questions their text answers.
 */
import { integerBelow, type Random } from "../../random.js";
import * as lexicon from "./lexicon.js";
import { capitalize, pick, pickOccupation, pickPerson, pickVillage, withArticle } from "./pick.js";

/** An entry and what can be asked about it. */
export interface Entry {
  readonly title: string;
  /** The first one has the form "{title} is a …". */
  readonly sentences: readonly string[];
  readonly questions: readonly { readonly question: string; readonly reply: string }[];
}

/** A passage with a question, and a short reply. */
export interface EntryQuestion {
  readonly id: string;
  readonly prompt: string;
  readonly reply: string;
}

const COUNTS = ["two", "three", "four", "five", "six", "seven", "eight", "nine"];
const MATERIALS = ["wood", "iron", "clay", "silver", "leather", "straw", "copper", "linen"];

/** An entry about a person, a village or a thing, each with the same chance. */
export function generateEntry(random: Random): Entry {
  return pick([personEntry, villageEntry, thingEntry], random)(random);
}

function personEntry(random: Random): Entry {
  const person = pickPerson(random);
  const title = `${person.given} ${person.family}`;
  const occupation = pickOccupation(random).singular;
  const village = pickVillage(random);
  const place = pick(lexicon.PLACES, random);
  const year = 1700 + integerBelow(300, random);
  const count = pick(COUNTS, random);
  const animals = pick(lexicon.ANIMALS, random).plural;
  const treasure = `${pick(lexicon.OBJECT_ADJECTIVES, random)} ${pick(lexicon.OBJECTS, random).singular}`;
  const pronoun = capitalize(person.subject);
  return {
    title,
    sentences: [
      `${title} is ${withArticle(occupation)} from ${village}.`,
      `${pronoun} was born in ${year} and works near the ${place}.`,
      `${pronoun} has ${count} ${animals} and ${withArticle(treasure)}.`,
    ],
    questions: [
      { question: `What is ${title}?`, reply: `${capitalize(withArticle(occupation))} from ${village}.` },
      { question: `Where does ${title} come from?`, reply: `From ${village}.` },
      { question: `When was ${title} born?`, reply: `In ${year}.` },
      { question: `Where does ${title} work?`, reply: `Near the ${place}.` },
      { question: `How many ${animals} does ${title} have?`, reply: `${capitalize(count)}.` },
    ],
  };
}

function villageEntry(random: Random): Entry {
  const title = pickVillage(random);
  const place = pick(lexicon.PLACES, random);
  const houses = 20 + integerBelow(900, random);
  const product = pick(lexicon.OBJECTS, random).plural;
  const people = pickOccupation(random).plural;
  return {
    title,
    sentences: [
      `${title} is a village near ${withArticle(place)}.`,
      `It has ${houses} houses.`,
      `Its ${people} are known for their ${product}.`,
    ],
    questions: [
      { question: `What is ${title}?`, reply: `A village near ${withArticle(place)}.` },
      { question: `How many houses does ${title} have?`, reply: `${houses}.` },
      { question: `What are the ${people} of ${title} known for?`, reply: `For their ${product}.` },
    ],
  };
}

function thingEntry(random: Random): Entry {
  const village = pickVillage(random);
  const thing = pick(lexicon.OBJECTS, random).singular;
  const title = `${village} ${thing}`;
  const material = pick(MATERIALS, random);
  const users = pickOccupation(random).plural;
  const place = pick(lexicon.PLACES, random);
  return {
    title,
    sentences: [
      `${title} is a kind of ${thing}.`,
      `It is made of ${material} and used by ${users}.`,
      `The oldest one is in the ${place} of ${village}.`,
    ],
    questions: [
      { question: `What is the ${title}?`, reply: `A kind of ${thing}.` },
      { question: `What is the ${title} made of?`, reply: `Of ${material}.` },
      { question: `Who uses the ${title}?`, reply: `${capitalize(users)} use it.` },
      { question: `Where is the oldest ${title}?`, reply: `In the ${place} of ${village}.` },
    ],
  };
}

/** An entry as corpus text, headed as in the Simple Wikipedia files. */
export function entryText({ title, sentences }: Entry): string {
  return `= = = ${title} = = =\n${sentences.join(" ")}`;
}

/**
 * Questions on as many entries as it takes, every question of an entry in turn.
 *
 * @param options.rows   number of questions, exactly
 * @param options.random fixes everything
 * @returns prompt = the entry's sentences, a new line and the question; reply = a few words
 * @throws RangeError when `rows` is not a positive whole number
 */
export function microworldQuestions(options: {
  readonly rows: number;
  readonly random: Random;
}): EntryQuestion[] {
  const { rows, random } = options;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new RangeError(
      `microworldQuestions: rows must be a whole number of at least 1, got ${rows}. Correct it.`,
    );
  }
  const questions: EntryQuestion[] = [];
  for (let entryNumber = 0; questions.length < rows; entryNumber++) {
    const entry = generateEntry(random);
    const passage = entry.sentences.join(" ");
    for (const [i, { question, reply }] of entry.questions.entries()) {
      questions.push({ id: `entry_${entryNumber}_${i}`, prompt: `${passage}\n${question}`, reply });
    }
  }
  return questions.slice(0, rows);
}
