/** @file The process behind `npx class-it`: its arguments, its streams and its exit code; the verbs are in `command-line/`. */
import { run } from "./command-line/run.js";

// Not process.exit(): what was written to a pipe must arrive first.
process.exitCode = await run(process.argv.slice(2), process);
