import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tune } from "../../../src/config/curricula.js";
import { deriveStudy } from "../../../src/config/scales.js";
import { listStudies, study, type NamedStudyOptions } from "../../../src/runs/study/named-study.js";
import {
  changeOf,
  describeChanges,
  settingChanges,
  type StudyChange,
} from "../../../src/runs/study/study-change.js";
import { trainCondition } from "../../../src/runs/training/training.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

const SMOKE = deriveStudy("smoke");
const FULL: StudyChange = { instructions: { lossOn: "full" } };

/** Opens studies in one folder of results. */
function inFolder(folder: string) {
  return (options: Partial<NamedStudyOptions> = {}) =>
    study({
      scale: "smoke",
      seeds: [1],
      source: "microworld",
      resultsRoot: join(folder, "results"),
      cacheFolder: join(folder, "stages"),
      ...options,
    });
}

describe("a name", () => {
  test("is defined by its changes and stands for them afterwards, in a folder of its own", () => {
    const folder = temporaryFolder();
    const open = inFolder(folder);
    const [defined] = open({ name: "full-loss", change: FULL });
    const path = join(folder, "results", "smoke-microworld", "studies", "full-loss");
    expect(defined.resultsFolder).toBe(path);
    expect(JSON.parse(readFileSync(join(path, "study.json"), "utf8"))).toEqual({
      schemaVersion: 1,
      scale: "smoke",
      change: { instructions: { lossOn: "full" } },
    });
    const [again, second] = open({ name: "full-loss", seeds: [1, 2] });
    expect(again).toEqual(defined);
    expect({ ...second, seed: 1 }).toEqual(defined);
    expect(defined.config.instructions.lossOn).toBe("full");
    expect(defined.changes).toEqual([{ setting: "instructions.lossOn", value: "full", usual: "reply" }]);
    expect(listStudies(join(path, "..", ".."))).toEqual([
      {
        ...{ name: "full-loss", changes: defined.changes, folder: path },
        config: expect.objectContaining({ instructions: { ...SMOKE.instructions, ...FULL.instructions } }),
      },
    ]);
  });

  test("keeps its changes: others are refused, with both in the message", () => {
    const open = inFolder(temporaryFolder());
    open({ name: "mine", change: FULL });
    expect(() => open({ name: "mine", change: FULL })).not.toThrow();
    const other: StudyChange = { pretraining: { learningRate: 0.5 } };
    expect(() => open({ name: "mine", change: other })).toThrow(
      /study: "mine" must keep its changes, which are instructions.lossOn = "full" \(default "reply"\), got pretraining.learningRate = 0.5 \(default [\d.]+\)\. Give the other changes another name, or delete .*studies.mine/,
    );
  });

  test("that is not defined is refused with those that are", () => {
    const open = inFolder(temporaryFolder());
    expect(() => open({ name: "mine" })).toThrow(/got "mine" without changes .* None is defined\./);
    open({ name: "other", change: FULL });
    expect(() => open({ name: "mine" })).toThrow(/Defined are other\. Correct the name/);
  });

  test.each(["", "Full", "../x", "a b", "-a"])('"%s" is none', (name) => {
    expect(() => inFolder(temporaryFolder())({ name, change: FULL })).toThrow(
      /a name must be lower-case letters, digits and hyphens/,
    );
  });

  test("is needed for changes; values that are the scale's own are none", () => {
    const folder = temporaryFolder();
    const open = inFolder(folder);
    expect(() => open({ change: FULL })).toThrow(
      'study: changed settings must have a study of their own, got instructions.lossOn = "full" (default "reply") without a name.',
    );
    const [plain] = open({ change: { instructions: { lossOn: "reply" } } });
    expect(plain).toMatchObject({ name: "default", changes: [] });
    expect(plain.resultsFolder).toBe(join(folder, "results", "smoke-microworld"));
    expect(existsSync(join(folder, "results"))).toBe(false);
  });

  test("a seed given twice is refused", () => {
    expect(() => inFolder(temporaryFolder())({ seeds: [3, 3] })).toThrow(/seeds must be different, got 3, 3/);
  });

  test("settings that the kit does not know, and settings that cannot be meant, define nothing", () => {
    const folder = temporaryFolder();
    const open = inFolder(folder);
    const unknown = JSON.parse('{"instructions":{"lossOn":"ful"}}') as StudyChange;
    expect(() => open({ name: "mine", change: unknown })).toThrow(/got instructions.lossOn: /);
    const scale = JSON.parse('{"scale":"paper"}') as StudyChange;
    expect(() => open({ name: "mine", change: scale })).toThrow(/got scale, which is none of them/);
    expect(() => open({ name: "mine", change: { pretraining: { batchSize: 0 } } })).toThrow(/batchSize must/);
    expect(existsSync(join(folder, "results"))).toBe(false);
  });

  test("a damaged definition is named", () => {
    const folder = temporaryFolder();
    const path = join(folder, "results", "smoke-microworld", "studies", "mine");
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "study.json"), '{"schemaVersion": 2}');
    expect(() => inFolder(folder)({ name: "mine" })).toThrow(
      /study: .*study\.json must define a study, got /,
    );
  });
});

describe("changes", () => {
  const smoke = { ...deriveStudy("smoke") };

  test("are read off a configuration and make it again", () => {
    const config = { ...TINY_CONFIG, curricula: { mine: [tune(["switch"], { order: "shortestFirst" })] } };
    const changes = settingChanges(smoke, { ...config });
    expect(changes.map(({ setting }) => setting)).toContain("budget.heldOutRows");
    const [made] = inFolder(temporaryFolder())({ name: "tiny", change: changeOf(changes) });
    expect({ ...made.config, shrunk: [] }).toEqual({
      ...config,
      instructions: { ...config.instructions, wikiSource: "standIn" },
      shrunk: [],
    });
  });

  test("are told in words, curricula as their stages", () => {
    const changes = settingChanges(smoke, {
      ...smoke,
      curricula: { mine: [tune(["switch"]), tune(["wiki"], { order: "gradual" })] },
      startCheckpoint: "bestHeldOut",
    });
    expect(describeChanges(changes)).toBe(
      'startCheckpoint = "bestHeldOut" (default "lastEpoch"); curricula.mine = switch, then wiki (gradual) (default none)',
    );
  });
});

test("stages that a study does not change come from the cache", async () => {
  const open = inFolder(temporaryFolder());
  const tiny = changeOf(settingChanges({ ...deriveStudy("smoke") }, { ...TINY_CONFIG }));
  const [first] = open({ name: "tiny", change: tiny });
  const [second] = open({ name: "tiny-full", change: { ...tiny, ...FULL } });
  const run = { model: "llama140M", condition: "switch" } as const;
  for await (const step of trainCondition(first, run)) void step;
  const before = stagesOf(first);
  const phases = new Set<string>();
  for await (const { phase } of trainCondition(second, run)) phases.add(phase);
  const added = stagesOf(second).filter((name) => !before.includes(name));
  expect([...new Set(added.map((name) => name.replace(/-[0-9a-f]{16}$/, "")))].sort()).toEqual([
    "held-out-loss",
    "tuning",
  ]);
  expect(second.resultsFolder).not.toBe(first.resultsFolder);
}, 120_000);
