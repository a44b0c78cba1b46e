/** @file `class-it budget`: what the stages of a grid cost, told before it is spent. */
import { setImmediate as turnOfEventLoop } from "node:timers/promises";
import { Command, Option } from "commander";
import { MODELS, SCALES, type Condition, type ModelName, type Scale } from "../config/config.js";
import type { Rehearsal } from "../runs/cost/rehearsal.js";
import type { ResultRun } from "../runs/study/results.js";
import type { Study } from "../runs/study/study.js";
import { interruptible } from "./interruptible.js";
import { choice, conditionOption, example, jsonOption, studyOptions, type StudyOptions } from "./options.js";
import { progressLine } from "./progress-line.js";
import { decodersOf, openScaleStudy } from "./run-study.js";
import { printJson, type Surroundings } from "./surroundings.js";

interface BudgetOptions extends StudyOptions {
  readonly scale?: Scale;
  readonly condition?: Condition;
  readonly model?: ModelName;
  readonly rehearse?: true;
  readonly json?: true;
}

/** The command `budget`. */
export function budgetCommand(surroundings: Surroundings): Command {
  const command = new Command("budget")
    .description(
      "Show what training costs, stage by stage: words, tokens, optimizer steps and operations, counted on your text without training; " +
        "measured seconds, if results were trained on this machine; projected hours on a GPU. Without options it covers all scales, the " +
        "poster's models and the controls of the laptop grid.",
    )
    .addHelpText(
      "after",
      example(
        "budget --scale laptop",
        "budget --scale paper --condition merged --model llama140M --rehearse",
      ),
    )
    .action((options: BudgetOptions) => budget(options, surroundings));
  for (const option of [
    choice("--scale <name>", "size of models, text and budgets; without it, all", SCALES),
    conditionOption(),
    choice("--model <name>", "one decoder", MODELS),
    new Option("--rehearse", "take two steps with each decoder, and project the hours on this machine"),
    ...studyOptions(),
    jsonOption(),
  ])
    command.addOption(option);
  return command;
}

async function budget(options: BudgetOptions, surroundings: Surroundings): Promise<void> {
  const { condition, model } = options;
  const [{ budgetRuns }, { SCALE_SEEDS }] = await Promise.all([
    import("../runs/cost/budget.js"),
    import("../config/scales.js"),
  ]);
  const plans: BudgetPlan[] = [];
  for (const scale of options.scale ? [options.scale] : SCALES) {
    const [seed] = SCALE_SEEDS[scale]; // costs do not depend on it, but for the padding of batches
    const study = await openScaleStudy({ ...options, scale, seed });
    const runs =
      condition === undefined
        ? budgetRuns(study).filter((run) => model === undefined || run.model === model)
        : (await decodersOf(study, condition, model)).map((decoder) => ({ model: decoder, condition }));
    plans.push({ study, runs });
  }
  const [rehearse, json] = [options.rehearse === true, options.json === true];
  await tellBudgets(plans, { rehearse, json }, surroundings);
}

/** A study and what of it is asked for. */
export interface BudgetPlan {
  readonly study: Study;
  readonly runs: readonly ResultRun[];
}

/** Counts and prints, study after study. @throws Interrupted after a Ctrl-C during the steps of a rehearsal */
export async function tellBudgets(
  plans: readonly BudgetPlan[],
  { rehearse, json }: { readonly rehearse: boolean; readonly json: boolean },
  surroundings: Surroundings,
): Promise<void> {
  const [{ countBudget }, { budgetRows, describeBudget }, { tableMarkdown }] = await Promise.all([
    import("../runs/cost/budget.js"),
    import("../report/rows/budget-rows.js"),
    import("../report/render/table.js"),
  ]);
  const reports = [];
  for (const { study, runs } of plans) {
    const { scale } = study.config;
    surroundings.stderr.write(`budget: counting at ${scale} scale, ${study.source} text\n`);
    const models = MODELS.filter((model) => runs.some((run) => run.model === model));
    const rehearsals = rehearse ? await takeSteps(study, models, surroundings) : [];
    const counted = await countBudget(study, runs);
    reports.push({ ...counted, ...(rehearse && { rehearsals }) });
    if (json) continue;
    const columns = { measured: true, rehearsals };
    const rows = budgetRows(counted, columns);
    surroundings.stdout.write(
      tableMarkdown(rows, {
        caption: `What training costs at ${scale} scale, ${study.source} text`,
        maxRows: rows.length,
        note: describeBudget(counted, columns),
      }) + "\n",
    );
  }
  if (json) printJson(surroundings, reports);
}

const STEPS = 2;
const INTERRUPTED = "class-it: interrupted before the budget was known.";

/** The first steps of each decoder, really taken. */
async function takeSteps(
  study: Study,
  models: readonly ModelName[],
  { stderr }: Surroundings,
): Promise<Rehearsal[]> {
  const { rehearse } = await import("../runs/cost/rehearsal.js");
  const line = progressLine(stderr);
  const rehearsals: Rehearsal[] = [];
  await interruptible(INTERRUPTED, async (signal) => {
    for (const model of models) {
      line.keep(`budget: ${model}, ${STEPS} steps at ${study.config.scale} scale to measure by`);
      const steps = rehearse(study, { model, steps: STEPS });
      for (;;) {
        const next = await steps.next();
        if (next.done) {
          rehearsals.push(next.value);
          break;
        }
        const { step, lossNats, tokensPerSecond } = next.value;
        line.keep(
          `${model} step ${step}: loss ${lossNats.toFixed(3)}, ${Math.round(tokensPerSecond)} tokens/s`,
        );
        await turnOfEventLoop();
        signal.throwIfAborted();
      }
    }
  });
  return rehearsals;
}
