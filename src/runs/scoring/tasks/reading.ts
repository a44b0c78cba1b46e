/** @file The task `reading`: reading times of the official table, or of the microworld. */
import { z } from "zod";
import type { PretrainingText } from "../../../data/corpora.js";
import { readTexts } from "../../../data/documents.js";
import { readText } from "../../../data/files.js";
import { findEntry } from "../../../data/manifest.js";
import { microworldReadingTable } from "../../../data/microworld/reading-table.js";
import {
  countForms,
  logFrequencyPerMillion,
  type CorpusFrequency,
} from "../../../evaluation/corpus-frequency.js";
import {
  analyseReadingTimes,
  heldOutGains,
  type SentenceEstimate,
} from "../../../evaluation/reading-analysis.js";
import { readReadingTable, type ReadingWord } from "../../../evaluation/reading-table.js";
import { scoreReadingTimes, type MeasureFit } from "../../../evaluation/reading-times.js";
import { measureSurprisal, type WordSurprisal } from "../../../evaluation/word-surprisal.js";
import { deriveSeed, seeded } from "../../../random.js";
import type { Metric } from "../../study/results.js";
import type { Study } from "../../study/study.js";
import { loadText } from "../../study/pretraining-text.js";
import { readRows } from "./read-rows.js";
import { identify, type ScorableTask, type TaskDefinition } from "./task-definition.js";

const READING_FILE = "babylm_eval_2025/full_eval/reading/reading_data.csv";
const MICROWORLD_SENTENCES = 200;

/** The words of a study's reading times. */
export async function readingWords({ source }: Pick<Study, "source">): Promise<ReadingWord[]> {
  const csv =
    source === "real"
      ? await readText(READING_FILE)
      : microworldReadingTable({
          sentences: MICROWORLD_SENTENCES,
          random: seeded(deriveSeed(0, "reading times")),
        });
  return readReadingTable(csv, source === "real" ? READING_FILE : "the microworld's table");
}

/** Surprisal of every word under each scoring rule. */
export function scorableReading(source: Study["source"], words: readonly ReadingWord[]): ScorableTask {
  return {
    files: source === "real" ? [identify(findEntry(READING_FILE))] : [],
    async score(scorer) {
      const official = await measureSurprisal(words, { ...scorer, scoringRule: "official" });
      const corrected = await measureSurprisal(words, { ...scorer, scoringRule: "spaceCorrected" });
      const whole = await measureSurprisal(words, { ...scorer, scoringRule: "wholeWord" });
      return {
        columns: [
          ...["id", "surprisalNats", "previousSurprisalNats", "correctedNats", "correctedPreviousNats"],
          ...["wholeWordNats", "wholeWordPreviousNats"],
        ],
        rows: official.map((word, index) => [
          word.id,
          word.surprisalNats,
          word.previousSurprisalNats,
          corrected[index]?.surprisalNats ?? null,
          corrected[index]?.previousSurprisalNats ?? null,
          whole[index]?.surprisalNats ?? null,
          whole[index]?.previousSurprisalNats ?? null,
        ]),
      };
    },
  };
}

/** Surprisal of every word under each scoring rule, and the regressions on them. */
export async function defineReading(study: Study): Promise<TaskDefinition> {
  const { source } = study;
  const words = await readingWords(study);
  const corpus = await corpusOf(study);
  const frequency = words.map(({ word }) => logFrequencyPerMillion(word, corpus));
  return {
    ...scorableReading(source, words),
    choice: { task: "reading", source },
    summarise(items, path) {
      const parsed = readRows(items, readingRow, path);
      const official = parsed.map(([id, surprisalNats, previousSurprisalNats]): WordSurprisal => ({
        id,
        surprisalNats,
        previousSurprisalNats,
      }));
      const corrected = parsed.map(([id, , , surprisalNats, previousSurprisalNats]): WordSurprisal => ({
        id,
        surprisalNats,
        previousSurprisalNats,
      }));
      const whole = parsed.map(([id, , , , , surprisalNats, previousSurprisalNats]): WordSurprisal => ({
        id,
        surprisalNats,
        previousSurprisalNats,
      }));
      return [
        ...readingMetrics("official", words, official),
        ...readingMetrics("corrected", words, corrected),
        ...corpusMetrics(words, corrected, frequency),
        ...readingMetrics("wholeWord", words, whole),
      ];
    },
  };
}

const readingRow = z.tuple([
  z.number(),
  z.number(),
  z.number().nullable(),
  z.number(),
  z.number().nullable(),
  z.number(),
  z.number().nullable(),
]);

/** Counts of a study's pre-training text, once a process: every model's evaluation asks. */
const counted = new WeakMap<PretrainingText, CorpusFrequency>();

async function corpusOf(study: Study): Promise<CorpusFrequency> {
  const text = await loadText(study);
  const found = counted.get(text) ?? countForms(readTexts(text.documents));
  counted.set(text, found);
  return found;
}

/** Held-out gain where frequency is that of the model's own training text, under the corrected scoring rule. */
function corpusMetrics(
  words: readonly ReadingWord[],
  surprisals: readonly WordSurprisal[],
  frequency: readonly number[],
): Metric[] {
  const gains = heldOutGains(words, surprisals, { ...ANALYSIS, missing: "kept", frequency });
  return (["eyeTracking", "selfPaced"] as const).flatMap((part) =>
    estimateMetrics("corpusFrequencyGainNats", { part, scoringRule: "corrected" }, gains[part]),
  );
}

/** An estimate and the ends of its interval. */
function estimateMetrics(
  metric: string,
  of: Pick<Metric, "part" | "scoringRule">,
  { value, low, high, n }: SentenceEstimate,
): Metric[] {
  return Object.entries({ [metric]: value, [`${metric}Low`]: low, [`${metric}High`]: high }).map(
    ([name, number]) => ({ metric: name, ...of, value: number, n, ties: null }),
  );
}

const ANALYSIS = { folds: 10, replicates: 1_000, seed: 0 };

function readingMetrics(
  scoringRule: Metric["scoringRule"],
  words: readonly ReadingWord[],
  surprisals: readonly WordSurprisal[],
): Metric[] {
  const missing = scoringRule === "official" ? "official" : "kept";
  const scores = scoreReadingTimes(words, surprisals, { missing });
  const analyses = analyseReadingTimes(words, surprisals, { ...ANALYSIS, missing });
  return (["eyeTracking", "selfPaced"] as const).flatMap((name) => {
    const { score, measures } = scores[name];
    const metric = (part: string, value: number, fit: MeasureFit | undefined): Metric => ({
      metric: "partialRSquared",
      part,
      scoringRule,
      value,
      n: fit?.n ?? 0,
      ties: null,
    });
    return [
      metric(name, score, measures[0]),
      ...measures.map((fit) => metric(fit.measure, fit.score, fit)),
      // The score itself stands above, with its own rows.
      ...Object.entries(analyses[name])
        .flatMap(([kind, estimate]: [string, SentenceEstimate]) =>
          estimateMetrics(kind, { part: name, scoringRule }, estimate),
        )
        .filter(({ metric }) => metric !== "partialRSquared"),
    ];
  });
}
