import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { dataFolder, parityFolder, parityJson, parityLines, parityPath } from "../support/parity.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { command } from "./command.js";

const EVALUATION = join(dataFolder ?? "", "babylm_eval_2025");
const inputs = (name: string): string => (parityFolder === null ? "" : parityPath("inputs", name));
/** Expected files that take seconds; BLiMP and entity tracking are compared in `official-parity.test.ts`. */
const TASKS = [
  ["blimp_supplement_fast", "blimp_supplement", EVALUATION],
  ["wug_adj", "wug_adj", EVALUATION],
  ["ewok_handmade", "ewok", inputs("ewok_handmade")],
  ["wug_past_standin", "wug_past", inputs("wug_past_standin")],
  ["comps_standin", "comps", inputs("comps_standin")],
  ["edge_cases", "blimp", inputs("edge_cases")],
] as const;

const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), "utf8"));
const linesOf = (path: string): unknown[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));

const expectedItem = z.object({
  id: z.string(),
  pred_index: z.number(),
  pred: z.string(),
  scores: z.array(z.number()),
});
const ownItem = z.object({
  id: z.string(),
  scores: z.array(z.number()),
  choice: z.number(),
  tie: z.boolean(),
});
const expectedSummary = z.object({
  average: z.number(),
  exact_ties: z.number(),
  near_tie_ids: z.array(z.string()),
});
const ownSummary = z.object({
  official: z.looseObject({ average: z.number() }),
  ties: z.number(),
  n: z.number(),
});
const predictionFile = z.record(
  z.string(),
  z.object({ predictions: z.array(z.looseObject({ id: z.string(), pred: z.string() })) }),
);

// Needs the parity folder beside CLASS_IT_DATA.
describe.skipIf(parityFolder === null).each(["plain", "prefix_space"])(
  "class-it evaluate, model %s",
  (model) => {
    test.each(TASKS)(
      "%s: the official choices, scores, predictions and average",
      async (name, task, data) => {
        const out = temporaryFolder();
        const { code } = await command(
          `evaluate --model ${parityPath(model, "model")} --tasks ${task} --data ${data} --fast --out ${out}`,
        );
        expect(code).toBe(0);
        const expected = parityLines(model, "expected/zero_shot", `${name}.items.jsonl`).map((row) =>
          expectedItem.parse(row),
        );
        const summary = expectedSummary.parse(
          parityJson(model, "expected/zero_shot", `${name}.summary.json`),
        );
        const own = new Map(
          linesOf(join(out, task, "items.jsonl"))
            .map((row) => ownItem.parse(row))
            .map((item) => [item.id, item]),
        );
        expect(own.size).toBe(expected.length);
        const predictions = new Map(
          Object.values(predictionFile.parse(json(predictionsOf(out, task, data)))).flatMap((group) =>
            group.predictions.map(({ id, pred }) => [id, pred] as const),
          ),
        );
        const wrong = expected.filter(({ id, pred_index, pred, scores }) => {
          const item = own.get(id);
          const near = scores.every((score, at) => Math.abs(score - (item?.scores[at] ?? NaN)) < 5e-4);
          const same = item?.choice === pred_index && predictions.get(id) === pred;
          return !near || !(same || summary.near_tie_ids.includes(id));
        });
        expect(wrong.map(({ id }) => id)).toEqual([]);
        const { official, ties, n } = ownSummary.parse(json(out, task, "summary.json"));
        expect({ ties, n }).toEqual({ ties: summary.exact_ties, n: expected.length });
        expect(official.average).toBeCloseTo(summary.average, task.startsWith("wug") ? 3 : 9);
      },
    );

    test("reading: both scores of the official report, and every surprisal to 1e-3 nats", async () => {
      const out = temporaryFolder();
      const { code } = await command(
        `evaluate --model ${parityPath(model, "model")} --tasks reading --data ${EVALUATION} --out ${out}`,
      );
      expect(code).toBe(0);
      const row = z.object({ id: z.number(), pred: z.number(), prev_pred: z.number().nullable() });
      const expected = parityLines(model, "expected/zero_shot/reading.items.jsonl").map((line) =>
        row.parse(line),
      );
      const item = z.object({ id: z.number(), surprisal: z.number(), prev_surprisal: z.number().nullable() });
      const own = linesOf(join(out, "reading/items.jsonl")).map((line) => item.parse(line));
      expect(own.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      const wrong = own.filter(({ surprisal, prev_surprisal }, index) => {
        const { pred = NaN, prev_pred = null } = expected[index] ?? {};
        const samePrevious =
          prev_pred === null || prev_surprisal === null
            ? prev_pred === prev_surprisal
            : Math.abs(prev_surprisal - prev_pred) < 1e-3;
        return !samePrevious || Math.abs(surprisal - pred) >= 1e-3;
      });
      expect(wrong).toEqual([]);
      const scores = z.object({ eye_tracking_score: z.number(), self_paced_score: z.number() });
      const official = scores.parse(parityJson(model, "expected/zero_shot/reading.summary.json"));
      const { official: ours } = z.object({ official: scores }).parse(json(out, "reading/summary.json"));
      expect(ours.eye_tracking_score).toBeCloseTo(official.eye_tracking_score, 3);
      expect(ours.self_paced_score).toBeCloseTo(official.self_paced_score, 3);
    });
  },
);

/** Where the official tree has a task's predictions. */
function predictionsOf(out: string, task: string, data: string): string {
  const dataset: Readonly<Record<string, string>> = {
    blimp_supplement: "supplement_fast",
    wug_adj: "wug_adj_nominalization",
  };
  const name = task.startsWith("blimp") ? "blimp" : task;
  const folder = dataset[task] ?? data.slice(data.lastIndexOf("/") + 1);
  return join(out, "official/model/main/zero_shot/causal", name, folder, "predictions.json");
}
