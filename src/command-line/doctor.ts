/** @file `class-it doctor`: prints what works on this machine, what is missing, and the remedy. */
import { Command, Option } from "commander";
import { examine, type DoctorReport } from "./doctor-report.js";
import { describeGpus } from "./gpu-report.js";
import { example, jsonOption } from "./options.js";
import { placesOf, printJson, type Surroundings } from "./surroundings.js";

/** The command `doctor`. */
export function doctorCommand(surroundings: Surroundings): Command {
  return new Command("doctor")
    .description(
      "Examine Node, engine, machine, set-up and data. Fails if something must be repaired before a run.",
    )
    .addOption(
      new Option(
        "--model <folder>",
        "examine only the tokenizer of a model folder, and compare it with transformers if a Python has it",
      ),
    )
    .addOption(jsonOption())
    .addHelpText("after", example("doctor --model my-model"))
    .action(async ({ json, model }: { readonly json?: true; readonly model?: string }) => {
      if (model !== undefined) return doctorModel(model, json === true, surroundings);
      const report = await examine(placesOf(surroundings));
      if (json) printJson(surroundings, report);
      else surroundings.stdout.write(describeReport(report));
      const { length } = report.problems;
      if (length > 0)
        throw new Error(
          `class-it doctor: nothing must need repair, got ${length} ${length === 1 ? "problem" : "problems"}. ` +
            `First: ${report.problems[0]}`,
        );
    });
}

async function doctorModel(folder: string, json: boolean, surroundings: Surroundings): Promise<void> {
  const { checkTokenizer, describeCheck } = await import("./check-tokenizer.js");
  const check = await checkTokenizer(folder);
  if (json) printJson(surroundings, check);
  else surroundings.stdout.write(describeCheck(check));
  const [first] = check.differences;
  if (first !== undefined)
    throw new Error(
      `class-it doctor: the kit and transformers must make the same of ${folder}, got ${check.differences.length} differences. First: ${first}. Report it with the folder's tokenizer files.`,
    );
}

/** The report as lines of a name and what was found. */
export function describeReport(report: DoctorReport): string {
  const { node, machine, engine, gradientTest, matrixRates, gpu, setUp, data, problems, hints } = report;
  const lines: [name: string, found: string][] = [
    ["node", node],
    [
      "machine",
      `${machine.cores} cores, ${machine.memoryGiB.toFixed(1)} GiB, ${machine.processor}, ${machine.platform}`,
    ],
    [
      "engine",
      engine
        ? `TensorFlow ${engine.tensorflow}, tfjs ${engine.tfjs}, backend ${engine.backend}, on ${engine.device}`
        : "does not load",
    ],
    [
      "gradients",
      gradientTest
        ? `self-test ${gradientTest.passed ? "passed" : "FAILED"}: off by ${gradientTest.largestDifference.toExponential(1)}, allowed ${gradientTest.tolerance}`
        : "not tested",
    ],
    [
      "matrix products",
      matrixRates
        ? Object.entries(matrixRates)
            .map(([precision, { gflopPerSecond }]) => `${Math.round(gflopPerSecond)} GFLOP/s ${precision}`)
            .join(", ")
        : "not measured",
    ],
    ["GPU", describeGpus(gpu)],
    ["set-up", setUp.map(({ step, done }) => (done ? step : `${step} MISSING`)).join(", ")],
    [
      "text",
      data.source === "microworld"
        ? "microworld, generated: there is no real text"
        : (data.source ?? "unclear"),
    ],
    ["data/raw", data.rawFolder],
    ["CLASS_IT_DATA", data.dataFolder ?? "not set"],
    ...data.folders.map(({ folder, files, inRaw, inDataFolder }): [string, string] => [
      `  ${folder}`,
      `${inRaw + inDataFolder} of ${files} files verified`,
    ]),
    ...hints.map((hint): [string, string] => ["hint", hint]),
    ...problems.map((problem): [string, string] => ["PROBLEM", problem]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, found]) => `${name.padEnd(width)}  ${found}\n`).join("");
}
