/** @file How long people look at words a model expected, and at words it did not: means over groups of like surprisal. */
import { z } from "zod";
import { MODELS } from "../../config/config.js";
import { keptValue } from "../../runs/study/kept.js";
import { itemsFile, readItems, runFolder, type Result, type ResultRun } from "../../runs/study/results.js";
import type { Study } from "../../runs/study/study.js";
import { readingWords } from "../../runs/scoring/tasks/reading.js";
import { mean, sampleStandardDeviation } from "../../statistics/summary.js";

const binSchema = z.object({
  model: z.enum(MODELS),
  condition: z.string(),
  measure: z.enum(["first pass", "self-paced"]),
  /** Mean of the group. */
  surprisalNats: z.number(),
  /** Mean reading time, and its 95 % interval over words. */
  timeMs: z.number(),
  lowMs: z.number(),
  highMs: z.number(),
  n: z.number(),
});
/** Words of like surprisal. */
export type SurprisalBin = Readonly<z.infer<typeof binSchema>>;

const row = z.tuple([z.number(), z.number()]);
const MEASURES = { firstPassMs: "first pass", selfPacedMs: "self-paced" } as const;
const Z95 = 1.959964;

/**
 * Reading times by surprisal with the word's own space, in groups of as many words; nothing else is held constant.
 *
 * @param results reading results of the study
 * @param options.groups  how many
 */
export function surprisalBins(
  study: Study,
  results: readonly Result[],
  { groups = 10 }: { readonly groups?: number } = {},
): Promise<SurprisalBin[]> {
  const runs = results.map(({ model, condition }) => ({ model, condition }));
  return keptValue(
    study,
    { name: "surprisal-bins", inputs: { subjects: runs, groups } },
    z.array(binSchema),
    () => binWords(study, runs, groups),
  );
}

/**
 * Surprisal in nats of each word of a model's reading items, by the word's id.
 *
 * @throws Error naming the file and the row (from 1) that has none
 */
export function readCorrectedNats(file: string): ReadonlyMap<number, number> {
  const { columns, rows } = readItems(file);
  const [id, nats] = [columns.indexOf("id"), columns.indexOf("correctedNats")];
  return new Map(
    rows.map((cells, index) => {
      const pair = row.safeParse([cells[id], cells[nats]]);
      if (pair.success) return pair.data;
      throw new Error(
        `readCorrectedNats: ${file} must have numbers id and correctedNats in every row, got ${JSON.stringify(cells)} in row ${index + 1}. Delete it and run its notebook again.`,
      );
    }),
  );
}

async function binWords(study: Study, runs: readonly ResultRun[], groups: number): Promise<SurprisalBin[]> {
  const words = await readingWords(study);
  return runs.flatMap(({ model, condition }) => {
    const file = itemsFile(runFolder(study, { model, condition }), "reading");
    const nats = readCorrectedNats(file);
    return (["firstPassMs", "selfPacedMs"] as const).flatMap((measure) => {
      const read = words
        .map((word) => ({ timeMs: word[measure], nats: nats.get(word.id) ?? Number.NaN }))
        .filter(({ timeMs, nats: surprisal }) => Number.isFinite(timeMs) && Number.isFinite(surprisal))
        .sort((a, b) => a.nats - b.nats);
      return Array.from({ length: groups }, (_, group): SurprisalBin => {
        const [from, to] = [group, group + 1].map((edge) => Math.round((edge * read.length) / groups));
        const own = read.slice(from, to);
        const times = own.map(({ timeMs }) => timeMs);
        const timeMs = mean(times);
        const margin = (Z95 * sampleStandardDeviation(times)) / Math.sqrt(times.length);
        return {
          model,
          condition,
          measure: MEASURES[measure],
          n: own.length,
          surprisalNats: mean(own.map(({ nats: surprisal }) => surprisal)),
          timeMs,
          lowMs: timeMs - margin,
          highMs: timeMs + margin,
        };
      });
    });
  });
}
