/**
 * @file The leaderboard file of a model from the scores that exist: each part with its predictions where all are there, null with a reason
 * where they are not. Sizes are in `leaderboard-sizes.ts`, scores of checkpoints in `fast-scores.ts`.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { csvParseRows } from "d3-dsv";
import { z } from "zod";
import { OFFICIAL_POOLING } from "../../evaluation/superglue-schedule.js";
import type { SuperglueTask } from "../../evaluation/superglue-tasks.js";
import { finetuningResultName } from "../finetuning/results.js";
import { ACQUISITION_TASK } from "../scoring/tasks.js";
import { parseJson, readJson } from "../stages/read-json.js";
import { fastScores } from "./fast-scores.js";
import {
  faultOfSizes,
  missing,
  rejected,
  type Found,
  type PartState,
  type SubmissionRequest,
} from "./part-state.js";
import {
  ACQUISITION_SIZE,
  checkpointsOf,
  GLUE_ORDER,
  GLUE_SIZES,
  leaderboardParts,
  type LeaderboardPart,
} from "./leaderboard-sizes.js";

/** A leaderboard file, ready to be written. */
export interface Submission {
  /** JSON, but for NaN in reading, which the official reader expects. */
  readonly text: string;
  readonly parts: readonly PartState[];
}

/** Collates what there is. Source: collate_preds.py of both years. */
export function collate(request: SubmissionRequest): Submission {
  const { rules, fast } = request;
  const found: (readonly [key: string, Found])[] = leaderboardParts(rules).map((part) => [
    part.key,
    partOf(part, request),
  ]);
  found.push(
    ...(rules === 2025
      ? [["aoa", surprisals(request)] as const]
      : [["aoa_surprisals", surprisals(request)] as const, ["aoa", acquisitionScore(request)] as const]),
  );
  const glue = GLUE_ORDER.map((task) => [task, glueOf(task, request)] as const);
  const checkpoints = fast ? fastScores(request) : { text: null, parts: [] };
  const lines = [
    ...found.map(([key, part]) => `${JSON.stringify(key)}: ${textOf(part) ?? "null"}`),
    `"glue": {${glue.flatMap(([task, part]) => ("text" in part ? [`"${task}": ${part.text}`] : [])).join(", ")}}`,
    ...(checkpoints.text === null ? [] : [`"fast_eval_results": ${checkpoints.text}`]),
  ];
  return {
    text: `{${lines.join(", ")}}\n`,
    parts: [
      ...[...found, ...glue.map(([task, part]) => [`glue ${task}`, part] as const)].map(([part, state]) =>
        "text" in state ? { part, state: "collated" as const } : { part, ...state },
      ),
      ...checkpoints.parts,
    ],
  };
}

const textOf = (part: Found): string | null => ("text" in part ? part.text : null);

const mainFolder = ({ scores, model }: SubmissionRequest): string => join(scores, "official", model, "main");

const predictionsSchema = z.record(z.string(), z.object({ predictions: z.array(z.looseObject({})) }));

function partOf({ task, folder, sizes }: LeaderboardPart, request: SubmissionRequest): Found {
  const path = join(mainFolder(request), "zero_shot", "causal", folder, "predictions.json");
  if (!existsSync(path)) return missing(`no ${path}: class-it evaluate --tasks ${task} writes it`);
  const stranger = faultOfOrigin(join(request.scores, task, "summary.json"), request);
  if (stranger !== null) return rejected(stranger);
  const text = readFileSync(path, "utf8").trim();
  // The reading file has bare NaN, as the official reader wants it.
  const parsed = predictionsSchema.safeParse(parseJson(text.replaceAll(/: NaN\b/g, ": null")));
  if (!parsed.success) return rejected(`${path} holds no predictions: delete it and score ${task} again`);
  const counts = new Map(
    Object.entries(parsed.data).map(([uid, { predictions }]) => [uid, predictions.length]),
  );
  const fault = faultOfSizes(counts, sizes);
  return fault === null ? { text } : rejected(`${path} ${fault}`);
}

const originSchema = z.looseObject({
  rules: z.number().optional(),
  model: z.looseObject({ sha256: z.string() }),
});

/**
 * Why a score is not this model's under these rules; null where it is, or where nothing is said of it because the official pipeline
 * itself wrote it.
 */
export function faultOfOrigin(
  summary: string,
  { sha256, rules }: Pick<SubmissionRequest, "sha256" | "rules">,
  { anyRules = false } = {},
): string | null {
  if (!existsSync(summary)) return null;
  const origin = originSchema.safeParse(readJson(summary));
  if (!origin.success) return `${summary} is no summary of this version: delete it and score again`;
  const { model, rules: found = 2025 } = origin.data;
  if (model.sha256 !== sha256)
    return `${summary} is of another model (${model.sha256.slice(0, 8)}, not ${sha256.slice(0, 8)}): score this one, or give its own folder of scores`;
  return anyRules || found === rules
    ? null
    : `${summary} is by the rules of ${found}: score it again with --rules ${rules}`;
}

