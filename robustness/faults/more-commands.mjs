/** @file What no command line does with a place of one's own: `node robustness/faults/more-commands.mjs NAME PLACE …`, as `class-it` would end. */
import { createHash } from "node:crypto";
import { source } from "../../scripts/library.mjs";

const [name = "", ...places] = process.argv.slice(2);
const { run } = await source("command-line/run.js");
const { stdout, stderr } = process;

/** @type {Record<string, () => Promise<number>>} */
const commands = {
  /** Exports the newest of the cache. */
  async export() {
    const [cacheFolder = "", out = ""] = places;
    const { listTrainedRuns } = await source("runs/training/trained-runs.js");
    const [{ id }] = listTrainedRuns(cacheFolder);
    return run(["export", "--run", id, "--out", out], { stdout, stderr, cacheFolder });
  },
  /** A description that the results folder keeps. */
  async describe() {
    const [resultsRoot = ""] = places;
    const kit = await source("index.js");
    await kit.describeExposures(
      kit.openStudy({ scale: "smoke", seed: 1, resultsRoot, source: "microworld", kept: true }),
    );
    return 0;
  },
  /** A set of two files from a hub that answers in this process. */
  async fetch() {
    const [rawFolder = ""] = places;
    const body = Buffer.from("a row of our own\n".repeat(6_000));
    const oid = createHash("sha256").update(body).digest("hex");
    const files = ["data/train-0.parquet", "data/train-1.parquet"].map((path) => ({
      ...{ type: "file", path, oid: "1".repeat(40), size: 130 },
      lfs: { oid, size: body.length },
    }));
    const fetchUrl = async (/** @type {string} */ url) =>
      new Response(
        url.includes("/revision/")
          ? JSON.stringify({ sha: "c".repeat(40) })
          : url.includes("/tree/")
            ? JSON.stringify(files)
            : body,
      );
    return run(["data", "--fetch", "boolq"], {
      ...{ stdout, stderr, fetchUrl },
      places: { rawFolder, dataFolder: null },
    });
  },
};

try {
  process.exitCode = await commands[name]?.();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
