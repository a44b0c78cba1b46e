/** @file The public surface of the kit: what notebooks and scripts import. Each name is documented where it is defined. */
export * from "./config/config.js";
export * from "./config/paper-settings.js";
export { deriveStudy, SCALE_SEEDS } from "./config/scales.js";
export { deriveSeed, seeded, type Random } from "./random.js";
export { describeEngine, testGradients, type EngineDescription } from "./engine/backend.js";
export { compile, type CompiledStep } from "./engine/compile.js";
export { transferredBytes, type Transfers } from "./engine/session.js";
export type { ProfileRow } from "./engine/profile.js";
export type { TensorTree } from "./engine/tensor-tree.js";
export { setMemoryLimit } from "./engine/memory.js";
export { countParameters, type Weights } from "./model/weights.js";
export { loadModel } from "./model/checkpoint.js";
export {
  chat,
  generateText,
  type ChatForm,
  type GeneratedText,
  type GenerationOptions,
  type SamplingOptions,
  type TextModel,
} from "./model/generate.js";
export { writeHuggingFaceFolder } from "./model/hugging-face-folder.js";
export {
  openTokenizer,
  type EncodedText,
  type Tokenizer,
  type WordPiece,
} from "./data/tokenizer/tokenizer.js";
export type { AddedToken, TokenizerJson } from "./data/tokenizer/tokenizer-json.js";
export type { SpecialTokens } from "./data/tokenizer/tokenizer-settings.js";
export { learningRateAt, warmupStepsOf, type ScheduleConfig } from "./training/learning-rate.js";
export {
  CONTROLS,
  curriculaOf,
  curriculumOf,
  describeCurriculum,
  tune,
  withReplay,
} from "./config/curricula.js";
export { CROSSED_FOLDER, crossTokenizers } from "./runs/study/crossed-tokenizers.js";
export {
  listStudies,
  study,
  type NamedStudyOptions,
  type StudyDefinition,
} from "./runs/study/named-study.js";
export {
  describeChanges,
  type PartOf,
  type SettingChange,
  type StudyChange,
} from "./runs/study/study-change.js";
export {
  DEFAULT_STUDY,
  openStudy,
  type CheckpointInterval,
  type Studies,
  type Study,
  type StudyOptions,
} from "./runs/study/study.js";
export type { ConditionStep } from "./runs/training/build-phase.js";
export { trainCondition, type TrainedModel } from "./runs/training/training.js";
export type { StepRecord } from "./training/train.js";
export type { FinishedPhase } from "./runs/training/results.js";
export type { MeasuredLosses } from "./runs/training/measured-losses.js";
export type { Stage } from "./runs/stages/stage.js";
export { exampleOrder, type OrderPart, type OrderRequest } from "./runs/training/example-order.js";
export { measureExposure } from "./runs/training/exposure.js";
export {
  checkWordBudget,
  describeWordBudget,
  WORD_LIMITS,
  type WordBudget,
  type WordPhase,
} from "./data/word-budget.js";
export { TURN_TASKS, type TurnTask } from "./runs/scoring/tasks/turn-task.js";
export { evaluateCondition } from "./runs/scoring/scoring.js";
export { SUPERGLUE_TASKS, type SuperglueTask } from "./evaluation/superglue-tasks.js";
export {
  FINETUNING_SEEDS,
  type FinetuningChoice,
  type FinetuningSettings,
} from "./runs/finetuning/budget.js";
export { finetuneAll } from "./runs/finetune-all.js";
export { generateReplies, REPLY_PROMPTS, type Reply, type ReplyOptions } from "./runs/scoring/replies.js";
export { playReferenceGame, type GameOptions, type PlayedGames } from "./runs/game/reference-game.js";
export { evaluateReferenceGame } from "./runs/game/evaluate-game.js";
export { gamePreferences, type GamePreferenceOptions } from "./runs/game/game-preferences.js";
export type { PreferencePair } from "./data/instructions/preference-pairs.js";
export { compareWithGrammar, type GroundTruth } from "./runs/scoring/ground-truth.js";
export type { CheckpointScore } from "./runs/scoring/checkpoint-scores.js";
export {
  checkpointScoresOf,
  evaluateAll,
  publishedModels,
  publishedRuns,
  studiesAtHand,
  runsByStudy,
  runsAtHand,
  tasksAtHand,
  trainAll,
  type StudyRuns,
} from "./runs/grid.js";
export { readResults, type Result, type ResultRun } from "./runs/study/results.js";
export * from "./runs/description/text-summary.js";
export * from "./runs/description/instruction-summary.js";
export * from "./runs/description/trained-tokens.js";
export { describeExposures } from "./runs/training/exposure.js";
export { measureStudyOverlap, type MeasuredItem, type StudyOverlap } from "./runs/description/overlap.js";
export * from "./runs/description/overlap-summary.js";
export { splitByOverlap, type OverlapSplit, type SplitSide } from "./evaluation/overlap-split.js";
export { stateData, type DataStatement, type UsedSource } from "./runs/description/data-statement.js";
export type { SourceStatement } from "./data/data-statement.js";
export type { BenchmarkName } from "./evaluation/benchmarks.js";
export type { TurnScore } from "./evaluation/turn-choice.js";
export type { TurnFigures } from "./evaluation/turn-figures.js";
export type { CommunicativeTask } from "./report/claims/communicative-tasks.js";
export type { GamePairs } from "./runs/game/play-for-pairs.js";
export { RULES, type Rules } from "./evaluation/rules.js";
export { TASKS, type Task } from "./runs/scoring/tasks.js";
export { medianZScores, zScores, type ModelStanding, type TaskValue } from "./statistics/z-scores.js";
export { wilsonInterval, type Interval } from "./statistics/summary.js";
export { macroAverageInterval } from "./statistics/macro-average.js";
export { bootstrapP, bcaInterval, percentileInterval } from "./statistics/bootstrap-interval.js";
export { bootstrapClusters } from "./statistics/cluster-bootstrap.js";
export { clopperPearsonInterval } from "./statistics/exact-proportion-interval.js";
export { countDiscordant, exactMcNemar, type DiscordantCounts } from "./statistics/mcnemar.js";
export { adjustBenjaminiHochberg, adjustHolm } from "./statistics/multiple-comparisons.js";
export {
  bootstrapItems,
  bootstrapSeedsAndItems,
  type BootstrapSample,
} from "./statistics/paired-bootstrap.js";
export type { Resampling } from "./statistics/resample.js";
export { signFlipTest } from "./statistics/sign-flip-test.js";
export { params, setParameters, type NotebookParameters } from "./report/params.js";
export { contextOf, outputFolder } from "./report/rows/study-context.js";
export * from "./report/rows/result-rows.js";
export { averageSeeds, poolSeeds } from "./report/rows/pool-seeds.js";
export * from "./report/rows/finetuning-rows.js";
export * from "./report/rows/zero-shot-rows.js";
export * from "./report/rows/rules-rows.js";
export { entityChoosersOf, type EntityChooser } from "./runs/description/entity-choosers.js";
export * from "./report/rows/communicative-rows.js";
export * from "./report/rows/game-rows.js";
export * from "./report/rows/turn-rows.js";
export * from "./report/rows/acquisition-rows.js";
export {
  browseItems,
  differingItems,
  type DifferingItem,
  type ItemQuestion,
} from "./report/rows/item-browser.js";
export { crossedEffects, crossedRows } from "./report/rows/crossed-rows.js";
export { surprisalBins, type SurprisalBin } from "./report/rows/surprisal-bins.js";
export * from "./report/rows/data-statement.js";
export { budgetTable } from "./report/rows/budget-rows.js";
export { wordBudgetRows } from "./report/rows/word-budget-rows.js";
export { settingRows } from "./report/rows/setting-rows.js";
export {
  compareStudies,
  compareWithDefault,
  type ComparisonPlace,
  type StudyComparison,
} from "./report/studies/study-comparison.js";
export type { StudyDifference } from "./report/studies/study-difference.js";
export { comparisonRows, studyRows } from "./report/studies/study-comparison-rows.js";
export * from "./report/claims.js";
export { frame, type TidyRow } from "./report/render/frame.js";
export type { Cell } from "./report/render/csv.js";
export { showTable, type FrameLike, type TableOptions } from "./report/render/table.js";
export { showTokens, type ShownToken } from "./report/render/token-view.js";
export { tableFiles } from "./report/render/table-files.js";
export { showFigure, type FigureOptions } from "./report/render/figure.js";
export type { FigureWidth } from "./report/render/figure-layout.js";
export type { AcquisitionCurve } from "./evaluation/acquisition-age.js";
export { showPlotly, type PlotlyFigure } from "./report/render/plotly.js";
export { watchCurves, type WatchedStep } from "./report/plots/live-curves.js";
export * from "./report/plots.js";
export * from "./report/published/published.js";
export * from "./report/published/published-settings.js";
export * from "./report/published/published-standings.js";
export * from "./report/published/published-lengths.js";
export { conditionLabel, runLabel } from "./report/render/palette.js";
