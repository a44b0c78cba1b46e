/** @file `class-it kernel install`: registers the TypeScript kernel with a Jupyter; `scripts/set-up/front-ends.mjs` writes the kernelspec. */
import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Command, Option } from "commander";
import { findProjectRoot } from "../project-root.js";
import { example } from "./options.js";
import type { Surroundings } from "./surroundings.js";

interface InstallOptions {
  readonly user?: true;
  readonly prefix?: string;
}

/** The command `kernel`. */
export function kernelCommand(surroundings: Surroundings): Command {
  const install = new Command("install")
    .description(
      "Install a kernelspec that starts this clone's kernel in any folder (default: for the Jupyter in .venv).",
    )
    .addOption(new Option("--user", "for every Jupyter of this user").conflicts("prefix"))
    .addOption(new Option("--prefix <folder>", "for the Jupyter of another Python environment"))
    .addHelpText("after", example("kernel install --user", "kernel install --prefix ~/envs/jupyter"))
    .action((options: InstallOptions) => installKernel(jupyterFolder(options), surroundings));
  return new Command("kernel")
    .description("The TypeScript kernel of the notebooks, for JupyterLab, VS Code, nbconvert and papermill.")
    .addCommand(install);
}

/** Set-up's own script does it, which needs neither packages nor this library. */
async function installKernel(folder: string, { stdout }: Surroundings): Promise<void> {
  const script = join(findProjectRoot(), "scripts/set-up/front-ends.mjs");
  const run = promisify(execFile)(process.execPath, [script, folder]);
  const done = await run.catch((error: { readonly stderr: string }) => {
    throw new Error(`class-it ${error.stderr.trim()}`);
  });
  stdout.write(done.stdout);
}

/** Where that Jupyter looks for kernels. Source: jupyter_core's paths; the `--user` folder is that of Linux. */
function jupyterFolder({ user, prefix }: InstallOptions): string {
  if (!user)
    return join(
      prefix === undefined ? join(findProjectRoot(), ".venv") : resolve(prefix),
      "share",
      "jupyter",
    );
  const data = process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  return process.env["JUPYTER_DATA_DIR"] ?? join(data, "jupyter");
}
