/** @file The instruction examples of a study: both sets within the budget, and the files they came from. */
import { loadSwitchboardPairs, loadWikiQuestions, type InstructionExample } from "../data/instructions.js";
import { findEntry } from "../data/manifest.js";
import { deriveSeed } from "../random.js";
import type { InstructionSet } from "../training/curriculum.js";
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
 * Examples of some sets. Which ones they are does not depend on the study's seed.
 *
 * @throws RangeError when the budget asks for more rows than there are
 */
export async function loadInstructionSets(
  study: Study,
  sets: readonly InstructionSet[],
): Promise<{ examples: readonly StudyExample[]; files: readonly { path: string; sha256: string }[] }> {
  const { budget, instructions } = study.config;
  const { source } = study;
  const seed = deriveSeed(0, "instruction examples");
  const examples: StudyExample[] = [];
  for (const set of sets) {
    const loaded =
      set === "switch"
        ? await loadSwitchboardPairs({
            rows: budget.switchboardRows,
            seed,
            source,
            pairing: instructions.switchboardPairs,
          })
        : await loadWikiQuestions({ rows: budget.wikiRows, seed, source });
    examples.push(...loaded.map((example) => ({ ...example, set })));
  }
  const paths = source === "real" ? sets.map((set) => FILES[set]) : [];
  return { examples, files: paths.map((path) => ({ path, sha256: findEntry(path).sha256 })) };
}
