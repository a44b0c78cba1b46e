/** @file The public surface of the kit: what notebooks and scripts import. Each name is documented where it is defined. */
export * from "./config.js";
export { deriveStudy, SCALE_SEEDS } from "./scales.js";
export { deriveSeed, seeded, type Random } from "./random.js";
export { describeEngine, testGradients } from "./engine/backend.js";
export { compile, type CompiledStep } from "./engine/compile.js";
export { setMemoryLimit } from "./engine/memory.js";
export { countParameters } from "./model/decoder.js";
export { loadModel } from "./model/checkpoint.js";
export { chat, generateText, type ChatForm, type GeneratedText, type TextModel } from "./model/generate.js";
export { writeHuggingFaceFolder } from "./model/hugging-face-folder.js";
export { openTokenizer } from "./data/tokenizer.js";
export { learningRateAt, warmupStepsOf } from "./training/learning-rate.js";
export { CONTROLS, curriculaOf, curriculumOf, describeCurriculum, tune } from "./curricula.js";
export { CROSSED_FOLDER, crossTokenizers } from "./runs/crossed-tokenizers.js";
export { openStudies, openStudy, type Study } from "./runs/study.js";
export type { ConditionStep } from "./runs/build-phase.js";
export { trainCondition } from "./runs/training.js";
export { exampleOrder, type OrderPart } from "./runs/example-order.js";
export { measureExposure } from "./runs/exposure.js";
export { checkWordBudget, describeWordBudget, WORD_LIMITS, type WordBudget } from "./data/word-budget.js";
export { evaluateCondition } from "./runs/scoring.js";
export { SUPERGLUE_TASKS } from "./evaluation/superglue-tasks.js";
export { FINETUNING_SEEDS } from "./runs/finetuning-budget.js";
export { finetuneAll } from "./runs/finetuning-study.js";
export { generateReplies, REPLY_PROMPTS, type Reply } from "./runs/replies.js";
export { compareWithGrammar, type GroundTruth } from "./runs/ground-truth.js";
export { type CheckpointScore } from "./runs/checkpoint-scores.js";
export {
  checkpointScoresOf,
  evaluateAll,
  publishedModels,
  publishedSubjects,
  subjectsAtHand,
  tasksAtHand,
  trainAll,
} from "./runs/grid.js";
export { readResults, type Result } from "./runs/results.js";
export * from "./runs/data-summary.js";
export { describeExposures } from "./runs/exposure.js";
export { measureStudyOverlap, type MeasuredItem, type StudyOverlap } from "./runs/overlap.js";
export * from "./runs/overlap-summary.js";
export { splitByOverlap, type OverlapSplit } from "./evaluation/overlap-split.js";
export { stateData, type DataStatement } from "./runs/data-statement.js";
export { TASKS, type Task } from "./runs/tasks.js";
export { medianZScores, zScores } from "./statistics/z-scores.js";
export { wilsonInterval } from "./statistics/summary.js";
export { macroAverageInterval } from "./statistics/macro-average.js";
export { bootstrapP, bcaInterval, percentileInterval } from "./statistics/bootstrap-interval.js";
export { bootstrapClusters } from "./statistics/cluster-bootstrap.js";
export { clopperPearsonInterval } from "./statistics/exact-proportion-interval.js";
export { countDiscordant, exactMcNemar } from "./statistics/mcnemar.js";
export { adjustBenjaminiHochberg, adjustHolm } from "./statistics/multiple-comparisons.js";
export { bootstrapItems, bootstrapSeedsAndItems } from "./statistics/paired-bootstrap.js";
export { signFlipTest } from "./statistics/sign-flip-test.js";
export * from "./report/params.js";
export * from "./report/result-rows.js";
export { averageSeeds, poolSeeds } from "./report/pool-seeds.js";
export * from "./report/finetuning-rows.js";
export * from "./report/zero-shot-rows.js";
export { crossedEffects, crossedRows } from "./report/crossed-rows.js";
export { surprisalBins, type SurprisalBin } from "./report/surprisal-bins.js";
export * from "./report/data-statement.js";
export { budgetTable } from "./report/budget-rows.js";
export { wordBudgetRows } from "./report/word-budget-rows.js";
export { settingRows } from "./report/setting-rows.js";
export * from "./report/checklists.js";
export * from "./report/claims.js";
export { frame, type TidyRow } from "./report/frame.js";
export { showTable } from "./report/table.js";
export { showTokens } from "./report/token-view.js";
export { tableFiles } from "./report/table-files.js";
export { showFigure } from "./report/figure.js";
export { showPlotly } from "./report/plotly.js";
export { watchCurves } from "./report/live-curves.js";
export * from "./report/plots.js";
export * from "./report/published.js";
export * from "./report/published-settings.js";
export * from "./report/published-standings.js";
export * from "./report/published-lengths.js";
export { conditionLabel, runLabel } from "./report/palette.js";
