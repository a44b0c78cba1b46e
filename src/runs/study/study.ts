/** @file A study: one configuration, one seed, the text at hand, and where its stages and results go. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describeIssue, studyConfigSchema } from "../../config/config-schema.js";
import { MODELS, SCALES, type ModelName, type Scale, type StudyConfig } from "../../config/config.js";
import { checkCurricula, curriculaOf, needsDialogues } from "../../config/curricula.js";
import { defaultPlaces, textSource } from "../../data/files.js";
import { openOwnCorpora } from "../../data/own-corpora.js";
import { hasReleased } from "../../data/instructions/released-instructions.js";
import { checkArchitecture } from "../../model/weights.js";
import { INSTRUCTION_TUNING, PRETRAINING } from "../../config/paper-settings.js";
import { findProjectRoot } from "../../project-root.js";
import { checkObjective } from "../../config/objective.js";
import { deriveStudy } from "../../config/scales.js";
import { settingChanges, type SettingChange } from "./study-change.js";

/** How often a training run writes checkpoints: at least this long after the last one, and so many times as long as that one took. */
export interface CheckpointInterval {
  readonly everyMs: number;
  readonly costs: number;
}

/** The study of a scale's own settings; every other is named by who changes them. */
export const DEFAULT_STUDY = "default";
/** Below the results of a scale: a folder a named study. */
export const STUDIES_FOLDER = "studies";

/** One configuration, one seed, the text at hand, and where stages and results go; `openStudy` makes it. */
export interface Study {
  /** `default`, or the name that its changes were given (`named-study.ts`). */
  readonly name: string;
  /** The settings in which it differs from its scale's own; figures and tables list them. */
  readonly changes: readonly SettingChange[];
  readonly config: StudyConfig;
  readonly seed: number;
  /** Real text, or the generated microworld where there is none. */
  readonly source: "real" | "microworld";
  /**
   * `results/<scale>`, or `results/<scale>-microworld`: the two are never mixed. A named study has a folder below,
   * `studies/<name>`.
   */
  readonly resultsFolder: string;
  readonly cacheFolder: string;
  /** How often a training run writes checkpoints; the default of `training/checkpoint.ts` where it is left out. */
  readonly checkpoints?: CheckpointInterval;
  /** Whether results of the same settings in the folder stand for computing them (`kept.ts`). */
  readonly isKept: boolean;
}

/** One study, or several, at least one, that differ in their seeds. */
export type Studies = Study | readonly [Study, ...Study[]];

/** Where a study begins; `config` for one edited by hand, else the scale's own. */
export interface StudyOptions {
  /** Name of the folder below the scale's results, and in figures; `default` for none. */
  readonly name?: string;
  readonly scale: Scale;
  readonly seed: number;
  readonly config?: StudyConfig;
  /** Takes the place of the project's `results` folder. */
  readonly resultsRoot?: string;
  readonly cacheFolder?: string;
  readonly checkpoints?: Study["checkpoints"];
  /** `microworld` asks for generated text even where there is real text. */
  readonly source?: "microworld";
  /**
   * Results of the same settings in the folder stand for computing them, text or not. They were made with the kit's own
   * files: with corpora of the user's besides them, or another text, everything is computed.
   */
  readonly kept?: boolean;
}

/**
 * Checks the settings and finds the text; `wikiSource: "asFetched"` is replaced by what it comes to here and now.
 *
 * @returns nothing is trained or written yet
 * @throws RangeError when a setting contradicts another; Error when the scale needs real text and there is none, or the
 *   released instruction sets were fetched in part
 */
export function openStudy({
  name = DEFAULT_STUDY,
  scale,
  seed,
  config,
  resultsRoot,
  cacheFolder,
  checkpoints,
  kept = false,
  ...asked
}: StudyOptions): Study {
  if (!SCALES.includes(scale))
    throw new RangeError(
      `openStudy: scale must be one of ${SCALES.join(", ")}, got "${String(scale)}". Correct the parameter.`,
    );
  if (!Number.isInteger(seed) || seed < 0)
    throw new RangeError(
      `openStudy: seed must be a whole number from 0, got ${seed}. Correct the parameter.`,
    );
  const asGiven = config ?? deriveStudy(scale);
  checkStudy(asGiven);
  const settings = studyConfigSchema.parse(asGiven); // newer settings that it lacks have their defaults
  const root = findProjectRoot();
  const results = resolve(root, resultsRoot ?? "results");
  const isKept = kept && openOwnCorpora().length === 0;
  const below = name === DEFAULT_STUDY ? [] : [STUDIES_FOLDER, name];
  const kindOf = (source: Study["source"]): string =>
    source === "real" ? settings.scale : `${settings.scale}-microworld`;
  // Generated text is for the smallest scale alone: where another keeps results, they were made with real text.
  const isReal = isKept && settings.scale !== "smoke" && holdsResults(join(results, settings.scale), below);
  const source = asked.source ?? (isReal ? "real" : textSource());
  if (source === "microworld" && settings.scale !== "smoke")
    throw new Error(
      `openStudy: ${settings.scale} scale must have real text, and neither data/raw nor CLASS_IT_DATA holds any. Run npx class-it data, or set CLASS_IT_DATA.`,
    );
  const decided = decideInstructions(settings, source);
  const usual = decideInstructions(deriveStudy(settings.scale), source);
  return {
    name,
    changes: settingChanges({ ...usual }, { ...decided }),
    config: decided,
    seed,
    source,
    resultsFolder: join(results, kindOf(source), ...below),
    cacheFolder: cacheFolder ?? join(root, ".cache", "stages"),
    isKept,
    ...(checkpoints && { checkpoints }),
  };
}

