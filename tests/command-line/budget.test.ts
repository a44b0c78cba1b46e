import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CONDITIONS } from "../../src/config/config.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { TINY_CONFIG } from "../support/tiny-study.js";
import { command } from "./command.js";

beforeEach(() => vi.stubEnv("CLASS_IT_DATA", undefined)); // the microworld
afterEach(() => vi.unstubAllEnvs());

/** Options of a study small enough to be counted at once. */
function tiny(): { options: string; cache: string } {
  const folder = temporaryFolder();
  const { architectures, pretraining, rowLengthTokens, budget } = TINY_CONFIG;
  const config = join(folder, "tiny.json");
  writeFileSync(config, JSON.stringify({ architectures, pretraining, rowLengthTokens, budget }));
  const cache = join(folder, "stages");
  return { options: `--scale smoke --config ${config} --results ${folder} --cache ${cache}`, cache };
}

test("a condition is told as a table: its stages, their sum, and what the hours rest on", async () => {
  const { code, stdout, stderr } = await command(
    `budget --condition merged --model llama100M ${tiny().options}`,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "budget: counting at smoke scale, microworld text\n" });
  expect(stdout).toMatch(/^What training costs at smoke scale, microworld text\n\n\| model /);
  const stages = [...stdout.matchAll(/^\| llama100M \| (\w+) +\| (\S+) /gm)].map(([, name, stage]) => [
    name,
    stage,
  ]);
  expect(stages).toEqual([
    ["merged", "pre-training"],
    ["merged", "merged"],
    ["all", "sum"],
  ]);
  expect(stdout).toContain("Seconds are blank where nothing was trained");
  expect(stdout).toContain("PyTorch, not with the kit,");
});

test("--json has the poster's models and the laptop grid's controls, and nothing beside it", async () => {
  const { code, stdout } = await command(`budget ${tiny().options} --json`);
  expect(code).toBe(0);
  const [report, ...others] = JSON.parse(stdout);
  expect(others).toEqual([]);
  expect(report).toMatchObject({ scale: "smoke", source: "microworld", wikiSource: "standIn" });
  expect(report).not.toHaveProperty("rehearsals");
  expect(report.stages).toHaveLength(12);
  expect(report.stages[0]).toMatchObject({
    ...{ model: "llama140M", condition: "base", stage: "pre-training" },
    measured: { missing: "not trained" },
    projected: { boundBy: "launches" },
  });
});

test("--rehearse takes two steps and projects hours here from them; nothing is trained", async () => {
  const { options, cache } = tiny();
  const { code, stdout, stderr } = await command(
    `budget --rehearse --condition base --model llama100M ${options}`,
  );
  expect(code).toBe(0);
  expect(stderr).toMatch(/llama100M step 1: loss .*\nllama100M step 2: loss /);
  expect(stdout).toContain("hours here, projected");
  expect(stdout).toMatch(/2 optimizer steps of 8 rows of 32 tokens \(8 at once\) taken here/);
  expect(readdirSync(cache).map((name) => name.split("-")[0])).toEqual(["tokenizer", "tokens"]);
});

test("scales that need real text are refused before anything is counted", async () => {
  const { code, stdout, stderr } = await command("budget");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^openStudy: laptop scale must have real text.*\n$/);
});

test("a condition that does not exist is refused with those there are", async () => {
  const { code, stderr } = await command(`budget --condition swich ${tiny().options}`);
  expect(code).toBe(1);
  expect(stderr).toContain('got "swich"');
  for (const condition of CONDITIONS) expect(stderr).toContain(condition);
});
