/** @file `class-it submit` from a trained model to the leaderboard file, on tasks in our own words. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { CHILD_MONTHS } from "../../src/evaluation/acquisition-age.js";
import { checkpointsOf } from "../../src/runs/submission/leaderboard-sizes.js";
import type { PartState } from "../../src/runs/submission/part-state.js";
import { trainedModel } from "../../src/runs/training/training.js";
import { sharedFolder } from "../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../support/tiny-study.js";
import { command } from "./command.js";

const folder = sharedFolder();
const study = openTinyStudy(join(folder, "study"), { ...TINY_CONFIG, checkpointWords: [300, 600, 900] });
const data = join(folder, "data");
let stage = { folder: "", hash: "" };

const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(data, path)), { recursive: true });
  writeFileSync(join(data, path), content);
};
const writeRows = (path: string, count: number, row: (index: number) => object): void =>
  write(path, Array.from({ length: count }, (_, index) => `${JSON.stringify(row(index))}\n`).join(""));

const piqa = (solutions: number) => (index: number) => ({
  prompt: "The dog",
  ...Object.fromEntries(
    Array.from({ length: solutions }, (_, at) => [`solution${at}`, `sees ${"the cat ".repeat(at)}${index}.`]),
  ),
  label: index % solutions,
  example_id: `own-${index}`,
});

beforeAll(async () => {
  stage = (await trainedModel(study, { model: "llama100M", condition: "base" })).stage;
  writeRows("full_eval/global_piqa_parallel/own.jsonl", 103, piqa(4));
  // One item fewer than the official set has.
  writeRows("full_eval/global_piqa_nonparallel/own.jsonl", 99, piqa(2));
  writeRows("full_eval/wug_past_tense/own.jsonl", 50, (index) => ({
    sentences: `wug${index}. wug${index}ed\twug${index}. wug${index}en`,
    ratio: (index + 1) / 51,
  }));
  writeRows("full_eval/blimp_filtered/own.jsonl", 1, () => ({
    sentence_good: "The dog runs.",
    sentence_bad: "The dog run.",
    field: "syntax",
    UID: "own",
  }));
  write(
    "full_eval/aoa/cdi_childes.json",
    '{"dog":[{"context":"the"},{"context":"my"}],"cat":[{"context":"a"}]}',
  );
  const shares = CHILD_MONTHS.map((month) => 1 / (1 + Math.exp(-0.6 * (month - 21))));
  write("full_eval/aoa/cdi_human.csv", `word,${CHILD_MONTHS.join(",")}\ndog,${shares.join(",")}\n`);
});

const fileSchema = z.record(z.string(), z.record(z.string(), z.unknown()).nullable());
const readFile = (path: string) => fileSchema.parse(JSON.parse(readFileSync(path, "utf8")));
const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));

async function submit(argv: string) {
  const { code, stdout, stderr } = await command(`submit ${argv} --json`, {
    cacheFolder: study.cacheFolder,
  });
  expect({ code, errors: stderr.split("\n").filter((line) => line.startsWith("class-it")) }).toEqual({
    code: 0,
    errors: [],
  });
  const { file, parts } = JSON.parse(stdout) as { file: string; parts: PartState[] };
  const stateOf = (name: string) => parts.find(({ part }) => part === name);
  return { file, parts, stateOf, stderr };
}

describe("a run of the cache under the rules of 2026", () => {
  const scores = join(folder, "scores-2026");

  test("is written out, scored and collated; what has another size or no data is null with its reason", async () => {
    const { file, parts, stateOf, stderr } = await submit(
      `--run ${stage.hash.slice(0, 8)} --rules 2026 --fast --scores ${scores} --compute --data ${data}`,
    );
    expect(file).toBe(join(scores, "all_full_preds_and_fast_scores_2026.json"));
    const content = readFile(file);
    expect(Object.keys(content)).toEqual([
      ...["blimp", "blimp_supplement", "ewok", "entity_tracking_filtered", "comps", "global_piqa_parallel"],
      ...["global_piqa_nonparallel", "reading", "aoa_surprisals", "aoa", "glue", "fast_eval_results"],
    ]);
    expect(parts.filter(({ state }) => state === "collated").map(({ part }) => part)).toEqual([
      "global_piqa_parallel",
      "aoa",
    ]);
    expect(Object.keys(content["global_piqa_parallel"] ?? {})).toHaveLength(103);
    expect(content["global_piqa_parallel"]?.["own-7"]).toEqual({
      predictions: [{ id: "own-7_0", pred: expect.stringMatching(/^ sees (the cat ){0,3}7\.$/) }],
    });
    // Fewer than three words have an age.
    expect(content["aoa"]).toEqual({ aoa: 0 });
    for (const { part, state, reason } of parts.filter((each) => each.state !== "collated")) {
      expect([part, reason]).toEqual([part, expect.stringMatching(/./)]);
      expect([part, state === "missing" || state === "rejected"]).toEqual([part, true]);
      if (part in content) expect([part, content[part]]).toEqual([part, null]);
    }
    expect(stateOf("global_piqa_nonparallel")).toMatchObject({
      state: "rejected",
      reason: expect.stringContaining("must have 100 items, got 99"),
    });
    expect(stateOf("blimp")?.reason).toMatch(
      /must have 986 predictions of superlative_quantifiers_2, got none/,
    );
    expect(stateOf("aoa_surprisals")?.reason).toContain("must have 8005 predictions of chck_1m, got none");
    expect(stateOf("comps")?.reason).toContain("class-it evaluate --tasks comps");
    expect(stderr).toMatch(/submit: .*comps must have a \.jsonl file/);
    // A run of so few words keeps none of the track's checkpoints.
    expect(stateOf("fast global_piqa_parallel")?.reason).toMatch(/^every checkpoint; chck_1M: no /);
    expect(content["fast_eval_results"]?.["global_piqa_parallel"]).toEqual(Array(19).fill(null));
  });

  test("has age of acquisition at each of its checkpoints", () => {
    const names = json(join(scores, "aoa", "summary.json")).checkpoints;
    expect(names).toEqual(["chck_0.0003M", "chck_0.0006M", "chck_0.0009M"]);
  });

  test("is not scored again where its scores lie already", async () => {
    const before = readFileSync(join(scores, "global_piqa_parallel", "summary.json"), "utf8");
    const { stateOf } = await submit(`--run ${stage.hash.slice(0, 8)} --rules 2026 --scores ${scores}`);
    expect(stateOf("global_piqa_parallel")?.state).toBe("collated");
    expect(readFileSync(join(scores, "global_piqa_parallel", "summary.json"), "utf8")).toBe(before);
  });
});

describe("a folder with checkpoints", () => {
  const model = join(folder, "model");
  const names = ["chck_1M", "chck_2M", "chck_3M"];
  beforeAll(() => {
    for (const place of [model, ...names.map((name) => join(model, name))])
      for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"])
        cpSync(join(stage.folder, name), join(place, name));
  });

  test("has the keys of 2025, and the parts that are absent say why", async () => {
    const scores = join(folder, "scores-2025");
    const { file, parts, stateOf } = await submit(
      `--model ${model} --rules 2025 --scores ${scores} --compute --data ${data} --out ${join(folder, "out.json")}`,
    );
    expect(file).toBe(join(folder, "out.json"));
    const content = readFile(file);
    expect(Object.keys(content)).toEqual([
      ...["blimp", "blimp_supplement", "ewok", "entity_tracking", "wug_adj", "wug_past", "comps"],
      ...["reading", "aoa", "glue"],
    ]);
    expect(parts.filter(({ state }) => state === "collated").map(({ part }) => part)).toEqual(["wug_past"]);
    expect(content["wug_past"]).toMatchObject({ wug_past: { predictions: { length: 50 } } });
    expect(stateOf("wug_adj")).toMatchObject({ state: "missing" });
    expect(stateOf("aoa")?.reason).toContain("must have 8005 predictions of chck_1m, got 3");
    expect(content["aoa"]).toBeNull();
  });

  test("has the fast scores of its checkpoints in the track's order, null where there is none", async () => {
    const scores = join(folder, "scores-fast");
    const { file, stateOf } = await submit(
      `--model ${model} --rules 2026 --fast --scores ${scores} --compute --data ${data}`,
    );
    const list = readFile(file)["fast_eval_results"]?.["global_piqa_parallel"];
    expect(list).toEqual(
      checkpointsOf("strict-small").map((name) =>
        names.includes(name) ? { global_piqa_parallel: expect.any(Number) } : null,
      ),
    );
    expect(stateOf("fast global_piqa_parallel")?.reason).toMatch(/^16 of 19 checkpoints; chck_4M: no /);
    expect(stateOf("fast global_piqa_nonparallel")?.state).toBe("rejected");
  });

  test("is scored on age of acquisition by itself, with one line a context in the official file", async () => {
    const out = join(folder, "ages");
    const { code, stdout } = await command(
      `evaluate --model ${model} --data ${data} --out ${out} --tasks aoa --rules 2026`,
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining("aoa")]);
    expect(json(join(out, "aoa", "summary.json"))).toMatchObject({
      task: "aoa",
      rules: 2026,
      kind: "official",
      checkpoints: names,
      official: 0,
    });
    const place = join(out, "official", "model", "main", "zero_shot", "causal", "AoA_word");
    const { metadata, results } = json(join(place, "surprisal.json"));
    expect(metadata).toMatchObject({ model_name: "model", total_steps: 3, completed_steps: 3 });
    expect(results).toHaveLength(9);
    expect(results[1]).toEqual({
      ...{ step: "chck_1M", word_count: 1e6, target_word: "dog", context_id: 1, context: "my" },
      surprisal: expect.any(Number),
    });
    expect(json(join(place, "aoa_score.json"))).toEqual({ aoa: 0 });
  });
});

test.each([
  ["--rules 2026 --scores x", "a model must be given with --model or --run, got neither"],
  ["--model m --run r --rules 2026 --scores x", "cannot be used with"],
  [
    "--model m --rules 2026 --scores x --compute",
    "--compute and --data must be given together, got no --data",
  ],
  ["--run zz --rules 2026 --scores x", "must be the beginning of one trained model's name, got none of"],
])("submit %s is refused in one line", async (argv, message) => {
  const { code, stderr } = await command(`submit ${argv}`, { cacheFolder: study.cacheFolder });
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
});
