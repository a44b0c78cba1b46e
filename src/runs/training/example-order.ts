/**
 * @file In which order a condition trains on what: the composition of its batches along tuning, read off the batches themselves
 * without training.
 */
import { z } from "zod";
import {
  INSTRUCTION_SETS,
  type Condition,
  type InstructionSet,
  type ModelName,
  type TuningStage,
} from "../../config/config.js";
import { curriculumOf, mixesText, needsDialogues, setsOf } from "../../config/curricula.js";
import { countTrained, type Batch } from "../../data/batches.js";
import { chooseSet, loadInstructionSets, loadSet } from "../study/instruction-sets.js";
import { keptValue } from "../study/kept.js";
import { openMaterial, type Material } from "../study/material.js";
import type { Study } from "../study/study.js";
import { stageBatches } from "./stage-batches.js";

const orderPartSchema = z.object({
  condition: z.string(),
  /** Where the part begins and ends, as shares of all tuning steps. */
  from: z.number(),
  to: z.number(),
  /** Which set, `text`, or `preferences`. */
  set: z.enum([...INSTRUCTION_SETS, "text", "preferences"]),
  /** Share of the set in the part's examples, from 0 to 1; text mixed in counts as its share of the trained tokens. */
  share: z.number(),
  /** Mean number of tokens of the part's rows, padding left out. */
  meanLengthTokens: z.number(),
});
/** Part of a condition's tuning: some consecutive steps. */
export type OrderPart = Readonly<z.infer<typeof orderPartSchema>>;

/** Whose order, and into how many parts each condition is cut. */
export interface OrderRequest {
  readonly model: ModelName;
  readonly conditions: readonly Condition[];
  readonly parts: number;
}

/**
 * The order of examples of some conditions, each cut into parts of as many steps. Conditions without tuning have none.
 *
 * @param options.parts into how many; fewer where there are fewer steps
 * @returns a row for each part and set of it, parts in order
 * @throws RangeError for an unknown model or condition
 */
export function exampleOrder(
  study: Study,
  { parts = 60, ...of }: Omit<OrderRequest, "parts"> & Partial<OrderRequest>,
): Promise<OrderPart[]> {
  const inputs = { ...of, parts };
  return keptValue(study, { name: "example-order", inputs }, z.array(orderPartSchema), () =>
    readOrder(study, inputs),
  );
}

async function readOrder(
  study: Study,
  { model, conditions, parts }: OrderRequest,
): Promise<z.infer<typeof orderPartSchema>[]> {
  const material = await openMaterial(study, model);
  try {
    const { examples } = await loadInstructionSets(study, INSTRUCTION_SETS);
    const setOf = new Map(examples.map(({ id, set }) => [id, set]));
    const rows: OrderPart[] = [];
    for (const condition of conditions)
      rows.push(...partsOf(condition, await batchesOf(material, condition, setOf), parts));
    return rows;
  } finally {
    material.tokens.stream.close();
  }
}

/** What one batch holds. */
interface Held {
  readonly counts: ReadonlyMap<OrderPart["set"], number>;
  readonly tokens: number;
  readonly rows: number;
}

/** Every batch of a condition's tuning, stage after stage. */
async function batchesOf(
  material: Material,
  condition: Condition,
  setOf: ReadonlyMap<string, InstructionSet>,
): Promise<Held[]> {
  const held: Held[] = [];
  for (const [place, stage] of curriculumOf(material.study.config, condition).entries()) {
    const own = needsDialogues([stage]) ? await conversationsOf(material.study, stage) : setOf;
    const { batches } = await stageBatches(material, stage, place);
    for (let step = 0; step < batches.steps; step++) {
      const batch = batches.at(step);
      const counts = new Map<OrderPart["set"], number>();
      for (const id of (batch.rowIds ?? []).flatMap((ids) => ids.split(" + "))) {
        const set = setOfRow(id, stage, own);
        if (set === undefined)
          throw new Error(`exampleOrder: row ${id} must belong to a set, got none. Open the study again.`);
        counts.set(set, (counts.get(set) ?? 0) + 1);
      }
      if (mixesText(stage)) {
        const share = (batch.textTokens ?? 0) / countTrained(batch);
        const examples = [...counts].reduce((sum, [set, found]) => sum + (set === "text" ? 0 : found), 0);
        counts.set("text", (examples * share) / (1 - share));
      }
      held.push({ counts, tokens: countTokens(batch), rows: batch.batchSize });
    }
  }
  return held;
}

const setOfRow = (
  id: string,
  { preference }: TuningStage,
  setOf: ReadonlyMap<string, InstructionSet>,
): OrderPart["set"] | undefined => {
  if (id.startsWith("text row ")) return "text";
  return preference ? "preferences" : setOf.get(id);
};

/** The set of each example of a stage whose conversations may hold other pairs than those drawn as pairs. */
async function conversationsOf(
  study: Study,
  stage: TuningStage,
): Promise<ReadonlyMap<string, InstructionSet>> {
  const setOf = new Map<string, InstructionSet>();
  for (const set of setsOf(stage)) {
    const { examples } = await loadSet(chooseSet(study, set, stage.turns), study);
    for (const { id } of examples) setOf.set(id, set);
  }
  return setOf;
}

/** Tokens up to the last trained one of each row: what follows is padding. */
function countTokens({ batchSize, lengthTokens, targetMask }: Batch): number {
  let tokens = 0;
  for (let row = 0; row < batchSize; row++) {
    let last = lengthTokens;
    while (last > 0 && targetMask[row * lengthTokens + last - 1] === 0) last--;
    tokens += last;
  }
  return tokens;
}

function partsOf(condition: Condition, held: readonly Held[], parts: number): OrderPart[] {
  const count = Math.min(parts, held.length);
  return Array.from({ length: count }).flatMap((_, part) => {
    const [begin, end] = [part, part + 1].map((edge) => Math.round((edge * held.length) / count));
    const own = held.slice(begin, end);
    const counts = new Map<OrderPart["set"], number>();
    for (const batch of own)
      for (const [set, found] of batch.counts) counts.set(set, (counts.get(set) ?? 0) + found);
    const total = [...counts.values()].reduce((sum, found) => sum + found, 0);
    const rows = own.reduce((sum, batch) => sum + batch.rows, 0);
    const tokens = own.reduce((sum, batch) => sum + batch.tokens, 0);
    return [...counts].sort().map(([set, found]) => ({
      condition,
      from: part / count,
      to: (part + 1) / count,
      set,
      share: found / total,
      meanLengthTokens: tokens / rows,
    }));
  });
}
