/** @file The zero-shot benchmarks of a study: which items it takes of each, and how their scores are kept and counted. */
import { basename } from "node:path";
import { z } from "zod";
import { evaluationFiles, hasEvaluationFiles } from "../../../data/evaluation-files.js";
import { microworldMinimalPairs } from "../../../data/microworld/minimal-pairs.js";
import {
  summariseBenchmark,
  type BenchmarkReading,
  type StoredItem,
} from "../../../evaluation/benchmark-summary.js";
import { benchmarkOf, type BenchmarkName } from "../../../evaluation/benchmarks.js";
import { numberItems, scoreItems, type ChoiceItem } from "../../../evaluation/choice-items.js";
import { creditForFirst } from "../../../evaluation/choices.js";
import { pairItem, type MinimalPair } from "../../../evaluation/minimal-pairs.js";
import { deriveSeed, seeded } from "../../../random.js";
import type { ItemTable, Metric, Result } from "../../study/results.js";
import type { Study } from "../../study/study.js";
import type { TaskDefinition } from "./task-definition.js";

/** Where the official sets lie in the data. */
const EVALUATION = "babylm_eval_2025";

/** Whether a study's text has the items: of generated text there are minimal pairs alone. */
export function hasBenchmark({ config, source }: Study, name: BenchmarkName): boolean {
  if (source === "microworld") return name === "blimp";
  return foldersOf(name, config.budget.zeroShotItemsPerUid).some((folder) => hasEvaluationFiles(folder));
}

/** Folders that may have the set a study asks for, the first one found is taken. */
function foldersOf(name: BenchmarkName, itemsPerUid: number | null): string[] {
  const { fastFolder, fullFolder, fastItemsPerUid } = benchmarkOf(name);
  const full = `${EVALUATION}/full_eval/${fullFolder}`;
  const takesFast = itemsPerUid !== null && fastFolder !== null && itemsPerUid <= fastItemsPerUid;
  return takesFast ? [`${EVALUATION}/fast_eval/${fastFolder}`, full] : [full];
}

/**
 * The items of a benchmark: as many of each uid as the study asks for, from the fast set where that has as many.
 *
 * @throws RangeError when there are no items to be had
 */
export async function defineBenchmark(
  study: Study,
  name: BenchmarkName,
): Promise<TaskDefinition & { readonly items: readonly ChoiceItem[] }> {
  const limit = study.config.budget.zeroShotItemsPerUid;
  const { files, items } =
    study.source === "real"
      ? await readItems(name, limit)
      : { files: [], items: name === "blimp" ? generatedPairs(limit ?? GENERATED_PAIRS).map(pairItem) : [] };
  if (items.length === 0)
    throw new RangeError(
      `defineBenchmark: ${name} must have its items, got none in ${study.source} text. ` +
        "Fetch the official evaluation data (npx class-it data --collections), or leave the task out.",
    );
  const shares = new Map(items.map(({ id, humanShare }) => [id, humanShare]));
  return {
    items,
    files,
    settings: { source: study.source, itemsPerUid: limit },
    async score({ logLikelihood }) {
      const scored = await scoreItems(items, logLikelihood);
      return itemTable(scored.map((item) => withShare(item, shares.get(item.id))));
    },
    summarise: (table) => metricsOf(name, readItemTable(table)),
  };
}

async function readItems(
  name: BenchmarkName,
  limit: number | null,
): Promise<{ files: Result["files"]; items: ChoiceItem[] }> {
  const { read, fastFiles, chance } = benchmarkOf(name);
  const [folder] = foldersOf(name, limit).filter((candidate) => hasEvaluationFiles(candidate));
  const found = folder === undefined ? [] : await evaluationFiles(folder);
  const named = found.map((file) => ({ ...file, name: basename(file.path, ".jsonl") }));
  const files = limit === null || !fastFiles ? named : named.filter((file) => fastFiles.includes(file.name));
  const items = numberItems(files.flatMap(read));
  const taken = new Map<string, number>();
  return {
    files: files.map(({ path, sha256, unverified }) => ({ path, sha256, ...(unverified && { unverified }) })),
    // A correlation over few items says nothing: WUGs are always taken whole.
    items: items.filter(({ uid }) => {
      const count = taken.get(uid) ?? 0;
      taken.set(uid, count + 1);
      return limit === null || chance === null || count < limit;
    }),
  };
}

const GENERATED_PAIRS = 200;

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

const withShare = (item: StoredItem, humanShare: number | undefined): StoredItem =>
  humanShare === undefined ? item : { ...item, humanShare };

// Half a millionth of a nat: an eightieth of what two ways of adding the same float32 probabilities differ by.
const DECIMALS = 6;

/** Scored items as columns: id, uid, a score and a number of tokens for each candidate, choice, tie, credit and people's share;
 * where first tokens are never scored, those too. */
