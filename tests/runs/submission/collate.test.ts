import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { RULES, type Rules } from "../../../src/evaluation/rules.js";
import { collate } from "../../../src/runs/submission/collate.js";
import { checkpointsOf } from "../../../src/runs/submission/leaderboard-sizes.js";
import { faultOfSizes, type SubmissionRequest } from "../../../src/runs/submission/part-state.js";
import { MADE_HASH, MADE_MODEL, writeMadeFastScores, writeMadeScores } from "../../support/made-scores.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const request = (scores: string, rules: Rules, more: Partial<SubmissionRequest> = {}): SubmissionRequest => ({
  scores,
  model: MADE_MODEL,
  sha256: MADE_HASH,
  rules,
  track: "strict-small",
  fast: false,
  ...more,
});
const fileSchema = z.record(z.string(), z.record(z.string(), z.unknown()).nullable());
const read = (text: string) => fileSchema.parse(JSON.parse(text.replaceAll(": NaN", ": null")));
const stateOf = (of: ReturnType<typeof collate>, part: string) => of.parts.find((each) => each.part === part);

describe.each(RULES)("rules of %s", (rules) => {
  test("predictions of the right sizes make a file with every key in the official order, and nothing is missing", () => {
    const scores = temporaryFolder();
    writeMadeScores(scores, rules);
    const made = collate(request(scores, rules));
    expect(made.parts.filter(({ state }) => state !== "collated")).toEqual([]);
    const file = read(made.text);
    expect(Object.keys(file)).toEqual(
      rules === 2025
        ? [
            ...["blimp", "blimp_supplement", "ewok", "entity_tracking", "wug_adj", "wug_past", "comps"],
            ...["reading", "aoa", "glue"],
          ]
        : [
            ...[
              "blimp",
              "blimp_supplement",
              "ewok",
              "entity_tracking_filtered",
              "comps",
              "global_piqa_parallel",
            ],
            ...["global_piqa_nonparallel", "reading", "aoa_surprisals", "aoa", "glue"],
          ],
    );
    expect(Object.keys(file["glue"] ?? {})).toEqual([
      "boolq",
      "mnli",
      "mrpc",
      "multirc",
      "qqp",
      "rte",
      "wsc",
    ]);
    // The seed of the official fine-tuning; ids count the rows.
    expect(file["glue"]?.["wsc"]).toMatchObject({
      predictions: { 0: { id: 0, pred: 0 }, 51: { id: 51, pred: 1 } },
    });
    expect(made.text).toContain('"prev_pred": NaN');
    if (rules === 2026) expect(file["aoa"]).toEqual({ aoa: 0.25 });
  });

  test("parts with one too few of anything are rejected with both numbers, and null", () => {
    const scores = temporaryFolder();
    const short = ["passive_1", "reading", "rte", "chck_20M", "regular_3_ops"];
    writeMadeScores(scores, rules, (_, uid, size) => (short.includes(uid) ? size - 1 : size));
    const made = collate(request(scores, rules));
    const rejected = made.parts.filter(({ state }) => state === "rejected");
    const reasons = rejected.map(({ reason }) => /must have.*/.exec(reason ?? "")?.[0]);
    expect(reasons).toEqual([
      "must have 840 predictions of passive_1, got 839",
      `must have ${rules === 2025 ? "606 predictions of regular_3_ops, got 605" : "425 predictions of regular_3_ops, got 424"}`,
      "must have 1726 predictions of reading, got 1725",
      "must have 8005 predictions of chck_20m, got 8004",
      "must have 139 predictions, got 138: fine-tune on the official files at paper scale",
    ]);
    const file = read(made.text);
    expect(file["glue"]).not.toHaveProperty("rte");
    for (const { part } of rejected.slice(0, -1)) expect([part, file[part]]).toEqual([part, null]);
    expect(file["blimp_supplement"]).not.toBeNull();
  });

  test("scores of checkpoints are listed in the track's order, null where one is missing", () => {
    const scores = temporaryFolder();
    writeMadeFastScores(scores, rules);
    rmSync(join(scores, "checkpoints", "chck_2M", "blimp"), { recursive: true });
    const made = collate(request(scores, rules, { fast: true }));
    const fast = z.record(z.string(), z.array(z.record(z.string(), z.number()).nullable()));
    const lists = fast.parse(read(made.text)["fast_eval_results"]);
    expect(checkpointsOf("strict-small")).toHaveLength(19);
    for (const list of Object.values(lists)) expect(list).toHaveLength(19);
    expect(lists["blimp"]?.map((entry) => entry === null)).toEqual(
      checkpointsOf("strict-small").map((name) => name === "chck_2M"),
    );
    expect(Object.keys(lists["blimp"]?.[0] ?? {})).toHaveLength(67);
    expect(lists["ewok"]?.[0]?.["social-relations"]).toBe(0.5); // the official file of 2026 has 0 here
    expect(lists["reading"]?.[0]).toEqual({ spr: 0.02, rt: 0.01 });
    const entity = lists[rules === 2025 ? "entity_tracking" : "entity_tracking_filtered"]?.[0];
    expect(Object.keys(entity ?? {})).toEqual(
      Array.from({ length: 6 }, (_, operations) => `regular_${operations}_ops`),
    );
    expect(stateOf(made, "fast blimp")).toMatchObject({ state: "missing" });
    expect(stateOf(made, "fast blimp")?.reason).toContain("1 of 19 checkpoints; chck_2M");
    expect(stateOf(made, "fast ewok")).toEqual({ part: "fast ewok", state: "collated" });
    if (rules === 2026) expect(lists["global_piqa_parallel"]?.[0]).toEqual({ global_piqa_parallel: 0.5 });
  });
});

