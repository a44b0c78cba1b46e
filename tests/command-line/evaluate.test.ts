import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { microworldReadingTable } from "../../src/data/microworld/reading-table.js";
import { seeded } from "../../src/random.js";
import { acquireLock } from "../../src/disk/lock.js";
import { openItemLines, STEP_LINES } from "../../src/runs/scoring/folder-evaluation/item-lines.js";
import { findTaskFiles } from "../../src/runs/scoring/folder-evaluation/task-files.js";
import { trainedModel } from "../../src/runs/training/training.js";
import { sharedFolder, temporaryFolder } from "../support/temporary-folder.js";
import { openTinyStudy } from "../support/tiny-study.js";
import { command } from "./command.js";

const folder = sharedFolder();
let model = "";

/** Files of tasks in our own words, laid out as the official ones. */
const FILES = {
  "fast_eval/blimp_fast/toy_agreement.jsonl": [
    { sentence_good: "The dog runs.", sentence_bad: "The dog run.", field: "syntax", UID: "toy_agreement" },
    { sentence_good: "The dogs run.", sentence_bad: "The dogs runs.", field: "syntax", UID: "toy_agreement" },
    { sentence_good: "A cat sat.", sentence_bad: "A cat sat.", field: "syntax", UID: "toy_agreement" },
  ],
  "full_eval/supplement_filtered/toy_turns.jsonl": [
    { sentence_good: "A: Hello.\nB: Hello.", sentence_bad: "A: Hello.\nB: No." },
  ],
  "full_eval/entity_tracking/regular.jsonl": [
    {
      numops: 0,
      input_prefix: "The box contains ",
      options: ["the ball.", "the cup.", "the pen.", "the key.", "nothing."],
    },
  ],
  "full_eval/entity_tracking/ambiref.jsonl": [
    { numops: 1, input_prefix: "The bag contains ", options: ["the ball.", "the cup.", "the pen."] },
  ],
  "full_eval/wug_adj_nominalization/wugs.jsonl": [
    { sentences: "wugable. wugability\twugable. wugableness", ratio: "0.9" },
    { sentences: "wuggish. wuggishity\twuggish. wuggishness", ratio: 0.1 },
    { sentences: "wugous. wugosity\twugous. wugousness", ratio: 0.5 },
  ],
  "full_eval/ewok_filtered/social.jsonl": [
    {
      ...{ Domain: "social", ContextType: "direct", ContextDiff: "swap", TargetDiff: "swap" },
      ...{
        Context1: "Ann helps Bo.",
        Context2: "Bo helps Ann.",
        Target1: "Bo thanks Ann.",
        Target2: "Ann thanks Bo.",
      },
    },
  ],
} as const;

beforeAll(async () => {
  const study = openTinyStudy(join(folder, "study"));
  model = (await trainedModel(study, { model: "llama100M", condition: "base" })).stage.folder;
  for (const [path, rows] of Object.entries(FILES)) {
    mkdirSync(join(folder, "data", path, ".."), { recursive: true });
    writeFileSync(join(folder, "data", path), rows.map((row) => JSON.stringify(row) + "\n").join(""));
  }
  mkdirSync(join(folder, "data/full_eval/reading"), { recursive: true });
  const table = microworldReadingTable({ sentences: 40, random: seeded(1) });
  writeFileSync(join(folder, "data/full_eval/reading/reading_data.csv"), table);
});

