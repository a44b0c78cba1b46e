/** @file How many words a condition learns from and sees, said before it trains and kept in its training result. */
import { z } from "zod";
import type { Condition, TuningStage } from "../../config/config.js";
import { curriculaOf, curriculumOf } from "../../config/curricula.js";
import {
  checkWordBudget,
  describeWordBudget,
  type WordBudget,
  type WordPhase,
} from "../../data/word-budget.js";
import { countWords } from "../../data/words.js";
import { reportProgress } from "../stages/progress.js";
import { loadInstructionSets } from "../study/instruction-sets.js";
import { keptValue } from "../study/kept.js";
import type { Metric } from "../study/results.js";
import type { Study } from "../study/study.js";
import { loadText } from "../study/pretraining-text.js";

/** Tokens of a word before a tokenizer exists; only the length of stages on more text is estimated by it. */
const TOKENS_PER_WORD = 1.4;

/**
 * The word budget of a condition: its pre-training text, and the prompts and replies of each tuning stage. Examples
 * later left out as too long are counted, the words of the chat template are not; of stages whose length is given in steps
 * or on more text it is an estimate, and the records of the training have the exact number.
 *
 * @param options.condition a name of the study's curricula
 * @param options.text.words words of the pre-training text
 * @throws RangeError for an unknown condition
 */
export async function measureExposure(
  study: Study,
  { condition, text }: { readonly condition: Condition; readonly text: { readonly words: number } },
): Promise<WordBudget> {
  const { pretraining } = study.config;
  const phases: WordPhase[] = [{ name: "pre-training", words: text.words, epochs: pretraining.maxEpochs }];
  for (const stage of curriculumOf(study.config, condition)) {
    const { words, steps } = await measureEpoch(study, stage, text);
    const isRepeat = stage.examples === "text";
    const epochs = await epochsOf(study, stage, { words, steps, text });
    phases.push({ name: stage.name, words, epochs, ...(isRepeat && { isRepeat }) });
  }
  return checkWordBudget(phases);
}

/** Words and steps of one epoch of a stage. */
async function measureEpoch(
  { config, ...study }: Study,
  { examples }: TuningStage,
  text: { readonly words: number },
): Promise<{ words: number; steps: number }> {
  if (examples === "text") {
    const rowTokens = Math.max(...Object.values(config.rowLengthTokens));
    const rows = (text.words * TOKENS_PER_WORD) / rowTokens;
    return { words: text.words, steps: Math.ceil(rows / config.pretraining.batchSize) };
  }
  const loaded = await loadInstructionSets({ config, ...study }, examples);
  const words = loaded.examples.reduce(
    (sum, { prompt, reply }) => sum + countWords(prompt) + countWords(reply),
    0,
  );
  return { words, steps: Math.ceil(loaded.examples.length / config.instructionTuning.batchSize) };
}

async function epochsOf(
  study: Study,
  { length }: TuningStage,
  epoch: { readonly words: number; readonly steps: number; readonly text: { readonly words: number } },
): Promise<number> {
  const { maxEpochs } = study.config.instructionTuning;
  if (length === "configured") return maxEpochs;
  if (length === "halfConfigured") return Math.max(1, Math.floor(maxEpochs / 2));
  if ("epochs" in length) return length.epochs;
  if ("steps" in length) return length.steps / epoch.steps;
  if ("words" in length) return length.words / epoch.words;
  const matched = "stepsOf" in length ? length.stepsOf : length.wordsOf;
  const seen = { steps: 0, words: 0 };
  for (const stage of curriculumOf(study.config, matched)) {
    const other = await measureEpoch(study, stage, epoch.text);
    const epochs = await epochsOf(study, stage, { ...other, text: epoch.text });
    seen.steps += other.steps * epochs;
    seen.words += other.words * epochs;
  }
  return "stepsOf" in length ? seen.steps / epoch.steps : seen.words / epoch.words;
}

const exposuresSchema = z.array(
  z.object({
    condition: z.string(),
    distinctWords: z.number(),
    exposureWords: z.number(),
    exceeded: z.string(),
  }),
);

/**
 * The budgets of all conditions, a row each.
 *
 * @returns in words; `exceeded` names the limits, or says none
 * @throws Error when a file of the study's text is missing or damaged
 */
export const describeExposures = (study: Study): Promise<z.infer<typeof exposuresSchema>> =>
  keptValue(study, { name: "exposures" }, exposuresSchema, async () => {
    const text = await loadText(study);
    const rows = [];
    for (const condition of Object.keys(curriculaOf(study.config))) {
      const { distinctWords, exposureWords, exceeded } = await measureExposure(study, { condition, text });
      rows.push({ condition, distinctWords, exposureWords, exceeded: exceeded.join(", ") || "none" });
    }
    return rows;
  });

/**
 * {@link measureExposure}, told to whoever follows the run. A run beyond the rules also warns on stderr, and continues: it
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
    scoringRule: "none",
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
