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
    console.error(`${usage.split(" ")[0]}: ${fault}. Usage: ${usage}`);
    process.exit(1);
  }
}
