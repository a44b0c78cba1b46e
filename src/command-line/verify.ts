/** @file `class-it verify`: whether the results of a scale can be read, follow from their items, and begin again with the same losses. */
import { Command, Option } from "commander";
import { SCALES, type Scale } from "../config/config.js";
import type { Check } from "../runs/verify/files.js";
import { interruptible } from "./interruptible.js";
import { choice, example, jsonOption, studyOption } from "./options.js";
import { progressLine } from "./progress-line.js";
import { printJson, type Surroundings } from "./surroundings.js";

interface VerifyOptions {
  readonly scale: Scale;
  readonly study?: string;
  readonly results?: string;
  readonly steps: number;
  readonly reading?: true;
  readonly json?: true;
}

/** The command `verify`. */
export function verifyCommand(surroundings: Surroundings): Command {
  return new Command("verify")
    .description(
      "Check the results of a study: every file can be read and names the data of the present manifest, metrics follow from their " +
        "items, and the first steps of pre-training, repeated, have the same losses. Fails if anything differs.",
    )
    .addHelpText("after", example("verify", "verify --scale smoke --steps 10 --reading"))
    .addOption(
      choice("--scale <name>", "scale, for the results in results/<scale>", SCALES).default("laptop"),
    )
    .addOption(studyOption("a named study of that scale (default: the default study)"))
    .addOption(new Option("--results <folder>", "results folder (default: results in the clone)"))
    .addOption(
      new Option("--steps <number>", "steps of pre-training to repeat for each decoder, 0 for none")
        .argParser(parseSteps)
        .default(4),
    )
    .addOption(
      new Option(
        "--reading",
        "summarise reading times again too: their intervals take six seconds per result",
      ),
    )
    .addOption(jsonOption())
    .action((options: VerifyOptions) => verify(options, surroundings));
}

function parseSteps(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new RangeError(
    `class-it: steps must be a whole number from 0, got "${value}". Correct the option --steps.`,
  );
}

async function verify(options: VerifyOptions, surroundings: Surroundings): Promise<void> {
  const { scale, study, results, steps, reading = false } = options;
  // Loaded here, because it loads TensorFlow: help and refusals of other options come at once.
  const { openVerifiedFolder, verifyResults } = await import("../runs/verify/verify.js");
  const folder = openVerifiedFolder({
    scale,
    study,
    resultsRoot: results,
    cacheFolder: surroundings.cacheFolder,
  });
  const line = progressLine(surroundings.stderr);
  const onProgress = (text: string) => line.show(`verify: ${text}`);
  const checks = await interruptible("class-it: interrupted; nothing was changed.", () =>
    verifyResults(folder, { steps, readingTimes: reading, onProgress }),
  );
  line.end();
  if (options.json) printJson(surroundings, { folder: folder.resultsFolder, checks });
  else surroundings.stdout.write(describeChecks(checks));
  const all = checks.flatMap(({ differences }) => differences);
  if (all.length > 0)
    throw new Error(
      `class-it verify: results must be what their files give, got ${all.length} ${all.length === 1 ? "difference" : "differences"}. ` +
        `First: ${all[0]}. Restore the file, or compute it again.`,
    );
}

/** A line per check, and one below it a difference. */
function describeChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .flatMap(({ name, found, differences }) => [
      `${differences.length === 0 ? "ok  " : "FAIL"} ${name.padEnd(width)}  ${found}\n`,
      ...differences.map((difference) => `     ${" ".repeat(width)}  ${difference}\n`),
    ])
    .join("");
}
