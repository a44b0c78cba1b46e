import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { itemsFile, publishResult, runFolder } from "../../src/runs/study/results.js";
import type { StudyConfig } from "../../src/config/config.js";
import { deriveStudy } from "../../src/config/scales.js";
import { study } from "../../src/runs/study/named-study.js";
import { HAND_MADE_STAGE, metric, resultWith } from "../support/hand-made-result.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { openTinyStudy } from "../support/tiny-study.js";
import { command } from "./command.js";

/** A training run of two steps written by hand; `said` is the mean loss its result names. */
function handMadeResults(said = 3): { root: string; folder: string } {
  const root = temporaryFolder();
  const study = openTinyStudy(root);
  const run = { model: "llama140M", condition: "base" } as const;
  const of = { part: "pre-training", scoringRule: "none", n: 2, ties: null } as const;
  publishResult(study, run, "training", {
    ...{ files: [], stages: [HAND_MADE_STAGE] },
    metrics: [
      metric({ metric: "steps", value: 2, ...of }),
      metric({ metric: "lastStepsLossNats", value: said, ...of }),
    ],
    items: {
      columns: ["phase", "step", "epoch", "lossNats", "learningRate", "gradientNorm", "trainedTokens"],
      rows: [
        ["pre-training", 1, 1, 4, 0, 1, 8],
        ["pre-training", 2, 1, 2, 0.1, 1, 8],
      ],
    },
  });
  return { root: join(root, "results"), folder: runFolder(study, run) };
}

const verify = (root: string, more = "") =>
  command(`verify --scale smoke --steps 0 --results ${root} ${more}`);

test("prints a line a kind of check with its counts, and succeeds", async () => {
  const { code, stdout, stderr } = await verify(handMadeResults().root);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.trimEnd().split("\n")).toEqual([
    "ok   files        1 result and 0 kept descriptions read",
    "ok   receipts     0 committed receipts, 0 of them amended; 1 not committed",
    "ok   data files   0 hashes of 0 files compared with data/manifest.json",
    "ok   zero-shot    0 metrics of 0 of 0 results computed from items",
    "ok   fine-tuning  0 metrics of 0 results computed from labels and logits",
    "ok   training     1 result compared with 2 steps of their curves",
    "ok   first steps  not asked for",
  ]);
});

const DIFFERENCE =
  "llama140M/base/seed-1/training.json: lastStepsLossNats of pre-training is 3.5, from its items 3";

test("names each difference below its check, and fails with their number in one line", async () => {
  const { code, stdout, stderr } = await verify(handMadeResults(3.5).root);
  expect(code).toBe(1);
  expect(stdout).toContain(
    `FAIL training     1 result compared with 2 steps of their curves\n                  ${DIFFERENCE}\n`,
  );
  expect(stderr).toMatch(
    /^class-it verify: results must be what their files give, got 1 difference\. First: [^\n]+\n$/,
  );
  expect(stderr).toContain(DIFFERENCE);
});

test("with --json prints the checks and nothing else, differences included", async () => {
  const { root, folder } = handMadeResults();
  writeFileSync(itemsFile(folder, "training"), readFileSync(join(folder, "training.json")));
  const { code, stdout } = await verify(root, "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    folder: join(root, "smoke-microworld"),
    checks: expect.arrayContaining([
      {
        name: "training",
        found: "1 result compared with 0 steps of their curves",
        differences: [expect.stringContaining("training.items.csv.gz must be a compressed table of items")],
      },
    ]),
  });
});

test.each([
  ["verify --steps -1", 'steps must be a whole number from 0, got "-1"'],
  ["verify --scale tiny", 'scale must be one of smoke, laptop, paper, got "tiny"'],
  ["verify --results nowhere", "must hold results, found none"],
])("%s is refused in one line", async (argv, fault) => {
  const { code, stdout, stderr } = await command(argv);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stderr).toContain(fault);
});

/** A named study with one result, whose settings are those of the name or the scale's own. */
function namedStudy(config: StudyConfig): string {
  const resultsRoot = join(temporaryFolder(), "results");
  const places = { scale: "smoke", source: "microworld", resultsRoot } as const;
  const [named] = study({ ...places, name: "full-loss", seeds: [1], change: FULL });
  const result = { ...resultWith([], { source: "microworld", task: "training" }), config };
  const place = join(named.resultsFolder, "llama140M/base/seed-1");
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "training.json"), JSON.stringify(result));
  return resultsRoot;
}
const FULL = { instructions: { lossOn: "full" } } as const;
const SMOKE = deriveStudy("smoke");

test("--study verifies a named study, whose results must have the settings of its name", async () => {
  const instructions = { ...SMOKE.instructions, ...FULL.instructions, wikiSource: "standIn" } as const;
  const config = { ...SMOKE, instructions };
  const { stdout } = await verify(namedStudy(config), "--study full-loss --json");
  expect(JSON.parse(stdout)).toMatchObject({ folder: expect.stringMatching(/studies\/full-loss$/) });
  expect(stdout).not.toContain("must have the settings");
  const other = await verify(namedStudy(SMOKE), "--study full-loss");
  expect(other.stdout).toContain(
    'llama140M/base/seed-1/training.json must have the settings that its study is defined with, has instructions.lossOn = "reply"',
  );
});

test("--study refuses a name that no study has, and lists those that there are", async () => {
  const { code, stderr } = await verify(namedStudy(SMOKE), "--study ful-loss");
  expect(code).toBe(1);
  expect(stderr).toMatch(/study must be one of default, full-loss in .*smoke-microworld, got "ful-loss"/);
});
