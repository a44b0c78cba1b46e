/**
 * @file Whether a results folder holds what it says: its files can be read and name today's data and a commit of this history, its
 * metrics follow from its items, and its training runs begin again with the same losses. Each kind of check has a file.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Scale } from "../../config/config.js";
import { textSource } from "../../data/files.js";
import { findProjectRoot } from "../../project-root.js";
import { CROSSED_FOLDER } from "../study/crossed-tokenizers.js";
import { listStudies } from "../study/named-study.js";
import { DEFAULT_STUDY } from "../study/study.js";
import { checkDataFiles, count, openResults, type Check, type VerifiedFolder } from "./files.js";
import { checkReceipts } from "./receipts.js";
import { checkFinetuning, checkZeroShot } from "./scores.js";
import { retakeSteps } from "./steps.js";
import { checkTrainings } from "./training.js";

/**
 * The results of a study: those of real text, or of the microworld where there are no others.
 *
 * @param where.study       its name; the default study without it
 * @param where.resultsRoot takes the place of the project's `results` folder
 * @throws RangeError when no study of the scale has this name
 */
export function openVerifiedFolder({
  scale,
  study = DEFAULT_STUDY,
  resultsRoot,
  cacheFolder,
}: {
  readonly scale: Scale;
  readonly study?: string | undefined;
  readonly resultsRoot?: string | undefined;
  readonly cacheFolder?: string | undefined;
}): VerifiedFolder {
  const root = findProjectRoot();
  const real = join(resolve(resultsRoot ?? join(root, "results")), scale);
  const generated = `${real}-microworld`;
  const source = !existsSync(real) && existsSync(generated) ? "microworld" : "real";
  const scaleFolder = source === "real" ? real : generated;
  const folder = { scale, source, cacheFolder: cacheFolder ?? join(root, ".cache", "stages") } as const;
  if (study === DEFAULT_STUDY) return { ...folder, resultsFolder: scaleFolder };
  const known = listStudies(scaleFolder);
  const named = known.find(({ name }) => name === study);
  if (named === undefined)
    throw new RangeError(
      `openVerifiedFolder: study must be one of ${[DEFAULT_STUDY, ...known.map(({ name }) => name)].join(", ")} in ${scaleFolder}, got "${study}". Correct the name.`,
    );
  return { ...folder, resultsFolder: named.folder, config: named.config };
}

/**
 * Checks a folder, and that of the exchanged tokenizers below it.
 *
 * @param options.steps   of pre-training that are taken again for each decoder; 0 for none
 * @param options.readingTimes whether reading times are summed up again, too
 * @returns one record per kind of check
 * @throws Error when the folder holds no result
 */
export async function verifyResults(
  folder: VerifiedFolder,
  {
    steps,
    readingTimes = false,
    onProgress = () => undefined,
  }: {
    readonly steps: number;
    readonly readingTimes?: boolean;
    readonly onProgress?: (text: string) => void;
  },
): Promise<Check[]> {
  const { resultsFolder } = folder;
  const { config: _whole, ...crossed } = { ...folder, resultsFolder: join(resultsFolder, CROSSED_FOLDER) };
  const opened = [folder, crossed].map(openResults);
  const results = opened.flatMap((one) => one.results);
  const faults = opened.flatMap(({ differences }) => differences);
  if (results.length === 0 && faults.length === 0)
    throw new Error(
      `verifyResults: ${resultsFolder} must hold results, found none. Compute some, or give their folder with --results.`,
    );
  const kept = opened.flatMap((one) => one.kept);
  const hasText = folder.source === "microworld" || textSource() === "real";
  const checks: Check[] = [
    {
      name: "files",
      found: `${count(results.length, "result")} and ${count(kept.length, "kept description")} read`,
      differences: faults,
    },
    checkReceipts(
      [...results.map(({ path, result }) => ({ path, provenance: result.provenance })), ...kept],
      findProjectRoot(),
    ),
    checkDataFiles(results),
    await checkZeroShot(results, { hasText, readingTimes, onProgress }),
    checkFinetuning(results),
    checkTrainings(results),
    await retakeSteps(results, { hasText, steps, onProgress }),
  ];
  const inOneLine = (difference: string): string =>
    difference.replaceAll(`${resultsFolder}/`, "").replace(/\s*\n\s*/g, " ");
  return checks.map((check) => ({ ...check, differences: check.differences.map(inOneLine) }));
}
