/** @file `npm run bench -- COMMAND …`: everything that measures speed; docs/benchmarks has the numbers. */
import { runNamed } from "../scripts/subcommands.mjs";

runNamed("bench", {
  clone: {
    program: ["bench/clone.mjs"],
    does: "set-up and the smoke reproduction in a fresh clone: time, peak memory",
  },
  kit: {
    program: ["src/class-it.mjs", "bench"],
    does: "training, scoring, data; beside PyTorch too (--help has the options)",
  },
  "masked-rows": {
    program: ["bench/masked-rows.mjs"],
    does: "a step with masked rows next to a causal one on the same rows",
  },
  opening: {
    program: ["bench/opening.mjs"],
    does: "what opening a tokenizer takes over the library itself, by its number of entries",
  },
  pages: {
    program: ["bench/pages.mjs"],
    does: "each page of a report: time until it is interactive, in Chromium",
  },
  finetuning: { program: ["bench/finetuning.mjs"], does: "an RTE epoch beside the official fine-tuning" },
});
