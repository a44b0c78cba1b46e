/** @file How many words a condition learns from and sees, said before it trains and kept in its training result. */
import { phasesOf } from "../training/curriculum.js";
import { CONDITIONS, type Condition } from "../config.js";
import { checkWordBudget, describeWordBudget, type WordBudget } from "../data/word-budget.js";
import { countWords } from "../data/words.js";
import { loadInstructionSets } from "./instruction-sets.js";
import { reportProgress } from "./progress.js";
import type { Metric } from "./results.js";
import type { Study } from "./study.js";
import { loadText } from "./text.js";

/**
 * The word budget of a condition: its pre-training text, and the prompts and replies of each tuning phase. Examples
 * later left out as too long are counted, the words of the chat template are not.
 *
 * @param text.words words of the pre-training text
 */
export async function measureExposure(
  { config, ...study }: Study,
  { condition, text }: { readonly condition: Condition; readonly text: { readonly words: number } },
): Promise<WordBudget> {
  const { pretraining, instructionTuning } = config;
  const phases = [{ name: "pre-training", words: text.words, epochs: pretraining.maxEpochs }];
  for (const { name, sets } of phasesOf(condition)) {
    const { examples } = await loadInstructionSets({ config, ...study }, sets);
    const words = examples.reduce(
      (sum, { prompt, reply }) => sum + countWords(prompt) + countWords(reply),
      0,
    );
    phases.push({ name, words, epochs: instructionTuning.maxEpochs });
  }
  return checkWordBudget(phases);
}

/** The budgets of all conditions, a row each. */
export async function describeExposures(
  study: Study,
): Promise<{ condition: string; distinctWords: number; exposureWords: number; exceeded: string }[]> {
  const text = await loadText(study);
  const rows = [];
  for (const condition of CONDITIONS) {
    const { distinctWords, exposureWords, exceeded } = await measureExposure(study, { condition, text });
    rows.push({ condition, distinctWords, exposureWords, exceeded: exceeded.join(", ") || "none" });
  }
  return rows;
}

/**
 * {@link measureExposure}, told to who follows the run. A run beyond the rules also warns on stderr, and goes on: it
 * may be meant.
 */
export async function announceExposure(
  study: Study,
  run: { readonly condition: Condition; readonly text: { readonly words: number } },
): Promise<WordBudget> {
  const budget = await measureExposure(study, run);
  const text = `${run.condition}: ${describeWordBudget(budget)}`;
  reportProgress({ type: "note", text });
  if (budget.exceeded.length > 0) process.emitWarning(text, { type: "WordBudgetWarning" });
  return budget;
}

/** The budget as metrics of the training result: `words` and `exposureWords` of every phase and of all. */
export function exposureMetrics({ phases, distinctWords, exposureWords, exceeded }: WordBudget): Metric[] {
  const metric = (name: string, part: string, value: number, n = value): Metric => ({
    metric: name,
    part,
    reading: "none",
    value,
    n,
    ties: null,
  });
  return [
    ...phases.flatMap((phase) => [
      metric("words", phase.name, phase.words),
      metric("exposureWords", phase.name, phase.exposureWords, phase.words),
    ]),
    metric("words", "all", distinctWords),
    metric("exposureWords", "all", exposureWords, distinctWords),
    metric("exceededWordLimits", "all", exceeded.length, distinctWords),
  ];
}
