/** @file Groups of models and of tasks that claims are about. */
import { FINETUNING_TASKS } from "../published/published.js";
import { runName, type ClaimTask } from "./claim.js";

/** The larger decoder without tuning. */
export const BASE = runName("llama140M", "base");
/** One set after the other, in both orders. */
export const SEQUENTIAL = (["switchThenWiki", "wikiThenSwitch"] as const).map((condition) =>
  runName("llama140M", condition),
);
/** Both sets mixed. */
export const MERGED = runName("llama140M", "merged");
/** All five tuned models of the larger decoder. */
export const TUNED = [runName("llama140M", "switch"), runName("llama140M", "wiki"), ...SEQUENTIAL, MERGED];
/** The conditions both decoders have, of the larger one. */
export const LARGE = [BASE, MERGED];
/** The same of the smaller one. */
export const SMALL = [runName("llama100M", "base"), runName("llama100M", "merged")];
/** All eight models of the poster. */
export const OWN = [...SMALL, BASE, ...TUNED];
/** The baselines the poster compares with. */
export const BASELINES = ["bl_gpt2-100M", "bl_gptbertmixed-100M", "bl_simpo"];

/** Zero-shot tasks whose score measures quality: without WUG accuracy, docs/paper.md#wug-accuracy. */
export const ZERO_SHOT_QUALITY: readonly ClaimTask[] = [
  "BLiMP supplement",
  "BLiMP",
  "EWoK",
  "Entity tracking",
];
/** Every column of the poster. */
export const ALL_TASKS: readonly ClaimTask[] = [
  ...FINETUNING_TASKS,
  "WUG adjective nominalization",
  ...ZERO_SHOT_QUALITY,
  "Eye tracking",
  "Self-paced reading",
];
