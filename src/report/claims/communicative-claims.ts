/**
 * @file What tuning on conversations and questions should do, if it does what it is for: conversations help a model to choose the next
 * turn of a dialogue, questions help it to choose an answer. The paper does not test this.
 */
import { runName, type Claim, type ClaimTask, type RunName } from "./claim.js";
import { communicativeLabel } from "./communicative-tasks.js";

const llama = (condition: string): RunName => runName("llama140M", condition);

// "Yeah." is likely after everything: PMI alone asks what the context adds.
const DIALOGUE = communicativeLabel("dialogue", "pmi");
const ANSWERS = communicativeLabel("questions", "pmi");

const QUESTIONS_ARE_OURS = "the questions are the kit's own where the released set was not fetched";
const FIRST_SETTINGS = "the two sets differ in their number of examples and words";

const above = (
  id: string,
  label: string,
  statement: string,
  {
    task,
    more,
    less,
    caveat = null,
  }: {
    readonly task: ClaimTask;
    readonly more: string;
    readonly less: string;
    readonly caveat?: string | null;
  },
): Claim => ({
  id,
  label,
  statement,
  source: "the kit",
  comparison: {
    kind: "difference",
    tasks: [task],
    more: [llama(more)],
    less: [llama(less)],
    expect: "positive",
  },
  caveat,
});

/**
 * The claims, by PMI: what a context adds to the log-probability of a candidate. `permutedReplies` is tuned on replies to other prompts, so
 * that what `merged` has over it is due to the content of the pairs, neither to their form nor to more training.
 */
export const COMMUNICATIVE_CLAIMS: readonly Claim[] = [
  above("talk-helps-dialogue", "switch − base, dialogue", "Conversations help to choose the next turn", {
    task: DIALOGUE,
    more: "switch",
    less: "base",
  }),
  above("questions-help-answers", "wiki − base, answers", "Questions help to choose an answer", {
    task: ANSWERS,
    more: "wiki",
    less: "base",
    caveat: QUESTIONS_ARE_OURS,
  }),
  above(
    "talk-over-questions-in-dialogue",
    "switch − wiki, dialogue",
    "Conversations help more than questions to choose the next turn",
    { task: DIALOGUE, more: "switch", less: "wiki", caveat: FIRST_SETTINGS },
  ),
  above(
    "questions-over-talk-in-answers",
    "wiki − switch, answers",
    "Questions help more than conversations to choose an answer",
    { task: ANSWERS, more: "wiki", less: "switch", caveat: `${FIRST_SETTINGS}; ${QUESTIONS_ARE_OURS}` },
  ),
  {
    id: "help-depends-on-task",
    label: "switch − wiki, by task",
    statement: "Whether conversations or questions help more depends on the task",
    source: "the kit",
    comparison: {
      kind: "dependsOnTask",
      tasks: [DIALOGUE, ANSWERS],
      more: [llama("switch")],
      less: [llama("wiki")],
    },
    caveat: "it does not say which helps which; the two claims before it do",
  },
  above(
    "content-in-dialogue",
    "merged − permuted replies, dialogue",
    "Replies that belong to their prompts help more to choose the next turn than replies to others",
    { task: DIALOGUE, more: "merged", less: "permutedReplies" },
  ),
  above(
    "content-in-answers",
    "merged − permuted replies, answers",
    "Replies that belong to their prompts help more to choose an answer than replies to others",
    { task: ANSWERS, more: "merged", less: "permutedReplies", caveat: QUESTIONS_ARE_OURS },
  ),
  above(
    "turns-over-pairs",
    "switch, turns − switch, dialogue",
    "Whole conversations help more than pairs to choose the next turn",
    {
      task: DIALOGUE,
      more: "switchTurns",
      less: "switch",
      caveat: "an example of several turns holds more trained tokens than a pair",
    },
  ),
];
