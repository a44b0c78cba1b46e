/**
 * @file The grid for real: a small one on generated text through Snakemake, on this machine and on a Slurm of one node, where a
 * job is cancelled and Snakemake killed mid-way; its results must be those of the library called directly. It installs Snakemake
 * and, as root, Slurm, so that it runs only when asked for: `CLASS_IT_TEST_GRID=1 npm test -- tests/cluster/grid`.
 */
import { spawn, spawnSync, type SpawnOptions } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { finetuneAll } from "../../src/runs/finetune-all.js";
import type { Result } from "../../src/runs/study/results.js";
import { evaluateCondition } from "../../src/runs/scoring/scoring.js";
import { openStudy, type Study } from "../../src/runs/study/study.js";
import { readStudyFile } from "../../src/runs/study/study-file.js";
import { trainCondition } from "../../src/runs/training/training.js";
import { deriveStudy } from "../../src/config/scales.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = join(ROOT, ".cache/grid-test");
/** Paths are data, whatever they are made of. */
const ODD = join(FOLDER, `-my ü "results", the kit's`);
const VENV = join(ROOT, ".cache/snakemake");
const SNAKEMAKE = join(VENV, "bin/snakemake");
const PACKAGES = ["snakemake==9.27.1", "snakemake-executor-plugin-slurm==2.8.0"];
const isAsked = process.env["CLASS_IT_TEST_GRID"] === "1";

const SIZE = {
  ...{ vocabSize: 400, maxLengthTokens: 128, hiddenSize: 16, numHeads: 2, numLayers: 1, feedForwardSize: 64 },
};
const SETTINGS = {
  architectures: { llama140M: SIZE, llama100M: SIZE },
  pretraining: { batchSize: 8 },
  rowLengthTokens: { llama140M: 32, llama100M: 32 },
  budget: {
    ...{ pretrainingWords: 6_000, heldOutWords: 200, heldOutRows: 4 },
    ...{ switchboardRows: 32, wikiRows: 32, zeroShotItemsPerUid: 4 },
  },
};
const CONDITIONS = ["base", "switch", "switchThenWiki", "merged"] as const;
const GRID = {
  ...{ scale: "smoke", seeds: [1], threads: 1 },
  models: { llama100M: CONDITIONS },
  zero_shot: ["blimp", "reading"],
  crossed: ["reading"],
  fine_tuning: { tasks: ["wsc"], seeds: [1], models: { llama100M: ["base"] } },
  resources: Object.fromEntries(
    ["train", "evaluate", "finetune"].map((kind) => [kind, { minutes: 5, memory_mb: 1_500 }]),
  ),
};

const file = (name: string) => join(FOLDER, name);
/** For its jobs Snakemake 9.27 quotes the names of inputs so that a shell cannot read two kinds of quotes. */
const SPACED = join(FOLDER, "-my ü results");
const odd = (name: string) => join(name.startsWith("slurm") ? SPACED : ODD, name);
// Generated text, whatever data lies at hand; what pip, Snakemake and jobs keep for themselves stays with the test.
const { CLASS_IT_DATA: _, XDG_CACHE_HOME: __, ...outer } = process.env;
const environment = { ...outer, HOME: file("home") };

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = environment) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: code ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Where a run's results, cache and settings are. */
const placesOf = (name: string) => ({
  results: odd(name),
  cache: odd(`${name}-stages`),
  settings: odd("settings.json"),
});

/** Here the command line names the places; on Slurm the grid's file does, since Snakemake passes its own command line on in quotes. */
function snakemakeArgs(profile: "local" | "slurm", name: string): string[] {
  const places = placesOf(name);
  const grid = file(`${profile}.json`);
  writeFileSync(grid, JSON.stringify(profile === "local" ? GRID : { ...GRID, ...places }));
  const named = Object.entries(places).map(([key, path]) => `${key}=${path}`);
  return [
    ...["-s", "cluster/Snakefile", "--profile", `cluster/profiles/${profile}`, "--configfile", grid],
    ...(profile === "local" ? ["--config", ...named] : []),
  ];
}

/** Items and numbers of every result, by path; times and machines left out. */
function contentOf(name: string): Map<string, string> {
  const folder = odd(name);
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    /seed-1\/[^/]+\.(json|gz)$/.test(path),
  );
  return new Map(
    paths.sort().map((path) => {
      const bytes = readFileSync(join(folder, path));
      if (path.endsWith(".gz")) return [path, bytes.toString("base64")];
      const result: Result = JSON.parse(bytes.toString("utf8"));
      const metrics = result.metrics.filter(({ metric }) => metric !== "tokensPerSecond");
      const stages = result.stages.map(({ kind, hash }) => ({ kind, hash }));
      return [path, JSON.stringify({ ...result, metrics, stages, provenance: null })];
    }),
  );
}

