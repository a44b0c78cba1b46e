/** @file The process in which `class-it bench --loop` measures: one line of JSON. */
import { z } from "zod";
import { MODELS, SCALES } from "../../config/config.js";
import { measureLoop, measureResume } from "./loop-speed.js";
import { openStudy } from "../../runs/study/study.js";

const task = z
  .object({
    what: z.enum(["loop", "resume"]),
    scale: z.enum(SCALES),
    model: z.enum(MODELS),
    steps: z.number(),
    folder: z.string(),
  })
  .parse(JSON.parse(process.argv[2] ?? "null"));
const { what, scale, model, steps, folder } = task;
const study = openStudy({
  scale,
  seed: 1,
  cacheFolder: folder,
  resultsRoot: folder,
  checkpoints: { everyMs: 3_600_000, costs: 0 }, // the one it leaves with is the one that is measured
});
const result =
  what === "loop"
    ? await measureLoop(study, { model, steps })
    : await measureResume(study, { model, done: steps + 1 });
console.log(JSON.stringify(result));
