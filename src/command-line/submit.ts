/** @file `class-it submit`: the leaderboard file of a model, from the scores that exist. */
import { basename, join, resolve } from "node:path";
import { Command, Option } from "commander";
import type { Rules } from "../evaluation/rules.js";
import { writeFileAtomically } from "../disk/atomic-file.js";
import { tableMarkdown } from "../report/render/table.js";
import { ACQUISITION_TASK, type Task } from "../runs/scoring/tasks.js";
import {
  leaderboardParts,
  OFFICIAL_FAULTS,
  TRACKS,
  type Track,
} from "../runs/submission/leaderboard-sizes.js";
import type { OfficialCheck } from "../runs/submission/official-check.js";
import type { PartState, SubmissionRequest } from "../runs/submission/part-state.js";
import { cacheFolderOf, cacheOption, choice, example, jsonOption, rulesOption } from "./options.js";
import { scoreFolder } from "./score-folder.js";
import { printJson, type Surroundings } from "./surroundings.js";

interface SubmitOptions {
  readonly model?: string;
  readonly run?: string;
  readonly scores: string;
  readonly rules: Rules;
  readonly track: Track;
  readonly fast?: true;
  readonly compute?: true;
  readonly data?: string;
  readonly pipeline?: string;
  readonly python: string;
  readonly out?: string;
  readonly cache?: string;
  readonly json?: true;
}

/** The command `submit`. */
export function submitCommand(surroundings: Surroundings): Command {
  const command = new Command("submit")
    .description(
      "Write the BabyLM leaderboard file of a model from existing scores, and say why a part is missing. Parts of another size, model " +
        "or year are rejected and are null in the file. --compute scores the missing parts if their data is there.",
    )
    .addHelpText(
      "after",
      example(
        "submit --model path/to/model --rules 2026 --scores scores",
        "submit --run 3f0c --rules 2026 --fast --scores scores --compute --data path/to/evaluation_data",
        "submit --model path/to/model --rules 2025 --scores scores --pipeline path/to/evaluation-pipeline-2025",
      ),
    )
    .action((options: SubmitOptions) => submit(options, surroundings));
  for (const option of [
    new Option(
      "--model <folder>",
      "a Hugging Face folder, with its checkpoints in folders chck_1M, chck_2M, …",
    ),
    new Option(
      "--run <id>",
      "a trained model of the cache instead; class-it export --list shows them",
    ).conflicts("model"),
    new Option(
      "--scores <folder>",
      "folder that class-it evaluate --out and finetune --out wrote; computed scores go there too",
    ).makeOptionMandatory(),
    rulesOption(),
    choice("--track <name>", "decides which checkpoints are asked for", TRACKS).default("strict-small"),
    new Option("--fast", "add the scores of the checkpoints on the fast sets"),
    new Option("--compute", "score the zero-shot parts that are missing; needs --data"),
    new Option("--data <folder>", "official evaluation data"),
    new Option(
      "--pipeline <folder>",
      "check the file with the collation of this checkout of the official pipeline",
    ),
    new Option("--python <command>", "Python with the pipeline's requirements").default("python3"),
    new Option("--out <file>", "the file to write (default: in the folder of scores)"),
    cacheOption(),
    jsonOption(),
  ])
    command.addOption(option);
  return command;
}

async function submit(options: SubmitOptions, surroundings: Surroundings): Promise<void> {
  const { rules, track, fast = false, scores, compute = false, data } = options;
  if (compute !== (data !== undefined))
    throw new RangeError(
      `class-it submit: --compute and --data must be given together, got ${compute ? "no --data" : "no --compute"}. Add it, or leave both out.`,
    );
  const folder = await findModel(options, surroundings);
  const [{ modelFolder }, { collate }] = await Promise.all([
    import("../runs/scoring/model-folder.js"),
    import("../runs/submission/collate.js"),
  ]);
  const model = basename(resolve(folder));
  const request = { scores, model, sha256: modelFolder(folder).hash, rules, track, fast };
  if (data !== undefined)
    await computeMissing({ folder, data, request, parts: collate(request).parts }, surroundings);
  const submission = collate(request);
  const file = resolve(options.out ?? join(scores, `all_full_preds_and_fast_scores_${rules}.json`));
  writeFileAtomically(file, submission.text);
  const check =
    options.pipeline === undefined
      ? undefined
      : (await import("../runs/submission/official-check.js")).checkOfficially(submission, request, {
          pipeline: options.pipeline,
          python: options.python,
        });
  const faults = OFFICIAL_FAULTS[rules];
  if (options.json)
    return printJson(surroundings, {
      file,
      ...request,
      parts: submission.parts,
      officialFaults: faults,
      ...(check && { check }),
    });
  surroundings.stdout.write(
    describe({ file, request, parts: submission.parts, faults, ...(check && { check }) }),
  );
}

