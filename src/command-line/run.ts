/** @file `class-it` as a whole: its commands, and what becomes of a fault: one line on stderr and an exit code. */
import { Command, CommanderError } from "commander";
import { hearNotices } from "../runs/stages/progress.js";
import { benchCommand } from "./bench/bench.js";
import { budgetCommand } from "./budget.js";
import { chatCommand } from "./chat.js";
import { dataCommand } from "./data.js";
import { doctorCommand } from "./doctor.js";
import { evaluateCommand } from "./evaluate.js";
import { exportCommand } from "./export.js";
import { finetuneCommand } from "./finetune.js";
import { Interrupted } from "./interruptible.js";
import { kernelCommand } from "./kernel.js";
import { example } from "./options.js";
import { reportCommand } from "./report.js";
import { submitCommand } from "./submit.js";
import type { Surroundings } from "./surroundings.js";
import { trainCommand } from "./train.js";
import { verifyCommand } from "./verify.js";
import { watchCommand } from "./watch.js";

const COMMANDS = [
  doctorCommand,
  dataCommand,
  budgetCommand,
  trainCommand,
  watchCommand,
  evaluateCommand,
  finetuneCommand,
  exportCommand,
  chatCommand,
  submitCommand,
  reportCommand,
  kernelCommand,
  verifyCommand,
  benchCommand,
] as const;

const INTERRUPTED = 130; // what a shell reports for a process ended by SIGINT

/**
 * Runs the command.
 *
 * @param argv what follows the program's name
 * @returns the exit code: 0 only on success, 130 after Ctrl-C
 */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const deafen = hearNotices((text) => surroundings.stderr.write(`class-it: ${text}\n`));
  try {
    await assemble(surroundings).parseAsync([...argv], { from: "user" });
    return 0;
  } catch (error) {
    // Help that was asked for has 0, help for want of a command 1; both are printed already.
    if (error instanceof CommanderError) return error.exitCode;
    surroundings.stderr.write(`${describeFault(error)}\n`);
    return error instanceof Interrupted ? INTERRUPTED : 1;
  } finally {
    deafen();
  }
}

function assemble(surroundings: Surroundings): Command {
  const program = new Command("class-it")
    .description("CLASS-IT (arXiv 2510.25364) step by step. Every command has its own --help.")
    .addHelpText("after", example("doctor", "train --help"));
  for (const makeCommand of COMMANDS) program.addCommand(makeCommand(surroundings));
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ])
    command
      .configureOutput({
        writeOut: (text) => surroundings.stdout.write(text),
        writeErr: (text) => surroundings.stderr.write(text),
        outputError: () => undefined, // printed by `run`, as every other error
      })
      .exitOverride((fault) => {
        throw isHelp(fault) ? fault : explain(fault, command);
      });
  return program;
}

const isHelp = ({ code }: CommanderError): boolean =>
  ["commander.help", "commander.helpDisplayed"].includes(code);

/** Commander's own refusals, with the valid names added. */
function explain({ code, message }: CommanderError, command: Command): Error {
  const name = command.parent ? `class-it ${command.name()}` : "class-it";
  const fault = message.replace(/^error: /, "").replace(/\.?\s*$/, ".");
  const option = command.options.find(({ flags }) => fault.includes(`'${flags}'`));
  const remedies: Readonly<Record<string, string>> = {
    "commander.unknownCommand": `Commands are ${command.commands.map((each) => each.name()).join(", ")}.`,
    "commander.unknownOption": `Options are ${[...command.options.map(({ long }) => long), "--help"].join(", ")}.`,
  };
  const choices = option?.argChoices ? `Valid are ${option.argChoices.join(", ")}.` : undefined;
  return new RangeError(`${name}: ${fault} ${remedies[code] ?? choices ?? `See npx ${name} --help.`}`);
}

/** One line, or everything where `CLASS_IT_DEBUG` is set. */
function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env["CLASS_IT_DEBUG"]) return error.stack ?? error.message;
  return error.message.replace(/\s*\n\s*/g, " ");
}
