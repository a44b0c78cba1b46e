/**
 * @file Two-speaker dialogues of the microworld, and the instruction pairs their turns make.
 */
import { integerBelow, type Random } from "../../random.js";
import * as lexicon from "./lexicon.js";
import { capitalize, pick, pickOccupation, pickPerson, pickVillage, type Person } from "./pick.js";

/** What one speaker says before the other does. */
export interface DialogueTurn {
  readonly speaker: "A" | "B";
  /** Three words or more, on one line. */
  readonly text: string;
}

/** A turn and its answer, as an instruction. */
export interface DialoguePair {
  readonly id: string;
  readonly prompt: string;
  readonly reply: string;
}

/** A question or remark and what answers it. */
type Exchange = readonly [string, string];

const MIN_EXCHANGES = 3;
const MAX_EXCHANGES = 8;

const EXCHANGES: readonly ((random: Random) => Exchange)[] = [
  (random) => {
    const { given, subject } = pickPerson(random);
    const verb = pick(lexicon.INTRANSITIVE, random);
    const place = pick(lexicon.PLACES, random);
    return [
      `Where did ${given} ${verb.base} yesterday?`,
      `${capitalize(subject)} ${verb.past} in the ${place}, I think.`,
    ];
  },
  (random) => {
    const { given, subject } = pickPerson(random);
    const verb = pick(lexicon.WITH_OBJECT, random);
    const thing = describedThing(random);
    return [`What will ${given} ${verb.base} tomorrow?`, `I hear ${subject} will ${verb.base} ${thing}.`];
  },
  (random) => {
    const thing = pick(lexicon.OBJECTS, random).singular;
    return [`Have you seen my ${thing}?`, `Yes, your ${thing} is in the ${pick(lexicon.PLACES, random)}.`];
  },
  (random) => {
    const [first, second] = [pickPerson(random), pickPerson(random)];
    const verb = pick(lexicon.WITH_PERSON, random);
    return [
      `Who ${verb.past} the ${pickOccupation(random).singular}?`,
      `It was ${first.given} who ${verb.past} ${objectOf(second)}.`,
    ];
  },
  (random) => {
    const place = pick(lexicon.PLACES, random);
    const animal = pick(lexicon.ANIMALS, random).plural;
    return [`I really like the old ${place}.`, `So do I, but there are too many ${animal} in it.`];
  },
  (random) => {
    const count = 2 + integerBelow(8, random);
    const animal = pick(lexicon.ANIMALS, random).plural;
    return [`How many ${animal} do you have?`, `Oh, we have ${NUMBERS[count]} ${animal} at home.`];
  },
  (random) => [
    `And where do you come from?`,
    `I come from ${pickVillage(random)}, near the ${pick(lexicon.PLACES, random)}.`,
  ],
  (random) => {
    const { given } = pickPerson(random);
    const verb = pick(lexicon.GIVING, random);
    const thing = pick(lexicon.OBJECTS, random).singular;
    return [`Well, ${given} ${verb.past} me a ${thing}.`, `Really, what did you do with the ${thing}?`];
  },
];

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

function describedThing(random: Random): string {
  return `the ${pick(lexicon.OBJECT_ADJECTIVES, random)} ${pick(lexicon.OBJECTS, random).singular}`;
}

function objectOf(person: Person): string {
  return person.subject === "she" ? "her" : "him";
}

/**
 * One dialogue: greeting, a few exchanges begun by either speaker, farewell. Speakers alternate strictly.
 */
export function generateDialogue(random: Random): DialogueTurn[] {
  const [a, b] = [pickPerson(random), pickPerson(random)];
  const lines = [`Hello, this is ${a.given} speaking.`, `Hello ${a.given}, my name is ${b.given}.`];
  const exchanges = MIN_EXCHANGES + integerBelow(MAX_EXCHANGES - MIN_EXCHANGES + 1, random);
  for (let i = 0; i < exchanges; i++) lines.push(...pick(EXCHANGES, random)(random));
  lines.push("It was nice talking to you.", `Thank you and good bye, ${a.given}.`);
  return lines.map((text, i) => ({ speaker: i % 2 === 0 ? "A" : "B", text }));
}

/** A dialogue as corpus text, a line "A:<tab>utterance" per turn. */
export function dialogueText(turns: readonly DialogueTurn[]): string {
  return turns.map(({ speaker, text }) => `${speaker}:\t${text}`).join("\n");
}

/**
 * Instruction pairs of as many dialogues as it takes: every turn with the next, overlapping as in Switchboard.
 *
 * @param options.rows   number of pairs, exactly
 * @param options.random fixes everything
 * @throws RangeError when `rows` is not a positive whole number
 */
export function microworldDialoguePairs(options: {
  readonly rows: number;
  readonly random: Random;
}): DialoguePair[] {
  const { rows, random } = options;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new RangeError(
      `microworldDialoguePairs: rows must be a whole number of at least 1, got ${rows}. Correct it.`,
    );
  }
  const pairs: DialoguePair[] = [];
  for (let dialogue = 0; pairs.length < rows; dialogue++) {
    const turns = generateDialogue(random);
    for (const [i, { text }] of turns.entries()) {
      const reply = turns[i + 1]?.text;
      if (reply !== undefined) pairs.push({ id: `dialogue_${dialogue}_${i}`, prompt: text, reply });
    }
  }
  return pairs.slice(0, rows);
}
