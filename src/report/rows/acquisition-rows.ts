/** @file Age of acquisition as tables and figures show it: the figures of both years, and the words themselves from a model's items. */
import type { ModelName } from "../../config/config.js";
import { modelAcquisition, type AcquisitionCurve } from "../../evaluation/acquisition-age.js";
import { RULES } from "../../evaluation/rules.js";
import { evaluateAcquisition, readAcquisition } from "../../runs/scoring/acquisition-scores.js";
import { ACQUISITION_TASK } from "../../runs/scoring/tasks.js";
import { keptResult } from "../../runs/study/kept.js";
import { itemsFile, readItems, runFolder, type Result, type ResultRun } from "../../runs/study/results.js";
import type { Study } from "../../runs/study/study.js";
import { inOneConfiguration } from "./comparable.js";
import type { TidyRow } from "../render/frame.js";

/**
 * Age of acquisition of some models: kept results, or scored where the weights of all checkpoints can be had. Above smoke scale, kept
 * results without it come with no weights; such models are left out.
 *
 * @param runs models with their conditions
 */
export async function acquisitionResults(
  studies: readonly Study[],
  runs: readonly ResultRun[],
): Promise<Result[]> {
  const results: Result[] = [];
  for (const study of studies)
    for (const run of runs) {
      const kept = keptResult(study, run, ACQUISITION_TASK);
      if (kept) results.push(kept);
      else if (!study.isKept || study.config.scale === "smoke")
        results.push(await evaluateAcquisition(study, run));
    }
  return results;
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ["official", "official contexts"],
  ["substitute", "substitute: held-out child-directed text"],
  ["microworld", "generated words and children"],
]);

/** A row per model and year; one that says so where there is no result. */
export function acquisitionRows(results: readonly Result[]): TidyRow[] {
  if (results.length === 0)
    return [{ model: "none", note: "comes with the weights of the checkpoints, which are not kept here" }];
  return inOneConfiguration(results).flatMap(({ model, condition, seed, metrics, settings }) =>
    RULES.map((rules) => {
      const of = (name: string): number | null =>
        metrics.find(({ metric, part }) => metric === name && part === String(rules))?.value ?? null;
      const score = metrics.find(({ metric, part }) => metric === "score" && part === String(rules));
      return {
        model,
        condition,
        seed,
        rules,
        score: score?.value ?? null,
        r: of("pearson"),
        low: of("pearsonLow"),
        high: of("pearsonHigh"),
        p: of("p"),
        n: score?.n ?? 0,
        "words with a fit": of("modelShare"),
        "shuffled low": of("shuffledLow"),
        "shuffled high": of("shuffledHigh"),
        contexts: KINDS.get(String(settings?.["kind"])) ?? "unknown",
      };
    }),
  );
}

/** A word as a model learned it, under the rules of 2026. */
export interface LearnedWord {
  readonly model: ModelName;
  readonly id: string;
  /** Months at which half of the children say it. */
  readonly childMonths: number | null;
  /** Common logarithm of the words the model had seen; null where its curve crosses no threshold between the checkpoints. */
  readonly logWords: number | null;
  readonly curve: AcquisitionCurve;
  /** One a checkpoint. */
  readonly points: readonly { readonly wordsSeen: number; readonly surprisalNats: number }[];
}

/** The words of some results of a study, from their items. @throws Error naming the file when it is not there or is damaged */
export const learnedWords = (study: Study, results: readonly Result[]): LearnedWord[] =>
  results
    .filter(({ seed }) => seed === study.seed)
    .flatMap(({ model, condition }) => {
      const path = itemsFile(runFolder(study, { model, condition }), ACQUISITION_TASK);
      return readAcquisition(readItems(path), path).flatMap(({ id, childMonths, ceilingNats, points }) => {
        const found = modelAcquisition(points, { ceilingNats, rules: 2026 });
        return found === null
          ? []
          : [{ model, id, childMonths, logWords: found.logWords, curve: found.curve, points }];
      });
    });
