import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { StudyConfig } from "../../../src/config/config.js";
import { integerBelow, seeded } from "../../../src/random.js";
import { trainCondition } from "../../../src/runs/training/training.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

const model = "llama100M";
/** Some hundred steps of pre-training and thirty of each tuning phase. */
const config: StudyConfig = {
  ...TINY_CONFIG,
  instructionTuning: { ...TINY_CONFIG.instructionTuning, maxEpochs: 15 },
  budget: { ...TINY_CONFIG.budget, pretrainingWords: 8_000 },
};
/** The same with Muon, whose moments go on from stage to stage. */
const byMuon: StudyConfig = {
  ...config,
  pretraining: { ...config.pretraining, optimizer: { ...config.pretraining.optimizer, kind: "muon" } },
  instructionTuning: {
    ...config.instructionTuning,
    optimizer: { ...config.instructionTuning.optimizer, kind: "muon" },
  },
  curriculum: { ...config.curriculum, optimizerAtPhase: "carry" },
};
const checkpoints = { everyMs: 0, costs: 2 };

/** Trains in a process of its own, on the compiled library; writes a byte a step. */
const SCRIPT = `
  import * as kit from "class-it";
  const [folder, config, run, checkpoints] = process.argv.slice(1);
  const study = kit.openStudy({
    scale: "smoke", seed: 1, source: "microworld", config: JSON.parse(config), checkpoints: JSON.parse(checkpoints),
    resultsRoot: folder + "/results", cacheFolder: folder + "/stages",
  });
  for await (const step of kit.trainCondition(study, JSON.parse(run))) {
    process.stdout.write(".");
    await new Promise(setImmediate);
  }
`;

/** Starts training, and kills it after so many steps it reported; to the end without a number. */
function trainInProcess(
  folder: string,
  { condition, of }: { readonly condition: string; readonly of: StudyConfig },
  killAfter: number,
): Promise<NodeJS.Signals | number | null> {
  const args = [folder, of, { model, condition }, checkpoints].map((value) =>
    typeof value === "string" ? value : JSON.stringify(value),
  );
  const child = spawn(process.execPath, ["--input-type=module", "-e", SCRIPT, ...args], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    stdio: ["ignore", "pipe", "ignore"],
  });
  let steps = 0;
  child.stdout.on("data", (bytes: Buffer) => {
    steps += bytes.length;
    if (steps >= killAfter) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
}

/** Losses and final weights of every trained stage. */
function traceOf(study: ReturnType<typeof openTinyStudy>) {
  return stagesOf(study)
    .filter((name) => /^(pretraining|tuning)-/.test(name))
    .map((name) => {
      const folder = join(study.cacheFolder, name);
      const lines = readFileSync(join(folder, "curve.jsonl"), "utf8").trim().split("\n");
      const losses = lines.map((line) => /"lossNats":([^,]+)/.exec(line)?.[1]);
      const weights = createHash("sha256")
        .update(readFileSync(join(folder, "model.safetensors")))
        .digest("hex");
      const outcome = readFileSync(join(folder, "outcome.json"), "utf8");
      return { steps: losses.length, losses, weights, outcome };
    });
}

// Ten in pre-training and in both tuning phases; of what else a stage may train on, some.
test.each([
  { condition: "switchThenWiki", kills: 10, by: "AdamW", of: config },
  { condition: "switchThenWiki", kills: 3, by: "Muon, moments carried on", of: byMuon },
  { condition: "mergedReplay", kills: 4, by: "AdamW", of: config },
  { condition: "switchTurns", kills: 4, by: "AdamW", of: config },
  { condition: "switchDpo", kills: 4, by: "AdamW", of: config },
  { condition: "switchSimPo", kills: 2, by: "AdamW", of: config },
])(
  "$condition by $by, killed $kills times at random steps, is what it is undisturbed",
  async ({ condition, kills, of }) => {
    const run = { model, condition } as const;
    const undisturbed = openTinyStudy(temporaryFolder(), of);
    let steps = 0;
    for await (const _step of trainCondition(undisturbed, run)) steps++;
    const folder = temporaryFolder();
    const killed = openTinyStudy(folder, of);
    const random = seeded(Number(process.env["CLASS_IT_KILL_SEED"] ?? 1));
    for (let kill = 1; kill <= kills; kill++) {
      // Later kills come at later steps, so that each phase gets its share.
      const after = Math.ceil((steps * (kill - integerBelow(3, random) / 3)) / (kills + 1));
      expect(
        await trainInProcess(folder, { condition, of }, after),
        `kill ${kill} after ${after} of ${steps} steps`,
      ).toBe("SIGKILL");
    }
    expect(await trainInProcess(folder, { condition, of }, Number.POSITIVE_INFINITY)).toBe(0);
    expect(traceOf(killed)).toEqual(traceOf(undisturbed));
    expect(readdirSync(killed.cacheFolder).filter((name) => /progress|lock|part/.test(name))).toEqual([]);
  },
);