/** Folder of the results of a scale's default study, from any of its studies. */
export const scaleFolderOf = ({ name, resultsFolder }: Pick<Study, "name" | "resultsFolder">): string =>
  name === DEFAULT_STUDY ? resultsFolder : join(resultsFolder, "..", "..");

/** A named study is defined before it has results. */
const holdsResults = (scaleFolder: string, below: readonly string[]): boolean =>
  below.length === 0
    ? existsSync(scaleFolder)
    : MODELS.some((model) => existsSync(join(scaleFolder, ...below, model)));

/**
 * Refuses settings that cannot be meant, before anything is trained.
 *
 * @throws RangeError naming the setting
 */
export function checkStudy(config: StudyConfig): void {
  const refuse = (what: string, must: string, got: unknown): never => {
    throw new RangeError(`checkStudy: ${what} must ${must}, got ${String(got)}. Correct the configuration.`);
  };
  const shape = studyConfigSchema.safeParse(config);
  if (!shape.success)
    throw new RangeError(
      `checkStudy: every setting must be one the kit knows, got ${describeIssue(shape.error, "configuration")}. Correct the configuration.`,
    );
  checkCurricula(config);
  checkObjective(config);
  for (const model of MODELS) {
    const architecture = config.architectures[model];
    checkArchitecture(architecture);
    const rowLength = config.rowLengthTokens[model];
    if (!Number.isInteger(rowLength) || rowLength < 2)
      refuse(`${model} rowLengthTokens`, "be a whole number from 2", rowLength);
    if (rowLength > architecture.maxLengthTokens)
      refuse(
        `${model} rowLengthTokens`,
        `not exceed maxLengthTokens ${architecture.maxLengthTokens}`,
        rowLength,
      );
  }
  checkStart(config);
  checkConversations(config);
  checkCarriedMoments(config);
  for (const phase of ["pretraining", "instructionTuning"] as const) {
    const training = config[phase];
    checkOptions(config, phase, refuse);
    if (!(training.learningRate > 0)) refuse(`${phase}.learningRate`, "be above 0", training.learningRate);
    for (const field of ["batchSize", "maxEpochs", "cosineCycles"] as const)
      if (!Number.isInteger(training[field]) || training[field] < 1)
        refuse(`${phase}.${field}`, "be a whole number from 1", training[field]);
    const { microBatchSize } = training;
    if (microBatchSize !== null && (!Number.isInteger(microBatchSize) || microBatchSize < 1))
      refuse(`${phase}.microBatchSize`, "be null or a whole number from 1", microBatchSize);
    if (training.warmupRatio !== null && !(training.warmupRatio >= 0 && training.warmupRatio < 1))
      refuse(`${phase}.warmupRatio`, "be null or from 0 to below 1", training.warmupRatio);
    const { warmupSteps: published } = phase === "pretraining" ? PRETRAINING : INSTRUCTION_TUNING;
    if (training.warmupRatio !== null && training.warmupSteps !== published)
      refuse(
        `${phase}.warmupSteps`,
        `stay ${published} while warmupRatio is ${training.warmupRatio}, which decides (set that to null)`,
        training.warmupSteps,
      );
  }
}

/** A stage that continues with the moments of the one before must have the same optimizer. */
function checkCarriedMoments(config: StudyConfig): void {
  const [before, after] = [config.pretraining.optimizer.kind, config.instructionTuning.optimizer.kind];
  if (before === after) return;
  for (const [condition, [first]] of Object.entries(curriculaOf(config)))
    if (first && (first.optimizer ?? config.curriculum.optimizerAtPhase) === "carry")
      throw new RangeError(
        `checkStudy: optimizer.kind must be the same in pretraining and instructionTuning where a stage carries moments, got ${String(before)} and ${String(after)} with "carry" for the first stage of ${condition}. Set its optimizer to "reset", or use one kind.`,
      );
}

