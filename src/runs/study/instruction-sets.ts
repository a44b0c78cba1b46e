/** @file The instruction examples of a study: both sets within the budget, and the files they came from. */
import type { InstructionConfig, InstructionSet, StudyConfig } from "../../config/config.js";
import { defaultPlaces, type DataPlaces } from "../../data/files.js";
import type { NamedFile } from "../../data/files.js";
import {
  INSTRUCTION_BUDGET_WORDS,
  instructionWords,
  takeWithinWords,
} from "../../data/instructions/instruction-budget.js";
import {
  loadSwitchboardPairs,
  loadWikiQuestions,
  type InstructionExample,
} from "../../data/instructions/instructions.js";
import { findEntry, type DataFile } from "../../data/manifest.js";
import { releasedFiles } from "../../data/instructions/released-instructions.js";
import { deriveSeed } from "../../random.js";

/** An example with the set of the paper it stands for. */
export interface StudyExample extends InstructionExample {
  readonly set: InstructionSet;
}

/** Conversations, by the settings they depend on. */
export interface SwitchChoice {
  readonly set: "switch";
  /** Null takes all there are. */
  readonly rows: number | null;
  readonly pairing: InstructionConfig["switchboardPairs"];
  /** Of an example at most: 2 for pairs, more for conversations (docs/options.md#d25). `rows` counts pairs either way. */
  readonly turns: number;
}

/** Questions, by the settings they depend on. */
export interface WikiChoice {
  readonly set: "wiki";
  readonly rows: number | null;
  readonly wikiSource: "released" | "standIn";
  /** The conversations that count against the same budget of words; null where there is no such budget. */
  readonly beside: SwitchChoice | null;
}

/** A set by the settings that its examples depend on, and by no others. */
export type SetChoice = SwitchChoice | WikiChoice;

/** Whoever has instruction sets: a study, or the part of one that says which. */
export interface InstructionOwner {
  readonly source: "real" | "microworld";
  readonly config: {
    readonly budget: Pick<StudyConfig["budget"], "switchboardRows" | "wikiRows">;
    readonly instructions: Pick<InstructionConfig, "switchboardPairs" | "wikiSource" | "instructionBudget">;
  };
}

/**
 * What a set of a study depends on.
 *
 * @param turns of a conversation at most; questions have none
 * @throws RangeError when the study does not say which questions it has
 */
export function chooseSet({ config }: InstructionOwner, set: InstructionSet, turns = 2): SetChoice {
  const { budget, instructions } = config;
  const conversations = (ofTurns: number): SwitchChoice => ({
    set: "switch",
    rows: budget.switchboardRows,
    pairing: instructions.switchboardPairs,
    turns: ofTurns,
  });
  if (set === "switch") return conversations(turns);
  const { wikiSource, instructionBudget } = instructions;
  if (wikiSource === "asFetched")
    throw new RangeError(
      "chooseSet: wikiSource must be decided, got asFetched. Open the study with openStudy, which decides it.",
    );
  // Conversation counts against the budget also where a condition is tuned on questions alone.
  const beside = instructionBudget === "words8.7M" ? conversations(2) : null;
  return { set, rows: budget.wikiRows, wikiSource, beside };
}

const FILES = {
  switch: "switchboard/swda_train.tsv",
  wiki: "babylm_sample/train/simple_wiki.train",
} as const;

/** The files that a set is read from, those of conversations that count besides it included; none for generated text. */
export function filesOfSet(
  choice: SetChoice,
  {
    source,
    places = defaultPlaces(),
  }: { readonly source: "real" | "microworld"; readonly places?: DataPlaces },
): NamedFile[] {
  if (source === "microworld") return [];
  const isReleased = (choice.set === "switch" ? choice.pairing : choice.wikiSource) === "released";
  const files: (DataFile & { unverified?: boolean })[] = isReleased
    ? releasedFiles(choice.set === "switch" ? "switchboard" : "simple_wiki", places)
    : [findEntry(FILES[choice.set])];
  const own = files.map(({ path, sha256, unverified }): NamedFile => ({
    path,
    sha256,
    ...(unverified === true && { unverified }),
  }));
  const beside = choice.set === "wiki" ? choice.beside : null;
  return beside === null ? own : [...own, ...filesOfSet(beside, { source, places })];
}

/**
 * The examples of a set. Which ones they are does not depend on a study's seed.
 *
 * @returns `isShortened` where conversations left no room for some of the questions
 * @throws RangeError when the budget asks for more rows than there are, or leaves no room for questions
 */
export async function loadSet(
  choice: SetChoice,
  {
    source,
    places = defaultPlaces(),
  }: { readonly source: "real" | "microworld"; readonly places?: DataPlaces },
): Promise<{ readonly examples: readonly StudyExample[]; readonly isShortened: boolean }> {
  const request = { seed: deriveSeed(0, "instruction examples"), source, places, rows: choice.rows };
  if (choice.set === "switch") {
    const { pairing, turns } = choice;
    const pairs = await loadSwitchboardPairs({ ...request, pairing, turns });
    return { examples: pairs.map((example) => ({ ...example, set: "switch" })), isShortened: false };
  }
  let questions: readonly InstructionExample[] = await loadWikiQuestions({
    ...request,
    wikiSource: choice.wikiSource,
  });
  const all = questions.length;
  if (choice.beside !== null) {
    const { examples } = await loadSet(choice.beside, { source, places });
    questions = takeWithinWords(questions, INSTRUCTION_BUDGET_WORDS - instructionWords(examples));
  }
  return {
    examples: questions.map((example) => ({ ...example, set: "wiki" })),
    isShortened: questions.length < all,
  };
}

/**
 * Examples of some sets. Which ones they are does not depend on which other sets are asked for.
 *
 * @returns `files` those the examples come from, and those of conversations where they left questions out
 * @throws RangeError when the budget asks for more rows than there are, or leaves no room for questions
 */
export async function loadInstructionSets(
  owner: InstructionOwner,
  sets: readonly InstructionSet[],
  places: DataPlaces = defaultPlaces(),
): Promise<{ examples: readonly StudyExample[]; files: readonly NamedFile[] }> {
  const from = { source: owner.source, places };
  const examples: StudyExample[] = [];
  const origins = new Set(sets);
  for (const set of sets) {
    const loaded = await loadSet(chooseSet(owner, set), from);
    for (const example of loaded.examples) examples.push(example);
    if (loaded.isShortened) origins.add("switch");
  }
  const files = [...origins].flatMap((set) => {
    const choice = chooseSet(owner, set);
    return filesOfSet(choice.set === "wiki" ? { ...choice, beside: null } : choice, from);
  });
  return { examples, files };
}
