/** @file The pairs of a preference stage from what decides them: loaded, written in the chat template, and in batches. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { InstructionConfig, PreferenceConfig } from "../../config/config.js";
import { encodeExamples } from "../../data/instructions/chat-template.js";
import {
  loadPreferencePairs,
  parsePreferencePairs,
  PREFERENCES_FILE,
  type PreferencePair,
} from "../../data/instructions/preference-pairs.js";
import type { NamedFile } from "../../data/files.js";
import { findEntry } from "../../data/manifest.js";
import type { EncodedPair } from "../../data/preference-batches.js";
import { readTextFile } from "../../data/text-file.js";
import type { Tokenizer } from "../../data/tokenizer/tokenizer.js";
import { requireSameFiles } from "../study/same-files.js";
import type { RowCounts } from "./text-batches.js";

/** What decides the batches of a preference stage. */
export interface PreferenceRows {
  readonly preference: Omit<Required<PreferenceConfig>, "pairs" | "margin"> & {
    /** Null for DPO. */
    readonly margin: number | null;
  };
  readonly source: "real" | "microworld";
  /** Pairs at most; null takes all there are. */
  readonly pairs: number | null;
  /** Path of a file of pairs in place of the study's own, or null. */
  readonly pairsFile: string | null;
  readonly files: readonly NamedFile[];
  readonly template: Exclude<InstructionConfig["chatTemplate"], "released">;
  readonly maxLengthTokens: number;
  readonly batchSize: number;
}

/** Where pairs come from. */
type Origin = Pick<PreferenceRows, "source" | "pairsFile">;

/**
 * The file that pairs are read from; none for generated ones.
 *
 * @throws Error when a file of the reader's own is not there
 */
export function filesOfPairs({ source, pairsFile }: Origin): NamedFile[] {
  if (pairsFile !== null) {
    const sha256 = createHash("sha256").update(readOwn(pairsFile)).digest("hex");
    return [{ path: pairsFile, sha256, unverified: true }];
  }
  if (source === "microworld") return [];
  const { path, sha256 } = findEntry(PREFERENCES_FILE);
  return [{ path, sha256 }];
}

/** The pairs of a stage; which ones they are does not depend on a study's seed. */
export async function loadPairs({
  source,
  pairs,
  pairsFile,
}: Origin & Pick<PreferenceRows, "pairs">): Promise<PreferencePair[]> {
  if (pairsFile === null) return loadPreferencePairs({ rows: pairs, seed: 0, source });
  const own = parsePreferencePairs(readOwn(pairsFile), pairsFile);
  return own.slice(0, pairs ?? own.length);
}

function readOwn(path: string): string {
  if (existsSync(resolve(path))) return readTextFile(resolve(path));
  throw new Error(
    `loadPairs: the pairs of a preference stage must be in ${path}, found no such file. Correct the path.`,
  );
}

/** Both replies of every pair in tokens; a pair of which one does not fit is left out. */
export async function encodePairs(
  stage: PreferenceRows,
  tokenizer: Tokenizer,
): Promise<{ readonly pairs: readonly EncodedPair[]; readonly rows: RowCounts }> {
  requireSameFiles(filesOfPairs(stage), stage.files);
  const loaded = await loadPairs(stage);
  const encode = (reply: "chosen" | "rejected") =>
    encodeExamples(
      loaded.map((pair) => ({
        id: `${pair.id} ${reply}`,
        source: "microworld-dialogue",
        prompt: pair.prompt,
        reply: pair[reply],
      })),
      {
        tokenizer,
        template: stage.template,
        lossOn: "reply",
        maxLengthTokens: stage.maxLengthTokens,
        overlongReplies: "leaveOut",
      },
    );
  const [chosen, rejected] = [await encode("chosen"), await encode("rejected")];
  const rejectedOf = new Map(rejected.examples.map((example) => [example.id, example]));
  const pairs = chosen.examples.flatMap((example) => {
    const other = rejectedOf.get(example.id.replace(/ chosen$/, " rejected"));
    return other ? [{ chosen: example, rejected: other }] : [];
  });
  return {
    pairs,
    rows: { cutRows: chosen.cutRows + rejected.cutRows, leftOutRows: loaded.length - pairs.length },
  };
}
