/** @file What must be the same of results that stand in one table or one comparison. */
import type { Result } from "../../runs/study/results.js";
import { canonicalJson } from "../../runs/stages/stage.js";

/**
 * Refuses to set results side by side that were not measured on the same things.
 *
 * @throws RangeError naming both results and what differs
 */
export function checkComparable(results: readonly Result[]): void {
  const firstOf = new Map<string, Result>();
  for (const result of results) {
    const first = firstOf.get(result.task);
    if (!first) {
      firstOf.set(result.task, result);
      continue;
    }
    for (const [what, of] of Object.entries(SAME_IN_A_COMPARISON)) {
      if (of(first) === of(result)) continue;
      throw new RangeError(
        `checkComparable: ${result.task} must have one ${what} for all models, got ${of(first)} for ${nameOf(first)} and ` +
          `${of(result)} for ${nameOf(result)}. Run both on the same, or keep them in separate results folders.`,
      );
    }
  }
}

const SAME_IN_A_COMPARISON: Readonly<Record<string, (result: Result) => string>> = {
  "schema version": ({ schemaVersion }) => String(schemaVersion),
  scale: ({ scale }) => scale,
  "kind of text": ({ source }) => source,
  "set of data files": ({ files }) =>
    files
      .map(({ path, sha256 }) => `${path} ${sha256.slice(0, 12)}`)
      .sort()
      .join(", ") || "none",
  "choice of settings": ({ settings }) => canonicalJson(settings ?? {}),
};

const nameOf = ({ model, condition, seed }: Result): string => `${model} ${condition} seed ${seed}`;
