/**
 * @file Generated items in the shape of the (Super)GLUE files, for runs without data: a statement beside an entry of the
 * encyclopedia, which says it or does not. Not the real tasks, and named wherever they are used.
 */
import { integerBelow, type Random } from "../../random.js";
import { generateEntry, type Entry } from "./encyclopedia.js";

/** Names of the two texts of each task's lines. */
const FIELDS: Readonly<Record<string, readonly [string, string]>> = {
  qqp: ["question1", "question2"],
  mrpc: ["sentence1", "sentence2"],
  mnli: ["premise", "hypothesis"],
  boolq: ["question", "passage"],
  rte: ["sentence1", "sentence2"],
};

/**
 * JSON lines of one task, labels in turn.
 *
 * @param options.classes of the task; with three the middle one is a sentence of another entry
 * @throws RangeError when `rows` is not a positive whole number
 */
export function microworldClassification(
  task: string,
  { rows, classes, random }: { readonly rows: number; readonly classes: number; readonly random: Random },
): string {
  if (!Number.isInteger(rows) || rows < 1)
    throw new RangeError(
      `microworldClassification: rows must be a whole number of at least 1, got ${rows}. Correct it.`,
    );
  const lines = Array.from({ length: rows }, (_, row) => {
    const [entry, other] = twoEntries(random);
    const place = integerBelow(entry.sentences.length - 1, random) + 1;
    return lineOf(task, { entry, other, place, label: row % classes, classes });
  });
  return lines.map((line) => JSON.stringify(line)).join("\n");
}

function twoEntries(random: Random): [Entry, Entry] {
  const entry = generateEntry(random);
  let other = generateEntry(random);
  while (other.title === entry.title) other = generateEntry(random);
  return [entry, other];
}

function lineOf(
  task: string,
  {
    entry,
    other,
    place,
    label,
    classes,
  }: {
    readonly entry: Entry;
    readonly other: Entry;
    readonly place: number;
    readonly label: number;
    readonly classes: number;
  },
): Record<string, string | number> {
  const passage = entry.sentences.join(" ");
  // In entailment tasks class 0 is the one that follows.
  const follows = classes === 3 || task === "rte" ? label === 0 : label === 1;
  const source = follows ? entry : other;
  const statement = source.sentences[place] ?? source.sentences[0] ?? "";
  if (task === "wsc")
    return { span1_text: source.title, span2_text: "It", text: `${passage} It is well known.`, label };
  const asked = source.questions[0] ?? { question: "", reply: "" };
  if (task === "multirc")
    return { question: entry.questions[0]?.question ?? "", answer: asked.reply, paragraph: passage, label };
  const named = label === 2 ? `${entry.title} is ${other.title}.` : statement;
  const [first, second] = FIELDS[task] ?? FIELDS["rte"] ?? ["", ""];
  return task === "boolq"
    ? { [first]: `Is it true that ${statement}`, [second]: passage, label }
    : { [first]: passage, [second]: named, label };
}
