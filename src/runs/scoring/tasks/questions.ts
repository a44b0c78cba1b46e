/** @file The task `questions`: held-out questions in a study or a data folder. What is counted is in `turn-table.ts`. */
import { defaultPlaces } from "../../../data/files.js";
import { renderExample } from "../../../data/instructions/chat-template.js";
import { loadWikiQuestions, standInQuestions } from "../../../data/instructions/instructions.js";
import { releasedFiles } from "../../../data/instructions/released-instructions.js";
import { microworldQuestions } from "../../../data/microworld/encyclopedia.js";
import { findEntry } from "../../../data/manifest.js";
import { answerChoices, type AskedQuestion, type QuestionForm } from "../../../evaluation/answer-choices.js";
import { deriveSeed, seeded } from "../../../random.js";
import { readFromFolder, withOwnData, type ReadFile } from "./folder-file.js";
import { identify, type TurnItems } from "./task-definition.js";

const HELD_OUT_ARTICLES = "babylm_sample/dev/simple_wiki.dev";
/** The articles whose questions are trained on. */
const ARTICLES = "babylm_sample/train/simple_wiki.train";
/** Generated questions where all there are are wanted: a grammar has no end. */
const MICROWORLD_QUESTIONS = 1_000;
const SEED = deriveSeed(0, "held-out questions");

/** Which questions are asked. */
export interface QuestionChoice {
  readonly source: "real" | "microworld";
  readonly wikiSource: "released" | "standIn";
  /** Questions, each asked with its passage and alone; null takes all. */
  readonly itemsPerSet: number | null;
}

/**
 * The items of a study: the tenth of the released questions that no training run sees, the kit's own on held-out articles, or
 * generated ones.
 *
 * @throws Error when a file of real text is missing or damaged
 */
export async function questionsOf({ source, wikiSource, itemsPerSet }: QuestionChoice): Promise<TurnItems> {
  const rows = source === "microworld" ? MICROWORLD_QUESTIONS : null;
  const questions = await loadWikiQuestions({ rows, seed: SEED, source, split: "heldOut", wikiSource });
  const trained =
    source === "microworld" ? null : await loadWikiQuestions({ rows, seed: SEED, source, wikiSource });
  return {
    files: filesOf(source, wikiSource),
    choices: choicesOf(markSeen(questions, trained), itemsPerSet),
  };
}

/** What a prompt says before it asks. */
const passageOf = ({ prompt }: AskedQuestion): string => prompt.trim().split("\n").slice(0, -1).join("\n");

/** Says of each question whether a trained one has the same passage, word for word: short articles repeat each other. */
function markSeen(
  questions: readonly AskedQuestion[],
  trained: readonly AskedQuestion[] | null,
): readonly AskedQuestion[] {
  if (trained === null) return questions;
  const passages = new Set(trained.map(passageOf));
  return questions.map((question) => ({ ...question, isInTraining: passages.has(passageOf(question)) }));
}

function filesOf(
  source: QuestionChoice["source"],
  wikiSource: QuestionChoice["wikiSource"],
): TurnItems["files"] {
  if (source === "microworld") return [];
  if (wikiSource === "standIn") return [HELD_OUT_ARTICLES, ARTICLES].map((path) => identify(findEntry(path)));
  return releasedFiles("simple_wiki", defaultPlaces()).map(({ path, sha256, unverified }) => ({
    path,
    sha256,
    ...(unverified === true && { unverified }),
  }));
}

/**
 * All items of a folder: the kit's questions on the held-out articles if it has their file, in its folder or by itself, else generated
 * ones. Overlap is looked for if the training articles are there, or where the kit finds its data.
 */
export function questionsIn(folder: string): TurnItems {
  const heldOut = readFromFolder(HELD_OUT_ARTICLES, [folder]);
  if (heldOut === null) {
    const generated = microworldQuestions({ rows: MICROWORLD_QUESTIONS, random: seeded(SEED) });
    return { files: [], choices: choicesOf(generated, null) };
  }
  const trained = readFromFolder(ARTICLES, withOwnData(folder));
  const ask = ({ text }: ReadFile): AskedQuestion[] => standInQuestions(text, seeded(SEED));
  return {
    files: [heldOut, ...(trained ? [trained] : [])].map(({ named }) => named),
    choices: choicesOf(markSeen(ask(heldOut), trained && ask(trained)), null),
  };
}

/** Choices for so many questions; wrong answers come from all of them. */
function choicesOf(questions: readonly AskedQuestion[], count: number | null): TurnItems["choices"] {
  const choices = answerChoices(questions, { form: PLAIN, random: seeded(SEED) });
  const each = choices.length / 2;
  return choices.filter((_, index) => index % each < (count ?? each));
}

/** The roles that tuning has by default, for every model, so that all are asked the same. */
const PLAIN: QuestionForm = {
  wrap: (prompt) => {
    const [first, second] = renderExample(
      { id: "question", source: "wiki-standin", prompt, reply: "x" },
      "plainRoles",
    );
    return `${first.text}${second.text} `;
  },
  neutral: "Assistant: ",
};