function itemTable(items: readonly StoredItem[]): ItemTable {
  const candidates = items.reduce((most, { scores }) => Math.max(most, scores.length), 0);
  const numbered = (prefix: string): string[] =>
    Array.from({ length: candidates }, (_, index) => `${prefix}${index}`);
  const hasShares = items.some(({ humanShare }) => humanShare !== undefined);
  // With a start token every first token has a probability, and the columns would be empty.
  const hasUnscored = items.some(({ unscoredFirst = [] }) => unscoredFirst.some((token) => token !== null));
  const padded = (values: readonly (number | null)[]): (number | null)[] =>
    Array.from({ length: candidates }, (_, index) => values[index] ?? null);
  return {
    columns: [
      "id",
      "uid",
      ...numbered("logProb"),
      ...numbered("tokens"),
      ...(hasUnscored ? numbered("unscoredFirst") : []),
      "choice",
      "tie",
      "credit",
      ...(hasShares ? ["humanShare"] : []),
    ],
    rows: items.map(({ id, uid, scores, numTokens, unscoredFirst = [], choice, tie, humanShare }) => [
      id,
      uid,
      ...padded(scores.map((score) => Number(score.toFixed(DECIMALS)))),
      ...padded(numTokens),
      ...(hasUnscored ? padded(unscoredFirst) : []),
      choice,
      tie ? 1 : 0,
      Number(creditForFirst(scores, "halfCredit").toFixed(DECIMALS)),
      ...(hasShares ? [humanShare ?? null] : []),
    ]),
  };
}

const cell = z.union([z.string(), z.number(), z.null()]);

/** The columns as items again. @throws Error when a column is missing or holds something else */
function readItemTable({ columns, rows }: ItemTable): StoredItem[] {
  const [id, uid, choice, tie, share] = ["id", "uid", "choice", "tie", "humanShare"].map((name) =>
    columns.indexOf(name),
  );
  const numbered = (prefix: string): number[] =>
    columns.flatMap((name, index) => (new RegExp(`^${prefix}\\d+$`).test(name) ? [index] : []));
  const [scoreColumns, tokenColumns] = [numbered("logProb"), numbered("tokens")];
  const firstColumns = numbered("unscoredFirst");
  const number = z.number();
  return rows.map((row) => {
    const at = (index: number | undefined): string | number | null => cell.parse(row[index ?? -1]);
    const present = (indices: readonly number[]): number[] =>
      indices
        .map(at)
        .filter((value) => value !== null)
        .map((value) => number.parse(value));
    const item: StoredItem = {
      id: z.string().parse(at(id)),
      uid: z.string().parse(at(uid)),
      scores: present(scoreColumns),
      numTokens: present(tokenColumns),
      ...(firstColumns.length > 0 && {
        unscoredFirst: firstColumns.map((index) => number.nullable().parse(at(index))),
      }),
      choice: number.parse(at(choice)),
      tie: at(tie) === 1,
    };
    return withShare(item, share === undefined || share < 0 ? undefined : number.parse(at(share)));
  });
}

function metricsOf(name: BenchmarkName, items: readonly StoredItem[]): Metric[] {
  const summary = summariseBenchmark(name, items);
  const { n, ties } = summary;
  const metric = (
    of: Pick<Metric, "metric" | "part" | "reading" | "value"> & Partial<Pick<Metric, "n" | "ties">>,
  ): Metric => ({ n, ties, ...of });
  const counts = (uid: string): Pick<Metric, "n" | "ties"> => {
    const exact = items.filter((item) => item.uid === uid);
    // A split of entity tracking is no uid itself: it holds those of all its operations.
    const own = exact.length > 0 ? exact : items.filter((item) => item.uid.startsWith(`${uid}_`));
    return { n: own.length, ties: own.filter((item) => item.tie).length };
  };
  const kind = summary.unit === "correlation" ? "spearman" : "accuracy";
  const parts = (reading: BenchmarkReading, of: "official" | "corrected"): Metric[] => [
    metric({ metric: kind, part: "all", reading: of, value: reading.average }),
    ...(kind === "accuracy"
      ? Object.entries(reading.by["UID"] ?? {}).map(([uid, value]) =>
          metric({ metric: kind, part: uid, reading: of, value, ...counts(uid) }),
        )
      : []),
  ];
  return [
    ...parts(summary.official, "official"),
    ...parts(summary.corrected, "corrected"),
    ...(summary.perToken === null
      ? []
      : [metric({ metric: "accuracyPerToken", part: "all", reading: "corrected", value: summary.perToken })]),
    ...(summary.firstFormShare === undefined
      ? []
      : [
          metric({
            metric: "firstFormShare",
            part: "all",
            reading: "official",
            value: summary.firstFormShare,
          }),
        ]),
  ];
}
