/**
 * @file The claims of the paper, one record each, with the place where it makes them. How a comparison is computed is in
 * `decide.ts`; margins are explained next to them. Our own observations about its numbers are in `kit-questions.ts`.
 */
import { FINETUNING_TASKS } from "../published/published.js";
import type { Claim } from "./claim.js";
import {
  ALL_TASKS,
  BASE,
  BASELINES,
  LARGE,
  MERGED,
  OWN,
  SEQUENTIAL,
  SMALL,
  TUNED,
  ZERO_SHOT_QUALITY,
} from "./paper-runs.js";

/** What separates the base model from the weakest baseline in the mean of seven tasks: 67.6 − 64.1. */
const MODEST = 0.035;
/** One point of the mean of seven tasks: less than one item of WSC and less than any gain the paper names. */
const LITTLE = 0.01;

/** What instruction tuning gains in fine-tuning. */
const TUNED_OVER_BASE = { tasks: FINETUNING_TASKS, more: TUNED, less: [BASE] };

/** Every claim, in the order of the paper: abstract, results, conclusions. */
export const PAPER_CLAIMS: readonly Claim[] = [
  {
    id: "fine-tuning-gain",
    label: "gain in fine-tuning",
    statement: "Instruction tuning gives gains in fine-tuning",
    source: "abstract, page 436",
    comparison: { kind: "difference", ...TUNED_OVER_BASE, expect: "positive" },
    caveat: "one seed; the best epoch was picked on the scored set",
  },
  {
    id: "fine-tuning-gain-consistent",
    label: "gain of the weakest tuned model",
    statement: "These gains are consistent: every tuned model is above its base",
    source: "abstract, page 436",
    comparison: { kind: "everyDifference", ...TUNED_OVER_BASE, over: "meanOfTasks" },
    caveat: "two of five means lie above the base's",
  },
  {
    id: "fine-tuning-gain-modest",
    label: "gain in fine-tuning, within ±3.5",
    statement: "These gains are modest: below the 3.5 points from the base model to the GPT-2 baseline",
    source: "abstract, page 436; poster, conclusions",
    comparison: { kind: "difference", ...TUNED_OVER_BASE, expect: { negligibleWithin: MODEST } },
    caveat: "the margin is ours",
  },
  {
    id: "gain-depends-on-task",
    label: "gain, deviation between tasks",
    statement: "Gains are task-dependent",
    source: "poster, conclusions",
    comparison: { kind: "dependsOnTask", ...TUNED_OVER_BASE },
    caveat: null,
  },
  {
    id: "sequential-over-merged-fine-tuning",
    label: "sequential − merged, fine-tuning",
    statement: "Sequential curricula beat merged data in fine-tuning",
    source: "abstract, page 436",
    comparison: {
      kind: "difference",
      tasks: FINETUNING_TASKS,
      more: SEQUENTIAL,
      less: [MERGED],
      expect: "positive",
    },
    caveat: "by the median z-score of the same scores merged is best",
  },
  {
    id: "sequential-over-merged-all",
    label: "sequential − merged, all tasks",
    statement: "Sequential curricula beat merged data over all tasks",
    source: "poster, Figure 6",
    comparison: {
      kind: "medianZ",
      tasks: ALL_TASKS,
      among: OWN,
      more: SEQUENTIAL,
      less: [MERGED],
      against: "mean",
    },
    caveat: null,
  },
  {
    id: "merged-best-by-z",
    label: "merged − best other, fine-tuning",
    statement: "Merged data is best by median z-score in fine-tuning",
    source: "poster, Figure 4",
    comparison: {
      kind: "medianZ",
      tasks: FINETUNING_TASKS,
      among: OWN,
      more: [MERGED],
      less: OWN.filter((name) => name !== MERGED),
      against: "best",
    },
    caveat: "by the mean of the same scores sequential is best",
  },
  {
    id: "order-of-little-importance",
    label: "one order − the other, within ±1",
    statement: "The order of the two sets is of little importance (within 1 point in fine-tuning)",
    source: "poster, conclusions",
    comparison: {
      kind: "difference",
      tasks: FINETUNING_TASKS,
      more: SEQUENTIAL.slice(0, 1),
      less: SEQUENTIAL.slice(1),
      expect: { negligibleWithin: LITTLE },
    },
    caveat: "the margin is ours",
  },
  {
    id: "no-carry-over-to-zero-shot",
    label: "clearest loss zero-shot",
    statement: "Gains do not carry over consistently to zero-shot tasks",
    source: "abstract, page 436",
    comparison: { kind: "someLoss", tasks: ZERO_SHOT_QUALITY, more: TUNED, less: [BASE] },
    caveat: "WUG accuracy is left out: it measures a preference",
  },
  {
    id: "smaller-fits-reading-times",
    label: "100M − 140M, reading times",
    statement: "The smaller model fits reading times better",
    source: "poster, conclusions",
    comparison: {
      kind: "difference",
      tasks: ["Eye tracking", "Self-paced reading"],
      more: SMALL.slice(0, 1),
      less: [BASE],
      expect: "positive",
    },
    caveat: "very probably the tokenizer and not the size: only the smaller one's puts a space before a word",
  },
  {
    id: "larger-better-fine-tuning",
    label: "140M − 100M, fine-tuning",
    statement: "The larger model is better in fine-tuning",
    source: "poster, Figure 4",
    comparison: { kind: "difference", tasks: FINETUNING_TASKS, more: LARGE, less: SMALL, expect: "positive" },
    caveat: "the smaller one gives the most frequent answer on four tasks",
  },
  {
    id: "larger-better-overall",
    label: "140M − 100M, all tasks",
    statement: "The larger model is better overall",
    source: "poster, Figure 6",
    comparison: {
      kind: "medianZ",
      tasks: ALL_TASKS,
      among: OWN,
      more: LARGE,
      less: SMALL,
      against: "mean",
    },
    caveat: "rests on the fine-tuning scores of the row above",
  },
  {
    id: "trouble-with-inference-and-paraphrase",
    label: "closest baseline − own, MNLI and QQP",
    statement:
      "The models have trouble with inference and paraphrase: all below all baselines on MNLI and QQP",
    source: "poster, conclusions",
    comparison: {
      kind: "everyDifference",
      tasks: ["MNLI", "QQP"],
      over: "eachTask",
      more: BASELINES,
      less: OWN,
    },
    caveat: null,
  },
  {
    id: "good-on-wugs",
    label: "own − closest baseline, WUGs",
    statement: "The models are good on WUGs: all above all baselines",
    source: "poster, conclusions",
    comparison: {
      kind: "everyDifference",
      tasks: ["WUG adjective nominalization"],
      over: "eachTask",
      more: OWN,
      less: BASELINES,
    },
    caveat: "the score is the share that prefers -ity, which people prefer in 58.5 %: no measure of quality",
  },
  {
    id: "poor-on-entity-tracking",
    label: "closest baseline − own, entity tracking",
    statement: "The models are poor on entity tracking: all below all baselines",
    source: "poster, conclusions",
    comparison: {
      kind: "everyDifference",
      tasks: ["Entity tracking"],
      over: "eachTask",
      more: BASELINES,
      less: OWN,
    },
    caveat: null,
  },
];
