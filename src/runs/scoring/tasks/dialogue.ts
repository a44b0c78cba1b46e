/** @file The task `dialogue`: its sets in a study or a data folder. What is counted is in `turn-table.ts`. */
import { readText } from "../../../data/files.js";
import { findEntry } from "../../../data/manifest.js";
import { readChildPairs } from "../../../evaluation/child-pairs.js";
import { choicesOf, type DialogueItem } from "../../../evaluation/dialogue-items.js";
import { microworldChoices } from "../../../evaluation/microworld-choices.js";
import { readSwitchboardChoices } from "../../../evaluation/switchboard-choices.js";
import { deriveSeed, seeded, shuffled } from "../../../random.js";
import { readFromFolder, withOwnData, type ReadFile } from "./folder-file.js";
import { identify, type TurnItems } from "./task-definition.js";

const CHILD_PAIRS = "communicative/huggingface_dpo_format_eval.json";
const SWITCHBOARD = "switchboard/swda_val.tsv";
const CHILD_TEXT = "babylm_sample/train/childes.train";
/** Microworld items where all there are of a set are wanted: a grammar has no end. */
const MICROWORLD_ITEMS = 400;

/**
 * The items of a study: of real text the two real sets and the microworld's, of generated text that alone.
 *
 * @param options.itemsPerSet so many of each set, drawn without regard to any seed; null takes all
 * @throws Error when a file of real text is missing or damaged
 */
export async function dialogueOf(
  source: "real" | "microworld",
  { itemsPerSet }: { readonly itemsPerSet: number | null },
): Promise<TurnItems> {
  const read = async (path: string): Promise<ReadFile> => ({
    text: await readText(path),
    named: identify(findEntry(path)),
  });
  const real = source === "real";
  return items(
    {
      childPairs: real ? await read(CHILD_PAIRS) : null,
      childText: real ? await read(CHILD_TEXT) : null,
      switchboard: real ? await read(SWITCHBOARD) : null,
    },
    itemsPerSet,
  );
}

/**
 * All items of a folder: the child-directed pairs and the dialogues if it has their files, in their folders or by themselves, and those
 * of the microworld. Overlap is looked for if the CHILDES sample is there, or where the kit finds its data.
 *
 * @throws RangeError when a file is not what its name says
 */
export function dialogueIn(folder: string): TurnItems {
  const childPairs = readFromFolder(CHILD_PAIRS, [folder]);
  return items(
    {
      childPairs,
      childText: childPairs && readFromFolder(CHILD_TEXT, withOwnData(folder)),
      switchboard: readFromFolder(SWITCHBOARD, [folder]),
    },
    null,
  );
}

function items(
  {
    childPairs,
    childText,
    switchboard,
  }: Readonly<Record<"childPairs" | "childText" | "switchboard", ReadFile | null>>,
  itemsPerSet: number | null,
): TurnItems {
  const pairs = childPairs
    ? readChildPairs({ text: childPairs.text, name: CHILD_PAIRS, trainingText: childText?.text ?? null })
    : [];
  const dialogues = switchboard ? readSwitchboardChoices(switchboard.text) : [];
  const found = [
    ...some(pairs, itemsPerSet),
    ...some(dialogues, itemsPerSet),
    ...microworldChoices({ count: itemsPerSet ?? MICROWORLD_ITEMS }),
  ];
  return {
    files: [childPairs, childText, switchboard].flatMap((file) => (file ? [file.named] : [])),
    choices: found.flatMap(choicesOf),
  };
}

/** So many of a set, in its order. */
function some(set: readonly DialogueItem[], count: number | null): readonly DialogueItem[] {
  if (count === null) return set;
  const taken = new Set(shuffled(set, seeded(deriveSeed(0, "dialogue items"))).slice(0, count));
  return set.filter((item) => taken.has(item));
}
