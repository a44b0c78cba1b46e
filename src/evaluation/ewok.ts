/**
 * @file EWoK: does a model know what follows from what (docs/paper.md#zero-shot-tasks)? Which comparison is asked changed between the
 * pipelines of 2025 and 2026 (docs/decisions.md#d20); both are here.
 */
import { z } from "zod";
import { parseJsonLines } from "../data/json-lines.js";
import type { BenchmarkFile, UnnumberedItem } from "./choice-items.js";

/**
 * `targets2025`: the first target against the second, both after the first context. `contexts2026`: the first target after the first
 * context against the same target after the second.
 */
export const EWOK_CONTRASTS = ["targets2025", "contexts2026"] as const;
export type EwokContrast = (typeof EWOK_CONTRASTS)[number];

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
 * Items from JSON lines with two contexts and two targets.
 *
 * @throws RangeError naming file and line when a line has other fields or an empty text
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/read_files.py, decode_ewok; of 2026 for `contexts2026`.
 * Differs: none in `targets2025`. The second context is never read there, so that a model is asked twice whether it prefers a
 * target, not whether the context makes it likelier.
 */
export function readEwok(
  { text, name, path = name }: BenchmarkFile,
  contrast: EwokContrast,
): UnnumberedItem[] {
  const rows = parseJsonLines(text, {
    name: path,
    schema: line,
    expected: "a JSON object with the texts Domain, Context1, Context2, Target1 and Target2",
  });
  return rows.map(({ Domain, ContextType, ContextDiff, TargetDiff, ...texts }) => {
    const { Context1, Context2, Target1, Target2 } = texts;
    const [first, second] =
      contrast === "targets2025"
        ? [
            { context: Context1, continuation: ` ${Target1}` },
            { context: Context1, continuation: ` ${Target2}` },
          ]
        : [
            { context: Context1, continuation: ` ${Target1}` },
            { context: Context2, continuation: ` ${Target1}` },
          ];
    return {
      uid: Domain,
      candidates: [first, second],
      // Both candidates of the later contrast end alike: the context tells them apart.
      predictions:
        contrast === "targets2025"
          ? [first.continuation, second.continuation]
          : [first.context + first.continuation, second.context + second.continuation],
      groups: { context_type: ContextType, context_contrast: ContextDiff, target_contrast: TargetDiff },
    };
  });
}
