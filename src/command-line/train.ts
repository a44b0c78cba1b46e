/** @file `class-it train`: runs or resumes the stages of a condition and says what each phase reached. */
import { Command, Option } from "commander";
import { tableMarkdown } from "../report/render/table.js";
import { tellBudgets } from "./budget.js";
import { example, jsonOption, runOptions, type RunOptions } from "./options.js";
import { openRunStudy } from "./run-study.js";
import { printJson, type Surroundings } from "./surroundings.js";
import { trainModels } from "./train-models.js";

interface TrainOptions extends RunOptions {
  readonly whole?: true;
  readonly json?: true;
}

/** The command `train`. */
export function trainCommand(surroundings: Surroundings): Command {
  const command = new Command("train")
    .description(
      "Train the models of a condition: pre-training, then instruction tuning. Finished stages come from the cache, and an " +
        "interrupted stage resumes at its last checkpoint. At paper scale the command takes two steps and prints the " +
        "budget, as budget --rehearse does; --whole trains everything.",
    )
    .addHelpText(
      "after",
      example(
        "train --condition merged --scale smoke --seed 0",
        "train --condition merged --scale paper --seed 0 --model llama140M",
        "train --condition mine --config mine.json --scale laptop --seed 0",
      ),
    )
    .action((options: TrainOptions) => train(options, surroundings));
  const whole = new Option("--whole", "at paper scale: train everything");
  for (const option of [...runOptions(), whole, jsonOption()]) command.addOption(option);
  return command;
}

async function train(options: TrainOptions, surroundings: Surroundings): Promise<void> {
  const { condition, scale, seed } = options;
  const { study, models } = await openRunStudy(options);
  if (scale === "paper" && !options.whole) {
    const runs = models.map((model) => ({ model, condition }));
    return tellBudgets([{ study, runs }], { rehearse: true, json: options.json === true }, surroundings);
  }
  const { readCurve } = await import("../runs/training/outcome.js");
  const { textLoss } = await import("../runs/training/results.js");
  const run = `${condition}, seed ${seed}, ${scale} scale, ${study.source} text`;
  surroundings.stderr.write(`train: ${models.join(" and ")}, ${run}\n`);
  const trained = await trainModels(study, { models, condition }, surroundings);
  const phases = trained.flatMap(({ model, phases }) =>
    phases.map((finished) => ({
      model,
      phase: finished.phase,
      steps: readCurve(finished.stage).length,
      heldOutTextNats: textLoss(finished)[0],
      seconds: finished.stage.seconds,
      stage: finished.stage.hash,
    })),
  );
  if (options.json) {
    const { source, resultsFolder } = study;
    printJson(surroundings, { condition, scale, seed, source, resultsFolder, phases });
    return;
  }
  const rows = phases.map(({ model, phase, steps, heldOutTextNats, seconds }) => ({
    model,
    phase,
    steps,
    "held-out nats": heldOutTextNats,
    seconds: Math.round(seconds),
  }));
  surroundings.stdout.write(
    tableMarkdown(rows, {
      caption: `Training: ${run}`,
      note: `Loss in nats a token on held-out pre-training text. Written to ${study.resultsFolder}.`,
    }),
  );
}
