/**
 * @file The two instruction sets, real or generated, as prompts and replies. How they become text is decided in
 * `chat-template.ts`; how turns pair up in `switchboard-pairs.ts`; how questions are made in `wiki-questions.ts`.
 */
import type { InstructionConfig } from "../../config/config.js";
import { deriveSeed, seeded, shuffled, type Random } from "../../random.js";
import { defaultPlaces, readText, type DataPlaces } from "../files.js";
import { microworldDialoguePairs } from "../microworld/dialogues.js";
import { microworldQuestions } from "../microworld/encyclopedia.js";
import { chainPairs, firstPairs } from "./conversations.js";
import { loadReleased } from "./released-instructions.js";
import { pairTurns, parseUtterances } from "./switchboard-pairs.js";
import { askQuestions, parseArticles } from "./wiki-questions.js";

/** One row of an instruction set. */
export interface InstructionExample {
  /** Unique within its source. */
  readonly id: string;
  readonly source:
    | "switchboard"
    | "switchboard-released"
    | "wiki-standin"
    | "wiki-released"
    | "microworld-dialogue"
    | "microworld-question";
  readonly prompt: string;
  readonly reply: string;
  /** The text column of a released row. */
  readonly text?: string;
  /** Turns of a conversation before the prompt, by turns of both speakers, an even number; none in a pair. */
  readonly earlier?: readonly string[];
}

/** What both loaders are asked for. */
export interface InstructionRequest {
  /** Rows drawn at random from all there are; null takes every row. */
  readonly rows: number | null;
  readonly seed: number;
  readonly source: "real" | "microworld";
  /** `heldOut` reads dialogues and articles that `train` never does. */
  readonly split?: "train" | "heldOut";
  readonly places?: DataPlaces;
}

/**
 * Conversation: a turn and the next speaker's turn (docs/decisions.md#d14).
 *
 * @param request.pairing which turns become pairs; the generated dialogues have no back-channels and all their turns
 *   count at least three words, so there the three rules agree; `released` takes the rows of the released set
 * @param request.turns  turns of an example at most: 2 for pairs, more for conversations of pairs that follow each other
 *   (docs/options.md#d25); `rows` counts pairs either way
 * @returns rows in random order, fixed by the seed
 * @throws RangeError when more rows are asked for than there are, all rows of the microworld, or conversations of released
 *   pairs
 * @throws Error when a file is missing or damaged
 */
export async function loadSwitchboardPairs(
  request: InstructionRequest & {
    readonly pairing: InstructionConfig["switchboardPairs"];
    readonly turns?: number;
  },
): Promise<InstructionExample[]> {
  const { rows, seed, source, split = "train", places = defaultPlaces(), pairing, turns = 2 } = request;
  const drawSeed = deriveSeed(seed, `switchboard ${split}`);
  if (source === "microworld") {
    const pairs = microworldDialoguePairs({
      rows: finite(rows, "loadSwitchboardPairs"),
      random: seeded(drawSeed),
    });
    const examples = pairs.map((pair): InstructionExample => ({ ...pair, source: "microworld-dialogue" }));
    return turns === 2 ? examples : shuffled(chainPairs(examples, turns), seeded(drawSeed));
  }
  if (pairing === "released" && turns !== 2)
    throw new RangeError(
      `loadSwitchboardPairs: conversations of ${turns} turns must be made of dialogues, got the released pairs, which name none. ` +
        "Set switchboardPairs to another rule, or leave turns out.",
    );
  if (pairing === "released") {
    if (split === "heldOut")
      throw new RangeError(
        "loadSwitchboardPairs: split must be train for the released conversations, which keep no rows apart, got heldOut. " +
          "Take held-out rows from the other sources.",
      );
    const released = await loadReleased("switchboard", places);
    const examples = released.map((row): InstructionExample => ({ ...row, source: "switchboard-released" }));
    return draw(examples, { rows, seed: drawSeed, caller: "loadSwitchboardPairs" });
  }
  const file = split === "train" ? "switchboard/swda_train.tsv" : "switchboard/swda_val.tsv";
  const pairs = pairTurns(parseUtterances(await readText(file, places)), pairing);
  const examples = pairs.map((pair): InstructionExample => ({ ...pair, source: "switchboard" }));
  const drawn = { rows, seed: drawSeed, caller: "loadSwitchboardPairs" };
  if (turns === 2) return draw(examples, drawn);
  checkRows(examples, drawn);
  return firstPairs(shuffled(chainPairs(examples, turns), seeded(drawSeed)), rows ?? examples.length);
}

