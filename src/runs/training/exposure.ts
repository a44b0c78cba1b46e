/** @file How many words a condition learns from and sees, said before it trains and kept in its training result. */
import { z } from "zod";
import type { Condition, TuningStage } from "../../config/config.js";
import { curriculaOf, curriculumOf, needsDialogues, setsOf } from "../../config/curricula.js";
import {
  checkWordBudget,
  describeWordBudget,
  type WordBudget,
  type WordPhase,
} from "../../data/word-budget.js";
import { inspectFile } from "../../data/files.js";
import { PREFERENCES_FILE } from "../../data/instructions/preference-pairs.js";
import { wordsOf } from "../../data/instructions/chat-template.js";
import { countWords } from "../../data/words.js";
import { reportProgress } from "../stages/progress.js";
import { chooseSet, loadSet, type StudyExample } from "../study/instruction-sets.js";
import { keptValue } from "../study/kept.js";
import type { Metric } from "../study/results.js";
import type { Study } from "../study/study.js";
import { loadText } from "../study/pretraining-text.js";
import { loadPairs } from "./preference-rows.js";

/** Tokens of a word before a tokenizer exists; only stages on text, alone or mixed in, are estimated by it. */
const TOKENS_PER_WORD = 1.4;

/**
 * The word budget of a condition: its pre-training text, and the prompts and replies of each tuning stage. Examples
 * later left out as too long are counted, the words of the chat template are not; of stages whose length is given in steps
 * or on text it is an estimate, and the records of the training have the exact number. Text that is mixed into a stage is a
 * phase of its own, named after the stage: `merged text`.
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
    const epoch = await measureEpoch(study, stage, text);
    const epochs = await epochsOf(study, stage, { ...epoch, text });
    const isText = stage.examples === "text";
    const name = isText ? stage.name : `${stage.name} text`;
    if (!isText) phases.push({ name: stage.name, words: epoch.exampleWords, epochs });
    if (epoch.textWords > 0)
      phases.push({
        name,
        words: text.words,
        epochs: (epoch.textWords * epochs) / text.words,
        isRepeat: true,
      });
  }
  return checkWordBudget(phases);
}

/** What one epoch of a stage holds. */
interface MeasuredEpoch {
  readonly exampleWords: number;
  /** Of pre-training text. */
  readonly textWords: number;
  readonly steps: number;
}

async function measureEpoch(
  { config, ...study }: Study,
  stage: TuningStage,
  text: { readonly words: number },
): Promise<MeasuredEpoch> {
  if (stage.examples === "text") {
    const rowTokens = Math.max(...Object.values(config.rowLengthTokens));
    const rows = (text.words * TOKENS_PER_WORD) / rowTokens;
    return {
      exampleWords: 0,
      textWords: text.words,
      steps: Math.ceil(rows / config.pretraining.batchSize),
    };
  }
  if (stage.preference) {
    const pairsFile = stage.preference.pairs ?? null;
    const { switchboardRows } = config.budget;
    const pairs = await loadPairs({ ...study, pairsFile, pairs: switchboardRows });
    return {
      // Both rows of a pair begin with its prompt.
      exampleWords: pairs.reduce(
        (sum, { prompt, chosen, rejected }) =>
          sum + 2 * countWords(prompt) + countWords(chosen) + countWords(rejected),
        0,
      ),
      textWords: 0,
      steps: Math.ceil(pairs.length / config.instructionTuning.batchSize),
    };
  }
  const examples: StudyExample[] = [];
  for (const set of setsOf(stage)) {
    const loaded = await loadSet(chooseSet({ config, ...study }, set, stage.turns), study);
    examples.push(...loaded.examples);
  }
  const exampleWords = examples.reduce((sum, example) => sum + wordsOf(example), 0);
  const replies = examples.flatMap(({ earlier = [], reply }) => [
    ...earlier.filter((_, turn) => turn % 2 === 1),
    reply,
  ]);
  const isAllTrained = config.instructions.lossOn === "full" || stage.trainedSpeakers === "both";
  const trained = isAllTrained ? exampleWords : replies.reduce((sum, reply) => sum + countWords(reply), 0);
  const [share = 0] = stage.shares ?? [];
  return {
    exampleWords,
    textWords: (trained + replies.length / TOKENS_PER_WORD) * (share / (1 - share)), // an end token each
    steps: Math.ceil(examples.length / config.instructionTuning.batchSize),
  };
}

async function epochsOf(
  study: Study,
  { length }: TuningStage,
  epoch: MeasuredEpoch & { readonly text: { readonly words: number } },
): Promise<number> {
  const { maxEpochs } = study.config.instructionTuning;
  if (length === "configured") return maxEpochs;
  if (length === "halfConfigured") return Math.max(1, Math.floor(maxEpochs / 2));
  if ("epochs" in length) return length.epochs;
  if ("steps" in length) return length.steps / epoch.steps;
  const words = epoch.exampleWords + epoch.textWords;
  if ("words" in length) return length.words / words;
  const matched = "stepsOf" in length ? length.stepsOf : length.wordsOf;
  const seen = { steps: 0, words: 0 };
  for (const stage of curriculumOf(study.config, matched)) {
    const other = await measureEpoch(study, stage, epoch.text);
    const epochs = await epochsOf(study, stage, { ...other, text: epoch.text });
    seen.steps += other.steps * epochs;
    seen.words += (other.exampleWords + other.textWords) * epochs;
  }
  return "stepsOf" in length ? seen.steps / epoch.steps : seen.words / words;
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
 * The budgets of all conditions, a row each; of those that need dialogues none where the study has the released pairs, and of those
 * on preferences none where their file was not fetched.
 *
 * @returns in words; `exceeded` names the limits, or says none
 * @throws Error when a file of the study's text is missing or damaged
 */
export const describeExposures = (study: Study): Promise<z.infer<typeof exposuresSchema>> =>
  keptValue(study, { name: "exposures" }, exposuresSchema, async () => {
    const text = await loadText(study);
    const rows = [];
    const { switchboardPairs } = study.config.instructions;
    const isMissing = study.source === "real" && (await inspectFile(PREFERENCES_FILE)).state === "missing";
    for (const [condition, stages] of Object.entries(curriculaOf(study.config))) {
      if (switchboardPairs === "released" && needsDialogues(stages)) continue;
      if (isMissing && stages.some(({ preference }) => preference)) continue;
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
