/**
 * @file Two-speaker dialogues of the microworld, and the instruction pairs their turns make.
 */
import { integerBelow, type Random } from "../../random.js";
import * as lexicon from "./lexicon.js";
import { pick } from "./pick.js";
import { fill, oneOf, text, type Template } from "./templates.js";
import { noun, occupation, person, verb, village } from "./variables.js";

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

const NUMBERS = ["two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** A question or remark and what answers it. */
export type Exchange = readonly [Template, Template];

/** Exchanges of a dialogue, at least and at most; every number between has the same chance. */
export const EXCHANGE_COUNTS = [3, 8] as const;

/** How a dialogue begins. */
export const GREETING = greeting();
/** How it ends; `opener` is the name its first line gave. */
export const FAREWELL: Exchange = [
  text`It was nice talking to you.`,
  text`Thank you and good bye, ${GREETING.opener}.`,
];

function greeting() {
  const [opener, other] = [person()("given"), person()("given")];
  const lines: Exchange = [
    text`Hello, this is ${opener} speaking.`,
    text`Hello ${opener}, my name is ${other}.`,
  ];
  return { opener, lines };
}

/** Each exchange of a dialogue is one of these, with the same chance. */
export const EXCHANGES: readonly Exchange[] = [
  exchange(() => {
    const [who, does, place] = [person(), verb(lexicon.INTRANSITIVE), oneOf(lexicon.PLACES)];
    return [
      text`Where did ${who("given")} ${does("base")} yesterday?`,
      text`${who("Subject")} ${does("past")} in the ${place}, I think.`,
    ];
  }),
  exchange(() => {
    const [who, does] = [person(), verb(lexicon.WITH_OBJECT)("base")];
    const [adjective, thing] = [oneOf(lexicon.OBJECT_ADJECTIVES), noun(lexicon.OBJECTS)];
    return [
      text`What will ${who("given")} ${does} tomorrow?`,
      text`I hear ${who("subject")} will ${does} the ${adjective} ${thing("singular")}.`,
    ];
  }),
  exchange(() => {
    const [thing, place] = [noun(lexicon.OBJECTS)("singular"), oneOf(lexicon.PLACES)];
    return [text`Have you seen my ${thing}?`, text`Yes, your ${thing} is in the ${place}.`];
  }),
  exchange(() => {
    const [who, whom, does] = [person(), person(), verb(lexicon.WITH_PERSON)("past")];
    return [
      text`Who ${does} the ${occupation()("singular")}?`,
      text`It was ${who("given")} who ${does} ${whom("object")}.`,
    ];
  }),
  exchange(() => {
    const [place, animals] = [oneOf(lexicon.PLACES), noun(lexicon.ANIMALS)("plural")];
    return [text`I really like the old ${place}.`, text`So do I, but there are too many ${animals} in it.`];
  }),
  exchange(() => {
    const [count, animals] = [oneOf(NUMBERS), noun(lexicon.ANIMALS)("plural")];
    return [text`How many ${animals} do you have?`, text`Oh, we have ${count} ${animals} at home.`];
  }),
  exchange(() => [
    text`And where do you come from?`,
    text`I come from ${village()}, near the ${oneOf(lexicon.PLACES)}.`,
  ]),
  exchange(() => {
    const [who, does, thing] = [person(), verb(lexicon.GIVING)("past"), noun(lexicon.OBJECTS)("singular")];
    return [
      text`Well, ${who("given")} ${does} me a ${thing}.`,
      text`Really, what did you do with the ${thing}?`,
    ];
  }),
];

/** Gives the variables of an exchange a place of their own. */
function exchange(make: () => Exchange): Exchange {
  return make();
}

/**
 * One dialogue: greeting, a few exchanges begun by either speaker, farewell. Speakers alternate strictly.
 */
export function generateDialogue(random: Random): DialogueTurn[] {
  const [hello, answer, farewell, goodbye] = fill([...GREETING.lines, ...FAREWELL], random);
  const [least, most] = EXCHANGE_COUNTS;
  const count = least + integerBelow(most - least + 1, random);
  const exchanges = Array.from({ length: count }, () => fill(pick(EXCHANGES, random), random));
  const lines = [hello, answer, ...exchanges.flat(), farewell, goodbye];
  return lines.map((line, index) => ({ speaker: index % 2 === 0 ? "A" : "B", text: line ?? "" }));
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