async function findModel(options: SubmitOptions, surroundings: Surroundings): Promise<string> {
  const { model, run, scores } = options;
  if (model !== undefined) return model;
  if (run === undefined)
    throw new RangeError(
      "class-it submit: a model must be given with --model or --run, got neither. See npx class-it submit --help.",
    );
  const [{ findTrainedRun }, { writeCheckpointFolders }] = await Promise.all([
    import("../runs/training/trained-runs.js"),
    import("../runs/scoring/checkpoint-folders.js"),
  ]);
  const found = findTrainedRun(cacheFolderOf(options, surroundings), run);
  return writeCheckpointFolders(found.stage, join(scores, "models", found.run.id));
}

/** Scores what is missing; what cannot be scored keeps its reason. */
async function computeMissing(
  {
    folder,
    data,
    request,
    parts,
  }: {
    readonly folder: string;
    readonly data: string;
    readonly request: SubmissionRequest;
    readonly parts: readonly PartState[];
  },
  surroundings: Surroundings,
): Promise<void> {
  const { scores, rules, track, fast } = request;
  const [{ checkpointFolders }, { checkpointsOf }, { checkpointScoresFolder }, { findOrFetchedTaskFiles }] =
    await Promise.all([
      import("../runs/scoring/checkpoint-folders.js"),
      import("../runs/submission/leaderboard-sizes.js"),
      import("../runs/submission/fast-scores.js"),
      import("../runs/scoring/folder-evaluation/task-files.js"),
    ]);
  const isAbsent = (key: string): boolean =>
    parts.some(({ part, state }) => part === key && state !== "collated");
  const has = async (task: Task, isFast: boolean): Promise<boolean> => {
    try {
      return (await findOrFetchedTaskFiles(data, task, { fast: isFast })).files.length > 0;
    } catch (error) {
      surroundings.stderr.write(`submit: ${error instanceof Error ? error.message : String(error)}\n`);
      return false;
    }
  };
  const scoring = { data, rules, tiePolicy: "halfCredit" as const };
  const tasks: Task[] = [];
  for (const { key, task } of leaderboardParts(rules))
    if (isAbsent(key) && (await has(task, false))) tasks.push(task);
  const checkpoints = checkpointFolders(folder);
  const wantsAges = checkpoints.length >= 3 && (isAbsent("aoa_surprisals") || isAbsent("aoa"));
  await scoreFolder(
    {
      ...scoring,
      model: folder,
      out: scores,
      fast: false,
      tasks: [...tasks, ...(wantsAges ? ([ACQUISITION_TASK] as const) : [])],
    },
    surroundings,
  );
  if (!fast) return;
  const quick: Task[] = [];
  for (const part of leaderboardParts(rules))
    if (part.fast !== null && isAbsent(`fast ${part.key}`) && (await has(part.task, true)))
      quick.push(part.task);
  for (const checkpoint of checkpoints.filter(({ name }) => checkpointsOf(track).includes(name)))
    await scoreFolder(
      {
        ...scoring,
        model: checkpoint.folder,
        out: checkpointScoresFolder(scores, checkpoint.name),
        fast: true,
        tasks: quick,
      },
      surroundings,
    );
}

function describe({
  file,
  request,
  parts,
  faults,
  check,
}: {
  readonly file: string;
  readonly request: SubmissionRequest;
  readonly parts: readonly PartState[];
  readonly faults: readonly string[];
  readonly check?: OfficialCheck;
}): string {
  const rows = parts.map(({ part, state, reason }) => ({ part, state, reason: reason ?? null }));
  const table = tableMarkdown(rows, {
    caption: `Leaderboard file of ${request.model}, rules of ${request.rules}, ${request.track}`,
    maxRows: rows.length,
    missing: "the part is in the file.",
  });
  const official =
    check === undefined
      ? "Sizes are those of the official collation; with --pipeline its own checks run too.\n"
      : `The official collation gives the same ${check.same.length} parts${check.different.length === 0 ? "" : `, and other ones for ${check.different.join(", ")}`}.\n`;
  const collated = parts.filter(({ state }) => state === "collated").length;
  return (
    `${table}\n${official}Not copied from the official code:\n${faults.map((fault) => `- ${fault}\n`).join("")}` +
    `${collated} of ${parts.length} parts are in ${file}; the others are null. Zero-shot parts can be computed: add --compute --data FOLDER.\n`
  );
}
