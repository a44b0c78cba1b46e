/**
 * @file Dialogue choice: which turn comes next (docs/evaluation.md#dialogue-choice). A turn that was said is set against turns of other
 * dialogues, after one turn of context, after three, after all, and after all of them shuffled. The three sets are made in `child-pairs.ts`,
 * `switchboard-choices.ts` and `microworld-choices.ts`; scoring is in `turn-choice.ts`.
 */
import { countWords } from "../data/words.js";
import { deriveSeed, seeded, shuffled, type Random } from "../random.js";
import type { TurnChoice } from "./turn-choice.js";

/** The sets, in the order of tables. */
export const DIALOGUE_SETS = ["childPairs", "switchboard", "microworld"] as const;
/** Name of one. */
export type DialogueSet = (typeof DIALOGUE_SETS)[number];

/**
 * What precedes a candidate: the last turn, the last three, or all of them; `shuffled` has the same turns as the longest context of the
 * set, in random order, the words of each in random order.
 */
export const TURN_CONTEXTS = ["oneTurn", "threeTurns", "allTurns", "shuffled"] as const;
/** Name of one. */
export type TurnContext = (typeof TURN_CONTEXTS)[number];

/** The contexts a set has: pairs have one turn alone. */
export const contextsOf = (set: DialogueSet): readonly TurnContext[] =>
  set === "childPairs" ? ["oneTurn", "shuffled"] : TURN_CONTEXTS;

/** The longest of them that is in order. */
export const fullContextOf = (set: DialogueSet): TurnContext =>
  set === "childPairs" ? "oneTurn" : "allTurns";

/** A turn with the label of who says it, such as `*MOT: ` or `A:` and a tab. */
export interface LabelledTurn {
  readonly label: string;
  readonly text: string;
}

/** A turn that was said, turns that were not, and what was said before. */
export interface DialogueItem {
  readonly set: DialogueSet;
  /** `<set>_<number>` */
  readonly id: string;
  /** Turns before, oldest first; at least one. */
  readonly turns: readonly LabelledTurn[];
  /** Of the speaker who is next. */
  readonly label: string;
  /** What separates turns: a space, or a line break. */
  readonly separator: string;
  /** The turn that was said, then the others. */
  readonly candidates: readonly string[];
  /** As {@link TurnChoice} has it. */
  readonly wholeText?: true;
  /** As {@link TurnChoice} has it. */
  readonly isInTraining?: boolean;
}

/** All turns means so many words at most, whole turns from the last one back: what a short decoder has room for. */
export const MAX_CONTEXT_WORDS = 200;

/** The item after each context of its set; `uid` is `<set>_<context>`, and `id` ends in the context. */
export function choicesOf(item: DialogueItem): TurnChoice[] {
  const { set, id, label, separator, candidates, wholeText, isInTraining } = item;
  return contextsOf(set).map((context) => ({
    uid: `${set}_${context}`,
    id: `${id}_${context}`,
    context: [...turnsIn(item, context).map((turn) => turn.label + turn.text), label].join(separator),
    neutral: label,
    candidates,
    ...(wholeText && { wholeText }),
    ...(isInTraining !== undefined && { isInTraining }),
  }));
}

function turnsIn({ id, turns }: DialogueItem, context: TurnContext): readonly LabelledTurn[] {
  switch (context) {
    case "oneTurn":
      return turns.slice(-1);
    case "threeTurns":
      return turns.slice(-3);
    case "allTurns":
      return lastTurns(turns);
    case "shuffled":
      return shuffledTurns(lastTurns(turns), seeded(deriveSeed(0, `shuffled ${id}`)));
  }
}

/** As many of the last turns as have room, the very last one in any case. */
function lastTurns(turns: readonly LabelledTurn[]): readonly LabelledTurn[] {
  let [from, words] = [turns.length, 0];
  while (from > 0) {
    words += countWords(turns[from - 1]?.text ?? "");
    if (words > MAX_CONTEXT_WORDS && from < turns.length) break;
    from--;
  }
  return turns.slice(from);
}

/** Labels stay where they are. */
function shuffledTurns(turns: readonly LabelledTurn[], random: Random): LabelledTurn[] {
  const texts = shuffled(
    turns.map(({ text }) => shuffled(text.split(" "), random).join(" ")),
    random,
  );
  return turns.map(({ label }, index) => ({ label, text: texts[index] ?? "" }));
}

/** Turns that are set against the one that was said. */
export const OTHER_TURNS = 9;
/** Words that they may be longer or shorter, where too few are of its length. */
const MAX_WORDS_APART = 2;

/** A turn of some dialogue. */
export interface SpokenTurn {
  readonly dialogue: string;
  readonly text: string;
}

/** Turns by their number of words. */
export type TurnsByLength = ReadonlyMap<number, readonly SpokenTurn[]>;

/** Turns by their number of words, for {@link drawOthers}. */
export function byLength(turns: readonly SpokenTurn[]): TurnsByLength {
  const lengths = new Map<number, SpokenTurn[]>();
  for (const turn of turns) {
    const length = countWords(turn.text);
    const known = lengths.get(length);
    if (known) known.push(turn);
    else lengths.set(length, [turn]);
  }
  return lengths;
}

/**
 * Nine turns of other dialogues that are as long as the one that was said; where there are fewer, one word more or less, then two.
 * No two of the ten have the same words.
 *
 * @param options.isPossible which turns may be drawn; all of them without
 * @param options.maxWordsApart words more or less at most
 * @returns null where there are fewer than nine
 */
export function drawOthers(
  said: SpokenTurn,
  pool: TurnsByLength,
  {
    random,
    isPossible = () => true,
    maxWordsApart = MAX_WORDS_APART,
  }: {
    readonly random: Random;
    readonly isPossible?: (text: string) => boolean;
    readonly maxWordsApart?: number;
  },
): string[] | null {
  const words = countWords(said.text);
  const furthest = Math.max(words, ...pool.keys());
  const known = new Set([lettersOf(said.text)]);
  const drawn: string[] = [];
  for (let apart = 0; apart <= Math.min(maxWordsApart, furthest); apart++) {
    const lengths = apart === 0 ? [words] : [words - apart, words + apart];
    for (const { dialogue, text } of shuffled(
      lengths.flatMap((length) => pool.get(length) ?? []),
      random,
    )) {
      if (dialogue === said.dialogue || known.has(lettersOf(text)) || !isPossible(text)) continue;
      known.add(lettersOf(text));
      if (drawn.push(text) === OTHER_TURNS) return drawn;
    }
  }
  return null;
}

/** Letters and digits alone: turns that differ in their marks are the same turn. */
export const lettersOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
