/** @file The word budget of instructions (docs/decisions.md#d16): all conversation, and questions until it is full. */
import { countWords } from "../words.js";

/** Words of prompts and replies, both sets together. Source: model card of CLASS-IT-140M (docs/decisions.md#d16). */
export const INSTRUCTION_BUDGET_WORDS = 8_700_000;

interface Words {
  readonly prompt: string;
  readonly reply: string;
}

/** Words of prompts and replies. */
export const instructionWords = (rows: readonly Words[]): number =>
  rows.reduce((sum, { prompt, reply }) => sum + countWords(prompt) + countWords(reply), 0);

/**
 * The rows that fit into a number of words, from the first on; the first that does not fit ends it.
 *
 * @param rows  in random order, so that the first ones are a sample
 * @throws RangeError when not even one row fits
 */
export function takeWithinWords<Row extends Words>(rows: readonly Row[], words: number): readonly Row[] {
  let left = words;
  for (const [index, row] of rows.entries()) {
    left -= instructionWords([row]);
    if (left >= 0) continue;
    if (index > 0) return rows.slice(0, index);
    throw new RangeError(
      `takeWithinWords: the budget must leave room for a row of questions, got ${Math.max(0, words)} words. ` +
        'Take fewer rows of conversation, or set instructionBudget to "all".',
    );
  }
  return rows;
}
