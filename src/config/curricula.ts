/**
 * @file Curricula as data: the stages a condition trains after pre-training, what each trains on, in which order, for how
 * long. The paper's conditions and the kit's controls are entries of one table; a reader adds entries of his own.
 */
import {
  CONDITIONS,
  EXAMPLE_ORDERS,
  INSTRUCTION_SETS,
  type Curriculum,
  type CurriculumConfig,
  type InstructionSet,
  type PreferenceConfig,
  type PublishedCondition,
  type StageLength,
  type StudyConfig,
  type TuningStage,
} from "./config.js";

/**
 * A stage over some sets, with the usual settings where nothing else is said.
 *
 * @param examples instruction sets, or `text` for pre-training text
 * @param settings whatever else differs: name, shares, order, length, replies, turns, learning rate, optimizer
 */
export const tune = (
  examples: TuningStage["examples"],
  settings: Partial<Omit<TuningStage, "examples">> = {},
): TuningStage => ({
  name: typeof examples === "string" ? examples : examples.join("And"),
  order: "shuffled",
  replies: "own",
  length: "configured",
  ...settings,
  examples,
});

/** The instruction sets of a stage; none where it trains on text alone, or on preferences. */
export const setsOf = ({ examples }: Pick<TuningStage, "examples">): InstructionSet[] =>
  typeof examples === "string" ? [] : examples.filter((name) => name !== "text");

/** Whether every step of a stage holds text next to its examples. */
export const mixesText = ({ examples }: Pick<TuningStage, "examples">): boolean =>
  typeof examples !== "string" && examples.includes("text");

/**
 * A curriculum with pre-training text in every step: the same examples in the same order, and for each of their trained tokens one of
 * text (docs/options.md#d24). Stages on text alone, or on
 * preferences, stay as they are.
 */
export const withReplay = (curriculum: Curriculum): Curriculum =>
  curriculum.map((stage) =>
    typeof stage.examples === "string"
      ? stage
      : { ...stage, examples: ["text", ...setsOf(stage)], shares: [0.5, 0.5] },
  );

/**
 * The paper's six conditions.
 *
 * Source: CLASS-IT poster, model names (docs/paper.md#conditions); docs/decisions.md#d6, #d7 where the poster leaves lengths open.
 */
function publishedCurricula({
  phaseEpochs,
  singleSourceBudget,
}: CurriculumConfig): Readonly<Record<PublishedCondition, Curriculum>> {
  const single: StageLength = singleSourceBudget === "epochs" ? "configured" : { stepsOf: "merged" };
  const phase: StageLength = phaseEpochs === "tenEach" ? "configured" : "halfConfigured";
  return {
    base: [],
    switch: [tune(["switch"], { length: single })],
    wiki: [tune(["wiki"], { length: single })],
    merged: [tune(["switch", "wiki"], { name: "merged" })],
    switchThenWiki: [tune(["switch"], { length: phase }), tune(["wiki"], { length: phase })],
    wikiThenSwitch: [tune(["wiki"], { length: phase }), tune(["switch"], { length: phase })],
  };
}

const BOTH = ["switch", "wiki"] as const;
const MATCHED: StageLength = { stepsOf: "merged" };
const ONCE: StageLength = { epochs: 1 };
/** The settings of the papers' own experiments. Source: Rafailov et al. 2023, appendix B; Meng et al. 2024, section 3. */
const DPO: PreferenceConfig = { loss: "dpo", beta: 0.1 };
const SIMPO: PreferenceConfig = { loss: "simpo", beta: 2, margin: 1 };

/**
 * Controls and hybrids in addition to them: as many words, or steps, as `merged` of more text, as many steps on one set, replies that
 * belong to other prompts, the two sets by turns or mixed gradually (the paper's future work), two orders of difficulty, two
 * conditions of the paper with pre-training text in every step, conversations of up to six turns in
 * place of pairs, and two losses on preferences after `switch`. A step on text holds whole rows, one on examples their few words, so
 * that text matched in steps sees many times the words.
 */
export const CONTROLS = {
  moreText: [tune("text", { length: { wordsOf: "merged" } })],
  moreTextSteps: [tune("text", { length: MATCHED })],
  switchMatched: [tune(["switch"], { length: MATCHED })],
  wikiMatched: [tune(["wiki"], { length: MATCHED })],
  permutedReplies: [tune(BOTH, { name: "permutedReplies", replies: "permuted" })],
  alternating: [tune(BOTH, { name: "alternating", order: "alternating" })],
  switchIntoWiki: [tune(BOTH, { name: "switchIntoWiki", order: "gradual" })],
  wikiIntoSwitch: [tune(["wiki", "switch"], { name: "wikiIntoSwitch", order: "gradual" })],
  shortestFirst: [tune(BOTH, { name: "shortestFirst", order: "shortestFirst" })],
  frequentFirst: [tune(BOTH, { name: "frequentFirst", order: "frequentFirst" })],
  mergedReplay: withReplay([tune(BOTH, { name: "merged" })]),
  switchThenWikiReplay: withReplay([tune(["switch"]), tune(["wiki"])]),
  switchDpo: [tune(["switch"]), tune("preferences", { preference: DPO, length: ONCE })],
  switchSimPo: [tune(["switch"]), tune("preferences", { preference: SIMPO, length: ONCE })],
  switchTurns: [tune(["switch"], { turns: 6, trainedSpeakers: "second" })],
} as const satisfies Readonly<Record<string, Curriculum>>;

