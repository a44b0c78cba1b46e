/** @file `npm run robustness -- COMMAND …`: everything that tries to break the kit; docs/robustness.md says what each found. */
import { runNamed } from "../scripts/subcommands.mjs";

runNamed("robustness", {
  mutate: { program: ["robustness/mutate.mjs"], does: "changes the code; a test must notice" },
  "planted-bugs": {
    program: ["robustness/planted-bugs.mjs"],
    does: "plants known bugs; each must turn its test red",
  },
  fuzz: {
    program: ["robustness/fuzz.mjs"],
    does: "damages files; every reader must end in a value or a clear error",
  },
  faults: {
    program: ["robustness/faults.mjs"],
    does: "kills, full disks, lost connections, clocks set back",
  },
  soak: {
    program: ["--expose-gc", "robustness/soak.mjs"],
    does: "trains for long; memory and time must not grow",
  },
  invariance: {
    program: ["robustness/invariance.mjs"],
    does: "batches, orders and threads; scores must not move",
  },
  "node-versions": {
    program: ["robustness/node-versions.mjs"],
    does: "set-up, check and tests on every version of Node",
  },
});
