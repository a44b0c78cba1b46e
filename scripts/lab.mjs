/**
 * @file `npm run lab`: set-up, then JupyterLab on the notebooks with the TypeScript kernel. The address with its
 * token is printed by the server; more options of jupyter-lab may follow `--`. Ctrl+C twice stops it.
 */
import { reportFailure, setUp } from "./set-up.mjs";

/** @param {string[]} options */
async function main(options) {
  await setUp();
  // Needs the library, which set-up has compiled.
  const { startLab } = await import("./notebooks/start-lab.mjs");
  const lab = startLab(["--LabApp.default_url=/lab/tree/notebooks", ...options]);
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    // The terminal sends Ctrl+C to the server as well, which asks for confirmation: only pass on what others send.
    process.on(signal, () => signal === "SIGTERM" && lab.kill(signal));
  }
  lab.on("error", (error) => {
    console.error(`lab: Python must start in .venv, got ${error.message}. Run npm run set-up.`);
    process.exitCode = 1;
  });
  lab.on("exit", (code) => (process.exitCode = code ?? 1));
}

main(process.argv.slice(2)).catch(reportFailure);
