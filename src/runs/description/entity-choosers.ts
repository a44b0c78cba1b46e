/** @file What choosers that follow no story score on a study's items of entity tracking, kept with its results. */
import { z } from "zod";
import { scoreChoosers } from "../../evaluation/entity-choosers.js";
import { itemsUnder } from "../../evaluation/items-under-rules.js";
import { RULES } from "../../evaluation/rules.js";
import { defineBenchmark, hasBenchmark } from "../scoring/tasks/benchmark.js";
import { keptValue } from "../study/kept.js";
import type { Study } from "../study/study.js";

const chooserSchema = z.object({
  rules: z.literal(RULES),
  chooser: z.string(),
  accuracy: z.number(),
  lowest: z.number().nullable(),
  highest: z.number().nullable(),
  n: z.number(),
});
/** A chooser's score under a year's rules. */
export type EntityChooser = Readonly<z.infer<typeof chooserSchema>>;

/**
 * Choosers of `evaluation/entity-choosers.ts` under every year's rules.
 *
 * @returns none where the study's text has no items of entity tracking
 */
export const entityChoosersOf = (study: Study): Promise<EntityChooser[]> =>
  keptValue(study, { name: "entity-choosers" }, z.array(chooserSchema), async () => {
    if (!hasBenchmark(study, "entity_tracking")) return [];
    const { items } = await defineBenchmark(study, "entity_tracking");
    return RULES.flatMap((rules) =>
      scoreChoosers(itemsUnder("entity_tracking", items, rules)).map((score) => ({ rules, ...score })),
    );
  });
