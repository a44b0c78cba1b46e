/** @file `class-it evaluate`: scores a model folder, or the models of a condition, on zero-shot tasks. */
import { Command, Option } from "commander";
import { BACKENDS, type Backend } from "../evaluation/backends.js";
import { TIE_POLICIES, type TiePolicy } from "../evaluation/choices.js";
import type { Rules } from "../evaluation/rules.js";
import type { Result } from "../runs/study/results.js";
import { isScoredUnder, resultsUnder } from "../runs/scoring/results-under-rules.js";
import { ACQUISITION_TASK, GAME_TASK, TASKS, type Task } from "../runs/scoring/tasks.js";
import { isTurnTask, TURN_TASKS, type TurnTask } from "../runs/scoring/tasks/turn-task.js";
import {
  describeAcquisition,
  describeFolderSummary,
  describeGame,
  describeResult,
  describeTurnFolder,
  describeTurns,
} from "./evaluation-tables.js";
import {
  choice,
  decoderOf,
  example,
  jsonOption,
  listOption,
  rulesOption,
  runOptions,
  type RunOptions,
} from "./options.js";
import { scoreFolder, type AnyFolderSummary } from "./score-folder.js";
import { openRunStudy } from "./run-study.js";
import { printJson, type Surroundings } from "./surroundings.js";
import { trainModels } from "./train-models.js";

interface EvaluateOptions extends Partial<Omit<RunOptions, "model">> {
  /** A folder; with a condition the name of a decoder. */
  readonly model?: string;
  readonly data?: string;
  readonly out?: string;
  readonly fast?: true;
  readonly tiePolicy?: TiePolicy;
  readonly rules: Rules;
  readonly backend?: Backend;
  readonly tasks: readonly (Task | typeof ACQUISITION_TASK | typeof GAME_TASK | TurnTask)[];
  readonly json?: true;
}

/** The command `evaluate`. */
export function evaluateCommand(surroundings: Surroundings): Command {
  const command = new Command("evaluate")
    .description(
      "Score a Llama folder on the files of zero-shot tasks, or the models of a condition on the items of their study. Models of a " +
        "condition that are not in the cache are trained first. The task aoa (age of acquisition) needs the checkpoints of a training run in " +
        "folders chck_1M, chck_2M, …; without the official contexts it uses held-out child-directed text and says so. The task " +
        "reference-game is for the models of a condition: each plays with itself and with the microworld's grammar. The task dialogue (which " +
        "turn comes next) scores the sets whose files --data has, and the microworld's.",
    )
    .addHelpText(
      "after",
      example(
        "evaluate --model path/to/model --tasks blimp,reading --data path/to/evaluation_data --out scores",
        "evaluate --model path/to/checkpoints --tasks aoa --data path/to/evaluation_data --out scores --rules 2026",
        "evaluate --condition merged --scale smoke --seed 0 --tasks blimp,reading --model llama140M",
      ),
    )
    .action((options: EvaluateOptions) => evaluate(options, surroundings));
  const shared = runOptions()
    .filter((option) => option.name() !== "model")
    .map((option) => option.makeOptionMandatory(false));
  for (const option of [
    listOption("--tasks <names>", "tasks, separated by commas", [
      ...TASKS,
      ACQUISITION_TASK,
      GAME_TASK,
      ...TURN_TASKS,
    ]),
    new Option("--model <folder>", "a Hugging Face folder; with --condition the name of a decoder"),
    new Option("--data <folder>", "official evaluation data, or the files of one task"),
    new Option("--out <folder>", "folder for items, summaries and official predictions"),
    new Option("--fast", "use the fast sets if the data has both"),
    choice("--tie-policy <name>", "what a tie earns under the corrected scoring rule", TIE_POLICIES),
    choice("--backend <name>", "how a folder reads: forwards, or masked tokens in both directions", BACKENDS),
    rulesOption().default(2025),
    ...shared,
    jsonOption(),
  ])
    command.addOption(option);
  return command;
}

const FOLDER_OPTIONS = ["data", "out", "fast", "tiePolicy", "backend"] as const;
const STUDY_OPTIONS = ["study", "scale", "seed", "config", "crossed", "results", "cache"] as const;
const flag = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

