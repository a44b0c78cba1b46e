/**
 * @file Encyclopedia entries of the microworld on people, villages and things, with questions their text answers.
 */
import type { Random } from "../../random.js";
import * as lexicon from "./lexicon.js";
import { pick } from "./pick.js";
import { fill, oneOf, text, type Template } from "./templates.js";
import { family, noun, number, occupation, person, village, word } from "./variables.js";

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

/** An entry before its words are drawn; the questions have no gaps that the sentences lack. */
export interface EntryKind {
  readonly title: Template;
  readonly sentences: readonly Template[];
  readonly questions: readonly { readonly question: Template; readonly reply: Template }[];
}

/** Entries on people, villages and things; each kind has the same chance. */
export const ENTRY_KINDS: readonly EntryKind[] = [personEntry(), villageEntry(), thingEntry()];

/** An entry of any kind. */
export function generateEntry(random: Random): Entry {
  const { title, sentences, questions } = pick(ENTRY_KINDS, random);
  const asked = questions.flatMap(({ question, reply }) => [question, reply]);
  const [heading = "", ...lines] = fill([title, ...sentences, ...asked], random);
  return {
    title: heading,
    sentences: lines.slice(0, sentences.length),
    questions: questions.map((_, index) => {
      const [question = "", reply = ""] = lines.slice(sentences.length + 2 * index);
      return { question, reply };
    }),
  };
}

function personEntry(): EntryKind {
  const [who, job, count, adjective] = [
    person(),
    occupation(),
    word(COUNTS),
    word(lexicon.OBJECT_ADJECTIVES)("article"),
  ];
  const [animals, thing] = [noun(lexicon.ANIMALS)("plural"), noun(lexicon.OBJECTS)("singular")];
  const [home, place, year] = [village(), oneOf(lexicon.PLACES), number(1700, 1999)];
  const title = text`${who("given")} ${family()}`;
  return {
    title,
    sentences: [
      text`${title} is ${job("article")} from ${home}.`,
      text`${who("Subject")} was born in ${year} and works near the ${place}.`,
      text`${who("Subject")} has ${count("bare")} ${animals} and ${adjective} ${thing}.`,
    ],
    questions: [
      { question: text`What is ${title}?`, reply: text`${job("Article")} from ${home}.` },
      { question: text`Where does ${title} come from?`, reply: text`From ${home}.` },
      { question: text`When was ${title} born?`, reply: text`In ${year}.` },
      { question: text`Where does ${title} work?`, reply: text`Near the ${place}.` },
      { question: text`How many ${animals} does ${title} have?`, reply: text`${count("Capital")}.` },
    ],
  };
}

function villageEntry(): EntryKind {
  const [place, people] = [word(lexicon.PLACES)("article"), occupation()("plural")];
  const [houses, product] = [number(20, 919), noun(lexicon.OBJECTS)("plural")];
  const title = text`${village()}`;
  return {
    title,
    sentences: [
      text`${title} is a village near ${place}.`,
      text`It has ${houses} houses.`,
      text`Its ${people} are known for their ${product}.`,
    ],
    questions: [
      { question: text`What is ${title}?`, reply: text`A village near ${place}.` },
      { question: text`How many houses does ${title} have?`, reply: text`${houses}.` },
      { question: text`What are the ${people} of ${title} known for?`, reply: text`For their ${product}.` },
    ],
  };
}

function thingEntry(): EntryKind {
  const [home, thing, users] = [village(), noun(lexicon.OBJECTS)("singular"), occupation()];
  const [material, place] = [oneOf(MATERIALS), oneOf(lexicon.PLACES)];
  const title = text`${home} ${thing}`;
  return {
    title,
    sentences: [
      text`${title} is a kind of ${thing}.`,
      text`It is made of ${material} and used by ${users("plural")}.`,
      text`The oldest one is in the ${place} of ${home}.`,
    ],
    questions: [
      { question: text`What is the ${title}?`, reply: text`A kind of ${thing}.` },
      { question: text`What is the ${title} made of?`, reply: text`Of ${material}.` },
      { question: text`Who uses the ${title}?`, reply: text`${users("Plural")} use it.` },
      { question: text`Where is the oldest ${title}?`, reply: text`In the ${place} of ${home}.` },
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