const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));
const lines = (...path: string[]) =>
  readFileSync(join(...path), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const evaluate = (out: string, more: string) =>
  command(`evaluate --model ${model} --data ${join(folder, "data")} --out ${out} ${more}`);

describe("a model folder", () => {
  let out = "";
  beforeAll(async () => {
    out = join(folder, "out");
    const { code, stderr } = await evaluate(
      out,
      "--tasks blimp,blimp_supplement,entity_tracking,wug_adj,ewok,reading",
    );
    expect({ code, stderr: stderr.split("\n").filter((line) => line.startsWith("class-it")) }).toEqual({
      code: 0,
      stderr: [],
    });
  });

  test("has a line for each item in file order, with its scores in nats, its choice and whether it is a tie", () => {
    const items = lines(out, "blimp/items.jsonl");
    expect(items.map(({ id, tie }) => [id, tie])).toEqual([
      ["toy_agreement_0", false],
      ["toy_agreement_1", false],
      ["toy_agreement_2", true],
    ]);
    for (const { uid, scores, choice } of items) {
      expect(uid).toBe("toy_agreement");
      expect(scores.every((score: number) => score < 0)).toBe(true);
      expect(choice).toBe(scores[0] >= scores[1] ? 0 : 1);
    }
    expect(lines(out, "entity_tracking/items.jsonl").map(({ uid }) => uid)).toEqual([
      "ambiref_1_ops",
      "regular_0_ops",
    ]);
  });

  test("has a summary in both readings: a tie counts whole officially and half corrected", () => {
    const { official, corrected, n, ties, unit, quirks } = json(out, "blimp/summary.json");
    expect({ n, ties, unit }).toEqual({ n: 3, ties: 1, unit: "percent" });
    expect(quirks).toMatchObject({ ties: 1, sameText: 1 });
    expect(official.average - corrected.average).toBeCloseTo(50 / 3, 9);
    expect(official.by.UID).toEqual({ toy_agreement: official.average });
    expect(corrected.tiePolicy).toBe("halfCredit");
    expect(json(out, "wug_adj/summary.json")).toMatchObject({ unit: "correlation", n: 3 });
  });

  test("has the official tree: names, ids and chosen texts", () => {
    const [name = ""] = readdirSync(join(out, "official"));
    const tree = join(out, "official", name, "main/zero_shot/causal");
    expect(readdirSync(tree).sort()).toEqual(["blimp", "entity_tracking", "ewok", "reading", "wug_adj"]);
    expect(readdirSync(join(tree, "blimp")).sort()).toEqual(["blimp_fast", "supplement_filtered"]);
    const { toy_agreement } = json(tree, "blimp/blimp_fast/predictions.json");
    expect(toy_agreement.predictions.map(({ id }: { id: string }) => id)).toEqual([
      "toy_agreement_0",
      "toy_agreement_1",
      "toy_agreement_2",
    ]);
    expect(toy_agreement.predictions[2].pred).toBe("A cat sat.");
    const { wug_adj } = json(tree, "wug_adj/wug_adj_nominalization/predictions.json");
    for (const { prob } of wug_adj.predictions) expect(prob).toBeGreaterThan(0);
    const report = readFileSync(join(tree, "blimp/blimp_fast/best_temperature_report.txt"), "utf8");
    expect(report).toMatch(/^TEMPERATURE: 1\.00\n\n### FIELD ACCURACY\n|### UID ACCURACY\n/);
    expect(report).toMatch(/### AVERAGE ACCURACY\n\d+\.\d\d\n\n$/);
    const predictions = readFileSync(join(tree, "reading/predictions.json"), "utf8");
    expect(predictions).toMatch(
      /^\{"reading": \{"predictions": \[\{"id": 0, "pred": [\d.]+, "prev_pred": NaN\}/,
    );
  });

  test("reading has both surprisals of every word and both scores", () => {
    const [first, second] = lines(out, "reading/items.jsonl");
    expect(first).toMatchObject({ id: 0, prev_surprisal: null });
    expect(second.prev_surprisal).toBeCloseTo(first.surprisal, 3);
    expect(first.surprisal_corrected).not.toBe(first.surprisal);
    const { official, corrected } = json(out, "reading/summary.json");
    for (const { eye_tracking_score, self_paced_score } of [official, corrected]) {
      expect(eye_tracking_score).toBeGreaterThanOrEqual(0);
      expect(self_paced_score).toBeGreaterThanOrEqual(0);
    }
  });

  test("leaves no partial file", () => {
    expect(readdirSync(out, { recursive: true }).filter((name) => String(name).includes(".part"))).toEqual(
      [],
    );
  });
});

describe("refused in one line", () => {
  test.each<[string, () => string, RegExp]>([
    [
      "no data",
      () => `--model ${model} --out x`,
      /a folder must be given with --model, --data and --out.*got no --data/,
    ],
    ["folder and study", () => `--model ${model} --data d --out x --seed 1`, /got --seed/],
    [
      "study and folder",
      () => "--condition base --scale smoke --seed 1 --out x",
      /with --condition .* got --out/,
    ],
    ["no seed", () => "--condition base --scale smoke", /must come with --scale and --seed, got no --seed/],
    [
      "a decoder that is none",
      () => "--condition base --scale smoke --seed 1 --model gpt",
      /one of llama140M, llama100M, got "gpt"/,
    ],
    [
      "no such data folder",
      () => `--model ${model} --data nowhere --out x`,
      /--data must name a folder or a file, got "nowhere", where there is none/,
    ],
    ["no weights", () => `--model ${folder} --data ${folder} --out x`, /config\.json must exist/],
  ])("%s", async (_, options, message) => {
    const { code, stderr } = await command(`evaluate --tasks blimp ${options()}`);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  test("files of another task, by file and line; nothing is written under a final name", async () => {
    const out = temporaryFolder();
    const data = join(folder, "data/full_eval/entity_tracking");
    const { code, stderr } = await command(
      `evaluate --model ${model} --data ${data} --out ${out} --tasks ewok`,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /entity_tracking\/ambiref\.jsonl, line 1 must be a JSON object with the texts Domain/,
    );
    expect(existsSync(join(out, "ewok/summary.json")) || existsSync(join(out, "ewok/items.jsonl"))).toBe(
      false,
    );
  });

  test.each<[string, string, object, RegExp]>([
    [
      "entity_tracking",
      "boxes",
      FILES["full_eval/entity_tracking/regular.jsonl"][0],
      /boxes\.jsonl must begin with regular/,
    ],
    ["wug_adj", "wugs", FILES["full_eval/wug_adj_nominalization/wugs.jsonl"][0], /./],
  ])("%s of files that give no figure, before the first item is scored", async (task, name, row, message) => {
    const [data, out] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(data, `${name}.jsonl`), JSON.stringify(row) + "\n");
    const { code, stderr } = await command(
      `evaluate --model ${model} --data ${data} --out ${out} --tasks ${task}`,
    );
    expect([code, readdirSync(join(out, task))]).toEqual([1, ["items.jsonl.part"]]);
    expect(
      readFileSync(join(out, task, "items.jsonl.part"), "utf8")
        .trim()
        .split("\n"),
    ).toHaveLength(1);
    expect(stderr).toMatch(message);
  });

  test("a task whose files are not there, with the places looked at", async () => {
    const { stderr } = await evaluate(temporaryFolder(), "--tasks comps");
    expect(stderr).toMatch(
      /comps must have a \.jsonl file in .*, got none in full_eval\/comps, comps, \.; the folder holds fast_eval, full_eval\./,
    );
  });
});

test("names of files and phenomena that every object has are names like others", async () => {
  const [data, out] = [join(temporaryFolder(), "constructor.jsonl"), temporaryFolder()];
  const pair = { sentence_good: "The dog runs.", sentence_bad: "The dog run." };
  const names = ["__proto__", "constructor", "hasOwnProperty", "toString"];
  const rows = [pair, ...names.map((UID) => ({ ...pair, field: "valueOf", UID, linguistics_term: UID }))];
  writeFileSync(data, rows.map((row) => JSON.stringify(row) + "\n").join(""));
  const { code, stdout } = await command(
    `evaluate --model ${model} --data ${data} --out ${out} --tasks blimp`,
  );
  expect(code).toBe(0);
  for (const name of names) expect(stdout).toMatch(new RegExp(`by UID ${name} `));
  const by = json(out, "blimp/summary.json").official.by as Record<string, object>;
  expect(Object.keys(by["UID"] ?? {}).sort()).toEqual([...names].sort());
  const folder = join(
    out,
    "official",
    readdirSync(join(out, "official"))[0] ?? "",
    "main/zero_shot/causal/blimp",
  );
  const predictions = json(folder, readdirSync(folder)[0] ?? "", "predictions.json") as object;
  expect(Object.keys(predictions).sort()).toEqual([...names].sort());
});

describe("--data takes one file,", () => {
  const pairs = [{ sentence_good: "The dog runs.", sentence_bad: "The dog run." }];
  const written = (name: string, content = pairs.map((pair) => JSON.stringify(pair) + "\n").join("")) => {
    const data = join(temporaryFolder(), "my -ü 'pairs'");
    mkdirSync(data);
    writeFileSync(join(data, name), content);
    return join(data, name);
  };

  test("of any name and at any path", () => {
    for (const name of ["-x.jsonl", "constructor.jsonl", "pairs.json", "table"]) {
      const found = findTaskFiles(written(name), "blimp", { fast: false });
      expect(found.dataset).toBe("my -ü 'pairs'");
      expect(found.files.map((file) => file.name)).toEqual([name.replace(/\..*$/, "")]);
    }
    const table = readFileSync(join(folder, "data/full_eval/reading/reading_data.csv"), "utf8");
    expect(findTaskFiles(written("times.csv", table), "reading", { fast: false }).files[0]?.text).toBe(table);
  });

  test("and says what else it is", () => {
    const found = (name: string, content: string) => () =>
      findTaskFiles(written(name, content), "blimp", { fast: false });
    expect(found(".DS_Store", "\0\0\0\x01Bud1")).toThrow(/pairs'\/\.DS_Store .* got a \.DS_Store file/);
    expect(found("x.jsonl", "version https://git-lfs.github.com/spec/v1\n")).toThrow(/a Git LFS pointer/);
  });

  test("and of a folder every file must be what it is called", () => {
    const place = join(written("x.jsonl"), "..");
    writeFileSync(join(place, "._x.jsonl"), Buffer.of(0, 5, 0x16, 7, 0, 2));
    writeFileSync(join(place, ".DS_Store"), "\0\0\0\x01Bud1");
    expect(() => findTaskFiles(place, "blimp", { fast: false })).toThrow(
      /\._x\.jsonl must be UTF-8 text, got an AppleDouble file.* Delete it/,
    );
  });
});

describe("an interrupted run", () => {
  const path = () => join(temporaryFolder(), "items.jsonl");
  const written = Array.from({ length: 2 * STEP_LINES + 7 }, (_, index) => `{"item":${index}}`);

  test("goes on after the last whole step of lines", () => {
    const file = path();
    openItemLines(file, { key: "k" }).append(written);
    expect(existsSync(file)).toBe(false);
    const again = openItemLines(file, { key: "k" });
    expect(again.lines).toEqual(written.slice(0, 2 * STEP_LINES));
    again.append(written.slice(2 * STEP_LINES));
    again.complete();
    expect(readFileSync(file, "utf8")).toBe(written.map((line) => `${line}\n`).join(""));
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  test("begins anew for another model, other items or other code, and drops half a line", () => {
    const file = path();
    openItemLines(file, { key: "k" }).append(written.slice(0, STEP_LINES));
    expect(openItemLines(file, { key: "other" }).lines).toEqual([]);
    writeFileSync(`${file}.part`, `k\n${written.slice(0, STEP_LINES).join("\n")}`);
    expect(openItemLines(file, { key: "k" }).lines).toEqual([]); // the last of them has no end
  });
});

test("who comes second to the same task and folder waits, and says for whom", async () => {
  const out = temporaryFolder();
  const lock = await acquireLock(join(out, "blimp", "items.jsonl.lock"));
  let isDone = false;
  const data = join(folder, "data");
  const second = command(`evaluate --model ${model} --tasks blimp --data ${data} --out ${out} --fast`).then(
    (ended) => ((isDone = true), ended),
  );
  await vi.waitUntil(() => readdirSync(out).includes("blimp"));
  await sleep(400);
  expect([isDone, readdirSync(join(out, "blimp"))]).toEqual([false, ["items.jsonl.lock"]]);
  lock.release();
  const { code, stderr } = await second;
  expect(stderr).toMatch(/class-it: process \d+ on \S+ scores blimp into \S+; waiting for it/);
  expect([code, readdirSync(join(out, "blimp"))]).toEqual([0, ["items.jsonl", "summary.json"]]);
});
