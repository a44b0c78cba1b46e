/** @file Dialogue choice, child-directed: what a mother says, and what the child answered against a random reply as long. */
import { z } from "zod";
import { describeIssue } from "../config/config-schema.js";
import { lettersOf, type DialogueItem } from "./dialogue-items.js";

const spoken = (label: string) =>
  z
    .string()
    .refine((text) => text.startsWith(label) && text.length > label.length, `must begin with ${label}`);
const [MOTHER, CHILD] = ["*MOT: ", "*CHI: "];
const pairsSchema = z
  .array(z.object({ prompt: spoken(MOTHER), chosen: spoken(CHILD), rejected: spoken(CHILD) }))
  .min(1);

/**
 * Items of a JSON array of pairs. Sums cover the whole text, as the authors score it.
 *
 * @param file.name what errors call the file
 * @param file.trainingText lines of child-directed text that models learned from; null where it is not at hand
 * @throws RangeError naming file and place when it is no such array
 *
 * Source: Padovani et al. 2025, arXiv 2510.20358, `huggingface_dpo_format_eval.json`.
 */
export function readChildPairs({
  text,
  name,
  trainingText,
}: {
  readonly text: string;
  readonly name: string;
  readonly trainingText: string | null;
}): DialogueItem[] {
  const pairs = pairsSchema.safeParse(parsed(text));
  if (!pairs.success)
    throw new RangeError(
      `readChildPairs: ${name} must be a JSON array of objects with prompt ("${MOTHER}…"), chosen and rejected ("${CHILD}…"), got ${describeIssue(pairs.error, "the array")}. Fetch the file again.`,
    );
  const isHeld = trainingText === null ? null : pairFinder(trainingText);
  return pairs.data.map(({ prompt, chosen, rejected }, index) => ({
    set: "childPairs",
    id: `childPairs_${index}`,
    turns: [{ label: MOTHER, text: prompt.slice(MOTHER.length) }],
    label: CHILD,
    separator: " ",
    candidates: [chosen, rejected].map((reply) => reply.slice(CHILD.length)),
    wholeText: true,
    ...(isHeld && { isInTraining: isHeld(prompt, chosen) }),
  }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether two turns follow each other in a text of one turn a line, whoever says them and whatever their marks. */
function pairFinder(trainingText: string): (first: string, second: string) => boolean {
  const said = (turn: string): string => lettersOf(turn.replace(/^\*\w+:/, ""));
  const lines = trainingText.split("\n").map(said);
  const held = new Set(lines.map((line, index) => `${line}\n${lines[index + 1] ?? ""}`));
  return (first, second) => held.has(`${said(first)}\n${said(second)}`);
}