/** Options that a phase may have besides: each within its limits, and with what it acts on. */
function checkOptions(
  config: StudyConfig,
  phase: "pretraining" | "instructionTuning",
  refuse: (what: string, must: string, got: unknown) => never,
): void {
  const { schedule, decayRatio, warmupRatio, zLoss, optimizer } = config[phase];
  const { embeddingRateRatio, kind, momentum } = optimizer;
  const ofMuon = (["momentum", "nesterov", "rateScaling"] as const).find(
    (name) => optimizer[name] !== undefined,
  );
  if (kind === undefined && ofMuon !== undefined)
    refuse(`${phase}.optimizer.${ofMuon}`, 'go with the kind "muon"', "it with AdamW");
  if (momentum !== undefined && !(momentum >= 0 && momentum < 1))
    refuse(`${phase}.optimizer.momentum`, "be from 0 to below 1", momentum);
  if (zLoss !== undefined && !(zLoss > 0)) refuse(`${phase}.zLoss`, "be above 0, or left out", zLoss);
  if (embeddingRateRatio !== undefined && !(embeddingRateRatio > 0))
    refuse(`${phase}.optimizer.embeddingRateRatio`, "be above 0, or left out", embeddingRateRatio);
  if (decayRatio === undefined) return;
  if (!(decayRatio > 0 && decayRatio <= 1))
    refuse(`${phase}.decayRatio`, "be above 0 and at most 1", decayRatio);
  const stages = phase === "pretraining" ? [] : Object.values(config.curricula).flat();
  if (![schedule, ...stages.map((stage) => stage.schedule)].includes("warmupStableDecay"))
    refuse(`${phase}.decayRatio`, 'go with the schedule "warmupStableDecay"', `it with "${schedule}"`);
  if (warmupRatio !== null && warmupRatio + decayRatio > 1)
    refuse(`${phase}.decayRatio`, `leave room for the warmupRatio ${warmupRatio}`, decayRatio);
}

/** The best epoch's weights come without moments: only those of the end are kept. */
function checkStart(config: StudyConfig): void {
  if (config.startCheckpoint === "lastEpoch") return;
  for (const [condition, [first]] of Object.entries(curriculaOf(config)))
    if (first && (first.optimizer ?? config.curriculum.optimizerAtPhase) === "carry")
      throw new RangeError(
        `checkStudy: startCheckpoint "bestHeldOut" must go with an optimizer that is reset, got "carry" for the first stage of ${condition}. Set its optimizer to "reset", or start from "lastEpoch".`,
      );
}

/** What a reader's own stages ask of conversations, and the settings of instructions do not allow. */
function checkConversations({ curricula, instructions }: StudyConfig): void {
  for (const [condition, stages] of Object.entries(curricula))
    for (const { name, trainedSpeakers } of stages.filter((stage) => stage.trainedSpeakers === "both"))
      if (instructions.lossOn === "full")
        throw new RangeError(
          `checkStudy: trainedSpeakers of stage "${name}" of ${condition} must go with lossOn "reply", got "${trainedSpeakers}" and "full", which trains every token anyway. Leave one of them out.`,
        );
  if (instructions.switchboardPairs !== "released") return;
  for (const [condition, stages] of Object.entries(curricula))
    if (needsDialogues(stages))
      throw new RangeError(
        `checkStudy: turns of ${condition} must go with switchboardPairs made of dialogues, got "released". Choose another rule, or leave turns out.`,
      );
}

/** What `asFetched` comes to, said where the questions are a stand-in; contradictions with the text are refused. */
function decideInstructions(config: StudyConfig, source: Study["source"]): StudyConfig {
  const { instructions } = config;
  const isReleased =
    source === "real" && instructions.wikiSource === "asFetched" && hasReleased(defaultPlaces());
  const wikiSource =
    instructions.wikiSource === "asFetched" ? (isReleased ? "released" : "standIn") : instructions.wikiSource;
  const released = [wikiSource, instructions.switchboardPairs].filter((name) => name === "released").length;
  if (released > 0 && source === "microworld")
    throw new RangeError(
      "openStudy: released instruction sets must go with real text, got the microworld. " +
        'Set wikiSource to "standIn" and switchboardPairs to another rule, or set CLASS_IT_DATA.',
    );
  if (released < 2 && instructions.chatTemplate === "released")
    throw new RangeError(
      `openStudy: chatTemplate "released" must go with wikiSource and switchboardPairs "released", ` +
        `got "${wikiSource}" and "${instructions.switchboardPairs}". Change one of them.`,
    );
  const said = wikiSource === "standIn" ? [STAND_IN] : [];
  return {
    ...config,
    instructions: { ...instructions, wikiSource },
    shrunk: [...config.shrunk.filter((sentence) => sentence !== STAND_IN), ...said],
  };
}

const STAND_IN = "wiki questions by template in place of a language model's";

/** Refuses the name of a model that does not exist, and lists those that do. */
export function checkModel(model: ModelName): void {
  if (!MODELS.includes(model))
    throw new RangeError(
      `model must be one of ${MODELS.join(", ")}, got "${String(model)}". Correct the name.`,
    );
}
