/** @file `class-it report`: the linked static site of a scale's results. */
import { join, relative, resolve } from "node:path";
import { Command, Option } from "commander";
import { SCALES } from "../config/config.js";
import { findProjectRoot } from "../project-root.js";
import { duration } from "../report/render/duration.js";
import { choice, example, studyOption } from "./options.js";
import type { Surroundings } from "./surroundings.js";

interface ReportOptions {
  readonly scale: string;
  readonly study?: string;
  readonly from?: string;
  readonly out?: string;
}

/** The command `report`. */
export function reportCommand(surroundings: Surroundings): Command {
  return new Command("report")
    .description(
      "Build the report of a scale from its results: verdicts, one page per notebook, and every number with its origin.",
    )
    .addHelpText("after", example("report --scale smoke", "report --from elsewhere/laptop --out site"))
    .addOption(choice("--scale <name>", "scale, for the results in results/<scale>", SCALES).default("smoke"))
    .addOption(studyOption("a named study of that scale (default: the default study)"))
    .addOption(new Option("--from <folder>", "a folder with the results of one scale, instead of --scale"))
    .addOption(new Option("--out <folder>", "folder for the site (default: report, in the results)"))
    .action((options: ReportOptions) => report(options, surroundings));
}

async function report({ scale, study, from, out }: ReportOptions, { stdout }: Surroundings): Promise<void> {
  const { reportOf } = await import("../report/site/scale-report.js");
  const scaleFolder = from === undefined ? join(findProjectRoot(), "results", scale) : resolve(from);
  const isNamed = study !== undefined && study !== "default";
  const begin = performance.now();
  const index = await reportOf({
    resultsFolder: isNamed ? join(scaleFolder, "studies", study) : scaleFolder,
    ...(out !== undefined && { outFolder: resolve(out) }),
  });
  const seconds = Math.round((performance.now() - begin) / 1000);
  stdout.write(`report: ${relative(process.cwd(), index)}, in ${duration(seconds)}\n`);
}
