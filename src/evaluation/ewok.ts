/**
 * @file EWoK: does a model know what follows from what (docs/paper.md#zero-shot-tasks)? Which comparison is asked changed between the
 * pipelines of 2025 and 2026 (docs/decisions.md#d20): an item has the candidates of both.
 */
import { z } from "zod";
import { parseJsonLines } from "../data/json-lines.js";
import type { BenchmarkFile, UnnumberedItem } from "./choice-items.js";

const text = z.string().min(1);
const line = z.object({
  Domain: text,
  ContextType: z.string(),
  ContextDiff: z.string(),
  TargetDiff: z.string(),
  Context1: text,
  Context2: text,
  Target1: text,
  Target2: text,
});

/**
 * Items from JSON lines with two contexts and two targets. Each has three candidates: the first target after the first context (the
 * correct one), the second target after the first context, and the first target after the second context. The rules of 2025 compare
 * the first with the second, those of 2026 the first with the third.
 *
 * @throws RangeError naming file and line when a line has other fields or an empty text
 *
 * Source: BabyLM evaluation pipelines 2025 and 2026, sentence_zero_shot/read_files.py, decode_ewok.
 * Differs: none. The rules of 2025 never read the second context, so they ask whether a model prefers a target, not whether the
 * context makes it likelier. The data hold each item and its swap: the third candidate of one is the second of the other, and is
 * computed once.
 */
export function readEwok({ text, name, path = name }: BenchmarkFile): UnnumberedItem[] {
  const rows = parseJsonLines(text, {
    name: path,
    schema: line,
    expected: "a JSON object with the texts Domain, Context1, Context2, Target1 and Target2",
  });
  return rows.map(({ Domain, ContextType, ContextDiff, TargetDiff, ...texts }) => {
    const { Context1, Context2, Target1, Target2 } = texts;
    const candidates = [
      { context: Context1, continuation: ` ${Target1}` },
      { context: Context1, continuation: ` ${Target2}` },
      { context: Context2, continuation: ` ${Target1}` },
    ];
    return {
      uid: Domain,
      candidates,
      predictions: candidates.map(({ continuation }) => continuation),
      predictions2026: candidates.map(({ context, continuation }) => context + continuation),
      groups: { context_type: ContextType, context_contrast: ContextDiff, target_contrast: TargetDiff },
    };
  });
}
