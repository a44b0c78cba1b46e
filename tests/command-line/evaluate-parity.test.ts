import { existsSync, readFileSync } from "node:fs";
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

/** Expected files of 2026, with the folder of predictions that the official code would write. */
const TASKS_2026 = [
  ["entity_tracking_fast", "entity_tracking", EVALUATION, "entity_tracking/entity_tracking_fast"],
  ["ewok_handmade", "ewok", inputs("ewok_handmade"), "ewok/ewok_handmade"],
  ["edge_cases", "blimp", inputs("edge_cases"), "blimp/edge_cases"],
  ...(["global_piqa_parallel", "global_piqa_nonparallel"] as const).map(
    (task) => [task, task, inputs("global_piqa_handmade"), `${task}/${task}`] as const,
  ),
] as const;
const expectedItem2026 = z.object({
  id: z.string(),
  id_2025: z.string().optional(),
  label: z.number().optional(),
  pred_index: z.number().nullable(),
  pred: z.string().nullable(),
  scores: z.array(z.number()),
  n_scored: z.array(z.number()),
  tied: z.array(z.number()).optional(),
});
const ownItem2026 = z.looseObject({
  id: z.string(),
  id2025: z.string().optional(),
  label: z.number().optional(),
  scores: z.array(z.number()),
  numTokens: z.array(z.number()),
  choice: z.number().nullable(),
  tied: z.array(z.number()).optional(),
});
const summary2026 = z.object({
  average: z.number(),
  average_if_ties_wrong: z.number(),
  average_if_ties_right: z.number(),
  items: z.number(),
  exact_ties: z.number(),
  near_tie_ids: z.array(z.string()),
  by: z.record(z.string(), z.record(z.string(), z.number())),
});
const ownSummary2026 = z.object({
  rules: z.literal(2026),
  official: z.object({
    average: z.number(),
    averageIfTiesWrong: z.number(),
    averageIfTiesRight: z.number(),
    by: z.record(z.string(), z.record(z.string(), z.number())),
  }),
  n: z.number(),
  ties: z.number(),
});

describe.skipIf(parityFolder === null).each(["plain", "prefix_space"])(
  "class-it evaluate --rules 2026, model %s",
  (model) => {
    test.each(TASKS_2026)(
      "%s: ids, choices, ties, predictions, and the average with its range",
      async (name, task, data, tree) => {
        const out = temporaryFolder();
        const { code } = await command(
          `evaluate --rules 2026 --model ${parityPath(model, "model")} --tasks ${task} --data ${data} --fast --out ${out}`,
        );
        expect(code).toBe(0);
        const folder = "expected/zero_shot_2026";
        const summary = summary2026.parse(parityJson(model, folder, `${name}.summary.json`));
        const own = new Map(
          linesOf(join(out, task, "items.jsonl"))
            .map((row) => ownItem2026.parse(row))
            .map((item) => [item.id, item]),
        );
        expect(own.size).toBe(summary.items);
        const root = join(out, "official/model/main/zero_shot/causal", tree);
        const predictions = new Map(
          Object.values(predictionFile.parse(json(root, "predictions.json"))).flatMap((group) =>
            group.predictions.map(({ id, pred }) => [id, pred] as const),
          ),
        );
        const wrong = parityLines(model, folder, `${name}.items.jsonl`)
          .map((row) => expectedItem2026.parse(row))
          .filter((official) => {
            const item = own.get(official.id);
            const near = official.scores.every(
              (score, at) => Math.abs(score - (item?.scores[at] ?? NaN)) < 5e-4,
            );
            const same =
              item?.id2025 === official.id_2025 &&
              item?.label === official.label &&
              item?.tied?.join() === official.tied?.join() &&
              item?.numTokens.join() === official.n_scored.join();
            const chosen =
              item?.choice === official.pred_index &&
              (official.pred === null || predictions.get(official.id) === official.pred);
            return !near || !same || !(chosen || summary.near_tie_ids.includes(official.id));
          });
        expect(wrong.map(({ id }) => id)).toEqual([]);
        const { official, n, ties } = ownSummary2026.parse(json(out, task, "summary.json"));
        expect({ n, ties }).toEqual({ n: summary.items, ties: summary.exact_ties });
        expect(official.average).toBeCloseTo(summary.average, 9);
        expect(official.averageIfTiesWrong).toBeCloseTo(summary.average_if_ties_wrong, 9);
        expect(official.averageIfTiesRight).toBeCloseTo(summary.average_if_ties_right, 9);
        for (const [kind, groups] of Object.entries(summary.by))
          for (const [group, value] of Object.entries(groups))
            expect(official.by[kind]?.[group], `${kind} ${group}`).toBeCloseTo(value, 9);
        // The official code reads files in the folder's own order, and draws ties without a seed.
        const reportOf = (path: string) => readFileSync(path, "utf8").trim().split("\n").sort();
        const report = parityPath(model, folder, `${name}.report.txt`);
        if (ties === 0 && existsSync(report))
          expect(reportOf(join(root, "best_temperature_report.txt"))).toEqual(reportOf(report));
      },
      240_000,
    );
  },
);

test("a task of another year is refused before anything is scored", async () => {
  const out = temporaryFolder();
  const { code, stderr } = await command(
    `evaluate --rules 2026 --model nowhere --tasks blimp,wug_adj --data nowhere --out ${out}`,
  );
  expect(code).not.toBe(0);
  expect(stderr).toContain(
    "every task must be one of the rules of 2026, got wug_adj. Leave it out, or name another year with --rules.",
  );
});

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
