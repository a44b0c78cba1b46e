/**
 * @file `npm run reproduce [-- --scale=smoke --seed=42 --out=results NAME …]`: set-up, then every notebook from top to
 * bottom with progress, then one linked HTML report. Executed notebooks lie in `results/<scale>/notebooks`.
 */
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { reportFailure, root, setUp, SetUpError } from "./set-up.mjs";

/** @param {string[]} argv */
function readOptions(argv) {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        scale: { type: "string", default: "smoke" },
        seed: { type: "string", default: "42" },
        out: { type: "string", default: "results" },
      },
    });
    return { ...values, names: positionals };
  } catch (error) {
    throw new SetUpError(`reproduce: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @param {string[]} argv */
async function main(argv) {
  const options = readOptions(argv);
  await setUp();
  // What needs installed packages is imported after they are there.
  const { executeNotebook, listNotebooks, syncNotebooks } = await import("./notebooks.mjs");
  const { reportOf } = await import("./report.mjs");
  const { createProgressDisplay, duration } = await import("./progress.mjs");
  const kit = await import("class-it");

  const study = openStudy(kit, options);
  const all = listNotebooks();
  const unknown = options.names.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new SetUpError(
      `reproduce: a notebook must be one of ${all.join(", ")}, got "${unknown}". Correct the name.`,
    );
  const names = options.names.length > 0 ? options.names : all;
  console.log(
    `${study.config.scale} scale, seed ${study.seed}, ${study.source === "real" ? "real text" : "microworld (no data folder found: generated text)"}`,
  );

  const stop = new AbortController();
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
    process.once(signal, () =>
      stop.abort(new SetUpError(`reproduce: stopped by ${signal}. Run it again to go on.`)),
    );
  const executedFolder = join(study.resultsFolder, "notebooks");
  const parameters = { scale: options.scale, seed: study.seed, out: options.out };
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
 * @param {{ scale: string, seed: string, out: string }} options
 */
function openStudy(kit, { scale, seed, out }) {
  try {
    const known = kit.SCALES.find((name) => name === scale);
    if (known === undefined)
      throw new RangeError(`scale must be one of ${kit.SCALES.join(", ")}, got "${scale}". Correct it.`);
    return kit.openStudy({ scale: known, seed: Number(seed), resultsRoot: resolve(root, out) });
  } catch (error) {
    throw new SetUpError(`reproduce: ${error instanceof Error ? error.message : String(error)}`);
  }
}

main(process.argv.slice(2)).catch(reportFailure);
