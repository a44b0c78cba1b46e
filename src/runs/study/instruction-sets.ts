/** @file The instruction examples of a study: both sets within the budget, and the files they came from. */
import type { InstructionSet } from "../../config.js";
import { defaultPlaces, type DataPlaces } from "../../data/files.js";
import type { NamedFile } from "../../data/files.js";
import {
  INSTRUCTION_BUDGET_WORDS,
  instructionWords,
  takeWithinWords,
} from "../../data/instruction-budget.js";
import { loadSwitchboardPairs, loadWikiQuestions, type InstructionExample } from "../../data/instructions.js";
import { findEntry, type DataFile } from "../../data/manifest.js";
import { releasedFiles } from "../../data/released-instructions.js";
import { deriveSeed } from "../../random.js";
import type { Study } from "./study.js";

/** An example with the set of the paper it stands for. */
export interface StudyExample extends InstructionExample {
  readonly set: InstructionSet;
}

const FILES = {
  switch: "switchboard/swda_train.tsv",
  wiki: "babylm_sample/train/simple_wiki.train",
} as const;

/**
 * Examples of some sets. Which ones they are does not depend on the study's seed, nor on which other sets are asked for.
 *
 * @throws RangeError when the budget asks for more rows than there are, or leaves no room for questions
 */
export async function loadInstructionSets(
  study: Study,
  sets: readonly InstructionSet[],
  places: DataPlaces = defaultPlaces(),
): Promise<{ examples: readonly StudyExample[]; files: readonly NamedFile[] }> {
  const { instructionBudget } = study.config.instructions;
  const examples: StudyExample[] = [];
  const origins = new Set(sets);
  let conversation: InstructionExample[] | undefined;
  const loadConversation = async () => (conversation ??= await loadSet(study, "switch", places));
  for (const set of sets) {
    let loaded: readonly InstructionExample[] =
      set === "switch" ? await loadConversation() : await loadSet(study, set, places);
    if (set === "wiki" && instructionBudget === "words8.7M") {
      // Conversation counts against the budget also where a condition is tuned on questions alone.
      const room = INSTRUCTION_BUDGET_WORDS - instructionWords(await loadConversation());
      const within = takeWithinWords(loaded, room);
      if (within.length < loaded.length) origins.add("switch");
      loaded = within;
    }
    examples.push(...loaded.map((example) => ({ ...example, set })));
  }
  const files = study.source === "real" ? [...origins].flatMap((set) => filesOf(study, set, places)) : [];
  return { examples, files };
}

async function loadSet(
  { config, source }: Study,
  set: InstructionSet,
  places: DataPlaces,
): Promise<InstructionExample[]> {
  const { budget, instructions } = config;
  const request = { seed: deriveSeed(0, "instruction examples"), source, places };
  if (set === "switch") {
    return loadSwitchboardPairs({
      ...request,
      rows: budget.switchboardRows,
      pairing: instructions.switchboardPairs,
    });
  }
  const { wikiSource } = instructions;
  if (wikiSource !== "asFetched") return loadWikiQuestions({ ...request, rows: budget.wikiRows, wikiSource });
  throw new RangeError(
    "loadInstructionSets: wikiSource must be decided, got asFetched. Open the study with openStudy, which decides it.",
  );
}

function filesOf({ config }: Study, set: InstructionSet, places: DataPlaces): NamedFile[] {
  const { switchboardPairs, wikiSource } = config.instructions;
  const isReleased = (set === "switch" ? switchboardPairs : wikiSource) === "released";
  const files: (DataFile & { unverified?: boolean })[] = isReleased
    ? releasedFiles(set === "switch" ? "switchboard" : "simple_wiki", places)
    : [findEntry(FILES[set])];
  return files.map(({ path, sha256, unverified }) => ({
    path,
    sha256,
    ...(unverified === true && { unverified }),
  }));
}