const surprisalSchema = z.object({
  metadata: z.looseObject({}),
  results: z.array(z.looseObject({ step: z.string(), surprisal: z.number() })),
});

const acquisitionFolder = (request: SubmissionRequest): string =>
  join(mainFolder(request), "zero_shot", "causal", "AoA_word");

function surprisals(request: SubmissionRequest): Found {
  const path = join(acquisitionFolder(request), "surprisal.json");
  if (!existsSync(path))
    return missing(
      `no ${path}: class-it evaluate --tasks ${ACQUISITION_TASK} writes it from the official contexts and a folder of checkpoints`,
    );
  const text = readFileSync(path, "utf8").trim();
  const parsed = surprisalSchema.safeParse(parseJson(text));
  if (!parsed.success) return rejected(`${path} holds no surprisals: delete it and score again`);
  const counts = new Map<string, number>();
  for (const { step } of parsed.data.results) counts.set(step, (counts.get(step) ?? 0) + 1);
  const sizes = Object.fromEntries(
    checkpointsOf(request.track).map((name) => [name.toLowerCase(), ACQUISITION_SIZE]),
  );
  const fault = faultOfSizes(counts, sizes);
  return fault === null ? { text } : rejected(`${path} ${fault}`);
}

function acquisitionScore(request: SubmissionRequest): Found {
  const path = join(acquisitionFolder(request), "aoa_score.json");
  if (!existsSync(path))
    return missing(`no ${path}: class-it evaluate --tasks ${ACQUISITION_TASK} writes it`);
  const stranger = faultOfOrigin(join(request.scores, ACQUISITION_TASK, "summary.json"), request);
  if (stranger !== null) return rejected(stranger);
  const text = readFileSync(path, "utf8").trim();
  const isScore = z.object({ aoa: z.number().min(-1).max(1) }).safeParse(parseJson(text)).success;
  return isScore ? { text } : rejected(`${path} must be {"aoa": a number from -1 to 1}: score it again`);
}

const OFFICIAL_SEED = "prediction seed 42";

function glueOf(task: SuperglueTask, request: SubmissionRequest): Found {
  const { scores, rules } = request;
  const pooling = OFFICIAL_POOLING[rules];
  const name = finetuningResultName(task, { isFrozen: false, pooling, selection: "officialDev" });
  const own = join(scores, `${name}.items.csv`);
  const official = join(mainFolder(request), "finetune", task, "predictions.json");
  const fromOwn = existsSync(own);
  if (!fromOwn && !existsSync(official))
    return missing(
      `no ${own}: class-it finetune --task ${task} --rules ${rules} --scale paper writes it${otherSettings(task, scores)}`,
    );
  const stranger = fromOwn ? faultOfOrigin(join(scores, `${name}.json`), request, { anyRules: true }) : null;
  if (stranger !== null) return rejected(stranger);
  const found = fromOwn ? predictedClasses(readFileSync(own, "utf8")) : officialClasses(official, task);
  if (found === null) return rejected(`${fromOwn ? own : official} holds no predictions: fine-tune again`);
  if (found.length !== GLUE_SIZES[task])
    return rejected(
      `${fromOwn ? own : official} must have ${GLUE_SIZES[task]} predictions, got ${found.length}: fine-tune on the official files at paper scale`,
    );
  return { text: JSON.stringify({ predictions: found.map((pred, id) => ({ id, pred })) }) };
}

/** Runs that pool another position, or chose their epoch on other items, are named and left where they are. */
function otherSettings(task: SuperglueTask, scores: string): string {
  const isOther = new RegExp(`^superglue-${task}(-[A-Za-z-]+)?\\.items\\.csv$`);
  const found = existsSync(scores) ? readdirSync(scores).filter((name) => isOther.test(name)) : [];
  return found.length === 0 ? "" : `; ${found.sort().join(", ")} is of other settings than that year's`;
}

/** Of the official seed where it was run, else of the first. */
function predictedClasses(csv: string): number[] | null {
  const [columns = [], ...rows] = csvParseRows(csv);
  const first = columns.findIndex((name) => name.startsWith("prediction seed "));
  const at = columns.includes(OFFICIAL_SEED) ? columns.indexOf(OFFICIAL_SEED) : first;
  const classes = rows.map((row) => Number(row[at]));
  return at < 0 || classes.some((value) => !Number.isInteger(value)) ? null : classes;
}

function officialClasses(path: string, task: string): number[] | null {
  const parsed = z
    .record(z.string(), z.object({ predictions: z.array(z.object({ pred: z.number().int() })) }))
    .safeParse(readJson(path));
  return parsed.data?.[task]?.predictions.map(({ pred }) => pred) ?? null;
}
