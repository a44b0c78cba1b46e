#!/usr/bin/env node
// The command as npm links it; what it runs is compiled from command-line.ts by the set-up.
import("./dist/command-line.js").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error("class-it: the library must be compiled first. Run npm run set-up.");
  process.exitCode = 1;
});
