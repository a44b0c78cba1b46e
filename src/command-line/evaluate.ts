/** @file `class-it evaluate`: scores the models of a condition on zero-shot tasks and prints every metric. */
import { Command } from "commander";
import type { Result } from "../runs/results.js";
import { TASKS, type Task } from "../runs/tasks.js";
import type { TidyRow } from "../report/frame.js";
import { tableMarkdown } from "../report/table.js";
import { example, jsonOption, listOption, subjectOptions, type SubjectOptions } from "./options.js";
import { openSubjectStudy } from "./subject-study.js";
import { printJson, type Surroundings } from "./surroundings.js";
import { trainModels } from "./train-models.js";

interface EvaluateOptions extends SubjectOptions {
  readonly tasks: readonly Task[];
  readonly json?: true;
}

/** The verb `evaluate`. */
export function evaluateVerb(surroundings: Surroundings): Command {
  const verb = new Command("evaluate")
    .description(
      "Score the models of a condition on zero-shot tasks. What the cache does not hold is trained or scored first.",
    )
    .addHelpText(
      "after",
      example("evaluate --condition merged --scale smoke --seed 0 --tasks blimp,reading --model llama140M"),
    )
    .action((options: EvaluateOptions) => evaluate(options, surroundings));
  const tasks = listOption("--tasks <names>", "tasks, separated by commas", TASKS);
  for (const option of [...subjectOptions(), tasks, jsonOption()]) verb.addOption(option);
  return verb;
}

async function evaluate(options: EvaluateOptions, surroundings: Surroundings): Promise<void> {
  const { condition, seed, tasks } = options;
  const { stdout, stderr } = surroundings;
  const { study, models } = await openSubjectStudy(options);
  const { evaluateCondition } = await import("../runs/scoring.js");
  await trainModels(study, { models, condition }, surroundings);
  const results: Result[] = [];
  for (const model of models)
    for (const task of tasks) {
      stderr.write(`evaluate: ${model} ${condition}, seed ${seed}: ${task}\n`);
      results.push(await evaluateCondition(study, { model, condition, task }));
    }
  if (options.json) return printJson(surroundings, results);
  for (const result of results) stdout.write(`${describeResult(result)}\n`);
  stdout.write(`Results and items lie in ${study.resultsFolder}.\n`);
}

/** A result as a table: one row a metric and part, both readings side by side. */
export function describeResult({ model, condition, seed, scale, source, task, metrics }: Result): string {
  const rows: TidyRow[] = metrics
    .filter(({ reading }) => reading !== "corrected")
    .map(({ metric, part, value, n, ties }) => {
      const corrected = metrics.find(
        (other) => other.metric === metric && other.part === part && other.reading === "corrected",
      );
      return {
        metric,
        part,
        official: value,
        n,
        corrected: corrected?.value ?? null,
        "n corrected": corrected?.n ?? null,
        ...(ties === null ? {} : { ties }),
      };
    });
  return tableMarkdown(rows, {
    caption: `${task}: ${model} ${condition}, seed ${seed}, ${scale} scale, ${source} text`,
    maxRows: rows.length,
    missing: "the official reading is the only one of this metric.",
    note: "Proportions from 0 to 1. Beside the paper's numbers: notebooks 05-zero-shot and 06-reading-times.",
  });
}
