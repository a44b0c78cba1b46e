import { expect, test } from "vitest";
import { answerChoices, questionKind, QUESTION_UIDS } from "../../src/evaluation/answer-choices.js";
import { OTHER_TURNS } from "../../src/evaluation/dialogue-items.js";
import { seeded } from "../../src/random.js";

const form = { wrap: (prompt: string) => `User: ${prompt}\nAssistant: `, neutral: "Assistant: " };
const years = Array.from({ length: 12 }, (_, index) => ({
  id: `year_${index}`,
  prompt: `Ann was born in ${1900 + index} in Bree.\nWhen was Ann born?`,
  reply: `In ${1900 + index}.`,
}));

test("a question's kind is its question word, how with what is counted, and of a gap what is missing", () => {
  const kindOf = (question: string, reply = "x"): string =>
    questionKind({ prompt: `Text.\n${question}`, reply });
  expect(kindOf("What is Bree?")).toBe("what");
  expect(kindOf("How many dogs does Ann have?")).toBe("how many");
  expect(kindOf("What is missing here? Ann was born in ____.", "1900")).toBe("missing number");
  expect(kindOf("What is missing here? ____ was born in Bree.", "Ann")).toBe("missing words");
});

test("each question is asked with its passage and alone, its answer first and nine others of its kind after it", () => {
  const other = { id: "where", prompt: "Ann lives in Bree.\nWhere does Ann live?", reply: "In Bree." };
  const items = answerChoices([...years, other], { form, random: seeded(1) });
  expect(items).toHaveLength(2 * years.length);
  for (const [index, { uid, id, context, neutral, candidates }] of items.entries()) {
    const question = years[index % years.length];
    const isAlone = index >= years.length;
    expect(uid).toBe(QUESTION_UIDS[isAlone ? 1 : 0]);
    expect(id).toBe(`${question?.id} ${isAlone ? "alone" : "passage"}`);
    expect(context).toBe(form.wrap(isAlone ? "When was Ann born?" : (question?.prompt ?? "")));
    expect(neutral).toBe("Assistant: ");
    expect(candidates[0]).toBe(question?.reply);
    expect(new Set(candidates).size).toBe(1 + OTHER_TURNS);
    expect(candidates).not.toContain("In Bree.");
  }
});

test("wrong answers have as many words as the right one where there are enough, and none stands in the passage", () => {
  const long = { id: "long", prompt: "It was so.\nWhen was Bob born?", reply: "In the cold winter of 1822." };
  const inPassage = {
    id: "seen",
    prompt: "In 1905. or in 1907.\nWhen was Cid born?",
    reply: "In 1800.",
  };
  const items = answerChoices([...years, long, inPassage], { form, random: seeded(2) });
  const candidatesOf = (id: string) => items.find((item) => item.id === `${id} passage`)?.candidates ?? [];
  expect(candidatesOf("year_0")).not.toContain(long.reply);
  expect(candidatesOf("long")).toHaveLength(1 + OTHER_TURNS);
  expect(candidatesOf("seen").slice(1)).not.toContain("In 1905.");
  expect(candidatesOf("seen").slice(1)).not.toContain("In 1907.");
});

test("the same seed asks the same, and too few answers of every kind are refused", () => {
  const ask = (seed: number) => answerChoices(years, { form, random: seeded(seed) });
  expect(ask(3)).toEqual(ask(3));
  expect(ask(3)).not.toEqual(ask(4));
  expect(() => answerChoices(years.slice(0, 9), { form, random: seeded(1) })).toThrow(
    "answerChoices: a kind of question must have at least 10 different answers, got 9 questions of 1 kinds",
  );
});
