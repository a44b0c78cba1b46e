/** @file The task `blimp`: minimal pairs of the official files, or of the microworld. */
import { basename } from "node:path";
import { z } from "zod";
import { readText } from "../../data/files.js";
import { filesUnder } from "../../data/manifest.js";
import { microworldMinimalPairs } from "../../data/microworld/minimal-pairs.js";
import {
  readMinimalPairs,
  scoreMinimalPairs,
  summarisePairs,
  type MinimalPair,
} from "../../evaluation/minimal-pairs.js";
import { deriveSeed, seeded } from "../../random.js";
import type { Metric } from "../results.js";
import type { Study } from "../study.js";
import { identify, type TaskDefinition } from "./task-definition.js";

// Pairs of the fast set; a phenomenon has 200.
const FAST_PAIRS_PER_UID = 200;

/** Pairs of the fast set where the study takes no more, else of the full one. */
export async function defineBlimp({ config, source }: Study): Promise<TaskDefinition> {
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
