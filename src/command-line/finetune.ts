/** @file `class-it finetune`: (Super)GLUE fine-tuning of a model folder, or of the models of a condition. */
import { basename, resolve } from "node:path";
import { Command, Option } from "commander";
import { PRECISIONS, SCALES, type Precision, type Scale } from "../config/config.js";
import type { Rules } from "../evaluation/rules.js";
import {
  ATTENTIONS,
  OFFICIAL_POOLING,
  POOLINGS,
  type Attention,
  type Pooling,
} from "../evaluation/superglue-schedule.js";
import { SELECTIONS, type Selection } from "../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS, SUPERGLUE_TASKS, type SuperglueTask } from "../evaluation/superglue-tasks.js";
import type { Study } from "../runs/study/study.js";
import type { ModelFolder } from "../runs/scoring/model-folder.js";
import type { FinishedTask, TaskOutcome } from "../runs/finetuning/outcome.js";
import { describeOutcome, describeOutcomes } from "./finetuning-tables.js";
import { interruptible } from "./interruptible.js";
import {
  cacheFolderOf,
  choice,
  decoderOf,
  example,
  jsonOption,
  listOption,
  rulesOption,
  studyOptions,
  type StudyOptions,
} from "./options.js";
import { openRunStudy } from "./run-study.js";
import { printJson, type Surroundings } from "./surroundings.js";
import { trainModels } from "./train-models.js";

interface FinetuneOptions extends StudyOptions {
  readonly model?: string;
  readonly condition?: string;
  readonly studySeed: number;
  readonly task: readonly SuperglueTask[];
  readonly data?: string;
  readonly out?: string;
  readonly seeds?: readonly number[];
  readonly scale: Scale;
  readonly rules?: Rules;
  readonly pooling: Pooling;
  readonly attention: Attention;
  readonly selection: Selection;
  readonly precision: Precision;
  readonly rate?: number;
  readonly frozen?: true;
  readonly patience?: number;
  readonly multircTrain: "all" | "first10k";
  readonly json?: true;
}

const wholeNumber = (option: string) => (value: string) => {
  if (/^\d+$/.test(value)) return Number(value);
  throw new RangeError(
    `class-it: ${option} must be a whole number from 0, got "${value}". Correct the option --${option}.`,
  );
};

const positive = (option: string) => (value: string) => {
  if (Number(value) > 0 && Number.isFinite(Number(value))) return Number(value);
  throw new RangeError(
    `class-it: ${option} must be a number above 0, got "${value}". Correct the option --${option}.`,
  );
};

/** The command `finetune`. */
export function finetuneCommand(surroundings: Surroundings): Command {
  const command = new Command("finetune")
    .description(
      "Fine-tune a Llama folder, or the models of a condition, on (Super)GLUE tasks with several seeds. The epoch is chosen on held-out " +
        "training items; the official choice is shown next to it, and degenerate runs are named.",
    )
    .addHelpText(
      "after",
      example(
        "finetune --model path/to/model --task rte,wsc --data path/to/glue_filtered --out scores --scale paper",
        "finetune --condition merged --task wsc --scale smoke --seeds 42,1",
      ),
    )
    .action((options: FinetuneOptions) => finetune(options, surroundings));
  for (const option of [
    listOption("--task <names>", "tasks, separated by commas", SUPERGLUE_TASKS),
    new Option("--model <folder>", "a Hugging Face folder; with --condition the name of a decoder"),
    new Option("--condition <name>", "fine-tune the models of this condition"),
    ...studyOptions(),
    new Option("--study-seed <number>", "with --condition: the seed its models were trained with")
      .argParser(wholeNumber("study-seed"))
      .default(42),
    new Option("--data <folder>", "the official files (default: the kit's data folder)"),
    new Option("--out <folder>", "with --model: folder for results and items"),
    new Option("--seeds <numbers>", "seeds of fine-tuning, separated by commas (default: five)").argParser(
      (value) => [...new Set(value.split(",").map((each) => wholeNumber("seeds")(each.trim())))],
    ),
    choice("--scale <name>", "how many items and epochs", SCALES).makeOptionMandatory(),
    rulesOption("official runs of that year: its pooling, and the epoch chosen on the scored set").conflicts([
      "pooling",
      "selection",
    ]),
    choice("--pooling <name>", "the position the head reads", POOLINGS).default("lastToken"),
    choice("--attention <name>", "what a token of a text sees: what came before, or all of it", ATTENTIONS)
      .default("causal")
      .conflicts("rules"),
    choice("--selection <name>", "what the epoch is chosen on", SELECTIONS).default("heldOutTrain"),
    choice("--precision <name>", "of matrix products", PRECISIONS).default("float32"),
    new Option("--rate <number>", "peak learning rate (default: the official 3e-5)").argParser(
      positive("rate"),
    ),
    new Option("--frozen", "train the head alone: a cheap probe, not fine-tuning"),
    new Option(
      "--patience <epochs>",
      "stop after this many epochs without a better one (laptop: 3)",
    ).argParser(wholeNumber("patience")),
    choice("--multirc-train <name>", "how much of MultiRC's training file to use", [
      "all",
      "first10k",
    ]).default("all"),
    jsonOption(),
  ])
    command.addOption(option);
  return command;
}

/** A model under its name, and the study it belongs to. */
interface Run {
  readonly name: string;
  readonly model: ModelFolder;
  readonly keep: (finished: FinishedTask) => void;
}

const INTERRUPTED =
  "class-it: interrupted. Whole epochs are kept; the same command resumes after the last one.";

