/** @file Template questions by hand: which passages are asked about, what is asked, and what may be blanked. */
import { expect, test } from "vitest";
import {
  askQuestions,
  parseArticles,
  type TemplateQuestion,
} from "../../../src/data/instructions/wiki-questions.js";

const ask = (text: string, { title = "Torham", chance = 0 } = {}): TemplateQuestion[] =>
  askQuestions({ title, text }, () => chance);
const replies = (text: string, changes?: Parameters<typeof ask>[1]): string[] =>
  ask(text, changes).map(({ template, reply }) => `${template}: ${reply}`);

test("articles end at an empty line, however it is made, and blanks inside them are one space", () => {
  const text =
    "before\n= = = One = = =\n a  b\n\tc \n \t\n d\n= = =  Two = = =\ne = = = f = = = g\n\nh\n= = = Three = = =\n";
  expect(parseArticles(text)).toEqual([
    { title: "One", text: "a b c" },
    { title: "Two", text: "e = = = f = = = g" },
    { title: "Three", text: "" },
  ]);
  expect(parseArticles("no heading")).toEqual([]);
});

test("three sentences make the passage, and each may be asked about", () => {
  const text = "Torham is a village. It has 3 bells. It rang in 1874. It has 9 cows.";
  expect(ask(text).map(({ prompt, reply }) => [prompt, reply])).toEqual(
    [
      ["What is Torham?", "a village."],
      ["What is missing here? ____ is a village.", "Torham"],
      ["What is missing here? It has ____ bells.", "3"],
      ["What is missing here? It rang in ____.", "1874"],
    ].map(([question, reply]) => [
      `Torham is a village. It has 3 bells. It rang in 1874.\n${question}`,
      reply,
    ]),
  );
});

test.each([
  ["are", "The Lor are the two rivers.", "the two rivers."],
  ["was", "Torham was an old mill.", "an old mill."],
  ["were", "They were one of many.", "one of many."],
])("a definition asks with its own verb: %s", (verb, text, reply) => {
  const [definition] = ask(text, { title: "X" });
  expect([definition?.prompt.split("\n")[1], definition?.reply]).toEqual([`What ${verb} X?`, reply]);
});

test("no definition where no article follows the verb, or the verb ends another word", () => {
  expect(replies("Torham is near the sea.")).toEqual(["cloze: Torham"]);
  expect(replies("This the last of all.", { title: "X" })).toEqual([]);
});

test.each(["It ends (here.)", "It ends “so.”", 'He said "no!"', "Is it over?"])(
  "ends as a sentence: %s",
  (text) => {
    expect(ask(`Torham is a mill. ${text}`).length).toBeGreaterThan(0);
  },
);

test("a passage that was cut off, or holds a list, is not asked about", () => {
  expect(ask("Torham is a village. It has 3 bel")).toEqual([]);
  expect(ask("Torham is a village. It has No. 3 of")).toEqual([]);
  expect(ask("")).toEqual([]);
  const words = (count: number) => `Torham is a ${"very ".repeat(count - 5)}old village.`;
  expect(ask(words(60)).length).toBeGreaterThan(0);
  expect(ask(words(61))).toEqual([]);
});

test("numbers go whole, names only behind another word, the title wherever it is a word of its own", () => {
  const last = { chance: 0.999 };
  expect(replies("It has 1,874.5 bells.", last)).toEqual(["cloze: 1,874.5"]);
  expect(replies("We met Anna Maria there.", last)).toEqual(["cloze: Anna Maria"]);
  expect(replies("Once, Anna sang.", last)).toEqual(["cloze: Anna"]);
  expect(replies("Anna sang there.", last)).toEqual([]);
  expect(replies("The Torhamers sang.", last)).toEqual(["cloze: Torhamers"]);
  expect(replies("The Torhamers sang.")).toEqual(["cloze: Torhamers"]); // not the title, which is a part of it
  expect(replies("A room4 was there, xTorham.", last)).toEqual([]);
});
