/** @file `class-it export`: a trained model out of the cache as a Hugging Face folder; `--list` shows which there are. */
import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { Precision } from "../config/config.js";
import type { Tokenizer } from "../data/tokenizer/tokenizer.js";
import { tableMarkdown } from "../report/render/table.js";
import { explained } from "../disk/disk-fault.js";
import type { TrainedRun } from "../runs/training/trained-runs.js";
import { cacheFolderOf, cacheOption, choice, example, jsonOption } from "./options.js";
import { printJson, type Surroundings } from "./surroundings.js";

interface ExportOptions {
  readonly list?: true;
  readonly run?: string;
  readonly out?: string;
  readonly precision: Precision;
  readonly checkWithPytorch?: true;
  readonly cache?: string;
  readonly json?: true;
}

/** The command `export`. */
export function exportCommand(surroundings: Surroundings): Command {
  const command = new Command("export")
    .description(
      "Write a trained model as a folder that Hugging Face transformers can load: configuration, weights, tokenizer.",
    )
    .addHelpText("after", example("export --run 3f0c --out my-model --check-with-pytorch"))
    .action((options: ExportOptions) => exportRun(options, surroundings));
  const precision = choice("--precision <name>", "number format of the weights", ["float32", "bfloat16"]);
  for (const option of [
    new Option("--list", "show the trained models of the cache").conflicts([
      "run",
      "out",
      "checkWithPytorch",
    ]),
    new Option("--run <id>", "name or hash of a trained model, or the beginning of either"),
    new Option("--out <folder>", "folder to write; it must be empty or missing"),
    precision.default("float32"),
    new Option("--check-with-pytorch", "load the folder with transformers and compare logits"),
    cacheOption(),
    jsonOption(),
  ])
    command.addOption(option);
  return command;
}

async function exportRun(options: ExportOptions, surroundings: Surroundings): Promise<void> {
  const { findTrainedRun, listTrainedRuns } = await import("../runs/training/trained-runs.js");
  const cacheFolder = cacheFolderOf(options, surroundings);
  const { stdout, stderr } = surroundings;
  if (options.list) {
    const runs = listTrainedRuns(cacheFolder);
    if (options.json) return printJson(surroundings, runs);
    stdout.write(describeRuns(runs));
    return;
  }
  if (options.run === undefined || options.out === undefined)
    throw new RangeError(
      `class-it export: options --run and --out must both be given, or --list alone, got no ${options.run === undefined ? "--run" : "--out"}. See npx class-it export --help.`,
    );
  const { run, stage } = findTrainedRun(cacheFolder, options.run);
  const [{ loadModel }, { openTokenizer }, { writeHuggingFaceFolder }, { checkExport }] = await Promise.all([
    import("../model/checkpoint.js"),
    import("../data/tokenizer/tokenizer.js"),
    import("../model/hugging-face-folder.js"),
    import("./check-export.js"),
  ]);
  const folder = resolve(options.out);
  const { precision } = options;
  const model = { ...loadModel(stage.folder), tokenizer: await openTokenizer(stage.folder) };
  const files = explained(folder, () =>
    writeHuggingFaceFolder(folder, model, {
      precision,
      readme: describeOrigin(run, precision) + describeMasks(model.tokenizer),
    }),
  );
  const check = options.checkWithPytorch
    ? await checkExport(folder, (line) => stderr.write(`${line}\n`))
    : undefined;
  if (options.json)
    return printJson(surroundings, { run, folder, precision, files, ...(check && { check }) });
  stdout.write(`${nameOf(run)}, ${precision}, written to ${folder}.\n`);
  if (check)
    stdout.write(
      `PyTorch: same tokens and logits for ${check.texts} texts, largest gap ${check.largestGap.toExponential(1)}, no warning.\n`,
    );
}

const nameOf = ({ model, condition, scale, seed }: TrainedRun): string =>
  `${model} ${condition}, ${scale === null ? "an architecture of your own" : `${scale} scale`}, seed ${seed}`;

function describeRuns(runs: readonly TrainedRun[]): string {
  if (runs.length === 0) return "No trained model is in the cache. npx class-it train makes one.\n";
  const rows = runs.map(({ id, model, condition, scale, seed }) => ({
    run: id,
    model,
    condition,
    scale: scale ?? "own",
    seed,
  }));
  return tableMarkdown(rows, { caption: "Trained models in the cache", maxRows: rows.length });
}

/** What a plain Llama cannot do with a model that was also trained on masked rows; nothing where it was not. */
const describeMasks = ({ maskId }: Tokenizer): string =>
  maskId === null
    ? ""
    : `
## Masked prediction

The model was also trained on masked rows: it read them in both directions, and predicted the tokens behind \`<mask>\` each at the place
before it. \`LlamaForCausalLM\` reads forwards, as the model's scores were computed. It cannot read in both directions, and
\`AutoModelForMaskedLM\`, which the BabyLM pipeline's backend \`mntp\` asks for, loads no Llama. Score masked tokens with
\`npx class-it evaluate --backend mntp\`, or give the model a four-dimensional attention mask of zeros.
`;

/** README.md of the folder: what the model is, and what it is not. */
function describeOrigin(run: TrainedRun, precision: Precision): string {
  const { id, model, condition, scale, seed, commit } = run;
  const size =
    scale === "paper"
      ? "It has the size of the paper's model of that name."
      : "It is a scaled-down namesake of the paper's model; its numbers are not the paper's.";
  return `# ${model} ${condition}

A LLaMA-style decoder trained with the CLASS-IT kit, a reproduction of arXiv 2510.25364. ${size} These are not the
authors' weights.

| | |
|---|---|
| model, condition | ${model}, ${condition} |
| scale, seed | ${scale ?? "own architecture"}, ${seed} |
| stage | ${id} |
| commit of the kit | ${commit ?? "unknown"} |
| weights | ${precision} |
`;
}
