/** @file What must be the same of results that stand in one table or one comparison. */
import type { Result } from "../../runs/study/results.js";
import { completeConfig } from "../../config/config-schema.js";
import { canonicalJson } from "../../runs/stages/stage.js";
import { isRecord, settingChanges, valueInWords } from "../../runs/study/study-change.js";

/**
 * Refuses to set results side by side that were not measured on the same things.
 *
 * @throws RangeError naming both results and what differs
 */
export function checkComparable(results: readonly Result[]): void {
  inOneConfiguration(results);
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

/**
 * Results as they are, if they were computed with the same settings; of the reader's curricula, those of one condition must agree.
 * Whatever makes rows for a table or a figure asks here.
 *
 * @throws RangeError naming two results and the settings that differ
 */
export function inOneConfiguration(results: readonly Result[]): readonly Result[] {
  const firstOf = new Map<string, Settled>();
  for (const result of results) {
    const { curricula, ...shared } = completeConfig(result.config);
    const { condition } = result;
    const setting = `curricula.${condition}`;
    const own = { [setting]: isRecord(curricula) ? curricula[condition] : undefined };
    for (const [scope, settings] of [["", shared] as const, [setting, own] as const]) {
      const first = firstOf.get(scope);
      if (first) checkSame(first, { result, settings });
      else firstOf.set(scope, { result, settings });
    }
  }
  return results;
}

interface Settled {
  readonly result: Result;
  readonly settings: Readonly<Record<string, unknown>>;
}

function checkSame(first: Settled, other: Settled): void {
  const changes = settingChanges(first.settings, other.settings);
  if (changes.length === 0) return;
  const different = changes.map(
    ({ setting, value, usual }) => `${setting} ${valueInWords(usual)} and ${valueInWords(value)}`,
  );
  throw new RangeError(
    `inOneConfiguration: results of one table or figure must be of one configuration, got ${different.join("; ")} ` +
      `for ${first.result.task} of ${nameOf(first.result)} and ${other.result.task} of ${nameOf(other.result)}. ` +
      `Give changed settings a study of their own (kit.study with a name), and delete the results of one of them.`,
  );
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
