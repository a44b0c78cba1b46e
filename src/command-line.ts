/** @file The process behind `npx class-it`: its arguments, its streams and its exit code; the commands are in `command-line/`. */
import { run } from "./command-line/run.js";

const BROKEN_PIPE = 141; // what a shell reports for a process ended by SIGPIPE

// Whoever reads may have seen enough (`| head`): that ends the process without a word, and is no fault.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(BROKEN_PIPE);
    throw error;
  });

// Not process.exit(): what was written to a pipe must arrive first.
process.exitCode = await run(process.argv.slice(2), process);