async function finetune(options: FinetuneOptions, surroundings: Surroundings): Promise<void> {
  const { stdout, stderr } = surroundings;
  const { runs, place, generated, cacheFolder } = await findRuns(options, surroundings);
  const outcomes: { readonly name: string; readonly outcome: TaskOutcome }[] = [];
  await interruptible(INTERRUPTED, async () => {
    for (const run of runs)
      for (const task of options.task) {
        const finished = await finetuneOne(run, task, { options, cacheFolder, generated, stderr });
        run.keep(finished);
        outcomes.push({ name: run.name, outcome: finished.outcome });
        if (!options.json) stdout.write(`${describeOutcome(run.name, finished.outcome)}\n`);
      }
  });
  if (options.json) return printJson(surroundings, outcomes);
  stdout.write(`${describeOutcomes(outcomes)}\nOutcomes and items are in ${place}.\n`);
}

async function finetuneOne(
  { name, model }: Run,
  task: SuperglueTask,
  {
    options,
    cacheFolder,
    generated,
    stderr,
  }: {
    readonly options: FinetuneOptions;
    readonly cacheFolder: string;
    readonly generated: boolean;
    readonly stderr: Surroundings["stderr"];
  },
): Promise<FinishedTask> {
  const [
    { finetuneTask },
    { finetuningSettings, FINETUNING_SEEDS },
    { loadTask },
    { encodeTask },
    { measureCost },
  ] = await Promise.all([
    import("../runs/finetuning/outcome.js"),
    import("../runs/finetuning/budget.js"),
    import("../runs/finetuning/task-data.js"),
    import("../runs/finetuning/seed-run.js"),
    import("../runs/finetuning/cost.js"),
  ]);
  const { rules, precision, frozen = false, patience, rate, multircTrain, attention } = options;
  if (attention === "both" && options.pooling === "officialFinal")
    throw new RangeError(
      "class-it finetune: --attention both must go with a pooling that reads a token of the text, got officialFinal. Choose lastToken.",
    );
  const seeds = options.seeds ?? FINETUNING_SEEDS;
  const choices = {
    pooling: rules === undefined ? options.pooling : OFFICIAL_POOLING[rules],
    selection: rules === undefined ? options.selection : "officialDev",
    precision,
    isFrozen: frozen,
    multircTrain,
    ...(attention === "both" && { attention }),
    ...(patience !== undefined && { patience }),
    ...(rate !== undefined && { learningRate: rate }),
  };
  const settings = finetuningSettings(task, options.scale, choices);
  const from = options.data === undefined ? { generated } : { dataFolder: options.data };
  const data = loadTask(task, from, settings);
  const cost = measureCost(model, await encodeTask(model, data, settings), settings);
  stderr.write(
    `finetune: ${name}, ${SUPERGLUE_CONFIGS[task].label}: about ${cost.seconds.toFixed(0)} s a seed ` +
      `(${cost.steps} steps, ${cost.secondsPerEpoch.toFixed(1)} s an epoch), ${seeds.length} seeds\n`,
  );
  const onSeed = (seed: number): void => void stderr.write(`finetune: ${task}, seed ${seed}\n`);
  return finetuneTask(cacheFolder, model, data, { seeds, settings, onSeed });
}

async function findRuns(
  options: FinetuneOptions,
  surroundings: Surroundings,
): Promise<{
  readonly runs: Run[];
  readonly place: string;
  readonly generated: boolean;
  readonly cacheFolder: string;
}> {
  const { modelFolder } = await import("../runs/scoring/model-folder.js");
  const { publishFinetuning, writeOutcome } = await import("../runs/finetuning/results.js");
  const { condition, scale, studySeed: seed, out } = options;
  if (condition !== undefined) {
    if (out !== undefined)
      throw new RangeError(
        "class-it finetune: with --condition a study decides the places, got --out. Leave it out, or give a folder with --model instead.",
      );
    const { model: name, ...places } = options;
    const decoder = name === undefined ? {} : { model: decoderOf(name) };
    const { study, models } = await openRunStudy({ ...places, condition, scale, seed, ...decoder });
    const trained = await trainModels(study, { models, condition }, surroundings);
    const runs = trained.map(({ model, stage }) => ({
      name: `${model} ${condition}`,
      model: { folder: stage.folder, hash: stage.hash },
      keep: (finished: FinishedTask) => void publishFinetuning(study, { model, condition }, finished),
    }));
    const { resultsFolder: place, cacheFolder } = study;
    return { runs, place, generated: isGenerated(study), cacheFolder };
  }
  if (options.model === undefined || out === undefined)
    throw new RangeError(
      "class-it finetune: a folder must be given with --model and --out, or a study's models with --condition, got neither. See npx class-it finetune --help.",
    );
  const misplaced = STUDY_OPTIONS.filter((name) => options[name] !== undefined);
  if (misplaced.length > 0)
    throw new RangeError(
      `class-it finetune: a study's options must come with --condition, got ${misplaced.map((name) => `--${name}`).join(", ")}. Add it, or leave them out.`,
    );
  const model = modelFolder(options.model);
  const { requireWritable } = await import("../disk/disk-fault.js");
  requireWritable(out, "class-it finetune");
  const keep = (finished: FinishedTask) => writeOutcome(out, model, finished);
  const { textSource } = await import("../data/files.js");
  const generated = options.data === undefined && textSource() === "microworld";
  if (generated && scale !== "smoke")
    throw new RangeError(
      `class-it finetune: ${scale} scale must have the official files, got no --data and no data folder. Name it, or use --scale smoke on generated items.`,
    );
  const runs = [{ name: basename(resolve(options.model)), model, keep }];
  return { runs, place: out, generated, cacheFolder: cacheFolderOf(options, surroundings) };
}

/** A folder belongs to no study; only its stages may be kept elsewhere. */
const STUDY_OPTIONS = ["study", "config", "crossed", "results"] as const;

const isGenerated = ({ source }: Study): boolean => source === "microworld";
