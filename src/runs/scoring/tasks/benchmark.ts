/** @file The zero-shot benchmarks of a study: which items it takes of each. How scores are kept and counted is in the files next to it. */
import { basename } from "node:path";
import type { DataBudget } from "../../../config/config.js";
import { collectionRows, hasCollectionRows } from "../../../data/collection-rows.js";
import { evaluationFiles, hasEvaluationFiles } from "../../../data/evaluation-files.js";
import { microworldMinimalPairs } from "../../../data/microworld/minimal-pairs.js";
import { benchmarkOf, type BenchmarkName } from "../../../evaluation/benchmarks.js";
import { numberItems, scoreItems, type ChoiceItem } from "../../../evaluation/choice-items.js";
import { yearsOf } from "../../../evaluation/items-under-rules.js";
import { pairItem, type MinimalPair } from "../../../evaluation/minimal-pairs.js";
import { deriveSeed, seeded } from "../../../random.js";
import type { Result } from "../../study/results.js";
import { benchmarkMetrics } from "./benchmark-metrics.js";
import { itemTable } from "./item-table.js";
import type { TaskDefinition } from "./task-definition.js";

/** Whoever has items of benchmarks: a study, or the part of one that says which. */
export interface BenchmarkOwner {
  readonly source: "real" | "microworld";
  readonly config: { readonly budget: Pick<DataBudget, "zeroShotItemsPerUid"> };
}

/** Where the official sets are in the data. */
const EVALUATION = "babylm_eval_2025";

/** Whether a study's text has the items: of generated text there are minimal pairs alone. */
export function hasBenchmark({ config, source }: BenchmarkOwner, name: BenchmarkName): boolean {
  if (source === "microworld") return name === "blimp";
  const { fetched } = benchmarkOf(name);
  return (
    foldersOf(name, config.budget.zeroShotItemsPerUid).some((folder) => hasEvaluationFiles(folder)) ||
    (fetched !== undefined && hasCollectionRows(fetched.collection))
  );
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
  study: BenchmarkOwner,
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
  return {
    items,
    files,
    choice: { task: name, source: study.source, itemsPerUid: limit },
    async score({ logLikelihood }) {
      const { scorePer } = benchmarkOf(name);
      const scored = await scoreItems(items, logLikelihood, scorePer && { scorePer });
      const stored = scored.map((item, index) => ({ ...item, ...keptOf(items[index]) }));
      return itemTable(name, stored);
    },
    summarise: (table, path) => benchmarkMetrics(name, table, { name: path, files, rules: yearsOf(name)[0] }),
  };
}

async function readItems(
  name: BenchmarkName,
  limit: number | null,
): Promise<{ files: Result["files"]; items: ChoiceItem[] }> {
  const { read, fastFiles, chance, fetched } = benchmarkOf(name);
  const [folder] = foldersOf(name, limit).filter((candidate) => hasEvaluationFiles(candidate));
  const names = limit === null || !fastFiles ? null : fastFiles;
  const found =
    folder !== undefined
      ? await evaluationFiles(folder, undefined, names)
      : fetched !== undefined && hasCollectionRows(fetched.collection)
        ? await collectionRows(fetched)
        : [];
  const files = found.map((file) => ({ ...file, name: basename(file.path, ".jsonl") }));
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

/** What a table of items keeps of an item besides its scores. */
const keptOf = (item: ChoiceItem | undefined) => ({
  ...(item?.humanShare !== undefined && { humanShare: item.humanShare }),
  ...(item?.isDropped2026 && { isDropped2026: true as const }),
});
