/** @file The words runs learned from and saw, next to what BabyLM's strict track allows. */
import { WORD_LIMITS } from "../../data/word-budget.js";
import type { Result } from "../../runs/study/results.js";
import { inOneConfiguration } from "./comparable.js";
import type { TidyRow } from "../render/frame.js";
import { conditionLabel } from "../render/palette.js";

/**
 * A row for each training result, and one for the limits.
 *
 * @param results of the task `training`
 * @throws Error when a result lacks its words
 */
export function wordBudgetRows(results: readonly Result[]): TidyRow[] {
  const rows = inOneConfiguration(results).map((result): TidyRow => {
    const value = (metric: string): number => {
      const found = result.metrics.find((each) => each.metric === metric && each.part === "all");
      if (!found)
        throw new Error(
          `wordBudgetRows: ${result.task} of ${result.model} ${result.condition} must have ${metric}, got none. ` +
            "Run its notebook again.",
        );
      return found.value;
    };
    return {
      model: result.model,
      condition: conditionLabel(result.condition),
      "words, each once": value("words"),
      "words seen": value("exposureWords"),
      "limits exceeded": value("exceededWordLimits"),
    };
  });
  const limits: TidyRow = {
    model: "strict track",
    condition: "limit",
    "words, each once": WORD_LIMITS.distinctWords,
    "words seen": WORD_LIMITS.exposureWords,
    "limits exceeded": 0,
  };
  return [...rows, limits];
}
