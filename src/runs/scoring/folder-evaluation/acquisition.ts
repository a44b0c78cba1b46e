/** @file Age of acquisition of a folder of checkpoints: every word at every checkpoint, the figures of a year, and the official files. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { summariseAcquisition, type AcquisitionSummary } from "../../../evaluation/age-of-acquisition.js";
import type { Rules } from "../../../evaluation/rules.js";
import { mean } from "../../../statistics/summary.js";
import { writeFileAtomically } from "../../../disk/atomic-file.js";
import { taskScoring } from "../score-task.js";
import { describeProvenance, codeVersion, type Provenance } from "../../stages/provenance.js";
import { readJson } from "../../stages/read-json.js";
import { checkpointFolders, type CheckpointFolder } from "../checkpoint-folders.js";
import { modelFolder } from "../model-folder.js";
import { openScorer } from "../open-scorer.js";
import { measureWords } from "../tasks/acquisition.js";
import { wordsToLearn, type AcquisitionKind, type WordsToLearn } from "../tasks/acquisition-words.js";
import type { FolderEvaluation } from "./folder-task.js";

/** Contents of `aoa/summary.json`. */
export interface AcquisitionFolderSummary extends Omit<AcquisitionSummary, "acquired"> {
  readonly task: "aoa";
  readonly rules: Rules;
  /** Only official words and contexts give an official score. */
  readonly kind: AcquisitionKind;
  /** Words with an age of both. */
  readonly n: number;
  readonly checkpoints: readonly string[];
  readonly model: { readonly folder: string; readonly sha256: string };
  readonly files: WordsToLearn["files"];
  readonly provenance: Provenance;
}

const measuredSchema = z.object({
  key: z.string(),
  nats: z.array(z.array(z.number())),
  ceilings: z.array(z.number()),
});
type Measured = z.infer<typeof measuredSchema>;

/**
 * Scores the checkpoints `chck_1M`, … of a folder and writes `OUT/aoa/summary.json`, one file per checkpoint, and with official words the
 * files of the pipeline. A checkpoint that has been measured is not measured again.
 *
 * @throws RangeError when the folder has fewer than three checkpoints
 */
export async function evaluateAcquisitionFolder({
  modelFolder: folder,
  dataFolder,
  outFolder,
  rules,
  signal,
  onProgress,
}: Pick<
  FolderEvaluation,
  "modelFolder" | "dataFolder" | "outFolder" | "rules" | "signal" | "onProgress"
>): Promise<AcquisitionFolderSummary> {
  const checkpoints = checkpointFolders(folder);
  if (checkpoints.length < 3)
    throw new RangeError(
      `evaluateAcquisitionFolder: ${folder} must hold at least three checkpoints in folders named chck_1M, chck_2M, …, got ${checkpoints.length}. Give the folder that holds them, or a run with class-it submit --run.`,
    );
  const material = await wordsToLearn("real", { contextsPerWord: null, folder: dataFolder });
  const measured: Measured[] = [];
  for (const [index, checkpoint] of checkpoints.entries()) {
    signal?.throwIfAborted();
    measured.push(await measureCheckpoint(checkpoint, material, join(outFolder, "aoa")));
    onProgress?.(index + 1, checkpoints.length);
  }
  const { acquired, ...summary } = summariseAcquisition(
    material.words.map(({ id, childMonths }, word) => ({
      id,
      childMonths,
      ceilingNats: measured[0]?.ceilings[word] ?? Number.NaN,
      points: checkpoints.map(({ wordsSeen }, at) => {
        const nats = measured[at]?.nats[word] ?? [];
        return { wordsSeen, surprisalNats: mean(nats), lowestNats: Math.min(...nats) };
      }),
    })),
    { rules },
  );
  const model = basename(resolve(folder));
  const last = checkpoints.at(-1)?.folder ?? folder;
  const content: AcquisitionFolderSummary = {
    task: "aoa",
    rules,
    kind: material.kind,
    ...summary,
    n: acquired.length,
    checkpoints: checkpoints.map(({ name }) => name),
    model: {
      folder: model,
      sha256: modelFolder(existsSync(join(folder, "config.json")) ? folder : last).hash,
    },
    files: material.files,
    provenance: describeProvenance(),
  };
  writeFileAtomically(join(outFolder, "aoa", "summary.json"), JSON.stringify(content, null, 2) + "\n");
  if (material.kind === "official") {
    const place = join(outFolder, "official", model, "main", "zero_shot", "causal", "AoA_word");
    writeFileAtomically(
      join(place, "surprisal.json"),
      JSON.stringify(officialSurprisals(model, { checkpoints, material, measured })),
    );
    writeFileAtomically(join(place, "aoa_score.json"), JSON.stringify({ aoa: summary.official }));
  }
  return content;
}

async function measureCheckpoint(
  { name, folder }: CheckpointFolder,
  material: WordsToLearn,
  place: string,
): Promise<Measured> {
  const key = createHash("sha256")
    .update(modelFolder(folder).hash)
    .update(JSON.stringify(material.words.map(({ word, contexts }) => [word, contexts])))
    .update(codeVersion(taskScoring.module))
    .digest("hex");
  const path = join(place, `${name}.json`);
  const kept = existsSync(path) ? measuredSchema.safeParse(readJson(path)).data : undefined;
  if (kept?.key === key) return kept;
  const scorer = await openScorer({ folder });
  try {
    const nats = await measureWords(material, scorer);
    const ceilings = await scorer.guessingNats(material.words.map(({ word }) => word));
    const found = { key, nats, ceilings: [...ceilings] };
    writeFileAtomically(path, JSON.stringify(found) + "\n");
    return found;
  } finally {
    scorer.dispose();
  }
}

/**
 * What the pipeline writes, checkpoint after checkpoint.
 *
 * Source: BabyLM evaluation pipelines 2025 and 2026, AoA_word/evaluation_functions.py, analyze_steps.
 */
const officialSurprisals = (
  model: string,
  {
    checkpoints,
    material: { words },
    measured,
  }: {
    readonly checkpoints: readonly CheckpointFolder[];
    readonly material: WordsToLearn;
    readonly measured: readonly Measured[];
  },
): object => ({
  metadata: {
    model_name: model,
    use_bos_only: false,
    total_steps: checkpoints.length,
    completed_steps: checkpoints.length,
  },
  results: checkpoints.flatMap(({ name, wordsSeen }, at) =>
    words.flatMap(({ word, contexts }, index) =>
      contexts.map((context, place) => ({
        step: name,
        word_count: wordsSeen,
        target_word: word,
        context_id: place,
        context,
        surprisal: measured[at]?.nats[index]?.[place],
      })),
    ),
  ),
});
