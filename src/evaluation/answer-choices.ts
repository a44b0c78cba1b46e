/**
 * @file Which answer belongs to a question (docs/evaluation.md#answer-choice): the answers to other questions of the same kind are the wrong ones.
 * Scored as turns are, in `turn-choice.ts`.
 */
import type { Random } from "../random.js";
import { byLength, drawOthers, OTHER_TURNS, type SpokenTurn } from "./dialogue-items.js";
import type { TurnChoice } from "./turn-choice.js";

/** A question as an instruction example has it: the last line of its prompt asks, what is before is the passage. */
export interface AskedQuestion {
  readonly id: string;
  readonly prompt: string;
  readonly reply: string;
  /** Whether training asks about the same passage; left out where nobody looked. */
  readonly isInTraining?: boolean;
}

/** Groups of items: with the passage, which holds the answer, and without it. */
export const QUESTION_UIDS = ["passage and question", "question alone"] as const;

/** Text around a question, as a template writes it. */
export interface QuestionForm {
  /** All text up to the answer, with the white space before it. */
  wrap(prompt: string): string;
  /** What of it stays where the question is taken away, such as "Assistant: ". */
  readonly neutral: string;
}

/** What is asked: the last line of a prompt. */
const questionOf = (prompt: string): string => prompt.trim().split("\n").at(-1) ?? "";

/**
 * The kind of a question, so that every answer to one of a kind could answer any other: its question word, "how" with the next
 * word; of a sentence with a gap, whether a number or words are missing.
 */
export function questionKind({ prompt, reply }: Pick<AskedQuestion, "prompt" | "reply">): string {
  const question = questionOf(prompt);
  if (question.includes("____")) return /^\d/u.test(reply) ? "missing number" : "missing words";
  const [word = "", next = ""] = question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return word === "how" ? `${word} ${next}` : word;
}

/**
 * Two items for each question, with its passage and without: its answer against nine answers to others of its kind, of as many words
 * where there are enough, else of the nearest number of words. An answer that stands in the passage is none of the wrong ones.
 *
 * @param options.random draws among answers of as many words
 * @returns items in the order of the questions, first all with their passage; questions of kinds with too few answers are left out
 * @throws RangeError when no question is left
 */
export function answerChoices(
  questions: readonly AskedQuestion[],
  { form, random }: { readonly form: QuestionForm; readonly random: Random },
): TurnChoice[] {
  const kinds = new Map<string, SpokenTurn[]>();
  for (const question of questions) {
    const kind = questionKind(question);
    const answers = kinds.get(kind) ?? [];
    if (question.reply.trim() !== "") answers.push({ dialogue: question.id, text: question.reply.trim() });
    kinds.set(kind, answers);
  }
  const pools = new Map([...kinds].map(([kind, answers]) => [kind, byLength(answers)]));
  const asked = questions.flatMap((question) => {
    const said = { dialogue: question.id, text: question.reply.trim() };
    const given = `${question.prompt}\n${said.text}`.toLowerCase();
    const wrong = drawOthers(said, pools.get(questionKind(question)) ?? new Map(), {
      random,
      isPossible: (answer) => !given.includes(answer.toLowerCase()),
      maxWordsApart: Number.POSITIVE_INFINITY,
    });
    return wrong === null ? [] : [{ ...question, candidates: [said.text, ...wrong] }];
  });
  if (asked.length === 0)
    throw new RangeError(
      `answerChoices: a kind of question must have at least ${OTHER_TURNS + 1} different answers, got ${questions.length} questions of ${kinds.size} kinds. Take more questions.`,
    );
  return QUESTION_UIDS.flatMap((uid) =>
    asked.map(({ id, prompt, candidates, isInTraining }) => ({
      uid,
      id: `${id} ${uid === "question alone" ? "alone" : "passage"}`,
      context: form.wrap(uid === "question alone" ? questionOf(prompt) : prompt),
      neutral: form.neutral,
      candidates,
      ...(isInTraining !== undefined && { isInTraining }),
    })),
  );
}
