/** @file `class-it watch`: loss curves of the training runs in progress, drawn in the terminal as they grow. */
import { setTimeout as sleep } from "node:timers/promises";
import asciichart from "asciichart";
import { Command, Option } from "commander";
import type { RunUnderWay } from "../runs/training/runs-under-way.js";
import { cacheFolderOf, cacheOption, example, jsonOption } from "./options.js";
import { clockTime } from "../report/render/duration.js";
import { printJson, type Surroundings } from "./surroundings.js";

interface WatchOptions {
  readonly once?: true;
  readonly cache?: string;
  readonly json?: true;
}

const REFRESH_MS = 2_000;
const CLEAR = "\u001b[2J\u001b[H";
const CHART_COLUMNS = 72;
const CHART_ROWS = 8;

/** The command `watch`. */
export function watchCommand(surroundings: Surroundings): Command {
  const command = new Command("watch")
    .description(
      "Draw the loss of every training run in progress, whether a notebook, another terminal or a workflow started it. On a terminal " +
        "the curves grow until all runs have ended; elsewhere, and with --once or --json, they are printed once.",
    )
    .addHelpText("after", example("watch"))
    .action((options: WatchOptions) => watch(options, surroundings));
  for (const option of [new Option("--once", "print the curves and exit"), cacheOption(), jsonOption()])
    command.addOption(option);
  return command;
}

async function watch(options: WatchOptions, surroundings: Surroundings): Promise<void> {
  const { stdout } = surroundings;
  const { runsUnderWay } = await import("../runs/training/runs-under-way.js");
  const folder = cacheFolderOf(options, surroundings);
  if (options.json) return printJson(surroundings, runsUnderWay(folder));
  for (;;) {
    const runs = runsUnderWay(folder);
    const stays = stdout.isTTY === true && options.once !== true;
    stdout.write((stays ? CLEAR : "") + describeRuns(runs));
    if (!stays || !runs.some(({ isRunning }) => isRunning)) return;
    await sleep(REFRESH_MS);
  }
}

/** All runs, each with its state and its curve. */
export function describeRuns(runs: readonly RunUnderWay[]): string {
  if (runs.length === 0)
    return "No training is under way. Finished ones: npx class-it export --list, and notebooks 02 and 03.\n";
  return runs.map(describeRun).join("\n");
}

function describeRun({ name, scale, seed, records, isRunning }: RunUnderWay): string {
  const last = records.at(-1);
  const head = `${name}, ${scale} scale, seed ${seed}`;
  if (!last) return `${head}: no step yet\n`;
  const state = isRunning
    ? `${Math.round(last.tokensPerSecond)} tokens/s, ${clockTime(last.secondsLeft)} left`
    : "stopped; resumes when it is asked for again";
  const chart = asciichart.plot(thinned(records.map(({ lossNats }) => lossNats)), {
    height: CHART_ROWS,
    format: (value) => value.toFixed(2).padStart(7),
  });
  return (
    `${head}: step ${last.step}/${last.steps}, loss ${last.lossNats.toFixed(3)}, ${state}\n${chart}\n` +
    `        nats a token, steps 1 to ${last.step}\n`
  );
}

/** At most as many values as the chart has columns, each the mean of consecutive ones. */
function thinned(values: readonly number[]): number[] {
  const count = Math.min(values.length, CHART_COLUMNS);
  return Array.from({ length: count }, (_, column) => {
    const [from, to] = [column, column + 1].map((edge) => Math.round((edge * values.length) / count));
    const part = values.slice(from, to);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
