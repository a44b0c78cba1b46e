/** @file `class-it kernel install`: registers the TypeScript kernel with a Jupyter; `scripts/set-up/front-ends.mjs` writes the kernelspec. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { findProjectRoot } from "../project-root.js";
import { example } from "./options.js";
import type { Surroundings } from "./surroundings.js";
import { runWorkflow } from "./workflow-script.js";

interface InstallOptions {
  readonly user?: true;
  readonly prefix?: string;
}

/** The verb `kernel`. */
export function kernelVerb(surroundings: Surroundings): Command {
  const install = new Command("install")
    .description(
      "Write a kernelspec that starts this clone's kernel in any folder: for the Jupyter in .venv, unless an option says more.",
    )
    .addOption(new Option("--user", "for every Jupyter of this user").conflicts("prefix"))
    .addOption(new Option("--prefix <folder>", "for the Jupyter of another Python environment"))
    .addHelpText("after", example("kernel install --user", "kernel install --prefix ~/envs/jupyter"))
    .action((options: InstallOptions) =>
      runWorkflow("scripts/set-up/front-ends.mjs", [jupyterFolder(options)], surroundings),
    );
  return new Command("kernel")
    .description("The TypeScript kernel of the notebooks, for JupyterLab, VS Code, nbconvert and papermill.")
    .addCommand(install);
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
