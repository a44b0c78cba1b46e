/** @file Dialogue choice, between adults: the turns of Switchboard's validation dialogues, each against nine of other dialogues. */
import { mergeTurns, parseUtterances } from "../data/instructions/switchboard-pairs.js";
import { countWords } from "../data/words.js";
import { deriveSeed, seeded } from "../random.js";
import { byLength, drawOthers, type DialogueItem } from "./dialogue-items.js";

/** Turns that come before an item in its dialogue, at least: every item has all contexts. */
const MIN_TURNS_BEFORE = 3;
/** "Yeah." and "Oh, really?" answer everything. */
const MIN_WORDS = 3;

/**
 * Every turn of at least three words with three turns before it, if nine turns of other dialogues are as long.
 *
 * @param text the dialogue table, as `parseUtterances` takes it
 * @returns items in the order of the table; candidates do not depend on any study's seed
 * @throws Error when it is no such table
 */
export function readSwitchboardChoices(text: string): DialogueItem[] {
  const turns = mergeTurns(parseUtterances(text)).filter((turn) => turn.text !== "");
  const pool = byLength(turns);
  const items: DialogueItem[] = [];
  for (const name of new Set(turns.map((turn) => turn.dialogue))) {
    const dialogue = turns.filter((turn) => turn.dialogue === name);
    for (const [place, said] of dialogue.entries()) {
      if (place < MIN_TURNS_BEFORE || countWords(said.text) < MIN_WORDS) continue;
      const id = `switchboard_${said.dialogue}_${said.number}`;
      const others = drawOthers(said, pool, { random: seeded(deriveSeed(0, id)) });
      if (others === null) continue;
      items.push({
        set: "switchboard",
        id,
        turns: dialogue
          .slice(0, place)
          .map(({ speaker, text: earlier }) => ({ label: `${speaker}:\t`, text: earlier })),
        label: `${said.speaker}:\t`,
        separator: "\n",
        candidates: [said.text, ...others],
      });
    }
  }
  return items;
}
