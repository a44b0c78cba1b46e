/** @file The process in which our side of `class-it bench --against-pipeline` is measured: one line of JSON. */
import { z } from "zod";
import { PIPELINE_TASKS, preparePipelineBench, scoreForBench } from "./pipeline-speed.js";

const [, , folder = "", wanted] = process.argv;
if (wanted === "prepare") await preparePipelineBench(folder);
else {
  const task = z.enum(PIPELINE_TASKS.map(({ task }) => task)).parse(wanted);
  console.log(JSON.stringify(await scoreForBench(folder, task)));
}
