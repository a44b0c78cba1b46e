/**
 * @file How probable each generated text of the microworld is, exactly: documents of every genre, dialogues, instruction
 * pairs and questions. Words of the narrative one by one are next door in `oracle.ts`, minimal pairs in
 * `minimal-pairs.ts`.
 */
import { EXCHANGE_COUNTS, EXCHANGES, FAREWELL, GREETING, type DialogueTurn } from "./dialogues.js";
import { NARRATIVE_SENTENCES, type MicroworldDocument } from "./documents.js";
import { ENTRY_KINDS, type Entry } from "./encyclopedia.js";
import { openMicroworld } from "./oracle.js";
import { join, probabilityOf, text } from "./templates.js";

/**
 * Natural log of the probability that a whole document of its genre is this one; −Infinity for what is never written.
 * The last document of a corpus, which its budget cuts, is none.
 */
export function documentLogProb({ genre, text: written }: MicroworldDocument): number {
  switch (genre) {
    case "narrative":
      return narrativeLogProb(written.split(" "));
    case "dialogue":
      return dialogueLogProb(parseDialogue(written));
    case "encyclopedia": {
      const [, title, passage] = /^= = = (.+) = = =\n(.+)$/.exec(written) ?? [];
      return title === undefined || passage === undefined ? -Infinity : passageLogProb(title, passage);
    }
  }
}

/** Natural log of the probability of a dialogue: its greeting and farewell, its length, and each exchange. */
export function dialogueLogProb(turns: readonly DialogueTurn[]): number {
  const lines = turns.map(({ text: line }) => line);
  const exchanges = (lines.length - 4) / 2;
  const takesTurns = turns.every(({ speaker }, index) => speaker === (index % 2 === 0 ? "A" : "B"));
  if (!takesTurns) return -Infinity;
  const frame = [...GREETING.lines, ...FAREWELL];
  const outside = probabilityOf(frame, [...lines.slice(0, 2), ...lines.slice(-2)]);
  let sum = Math.log(outside) + countLogProb(exchanges, EXCHANGE_COUNTS);
  for (let i = 0; i < exchanges && sum > -Infinity; i++)
    sum += Math.log(exchangeProbability(lines.slice(2 + 2 * i, 4 + 2 * i)));
  return sum;
}

/**
 * Natural log of the share of an endless list of instruction pairs that are this one: how often a dialogue holds it on
 * average, over how many pairs a dialogue has.
 */
export function dialoguePairLogProb(pair: { readonly prompt: string; readonly reply: string }): number {
  const { prompt, reply } = pair;
  const [least, most] = EXCHANGE_COUNTS;
  const exchanges = (least + most) / 2;
  const pairsPerDialogue = 2 * exchanges + 3;
  const [hello, answer] = GREETING.lines;
  const [farewell, goodbye] = FAREWELL;
  const begins = (line: string): number => meanOverExchanges(([first]) => probabilityOf([first], [line]));
  const ends = (line: string): number => meanOverExchanges(([, second]) => probabilityOf([second], [line]));
  const expected =
    probabilityOf([hello, answer], [prompt, reply]) +
    probabilityOf([answer], [prompt]) * begins(reply) +
    exchanges * exchangeProbability([prompt, reply]) +
    (exchanges - 1) * ends(prompt) * begins(reply) +
    ends(prompt) * probabilityOf([farewell], [reply]) +
    probabilityOf([farewell, goodbye], [prompt, reply]);
  return Math.log(expected / pairsPerDialogue);
}

/** Whether a line opens an exchange: a question or remark that is answered. */
export const opensExchange = (line: string): boolean => openingProbability(line) > 0;

/**
 * Natural log of the probability of an answer within an exchange: after a question or remark, or whatever it answers.
 *
 * @param question what opens the exchange; null for the mean over all there are
 * @returns −Infinity for what never answers it
 * @throws RangeError when the question opens no exchange
 */
export function answerLogProb(answer: string, question: string | null): number {
  if (question === null)
    return Math.log(meanOverExchanges(([, second]) => probabilityOf([second], [answer])));
  const opening = openingProbability(question);
  if (opening === 0)
    throw new RangeError(
      `answerLogProb: question must open an exchange of the microworld, got "${question}". Take every second line of a dialogue, from its third.`,
    );
  return Math.log(exchangeProbability([question, answer]) / opening);
}

/** Natural log of the probability of an entry, its title and sentences; −Infinity for what is never written. */
export function entryLogProb({ title, sentences }: Pick<Entry, "title" | "sentences">): number {
  return passageLogProb(title, sentences.join(" "));
}

/**
 * Natural log of the share of an endless list of questions that are this one; an entry gives all its questions, so a
 * kind with more of them has more of the list.
 */
export function questionLogProb(row: { readonly prompt: string; readonly reply: string }): number {
  let sum = 0;
  for (const { sentences, questions } of ENTRY_KINDS)
    for (const { question, reply } of questions) {
      const prompt = text`${join(sentences, " ")}\n${question}`;
      sum += probabilityOf([prompt, reply], [row.prompt, row.reply]);
    }
  return Math.log(sum / ENTRY_KINDS.reduce((total, { questions }) => total + questions.length, 0));
}

function narrativeLogProb(words: readonly string[]): number {
  // Every word that ends a sentence has its full stop, and no other word has one.
  const sentences = words.filter((word) => word.endsWith(".")).length;
  if (words.at(-1)?.endsWith(".") !== true) return -Infinity;
  return countLogProb(sentences, NARRATIVE_SENTENCES) + openMicroworld().textLogProb(words);
}

function passageLogProb(title: string, passage: string): number {
  const sum = ENTRY_KINDS.reduce(
    (total, kind) => total + probabilityOf([kind.title, join(kind.sentences, " ")], [title, passage]),
    0,
  );
  return Math.log(sum / ENTRY_KINDS.length);
}

function parseDialogue(written: string): DialogueTurn[] {
  return written.split("\n").map((line) => {
    const [speaker, ...words] = line.split("\t");
    // A line of another form gets a text that no speaker says.
    return {
      speaker: speaker === "B:" ? "B" : "A",
      text: /^[AB]:$/.test(speaker ?? "") ? words.join("\t") : "",
    };
  });
}

const openingProbability = (line: string): number =>
  meanOverExchanges(([first]) => probabilityOf([first], [line]));

const exchangeProbability = (lines: readonly string[]): number =>
  meanOverExchanges((exchange) => probabilityOf(exchange, lines));

function meanOverExchanges(probability: (exchange: (typeof EXCHANGES)[number]) => number): number {
  return EXCHANGES.reduce((sum, exchange) => sum + probability(exchange), 0) / EXCHANGES.length;
}

/** Of a whole number drawn evenly from a range, both ends included. */
function countLogProb(count: number, [least, most]: readonly [number, number]): number {
  return Number.isInteger(count) && count >= least && count <= most ? -Math.log(most - least + 1) : -Infinity;
}
