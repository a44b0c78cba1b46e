/**
 * @file The zero-shot benchmarks of sentences by name: where the official evaluation data has them, and how a file becomes items.
 *
 * A new benchmark touches three files: its own, with a function from a file's text to items; this list; and its test. All else
 * (scoring, ties, ids, summaries, official predictions, notebooks' rows) follows from the items. `comps.ts` is the shortest example:
 *
 *   export const readToy = ({ text, name }: BenchmarkFile): UnnumberedItem[] =>
 *     parseJsonLines(text, { name, schema: z.object({ right: z.string(), wrong: z.string() }), expected: "…" }).map(
 *       ({ right, wrong }) => ({
 *         uid: name,
 *         candidates: [right, wrong].map((continuation) => ({ context: "", continuation })),
 *         predictions: [right, wrong],
 *         groups: {},
 *       }),
 *     );
 */
import type { WantedRows } from "../data/collection-rows.js";
import type { BenchmarkFile, UnnumberedItem } from "./choice-items.js";
import { readComps } from "./comps.js";
import { readEntityTracking } from "./entity-tracking.js";
import { readEwok } from "./ewok.js";
import { globalPiqaSet, readGlobalPiqa } from "./global-piqa.js";
import { readPairItems } from "./minimal-pairs.js";
import type { Rules } from "./rules.js";
import { readWugs } from "./wugs.js";

/** A benchmark. */
export interface Benchmark {
  readonly read: (file: BenchmarkFile) => UnnumberedItem[];
  /** Folder of the fast set below `fast_eval`; null where there is none. */
  readonly fastFolder: string | null;
  /** Items of each uid in the fast set. */
  readonly fastItemsPerUid: number;
  /** Folder of the full set below `full_eval`. */
  readonly fullFolder: string;
  /** Files the fast set takes from the full one, where official data has no folder for it. */
  readonly fastFiles?: readonly string[];
  /** What the official pipeline calls the task. */
  readonly officialTask: string;
  /** Accuracy of guessing; null where no answer is right. */
  readonly chance: number | null;
  /** Years that have the task; all of them where it is left out. */
  readonly rules?: readonly [Rules, ...Rules[]];
  /** Which of an item's candidates each year compares; all of them in every year where it is left out. */
  readonly contrasts?: Readonly<Record<Rules, readonly number[]>>;
  /** The fetched set that has the items where no official folder does. */
  readonly fetched?: WantedRows;
  /** What a candidate's log-probability is divided by; nothing where it is left out. */
  readonly scorePer?: "token";
}

/** Source: BabyLM evaluation pipeline 2025, eval_zero_shot.sh and eval_zero_shot_fast.sh; docs/paper.md#zero-shot-tasks. */
export const BENCHMARKS = {
  blimp: {
    read: readPairItems,
    fastFolder: "blimp_fast",
    fastItemsPerUid: 200,
    fullFolder: "blimp_filtered",
    officialTask: "blimp",
    chance: 0.5,
  },
  blimp_supplement: {
    read: readPairItems,
    fastFolder: "supplement_fast",
    fastItemsPerUid: 50,
    fullFolder: "supplement_filtered",
    officialTask: "blimp",
    chance: 0.5,
  },
  ewok: {
    read: readEwok,
    fastFolder: "ewok_fast",
    fastItemsPerUid: 100,
    fullFolder: "ewok_filtered",
    officialTask: "ewok",
    chance: 0.5,
    contrasts: { 2025: [0, 1], 2026: [0, 2] },
  },
  entity_tracking: {
    read: readEntityTracking,
    fastFolder: "entity_tracking_fast",
    fastItemsPerUid: Infinity,
    fullFolder: "entity_tracking",
    fastFiles: ["regular"],
    officialTask: "entity_tracking",
    chance: 0.2,
  },
  wug_adj: {
    read: (file) => readWugs(file, "wug_adj"),
    fastFolder: "wug_adj_nominalization",
    fastItemsPerUid: Infinity,
    fullFolder: "wug_adj_nominalization",
    officialTask: "wug_adj",
    chance: null,
    rules: [2025],
  },
  wug_past: {
    read: (file) => readWugs(file, "wug_past"),
    fastFolder: "wug_past_tense",
    fastItemsPerUid: Infinity,
    fullFolder: "wug_past_tense",
    officialTask: "wug_past",
    chance: null,
    rules: [2025],
  },
  comps: {
    read: readComps,
    fastFolder: null,
    fastItemsPerUid: 0,
    fullFolder: "comps",
    officialTask: "comps",
    chance: 0.5,
  },
  global_piqa_parallel: {
    read: (file) => readGlobalPiqa(file, 4),
    fastFolder: "global_piqa_parallel",
    fastItemsPerUid: Infinity,
    fullFolder: "global_piqa_parallel",
    officialTask: "global_piqa_parallel",
    fetched: globalPiqaSet("parallel"),
    chance: 0.25,
    rules: [2026],
    scorePer: "token",
  },
  global_piqa_nonparallel: {
    read: (file) => readGlobalPiqa(file, 2),
    fastFolder: "global_piqa_nonparallel",
    fastItemsPerUid: Infinity,
    fullFolder: "global_piqa_nonparallel",
    officialTask: "global_piqa_nonparallel",
    fetched: globalPiqaSet("nonparallel"),
    chance: 0.5,
    rules: [2026],
    scorePer: "token",
  },
} as const satisfies Readonly<Record<string, Benchmark>>;
/** Name of a benchmark, as `--tasks` takes it. */
export type BenchmarkName = keyof typeof BENCHMARKS;

/** Whether a task is a benchmark of this list. */
export const isBenchmark = (name: string): name is BenchmarkName => Object.hasOwn(BENCHMARKS, name);

/** @throws RangeError that lists the benchmarks when the name is none of them */
export function benchmarkOf(name: string): Benchmark {
  const found = Object.entries(BENCHMARKS).find(([known]) => known === name);
  if (found) return found[1];
  throw new RangeError(
    `benchmarkOf: a benchmark must be one of ${Object.keys(BENCHMARKS).join(", ")}, got "${name}". Correct the name.`,
  );
}
