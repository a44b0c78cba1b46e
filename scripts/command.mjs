/** @file What every script that is a command shares: whether it is the one that was started, and its options. Node built-ins alone. */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/**
 * Whether a module is the program that Node was started with, also by way of a link.
 *
 * @param {string} url of the module: `import.meta.url`
 */
export const isMain = (url) =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(url));

/**
 * The options and arguments of a command. What it does not know ends the process with one line that says how it is called.
 *
 * @template {NonNullable<import("node:util").ParseArgsConfig["options"]>} Options
 * @param {string} usage such as "fuzz [READER …] [--seed=1]"; its first word is the command's name
 * @param {{ options?: Options, most?: number, args?: string[] }} [known] `most` arguments besides the options, none by default
 * @returns {ReturnType<typeof parseArgs<{ options: Options, allowPositionals: true }>>}
 */
export function readCommand(usage, { options, most = 0, args = process.argv.slice(2) } = {}) {
  try {
    const known = options ?? /** @type {Options} */ ({});
    const read = parseArgs({ args, options: known, allowPositionals: true });
    if (read.positionals.length > most) throw new Error(`Unexpected argument '${read.positionals[most]}'`);
    return read;
  } catch (error) {
    const [fault = ""] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    return refuse(usage, fault);
  }
}

/**
 * Ends the process with one line that says what is wrong and how the command is called.
 *
 * @param {string} usage as {@link readCommand} has it
 * @param {string} fault
 * @returns {never}
 */
function refuse(usage, fault) {
  console.error(`${usage.split(" ")[0]}: ${fault}. Usage: ${usage}`);
  process.exit(1);
}

/**
 * The whole number that an option or an argument gives; anything else ends the process as an unknown option does.
 *
 * @param {string} text
 * @param {string} usage as {@link readCommand} has it
 * @param {{ name: string, least?: number }} what it is called, and the smallest that is allowed, 1 by default
 */
export function readWhole(text, usage, { name, least = 1 }) {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number >= least
    ? number
    : refuse(usage, `${name} must be a whole number from ${least}, got '${text}'`);
}

/**
 * Ends the process as an unknown option does where a word is none of the known ones.
 *
 * @param {readonly string[]} words
 * @param {readonly string[]} known
 * @param {string} usage as {@link readCommand} has it
 */
export function requireKnown(words, known, usage) {
  const stranger = words.find((word) => !known.includes(word));
  if (stranger !== undefined)
    refuse(usage, `an argument must be one of ${known.join(", ")}, got '${stranger}'`);
}
