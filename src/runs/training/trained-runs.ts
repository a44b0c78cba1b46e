/**
 * @file Which trained models are in the cache, and where each comes from, read from the records of their stages. What a
 * record holds is decided in `phases.ts`.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import {
  CHAT_TEMPLATES,
  CONDITIONS,
  MODELS,
  SCALES,
  type Condition,
  type ChatTemplate,
  type ModelName,
  type Scale,
} from "../../config/config.js";
import { curriculaOf } from "../../config/curricula.js";
import { withMaskRow } from "../../config/objective.js";
import { deriveStudy } from "../../config/scales.js";

import { readJson } from "../stages/read-json.js";
import { canonicalJson, findStage, type Stage } from "../stages/stage.js";

/** A model after one of its phases. */
export interface TrainedRun {
  /** Name of its folder in the cache. */
  readonly id: string;
  readonly model: ModelName;
  /** The condition that ends with this phase. */
  readonly condition: Condition;
  /** The scale whose architecture it has; null for an architecture of the user's own. */
  readonly scale: Scale | null;
  readonly seed: number;
  /** Template of the examples it was tuned on last; null where it was trained on text alone. */
  readonly chatTemplate: ChatTemplate | null;
  readonly commit: string | null;
}

const recordSchema = z.object({
  kind: z.enum(["pretraining", "tuning"]),
  hash: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  about: z.looseObject({ stage: z.record(z.string(), z.unknown()) }).optional(),
  provenance: z.looseObject({ commit: z.string().nullable() }),
});
type RunRecord = z.infer<typeof recordSchema>;

const pretrainingSchema = z.looseObject({
  model: z.enum(MODELS),
  architecture: z.record(z.string(), z.unknown()),
  seed: z.number(),
  text: z.looseObject({ objective: z.unknown().optional() }).optional(),
});
const tuningSchema = z.looseObject({
  parent: z.string(),
  rows: z.looseObject({ template: z.enum(CHAT_TEMPLATES).optional() }).optional(),
});

/** Trained models in the order of models, conditions and seeds; a record of another version is passed over. */
export function listTrainedRuns(cacheFolder: string): TrainedRun[] {
  const records = readRecords(cacheFolder);
  const runs = [...records.values()].flatMap((record) => describe(record, records) ?? []);
  const rank = ({ model, condition, seed }: TrainedRun): number[] => [
    MODELS.indexOf(model),
    CONDITIONS.findIndex((name) => name === condition),
    seed,
  ];
  return runs.sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x.map((place, at) => place - (y[at] ?? 0)).find((gap) => gap !== 0) ?? (a.id < b.id ? -1 : 1);
  });
}

/**
 * The one trained model that an id means.
 *
 * @param id name of its folder or its hash, or a beginning of either that no other has
 * @throws RangeError when there is none, or more than one; Error when a file of it was altered
 */
export function findTrainedRun(cacheFolder: string, id: string): { run: TrainedRun; stage: Stage } {
  const runs = listTrainedRuns(cacheFolder);
  const matching = runs.filter((run) =>
    [run.id, run.id.slice(run.id.indexOf("-") + 1)].some((name) => id !== "" && name.startsWith(id)),
  );
  const [run] = matching;
  if (!run || matching.length > 1) {
    const found = matching.map((other) => other.id).join(", ") || `none of ${runs.length}`;
    throw new RangeError(
      `findTrainedRun: "${id}" must be the beginning of one trained model's name, got ${found}. See npx class-it export --list.`,
    );
  }
  const record = readRecords(cacheFolder).get(run.id.slice(run.id.indexOf("-") + 1));
  const stage = record && findStage(cacheFolder, record.kind, record.inputs);
  if (!stage)
    throw new Error(`findTrainedRun: ${run.id} must still be in the cache, and is gone. Train it again.`);
  return { run, stage };
}

/** Records of training stages by their hash. */
function readRecords(cacheFolder: string): Map<string, RunRecord> {
  const names = existsSync(cacheFolder) ? readdirSync(cacheFolder) : [];
  return new Map(
    names
      .filter(
        (name) =>
          /^(pretraining|tuning)-[0-9a-f]+$/.test(name) && existsSync(join(cacheFolder, name, "stage.json")),
      )
      .flatMap((name) => {
        const parsed = recordSchema.safeParse(readJson(join(cacheFolder, name, "stage.json")));
        return parsed.success && name === `${parsed.data.kind}-${parsed.data.hash}`
          ? [[parsed.data.hash, parsed.data]]
          : [];
      }),
  );
}

/** What the chain of phases up to this one amounts to. */
function describe(record: RunRecord, records: ReadonlyMap<string, RunRecord>): TrainedRun | null {
  const phases: string[] = [];
  const templates: ChatTemplate[] = []; // of the last stage first
  let first: RunRecord | undefined = record;
  while (first?.kind === "tuning") {
    const tuning = tuningSchema.safeParse(first.inputs);
    if (!tuning.success || !first.about) return null;
    phases.unshift(canonicalJson(first.about.stage));
    const template = tuning.data.rows?.template;
    if (template) templates.push(template);
    first = records.get(tuning.data.parent);
  }
  const start = pretrainingSchema.safeParse(first?.inputs);
  if (!start.success) return null;
  const known = Object.entries(curriculaOf(deriveStudy("paper")));
  const own = phases.length === 0 ? "base" : "own curriculum";
  const condition =
    known.find(([, stages]) => stages.map(canonicalJson).join() === phases.join())?.[0] ?? own;
  const { model, architecture, seed, text } = start.data;
  const shape = canonicalJson(architecture);
  const isMasked = text?.objective !== undefined;
  const scale =
    SCALES.find((name) => {
      const published = deriveStudy(name).architectures[model];
      return canonicalJson(isMasked ? withMaskRow(published) : published) === shape;
    }) ?? null;
  const id = `${record.kind}-${record.hash}`;
  return {
    id,
    model,
    condition,
    scale,
    seed,
    chatTemplate: templates[0] ?? null,
    commit: record.provenance.commit,
  };
}
