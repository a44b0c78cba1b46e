/**
 * @file The stage that measures how much of the evaluation items and instruction examples the training text holds:
 * ids and numbers, no sentence. The measure itself is in `data/overlap/ngram-overlap.ts`, its tables in
 * `overlap-summary.ts`.
 */
import type { z } from "zod";
import { overlapShare } from "../../data/overlap/ngram-overlap.js";
import { computeStage } from "../stages/computed-stage.js";
import { reportProgress } from "../stages/progress.js";
import { readStageJson } from "../stages/read-json.js";
import { chooseSet } from "../study/instruction-sets.js";
import { keptValue } from "../study/kept.js";
import { loadText, textIdentity } from "../study/pretraining-text.js";
import type { Study } from "../study/study.js";
import {
  filesOfOverlap,
  ITEM_FILE,
  overlapMeasurement,
  overlapSchema,
  type OverlapText,
} from "./measure-overlap.js";

/** How much of one item the training text holds. */
export interface MeasuredItem {
  readonly task: string;
  readonly uid: string;
  readonly id: string;
  /** 0 where the item's texts are too short to have any. */
  readonly ngrams: number;
  /** Share of them in the pre-training text, 0–1; null where there are none. */
  readonly overlap: number | null;
  /** Share of them in the Switchboard dialogues that the conversation examples are made of, 0–1. */
  readonly dialogueOverlap: number | null;
}

/** One pass over the training text. */
export interface StudyOverlap {
  readonly items: readonly MeasuredItem[];
  readonly textWords: number;
  readonly dialogueWords: number;
  readonly distinctNgrams: number;
  readonly ngramWords: number;
  readonly minWords: number;
}

/**
 * Overlap of every evaluation item and every instruction example of the study with the text models learn from, cached.
 *
 * The text is all there is: a scale that trains on a part of it saw at most this. So are the dialogues.
 *
 * @throws Error when a file of the study's text or of its tasks is missing or damaged
 *
 * Source: Brown et al. 2020, appendix C, for n-grams of words.
 * Differs: every item is kept and has its share of n-grams found, where they drop an item at the first match.
 */
export async function measureStudyOverlap(study: Study): Promise<StudyOverlap> {
  const { rows, ...measured } = await keptValue(study, { name: "overlap" }, overlapSchema, () =>
    measureRows(study),
  );
  const items = rows.map(([task, uid, id, ngrams, ...found]): MeasuredItem => ({
    task,
    uid,
    id,
    ngrams,
    overlap: overlapShare({ ngrams, found }, 0),
    dialogueOverlap: overlapShare({ ngrams, found }, 1),
  }));
  return { ...measured, items };
}

async function measureRows(study: Study): Promise<z.infer<typeof overlapSchema>> {
  const sets = [chooseSet(study, "switch"), chooseSet(study, "wiki")];
  const text: OverlapText =
    study.source === "real"
      ? { source: "real", files: filesOfOverlap(sets) }
      : {
          ...textIdentity(study, await loadText(study)),
          source: "microworld",
          itemsPerUid: study.config.budget.zeroShotItemsPerUid ?? 0,
        };
  const stage = await computeStage(study.cacheFolder, {
    kind: "overlap",
    inputs: { sets, text },
    computation: overlapMeasurement,
    given: {
      onProgress: (done: number, total: number) =>
        reportProgress({ type: "work", label: "overlap", done, total }),
    },
  });
  return readStageJson(stage, ITEM_FILE, overlapSchema);
}
