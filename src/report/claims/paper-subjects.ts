/** @file Groups of models and of tasks that claims are about. */
import { FINETUNING_TASKS } from "../published/published.js";
import { subjectName, type ClaimTask } from "./claim.js";

/** The larger decoder without tuning. */
export const BASE = subjectName("llama140M", "base");
/** One set after the other, in both orders. */
export const SEQUENTIAL = (["switchThenWiki", "wikiThenSwitch"] as const).map((condition) =>
  subjectName("llama140M", condition),
);
/** Both sets mixed. */
export const MERGED = subjectName("llama140M", "merged");
/** All five tuned models of the larger decoder. */
export const TUNED = [
  subjectName("llama140M", "switch"),
  subjectName("llama140M", "wiki"),
  ...SEQUENTIAL,
  MERGED,
];
/** The conditions both decoders have, of the larger one. */
export const LARGE = [BASE, MERGED];
/** The same of the smaller one. */
export const SMALL = [subjectName("llama100M", "base"), subjectName("llama100M", "merged")];
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
