/**
 * @file `npm run reproduce [-- --scale=smoke --study=NAME --seeds=42,1 --out=results NAME …]`: set-up, then every notebook from top to
 * bottom with progress, then one linked HTML report. Executed notebooks are in `results/<scale>/notebooks`.
 */
import { join, relative, resolve } from "node:path";
import { readCommand } from "./command.mjs";
import { reportFailure, root, setUp, SetUpError } from "./set-up.mjs";

const USAGE = "reproduce [NOTEBOOK …] [--scale=smoke] [--study=NAME] [--seeds=42,1] [--out=results]";

async function main() {
  const { values, positionals } = readCommand(USAGE, {
    most: Infinity,
    options: {
      scale: { type: "string", default: "smoke" },
      study: { type: "string", default: "default" },
      seeds: { type: "string" },
      out: { type: "string", default: "results" },
    },
  });
  const options = { ...values, names: positionals };
  if (options.names.length === 0 && options.scale === "smoke")
    console.log(
      "All notebooks at smoke scale take some minutes. To see the paper's zero-shot figure first, without data and in under two minutes:\n" +
        "  npm run reproduce -- 05-zero-shot --scale=laptop",
    );
  await setUp();
  // What needs installed packages is imported after they are there.
  const { executeNotebook, listNotebooks, syncNotebooks } = await import("./notebooks.mjs");
  const { reportOf } = await import("../src/dist/report/site/scale-report.js");
  const { createProgressDisplay } = await import("./notebooks/progress.mjs");
  const { duration } = await import("../src/dist/report/render/duration.js");
  const kit = await import("class-it");

  const [study, ...more] = openStudies(kit, options);
  const seeds = [study, ...more].map(({ seed }) => seed);
  const all = listNotebooks();
  const unknown = options.names.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new SetUpError(
      `reproduce: a notebook must be one of ${all.join(", ")}, got "${unknown}". Correct the name.`,
    );
  const names = options.names.length > 0 ? options.names : all;
  console.log(
    `${study.config.scale} scale, ${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}, ${study.source === "real" ? "real text" : "microworld (no data folder found: generated text)"}`,
  );

  const stop = new AbortController();
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
    process.once(signal, () =>
      stop.abort(new SetUpError(`reproduce: stopped by ${signal}. Run it again to go on.`)),
    );
  const executedFolder = join(study.resultsFolder, "notebooks");
  const parameters = {
    scale: options.scale,
    seeds,
    out: options.out,
    ...(options.study !== kit.DEFAULT_STUDY && { study: options.study }),
  };
  await syncNotebooks({ check: true });
  const display = createProgressDisplay({ notebooks: names });
  const begin = performance.now();
  try {
    for (const name of names) {
      const { seconds, stderr } = await executeNotebook({
        name,
        parameters,
        outFolder: executedFolder,
        onEvent: display.show,
        signal: stop.signal,
      });
      display.line(`${name}: ${duration(seconds)}`);
      for (const { cell, text } of stderr)
        display.line(`${name}: cell ${cell} wrote to stderr: ${text.trim()}`);
      if (stderr.length > 0)
        throw new SetUpError(
          `reproduce: a notebook must leave stderr empty, ${name} did not. See the lines above.`,
        );
    }
  } catch (error) {
    stop.signal.throwIfAborted();
    throw error instanceof Error && !(error instanceof SetUpError) ? new SetUpError(error.message) : error;
  } finally {
    display.end();
  }
  const index = await reportOf({ resultsFolder: study.resultsFolder });
  console.log(
    `all notebooks in ${duration((performance.now() - begin) / 1000)}; report: ${relative(root, index)}`,
  );
}

/**
 * @param {typeof import("class-it")} kit
 * @param {{ scale: string, study: string, seeds?: string | undefined, out: string }} options
 */
function openStudies(kit, { scale, study, seeds, out }) {
  try {
    const known = kit.SCALES.find((name) => name === scale);
    if (known === undefined)
      throw new RangeError(`scale must be one of ${kit.SCALES.join(", ")}, got "${scale}". Correct it.`);
    const [first, ...others] = seeds === undefined ? kit.SCALE_SEEDS[known] : seeds.split(",").map(Number);
    return kit.study({
      name: study,
      scale: known,
      seeds: [first ?? Number.NaN, ...others],
      resultsRoot: resolve(root, out),
      kept: known !== "smoke",
    });
  } catch (error) {
    throw new SetUpError(`reproduce: ${error instanceof Error ? error.message : String(error)}`);
  }
}

main().catch(reportFailure);
