/**
 * @file Conversation for instruction tuning: pairs of consecutive Switchboard turns (docs/decisions.md#d14).
 * Questions on articles live in `wiki-questions.ts`; both meet in `instructions.ts`.
 */
import { countWords } from "../words.js";
import type { InstructionConfig } from "../../config/config.js";

/** One line of the dialogue table. */
export interface Utterance {
  /** Id of the dialogue; its utterances stand together. */
  readonly dialogue: string;
  readonly speaker: string;
  readonly text: string;
  /** Dialogue act; `b` is a back-channel such as "uh-huh". */
  readonly act: string;
}

/** A turn and the turn of the other speaker that follows it. */
export interface TurnPair {
  /** `<dialogue>_<number of the first turn>`, counted within the dialogue after merging. */
  readonly id: string;
  readonly prompt: string;
  readonly reply: string;
}

const COLUMNS = ["dialogue", "speaker", "text", "act"] as const;

/** Least length of a turn under `minThreeWords`, and under `noBackchannels` after those are dropped. */
const MIN_TURN_WORDS = 3;

/** Noise and disfluency marks: `<laughter>`, `((`, `))`, `--`. Fillers such as "uh" are words and stay. */
const MARKS = /<[^>]*>|\(\(|\)\)|--/g;

/**
 * Read the dialogue table.
 *
 * @param text tab-separated, with the columns dialogue, speaker, text, act
 * @throws Error when the header or the number of cells in a line is another
 */
export function parseUtterances(text: string): Utterance[] {
  // Quotation marks are ordinary characters in this table: a CSV reader would take them for quoting.
  const [header = "", ...lines] = text.split("\n");
  if (header !== COLUMNS.join("\t")) {
    throw new Error(
      `parseUtterances: the table must begin with the columns ${COLUMNS.join(", ")}, ` +
        `got "${header.slice(0, 80)}". Use the swda files named in data/manifest.json.`,
    );
  }
  return lines
    .filter((line) => line !== "")
    .map((line, index) => {
      const [dialogue, speaker, utterance, act, ...more] = line.split("\t");
      if (
        dialogue === undefined ||
        speaker === undefined ||
        utterance === undefined ||
        act === undefined ||
        more.length > 0
      ) {
        throw new Error(
          `parseUtterances: a line must have ${COLUMNS.length} cells, got ${line.split("\t").length} ` +
            `in utterance ${index + 1}. Use the swda files named in data/manifest.json.`,
        );
      }
      return { dialogue, speaker, text: utterance, act };
    });
}

/**
 * Pair every turn with the next turn of the other speaker. Pairs overlap: the reply of one is the prompt of the next.
 *
 * Utterances of one speaker in a row make one turn; marks of noise are dropped; no pair crosses dialogues.
 *
 * @param pairing `allTurns` keeps every pair; `minThreeWords` those with at least three words on both sides;
 *   `noBackchannels` drops back-channel utterances before turns are made, then does the same
 *
 * Source: CLASS-IT's rule is unknown; on the training dialogues `minThreeWords` gives 38,560 rows against 38,802 in
 * the released set (docs/paper.md#instruction-data).
 */
export function pairTurns(
  utterances: readonly Utterance[],
  pairing: Exclude<InstructionConfig["switchboardPairs"], "released">,
): TurnPair[] {
  const kept = pairing === "noBackchannels" ? utterances.filter(({ act }) => act !== "b") : utterances;
  const minWords = pairing === "allTurns" ? 1 : MIN_TURN_WORDS;
  const turns = mergeTurns(kept);
  const pairs: TurnPair[] = [];
  for (const [i, turn] of turns.entries()) {
    const next = turns[i + 1];
    if (next === undefined || next.dialogue !== turn.dialogue) continue;
    if (countWords(turn.text) < minWords || countWords(next.text) < minWords) continue;
    pairs.push({ id: `${turn.dialogue}_${turn.number}`, prompt: turn.text, reply: next.text });
  }
  return pairs;
}

/** All that one speaker says before the other does. */
export interface Turn {
  readonly dialogue: string;
  /** From 0 within the dialogue. */
  readonly number: number;
  readonly speaker: string;
  /** Without marks of noise; empty where there was nothing else. */
  readonly text: string;
}

/** Utterances of one speaker in a row as one turn; speakers alternate within a dialogue. */
export function mergeTurns(utterances: readonly Utterance[]): Turn[] {
  const turns: (Turn & { parts: string[] })[] = [];
  for (const { dialogue, speaker, text } of utterances) {
    const last = turns[turns.length - 1];
    if (last !== undefined && last.dialogue === dialogue && last.speaker === speaker) {
      last.parts.push(text);
      continue;
    }
    const number = last !== undefined && last.dialogue === dialogue ? last.number + 1 : 0;
    turns.push({ dialogue, number, speaker, parts: [text], text: "" });
  }
  return turns.map(({ dialogue, number, speaker, parts }) => ({
    dialogue,
    number,
    speaker,
    text: dropMarks(parts.join(" ")),
  }));
}

/** Speech without its marks of noise and disfluency. */
export function dropMarks(text: string): string {
  return text.replace(MARKS, " ").replace(/\s+/g, " ").trim();
}
