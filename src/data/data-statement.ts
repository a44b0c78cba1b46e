/**
 * @file What a data statement says of each source: origin, terms, size, what was changed, and what stands in for
 * something else. All of it is read off the manifest; what a run made of the sources is added in `runs/description/data-statement.ts`.
 *
 * Source: Bender and Friedman 2018, Data Statements for Natural Language Processing: curation, provenance, terms.
 */
import { basename, extname } from "node:path";
import type { DataFile } from "./manifest.js";

/** What one source of the manifest is. */
export interface SourceStatement {
  /** Folder, and below it the genre or the evaluation set: `babylm_sample/childes`. */
  readonly source: string;
  readonly what: string;
  /** Repositories at their commits. */
  readonly origins: readonly string[];
  /** Terms as found. */
  readonly licences: readonly string[];
  readonly files: number;
  readonly bytes: number;
  /** How files without a download location were derived. */
  readonly changes: readonly string[];
  /** Files that stand in for something that cannot be had. */
  readonly standIns: readonly string[];
  /** Files that are not at hand, or not whole. */
  readonly absent: readonly string[];
}

/** What the manifest cannot say: for what a folder is used. */
const FOLDERS: ReadonlyMap<string, string> = new Map([
  ["aoa", "ages at which children know words; not used by any model"],
  ["babylm2023_test", "test text of BabyLM 2023; not used for training"],
  ["babylm_eval_2025", "evaluation items of BabyLM 2025"],
  ["babylm_sample", "text of the BabyLM corpus: pre-training"],
  ["blimp_original", "minimal pairs before BabyLM filtered them"],
  [
    "communicative",
    "pairs of replies between mothers and children: training on preferences, and dialogue choice",
  ],
  ["comps_standin", "pairs of concepts and properties for evaluation"],
  ["superglue_extra", "training rows for fine-tuning on (Super)GLUE"],
  ["switchboard", "transcribed telephone conversations: instruction tuning"],
  ["wug_past_standin", "past tenses of nonce verbs for evaluation"],
]);

/**
 * The source a file belongs to: its folder; below `babylm_sample` its genre, below `babylm_eval_2025` its set.
 *
 * @param path as in the manifest
 */
export function sourceOf(path: string): string {
  const [folder = path, , set] = path.split("/");
  if (folder === "babylm_sample") return `${folder}/${basename(path, extname(path))}`;
  return folder === "babylm_eval_2025" && set !== undefined ? `${folder}/${set}` : folder;
}

/**
 * Statements on all sources, in the order of the files.
 *
 * @param files  of the manifest
 * @param absent paths of files that are missing or damaged here
 * @throws Error for a folder whose use is not written down
 */
export function stateSources(files: Iterable<DataFile>, absent: ReadonlySet<string>): SourceStatement[] {
  const bySource = new Map<string, DataFile[]>();
  for (const file of files) {
    const members = bySource.get(sourceOf(file.path));
    if (members) members.push(file);
    else bySource.set(sourceOf(file.path), [file]);
  }
  return [...bySource].map(([source, members]) => {
    const [folder = source] = source.split("/");
    const what = FOLDERS.get(folder);
    if (what === undefined)
      throw new Error(
        `stateSources: the use of every folder of the manifest must be known, got none for "${folder}". ` +
          "Say what it is in data-statement.ts.",
      );
    return {
      source,
      what,
      origins: distinct(members.map((file) => file.source)),
      licences: distinct(members.map(({ licence }) => licence)),
      files: members.length,
      bytes: members.reduce((sum, { bytes }) => sum + bytes, 0),
      changes: distinct(members.flatMap(({ note }) => note ?? [])),
      standIns: members.filter(({ standIn }) => standIn).map(({ path }) => path),
      absent: members.map(({ path }) => path).filter((path) => absent.has(path)),
    };
  });
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];