/**
 * Question answering: passage and question, and a short reply (docs/decisions.md#d15).
 *
 * @param request.wikiSource `released` takes the rows of the released set, of which a tenth is held out; the generated questions
 *   know no difference
 * @returns rows in random order, fixed by the seed
 * @throws RangeError when more rows are asked for than there are, or all rows of the microworld
 * @throws Error when a file is missing or damaged
 *
 * Differs: CLASS-IT's questions were written by LLaMA-3.2-3B-Instruct; those of the stand-in come from fixed templates,
 * which every table and figure made from them says.
 */
export async function loadWikiQuestions(
  request: InstructionRequest & { readonly wikiSource?: "released" | "standIn" },
): Promise<InstructionExample[]> {
  const { rows, seed, source, split = "train", places = defaultPlaces(), wikiSource = "standIn" } = request;
  const drawSeed = deriveSeed(seed, `wiki ${split}`);
  if (source === "microworld") {
    const questions = microworldQuestions({
      rows: finite(rows, "loadWikiQuestions"),
      random: seeded(drawSeed),
    });
    return questions.map((question) => ({ ...question, source: "microworld-question" }));
  }
  if (wikiSource === "released") {
    const released = await loadReleased("simple_wiki", places);
    const examples = released
      .filter((_, row) => isHeldOut(row) === (split === "heldOut"))
      .map((row): InstructionExample => ({ ...row, source: "wiki-released" }));
    return draw(examples, { rows, seed: drawSeed, caller: "loadWikiQuestions" });
  }
  const file = split === "train" ? "train/simple_wiki.train" : "dev/simple_wiki.dev";
  const random = seeded(deriveSeed(seed, `wiki blanks ${split}`));
  const examples = standInQuestions(await readText(`babylm_sample/${file}`, places), random);
  return draw(examples, { rows, seed: drawSeed, caller: "loadWikiQuestions" });
}

/**
 * The stand-in questions on all articles of a Simple-Wikipedia file, in its order.
 *
 * @param random chooses what cloze questions blank
 */
export const standInQuestions = (text: string, random: Random): InstructionExample[] =>
  parseArticles(text).flatMap((article, index) =>
    askQuestions(article, random).map(({ prompt, reply }, question): InstructionExample => ({
      id: `wiki_${index}_${question}`,
      source: "wiki-standin",
      prompt,
      reply,
    })),
  );

/** Rows that stand together in the released set and may be on one article. */
const BLOCK_ROWS = 100;

/** Every tenth block of the released questions is never trained on (docs/evaluation.md#answer-choice). @param row counted from 0 */
const isHeldOut = (row: number): boolean => Math.floor(row / BLOCK_ROWS) % 10 === 9;

function finite(rows: number | null, caller: string): number {
  if (rows !== null) return rows;
  throw new RangeError(
    `${caller}: rows must be a number for the microworld, which has no end, got null. Choose a number of rows.`,
  );
}

interface Drawn {
  readonly rows: number | null;
  readonly seed: number;
  readonly caller: string;
}

function checkRows(examples: readonly InstructionExample[], { rows, caller }: Drawn): void {
  if (rows !== null && (!Number.isInteger(rows) || rows < 1 || rows > examples.length)) {
    throw new RangeError(
      `${caller}: rows must be a whole number from 1 to the ${examples.length} there are, got ${rows}. ` +
        "Ask for fewer, or for null to take every row.",
    );
  }
}

function draw(examples: readonly InstructionExample[], drawn: Drawn): InstructionExample[] {
  checkRows(examples, drawn);
  const { rows, seed } = drawn;
  return shuffled(examples, seeded(seed)).slice(0, rows ?? examples.length);
}