test("without any score every part is missing, and told how to come by", () => {
  const made = collate(request(temporaryFolder(), 2026, { fast: true }));
  expect(made.parts.every(({ state }) => state === "missing")).toBe(true);
  expect(stateOf(made, "ewok")?.reason).toContain("class-it evaluate --tasks ewok");
  expect(stateOf(made, "glue rte")?.reason).toContain("class-it finetune --task rte");
  expect(read(made.text)).toMatchObject({ blimp: null, aoa: null, glue: {} });
});

test("fine-tuning is taken in the year's own setting; that of the other year is named and left out", () => {
  const scores = temporaryFolder();
  writeMadeScores(scores, 2025);
  const of2026 = stateOf(collate(request(scores, 2026)), "glue rte");
  expect(of2026).toMatchObject({ state: "missing" });
  expect(of2026?.reason).toMatch(
    /no .*superglue-rte-officialDev\.items\.csv: class-it finetune --task rte --rules 2026 --scale paper writes it; superglue-rte-firstToken-officialDev\.items\.csv is of other settings/,
  );
  writeFileSync(join(scores, "superglue-rte.items.csv"), "id,label,prediction seed 42\n");
  const of2025 = collate(request(scores, 2025));
  expect(stateOf(of2025, "glue rte")?.state).toBe("collated");
  expect(read(of2025.text)["glue"]).toHaveProperty("rte");
  expect(stateOf(collate(request(scores, 2026)), "glue rte")?.reason).toContain(
    "superglue-rte-firstToken-officialDev.items.csv, superglue-rte.items.csv is of",
  );
});

test("a part that is none of the file's is rejected, whatever its name", () => {
  const sizes = { blimp: 2 };
  expect(faultOfSizes(new Map([["blimp", 2]]), sizes)).toBeNull();
  for (const name of ["other", "constructor", "tostring"])
    expect(faultOfSizes(new Map(Object.entries({ blimp: 2, [name]: 1 })), sizes)).toBe(
      `must have the parts blimp, got ${name}`,
    );
});

test("scores of another model, or by another year's rules, are rejected", () => {
  const scores = temporaryFolder();
  writeMadeScores(scores, 2026);
  const other = collate(request(scores, 2026, { sha256: "0".repeat(64) }));
  expect(stateOf(other, "blimp")?.reason).toContain("is of another model (ffffffff, not 00000000)");
  expect(stateOf(other, "glue rte")?.state).toBe("rejected");
  // EWoK has as many items in both years: only the summary tells them apart.
  writeFileSync(
    join(scores, "ewok", "summary.json"),
    JSON.stringify({ rules: 2025, model: { sha256: MADE_HASH } }),
  );
  expect(stateOf(collate(request(scores, 2026)), "ewok")?.reason).toContain("is by the rules of 2025");
});