/**
 * Every condition of a study: the poster's, the kit's controls, and the reader's own.
 *
 * @returns stages by the name of the condition
 */
export const curriculaOf = ({
  curriculum,
  curricula,
}: Pick<StudyConfig, "curriculum" | "curricula">): Readonly<Record<string, Curriculum>> => {
  const published = publishedCurricula(curriculum);
  // Replay keeps the lengths of what it is added to.
  const replayed = {
    mergedReplay: withReplay(published.merged),
    switchThenWikiReplay: withReplay(published.switchThenWiki),
  };
  return { ...published, ...CONTROLS, ...replayed, ...curricula };
};

/**
 * A condition's stages.
 *
 * @param condition one of `curriculaOf`'s names
 * @throws RangeError that lists the conditions when the name is none of them
 */
export function curriculumOf(
  config: Pick<StudyConfig, "curriculum" | "curricula">,
  condition: string,
): Curriculum {
  const curricula = curriculaOf(config);
  const curriculum = Object.hasOwn(curricula, condition) ? curricula[condition] : undefined;
  if (curriculum) return curriculum;
  throw new RangeError(
    `curriculumOf: condition must be one of ${Object.keys(curricula).join(", ")}, got "${condition}". Correct the name, or add it to the configuration's curricula.`,
  );
}

/**
 * Refuses curricula that cannot be meant.
 *
 * @throws RangeError naming condition, stage and setting
 */
export function checkCurricula(config: Pick<StudyConfig, "curriculum" | "curricula">): void {
  for (const [condition, stages] of Object.entries(config.curricula)) {
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(condition))
      throw new RangeError(
        `checkCurricula: a condition must be named by letters and digits, got "${condition}". It names a folder of results.`,
      );
    if (isPublished(condition) || Object.hasOwn(CONTROLS, condition))
      throw new RangeError(
        `checkCurricula: own curricula must have names of their own, got "${condition}", which the kit defines. Rename it.`,
      );
    for (const stage of stages) checkStage(stage, condition, config);
    const names = stages.map(({ name }) => name);
    if (new Set(names).size < names.length)
      throw new RangeError(
        `checkCurricula: stages of ${condition} must have different names, got ${names.join(", ")}. Name the second one otherwise.`,
      );
  }
  for (const condition of Object.keys(config.curricula)) requireNoCircle(config, condition, []);
}

function checkStage(
  stage: TuningStage,
  condition: string,
  config: Pick<StudyConfig, "curriculum" | "curricula">,
): void {
  const { name, examples, order, replies, length, learningRate } = stage;
  const refuse = (what: string, must: string, got: unknown): never => {
    throw new RangeError(
      `checkCurricula: ${what} of stage "${name}" of ${condition} must ${must}, got ${JSON.stringify(got)}. Correct it.`,
    );
  };
  if (name === "") refuse("name", "not be empty", name);
  const sets = setsOf(stage);
  if (typeof examples !== "string" && (sets.length === 0 || new Set(sets).size < sets.length))
    refuse("examples", "be text or different sets", examples);
  for (const set of sets)
    if (!INSTRUCTION_SETS.includes(set))
      refuse("examples", `be text or sets of ${INSTRUCTION_SETS.join(", ")}`, set);
  checkShares(stage, refuse);
  checkTurns(stage, refuse);
  if (!EXAMPLE_ORDERS.includes(order)) refuse("order", `be one of ${EXAMPLE_ORDERS.join(", ")}`, order);
  if (typeof examples === "string" && order !== "shuffled")
    refuse("order", `be shuffled for ${examples}`, order);
  if (examples === "text" && replies !== "own") refuse("replies", "be own for text, which has none", replies);
  checkPreference(stage, refuse);
  if ((order === "alternating" || order === "gradual") && sets.length !== 2)
    refuse("examples", `be two sets for the order ${order}`, examples);
  if (learningRate !== undefined && !(learningRate > 0)) refuse("learningRate", "be above 0", learningRate);
  if (length === "configured" || length === "halfConfigured") return;
  const given = typeof length === "object" ? Object.entries(length) : [];
  if (given.length !== 1)
    refuse(
      "length",
      "be configured, halfConfigured, or one of epochs, steps, words, stepsOf and wordsOf",
      length,
    );
  for (const [unit, value] of given) {
    if (unit === "stepsOf" || unit === "wordsOf") curriculumOf(config, String(value));
    else if (!["epochs", "steps", "words"].includes(unit))
      refuse("length", "be in epochs, steps or words", length);
    else if (!Number.isInteger(value) || Number(value) < 1)
      refuse(`length in ${unit}`, "be a whole number from 1", value);
  }
}