async function evaluate(options: EvaluateOptions, surroundings: Surroundings): Promise<void> {
  const { condition, tasks, rules } = options;
  const foreign = tasks.filter((task) => !isScoredUnder(task, rules));
  if (foreign.length > 0)
    throw new RangeError(
      `class-it evaluate: every task must be one of the rules of ${rules}, got ${foreign.join(", ")}. Leave ${foreign.length === 1 ? "it" : "them"} out, or name another year with --rules.`,
    );
  if (condition === undefined) return evaluateModelFolder(options, surroundings);
  const misplaced = FOLDER_OPTIONS.filter((name) => options[name] !== undefined);
  if (misplaced.length > 0)
    throw new RangeError(
      `class-it evaluate: with --condition a study decides items and places, got ${misplaced.map(flag).join(", ")}. Leave them out, or give a folder with --model instead.`,
    );
  const { scale, seed } = options;
  if (scale === undefined || seed === undefined)
    throw new RangeError(
      `class-it evaluate: --condition must come with --scale and --seed, got ${scale === undefined ? "no --scale" : "no --seed"}. Add it.`,
    );
  const model = options.model === undefined ? {} : { model: decoderOf(options.model) };
  const { model: _, ...study } = options;
  await evaluateStudy({ ...study, condition, scale, seed, ...model }, options, surroundings);
}

async function evaluateStudy(
  run: RunOptions,
  { tasks, rules, json }: EvaluateOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { condition, seed } = run;
  const { stdout, stderr } = surroundings;
  const { study, models } = await openRunStudy(run);
  const [{ evaluateCondition }, { evaluateAcquisition }, { evaluateReferenceGame }] = await Promise.all([
    import("../runs/scoring/scoring.js"),
    import("../runs/scoring/acquisition-scores.js"),
    import("../runs/game/evaluate-game.js"),
  ]);
  await trainModels(study, { models, condition }, surroundings);
  const results: Result[] = [];
  for (const model of models)
    for (const task of tasks) {
      stderr.write(`evaluate: ${model} ${condition}, seed ${seed}: ${task}\n`);
      const run = { model, condition };
      const published =
        task === ACQUISITION_TASK
          ? await evaluateAcquisition(study, run)
          : task === GAME_TASK
            ? await evaluateReferenceGame(study, run)
            : await evaluateCondition(study, { ...run, task });
      results.push(...resultsUnder(study.resultsFolder, [published], rules));
    }
  if (json) return printJson(surroundings, results);
  for (const result of results) stdout.write(`${describeAny(result, rules)}\n`);
  stdout.write(`Results and items are in ${study.resultsFolder}.\n`);
}

function describeAny(result: Result, rules: Rules): string {
  if (result.task === GAME_TASK) return describeGame(result);
  return isTurnTask(result.task) ? describeTurns(result) : describeResult(result, rules);
}

function describeFolder(summary: AnyFolderSummary): string {
  if (summary.task === ACQUISITION_TASK) return describeAcquisition(summary);
  return "figures" in summary ? describeTurnFolder(summary) : describeFolderSummary(summary);
}

async function evaluateModelFolder(options: EvaluateOptions, surroundings: Surroundings): Promise<void> {
  const { model, data, out, tasks, rules, fast = false, tiePolicy = "halfCredit" } = options;
  const misplaced = STUDY_OPTIONS.filter((name) => options[name] !== undefined);
  if (model === undefined || data === undefined || out === undefined || misplaced.length > 0)
    throw new RangeError(
      "class-it evaluate: a folder must be given with --model, --data and --out, or a study's models with --condition, --scale and --seed, " +
        `got ${[...misplaced.map(flag), ...(["model", "data", "out"] as const).filter((name) => options[name] === undefined).map((name) => `no ${flag(name)}`)].join(", ")}. See npx class-it evaluate --help.`,
    );
  const { backend = "causal" } = options;
  if (backend !== "causal" && tasks.includes(ACQUISITION_TASK))
    throw new RangeError(
      `class-it evaluate: ${ACQUISITION_TASK} must be scored with the backend causal, got ${backend}. Leave --backend or the task out.`,
    );
  const scored = tasks.filter((task) => task !== GAME_TASK);
  if (scored.length < tasks.length)
    throw new RangeError(
      `class-it evaluate: ${GAME_TASK} must be played by the models of a condition, got a folder. Add --condition, or give playReferenceGame the folder.`,
    );
  const summaries = await scoreFolder(
    { model, data, out, tasks: scored, rules, fast, tiePolicy, backend },
    surroundings,
  );
  if (options.json) return printJson(surroundings, summaries);
  for (const summary of summaries) surroundings.stdout.write(`${describeFolder(summary)}\n`);
  surroundings.stdout.write(`Items, summaries and official predictions are in ${out}.\n`);
}
