/**
 * @file The files of an evaluation set: those of the manifest, checked; else a folder of the official layout that lies where data
 * lies, for sets that may not be passed on and every user fetches.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { defaultPlaces, readText, type DataPlaces, type NamedFile } from "./files.js";
import { openManifest } from "./manifest.js";
import { decodeText } from "./text-file.js";

/** A file with its contents. */
export interface EvaluationFile extends NamedFile {
  readonly text: string;
}

/**
 * JSON-lines files below a folder such as `babylm_eval_2025/full_eval/ewok_filtered`, by name.
 *
 * @param names of the files to read, without their ending; null for all
 * @returns none where there is no such folder; `unverified` marks files the manifest does not know
 * @throws Error when a file of the manifest is missing or altered
 */
export async function evaluationFiles(
  folder: string,
  places: DataPlaces = defaultPlaces(),
  names: readonly string[] | null = null,
): Promise<EvaluationFile[]> {
  const isWanted = (path: string): boolean => names === null || names.includes(basename(path, ".jsonl"));
  const known = [...openManifest().values()].filter(
    ({ path }) => path.startsWith(`${folder}/`) && isWanted(path),
  );
  if (known.length > 0)
    return Promise.all(
      known.map(async ({ path, sha256 }) => ({ path, sha256, text: await readText(path, places) })),
    );
  const place = [places.rawFolder, places.dataFolder].find(
    (candidate) => candidate !== null && existsSync(join(candidate, folder)),
  );
  if (!place) return [];
  return readdirSync(join(place, folder))
    .filter((name) => name.endsWith(".jsonl") && isWanted(name))
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(place, folder, name));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return {
        path: `${folder}/${name}`,
        sha256,
        unverified: true,
        text: decodeText(bytes, `${place}/${folder}/${name}`),
      };
    });
}

/** Whether a set is at hand, without reading it. */
export const hasEvaluationFiles = (folder: string, places: DataPlaces = defaultPlaces()): boolean =>
  [...openManifest().keys()].some((path) => path.startsWith(`${folder}/`)) ||
  [places.rawFolder, places.dataFolder].some(
    (candidate) => candidate !== null && existsSync(join(candidate, folder)),
  );
