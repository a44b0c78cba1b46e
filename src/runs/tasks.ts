/**
 * @file The zero-shot tasks of a study: which items each has, how they are scored and what is counted. The scoring
 * rules themselves live in `evaluation/`; a new benchmark adds one entry here.
 */
import { basename } from "node:path";
import { z } from "zod";
import { readText } from "../data/files.js";
import { filesUnder, findEntry, type DataFile } from "../data/manifest.js";
import { microworldMinimalPairs } from "../data/microworld/minimal-pairs.js";
import { microworldReadingTable } from "../data/microworld/reading-table.js";
import type { LogLikelihood, SplitWord } from "../evaluation/log-likelihood.js";
import {
  readMinimalPairs,
  scoreMinimalPairs,
  summarisePairs,
  type MinimalPair,
} from "../evaluation/minimal-pairs.js";
import { readReadingTable } from "../evaluation/reading-table.js";
import {
  measureSurprisal,
  scoreReadingTimes,
  type MeasureFit,
  type WordSurprisal,
} from "../evaluation/reading-times.js";
import { deriveSeed, seeded } from "../random.js";
import type { ItemTable, Metric, Result } from "./results.js";
import type { Study } from "./study.js";

/** Tasks a study can be judged by. */
export const TASKS = ["blimp", "reading"] as const;
export type Task = (typeof TASKS)[number];

/** A model that answers requests, until it is disposed. */
export interface Scorer {
  readonly logLikelihood: LogLikelihood;
  readonly splitWord: SplitWord;
  dispose(): void;
}

/** A task with its items at hand. */
export interface TaskDefinition {
  /** Data files the items come from. */
  readonly files: Result["files"];
  /** Every setting that selects items; with the files it determines them. */
  readonly settings: Readonly<Record<string, unknown>>;
  score(scorer: Scorer): Promise<ItemTable>;
  summarise(items: ItemTable): Metric[];
}

/**
 * The items of a task, from the real files or from the microworld.
 *
 * @throws RangeError that lists the tasks when the name is none of them
 */
export async function defineTask(study: Study, task: Task): Promise<TaskDefinition> {
  switch (task) {
    case "blimp":
      return defineBlimp(study);
    case "reading":
      return defineReading(study);
    default:
      throw new RangeError(
        `defineTask: task must be one of ${TASKS.join(", ")}, got "${String(task)}". Correct the name.`,
      );
  }
}

const identify = ({ path, sha256 }: DataFile): { path: string; sha256: string } => ({ path, sha256 });

// Pairs of the fast set; a phenomenon has 200.
const FAST_PAIRS_PER_UID = 200;

async function defineBlimp({ config, source }: Study): Promise<TaskDefinition> {
  const limit = config.budget.blimpPairsPerUid;
  const isFast = limit !== null && limit <= FAST_PAIRS_PER_UID;
  const folder = isFast ? "fast_eval/blimp_fast" : "full_eval/blimp_filtered";
  const entries = source === "real" ? filesUnder(`babylm_eval_2025/${folder}`) : [];
  const pairs: MinimalPair[] = [];
  for (const entry of entries) {
    const uid = basename(entry.path, ".jsonl");
    pairs.push(...readMinimalPairs({ text: await readText(entry.path), uid }).slice(0, limit ?? undefined));
  }
  if (source === "microworld") pairs.push(...generatedPairs(limit ?? FAST_PAIRS_PER_UID));
  return {
    files: entries.map(identify),
    settings: { source, pairsPerUid: limit },
    async score({ logLikelihood }) {
      const scored = await scoreMinimalPairs(pairs, logLikelihood);
      const columns = ["id", "uid", "logProbGood", "logProbBad", "choice", "tie"];
      return {
        columns,
        rows: scored.map(({ id, uid, scores, choice, tie }) => [id, uid, ...scores, choice, tie ? 1 : 0]),
      };
    },
    summarise({ rows }) {
      const items = rows.map((row) => {
        const [, uid, good, bad, , tie] = pairRow.parse(row);
        return { uid, scores: [good, bad] as const, tie: tie === 1 };
      });
      return (["official", "corrected"] as const).flatMap((reading): Metric[] => {
        const summary = summarisePairs(items, reading === "official" ? "official" : "halfCredit");
        return [
          {
            metric: "accuracy",
            part: "all",
            reading,
            value: summary.average,
            n: summary.n,
            ties: summary.ties,
          },
          ...summary.byUid.map(({ uid, accuracy, n, ties }): Metric => ({
            metric: "accuracy",
            part: uid,
            reading,
            value: accuracy,
            n,
            ties,
          })),
        ];
      });
    },
  };
}

/** The microworld's pairs with the ids a file of them would give. */
export function generatedPairs(pairsPerUid: number): MinimalPair[] {
  const random = seeded(deriveSeed(0, "minimal pairs"));
  return microworldMinimalPairs({ pairsPerUid, random }).map((pair) => ({
    uid: pair.UID,
    id: `${pair.UID}_${pair.pair_id}`,
    good: pair.sentence_good,
    bad: pair.sentence_bad,
  }));
}

const pairRow = z.tuple([z.string(), z.string(), z.number(), z.number(), z.number(), z.number()]);

const READING_FILE = "babylm_eval_2025/full_eval/reading/reading_data.csv";
const MICROWORLD_SENTENCES = 200;

async function defineReading({ source }: Study): Promise<TaskDefinition> {
  const csv =
    source === "real"
      ? await readText(READING_FILE)
      : microworldReadingTable({
          sentences: MICROWORLD_SENTENCES,
          random: seeded(deriveSeed(0, "reading times")),
        });
  const words = readReadingTable(csv);
  return {
    files: source === "real" ? [identify(findEntry(READING_FILE))] : [],
    settings: { source, words: words.length },
    async score(scorer) {
      const official = await measureSurprisal(words, { ...scorer, reading: "official" });
      const corrected = await measureSurprisal(words, { ...scorer, reading: "spaceCorrected" });
      return {
        columns: ["id", "surprisalNats", "previousSurprisalNats", "correctedNats", "correctedPreviousNats"],
        rows: official.map((word, index) => [
          word.id,
          word.surprisalNats,
          word.previousSurprisalNats,
          corrected[index]?.surprisalNats ?? null,
          corrected[index]?.previousSurprisalNats ?? null,
        ]),
      };
    },
    summarise({ rows }) {
      const parsed = rows.map((row) => readingRow.parse(row));
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
      return [
        ...readingMetrics("official", scoreReadingTimes(words, official, { missing: "official" })),
        ...readingMetrics("corrected", scoreReadingTimes(words, corrected, { missing: "kept" })),
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
]);

function readingMetrics(reading: Metric["reading"], scores: ReturnType<typeof scoreReadingTimes>): Metric[] {
  return (["eyeTracking", "selfPaced"] as const).flatMap((name) => {
    const { score, measures } = scores[name];
    const metric = (part: string, value: number, fit: MeasureFit | undefined): Metric => ({
      metric: "partialRSquared",
      part,
      reading,
      value,
      n: fit?.n ?? 0,
      ties: null,
    });
    return [metric(name, score, measures[0]), ...measures.map((fit) => metric(fit.measure, fit.score, fit))];
  });
}