/** A loss on preferences goes with pairs, and pairs with a loss. */
function checkPreference(
  { examples, preference, replies, trainedSpeakers }: TuningStage,
  refuse: (what: string, must: string, got: unknown) => never,
): void {
  if (examples !== "preferences") {
    if (preference !== undefined) refuse("preference", 'go with examples "preferences"', examples);
    return;
  }
  if (replies !== "own") refuse("replies", "be own for preferences", replies);
  if (trainedSpeakers !== undefined)
    refuse("trainedSpeakers", "be left out for preferences", trainedSpeakers);
  if (preference === undefined) return refuse("preference", "name a loss for preferences", "none");
  const { loss, beta, margin } = preference;
  if (!(beta > 0)) refuse("preference.beta", "be above 0", beta);
  if (loss === "dpo" && margin !== undefined) refuse("preference.margin", "be left out for dpo", margin);
  if (loss === "simpo" && !(margin !== undefined && margin >= 0))
    refuse("preference.margin", "be a number from 0 for simpo", margin ?? "none");
}

/** Text is mixed in at its share of every step, or not at all. */
function checkShares(
  { examples, shares }: TuningStage,
  refuse: (what: string, must: string, got: unknown) => never,
): void {
  const isMixed = mixesText({ examples });
  if (isMixed && examples.lastIndexOf("text") !== 0)
    refuse("examples", "name text once and first where it is mixed in", examples);
  if (!isMixed && shares !== undefined)
    refuse("shares", "be left out where no text is mixed into examples", shares);
  if (!isMixed) return;
  const [ofText = 0, ofSets = 0, ...more] = shares ?? [];
  if (!(ofText > 0 && ofSets > 0 && more.length === 0 && Math.abs(ofText + ofSets - 1) < 1e-9))
    refuse("shares", "be two numbers above 0 that add up to 1, of text and of all sets", shares ?? "none");
}

/** Conversations of more turns need dialogues, and their own replies. */
function checkTurns(
  { examples, replies, turns, trainedSpeakers }: TuningStage,
  refuse: (what: string, must: string, got: unknown) => never,
): void {
  if (examples === "text" && trainedSpeakers !== undefined)
    refuse("trainedSpeakers", "be left out for text, which has none", trainedSpeakers);
  if (turns === undefined) return;
  if (!(Number.isInteger(turns) && turns >= 4 && turns % 2 === 0))
    refuse("turns", "be an even number from 4 (pairs of 2 are what it is without)", turns);
  if (!setsOf({ examples }).includes("switch"))
    refuse("turns", "go with switch, the set that has dialogues", turns);
  if (replies !== "own") refuse("replies", "be own for conversations of more than two turns", replies);
}

/** Whether a curriculum has stages that need whole dialogues, which the released pairs are not. */
export const needsDialogues = (curriculum: Curriculum): boolean =>
  curriculum.some(({ turns }) => turns !== undefined);

/** A length that is matched to a condition which is matched to the first would never be known. */
function requireNoCircle(
  config: Pick<StudyConfig, "curriculum" | "curricula">,
  condition: string,
  before: readonly string[],
): void {
  if (before.includes(condition))
    throw new RangeError(
      `checkCurricula: lengths must not be matched in a circle, got ${[...before, condition].join(" → ")}. Give one of them epochs.`,
    );
  for (const { length } of curriculumOf(config, condition)) {
    if (typeof length === "string") continue;
    if ("stepsOf" in length) requireNoCircle(config, length.stepsOf, [...before, condition]);
    if ("wordsOf" in length) requireNoCircle(config, length.wordsOf, [...before, condition]);
  }
}

/** Whether the kit defines it in addition to the poster's. */
export const isControl = (condition: string): condition is keyof typeof CONTROLS =>
  Object.hasOwn(CONTROLS, condition);

/** The stages of a condition in words, such as "switch, then wiki". */
export function describeCurriculum(curriculum: Curriculum): string {
  const stages = curriculum.map(
    ({ examples, preference, shares, order, replies, turns, trainedSpeakers }) => {
      const what = {
        text: "more text",
        preferences: `preferences (${preference?.loss ?? "no loss"})`,
        sets: setsOf({ examples }).join(" + "),
      }[typeof examples === "string" ? examples : "sets"];
      const how = [
        ...(shares === undefined ? [] : [`${Math.round(100 * (shares[0] ?? 0))} % text`]),
        ...(order === "shuffled" ? [] : [order]),
        ...(replies === "own" ? [] : ["replies permuted"]),
        ...(turns === undefined ? [] : [`up to ${turns} turns`]),
        ...(trainedSpeakers === "both" ? ["both speakers trained"] : []),
      ];
      return how.length === 0 ? what : `${what} (${how.join(", ")})`;
    },
  );
  return stages.length === 0 ? "none: pre-training alone" : stages.join(", then ");
}

/** Whether the poster has a model trained so. */
export const isPublished = (condition: string): condition is PublishedCondition =>
  CONDITIONS.some((name) => name === condition);
