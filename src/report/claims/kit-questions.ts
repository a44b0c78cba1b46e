/**
 * @file What the paper does not ask: whether it is instructions that help, or more text, or more steps, for which the controls of
 * `curricula.ts` are; and what we noticed in its numbers (docs/paper.md#ewok-and-entity-tracking).
 */
import { runName, type Claim } from "./claim.js";
import { OWN, ZERO_SHOT_QUALITY } from "./paper-runs.js";

const llama = (condition: string) => runName("llama140M", condition);

/** Of every question, as soon as its results are there. */
const SHORT_OPTIONS =
  "under the rules of 2025 entity tracking, part of the mean, moves with a preference for short options";

const above = (
  id: string,
  label: string,
  statement: string,
  [more, less]: readonly [readonly string[], readonly string[]],
  caveat: string | null = null,
): Claim => ({
  id,
  label,
  statement,
  source: "the kit",
  comparison: {
    kind: "difference",
    tasks: ZERO_SHOT_QUALITY,
    more: more.map(llama),
    less: less.map(llama),
    expect: "positive",
  },
  caveat: caveat === null ? SHORT_OPTIONS : `${caveat}; ${SHORT_OPTIONS}`,
});

/** A tenth of the way from guessing to all right, and as far below. */
const NEAR_CHANCE = 0.1;

const atChance = (id: string, task: "EWoK" | "Entity tracking", chance: number): Claim => {
  const within = NEAR_CHANCE * (1 - chance);
  const margin = `±${(100 * within).toFixed(0)}`;
  const name = task === "EWoK" ? task : "entity tracking";
  return {
    id,
    label: `${name} − chance, within ${margin}`,
    statement: `${task} is at chance for every model (${100 * chance} % ${margin.replace("±", "± ")} points)`,
    source: "the kit",
    comparison: { kind: "everyAtChance", task, runs: OWN, chance, within },
    caveat: "the margin is ours: a tenth of the way from chance to all right",
  };
};

/** The questions, each decided like a claim of the paper: the first six on the mean of the zero-shot tasks at hand. */
export const KIT_QUESTIONS: readonly Claim[] = [
  above("tuned-over-base", "merged − base", "Tuning on both sets helps zero-shot", [["merged"], ["base"]]),
  above(
    "instructions-over-words",
    "merged − as many words of text",
    "Instructions help more than as many words of plain text",
    [["merged"], ["moreText"]],
    "the text is pre-training text seen again",
  ),
  above(
    "instructions-over-steps",
    "merged − as many steps on text",
    "Instructions help more than as many steps on plain text",
    [["merged"], ["moreTextSteps"]],
    "a step on text holds whole rows, so that this control sees many times the words",
  ),
  above(
    "talk-over-questions",
    "switch − wiki, equal steps",
    "Conversations help more than questions, at equal steps",
    [["switchMatched"], ["wikiMatched"]],
    "the questions are a stand-in where the released set was not fetched",
  ),
  above(
    "both-over-one",
    "merged − one set, equal steps",
    "Two kinds of instruction help more than one, at equal steps",
    [["merged"], ["switchMatched", "wikiMatched"]],
  ),
  above(
    "sequence-over-mix",
    "sequential − merged, zero-shot",
    "One after the other helps more zero-shot than both mixed",
    [["switchThenWiki", "wikiThenSwitch"], ["merged"]],
  ),
  atChance("entity-tracking-at-chance", "Entity tracking", 0.2),
  atChance("ewok-at-chance", "EWoK", 0.5),
];