/** Every job of the grid through the library, as a notebook calls it. */
async function runDirectly(study: Study): Promise<void> {
  for (const condition of CONDITIONS) {
    for await (const step of trainCondition(study, { model: "llama100M", condition })) void step;
    for (const task of ["blimp", "reading"] as const)
      await evaluateCondition(study, { model: "llama100M", condition, task });
  }
  await finetuneAll(study, [{ model: "llama100M", condition: "base" }], { tasks: ["wsc"], seeds: [1] });
}

if (!isAsked)
  console.warn("grid.test.ts: skipped; CLASS_IT_TEST_GRID=1 runs it (it installs Snakemake and Slurm).");

describe.skipIf(!isAsked)("the grid", () => {
  let direct: Map<string, string>;

  beforeAll(async () => {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(environment.HOME, { recursive: true });
    if (!existsSync(SNAKEMAKE)) {
      run("python3", ["-m", "venv", VENV]);
      run(join(VENV, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", ...PACKAGES]);
    }
    mkdirSync(ODD);
    writeFileSync(odd("settings.json"), JSON.stringify(SETTINGS));
    const config = readStudyFile(odd("settings.json"), deriveStudy("smoke"));
    const places = { resultsRoot: odd("direct"), cacheFolder: odd("direct-stages") };
    await runDirectly(openStudy({ scale: "smoke", seed: 1, config, source: "microworld", ...places }));
    direct = contentOf("direct");
  }, 900_000);

  afterAll(() => run("bash", ["cluster/slurm/down.sh", file("slurm")]), 60_000);

  /** What a grid's results must be; the crossed study is not among those computed directly. */
  const expectDirect = (name: string): void => {
    const found = contentOf(name);
    const crossed = [...found.keys()].filter((path) => path.includes("crossed-tokenizers"));
    expect(crossed.length).toBeGreaterThan(0);
    for (const path of crossed) found.delete(path);
    expect([...found.keys()]).toEqual([...direct.keys()]);
    const different = [...found].flatMap(([path, content]) => (content === direct.get(path) ? [] : [path]));
    expect(different).toEqual([]);
  };

  test("on this machine gives the results of the library, and has nothing to do a second time", () => {
    run(SNAKEMAKE, snakemakeArgs("local", "local"));
    expectDirect("local");
    const { stdout, stderr } = spawnSync(SNAKEMAKE, snakemakeArgs("local", "local"), {
      ...{ cwd: ROOT, env: environment, encoding: "utf8" },
    });
    expect(stdout + stderr).toContain("Nothing to be done");
  }, 600_000);

  test("on Slurm gives them too, though a job was cancelled and Snakemake killed mid-way", async () => {
    run("bash", ["cluster/slurm/up.sh", file("slurm")]);
    const env = Object.fromEntries(
      run("bash", ["-c", '. "$0/env" && env -0', file("slurm")])
        .split("\0")
        .filter((line) => line.includes("="))
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    const queue = (states: string) => run("squeue", ["-h", "-o", "%i", "-t", states], env).trim();
    const until = async (what: string, look: () => boolean): Promise<void> => {
      for (const end = performance.now() + 300_000; !look(); await wait(300))
        if (performance.now() > end) throw new Error(`until: ${what} must come about`);
    };
    const done = () => (existsSync(odd("slurm-run")) ? contentOf("slurm-run").size : 0);
    const options: SpawnOptions = { cwd: ROOT, env, stdio: "ignore" };
    const first = spawn(SNAKEMAKE, snakemakeArgs("slurm", "slurm-run"), options);
    await until("a running job", () => queue("running") !== "");
    run("scancel", [queue("running").split("\n")[0] ?? ""], env);
    await until("some results", () => done() >= 4);
    first.kill("SIGKILL");
    await until("a running or waiting job", () => queue("running,pending") !== "" || done() === direct.size);
    const orphans = queue("running,pending").split("\n").filter(Boolean);
    if (orphans.length > 0) run("scancel", orphans, env);
    await until("an empty queue", () => queue("running,pending,completing") === "");
    expect(done()).toBeLessThan(direct.size);
    run(SNAKEMAKE, [...snakemakeArgs("slurm", "slurm-run"), "--unlock"], env);
    run(SNAKEMAKE, snakemakeArgs("slurm", "slurm-run"), env);
    expectDirect("slurm-run");
  }, 1_800_000);
});
