import { expect, test } from "vitest";
import { renderExample } from "../../../src/data/instructions/chat-template.js";
import { locateReply } from "../../../src/data/instructions/released-text.js";

const row = (prompt: string, reply: string, text?: string) => ({
  id: "own_1",
  source: "wiki-released" as const,
  ...{ prompt, reply },
  ...(text !== undefined && { text }),
});

test("prompt and reply are found without the white space around them, the reply at the end", () => {
  const text = "Q: What rang? A: What rang? The bell.";
  expect(locateReply(row(" What rang? ", " The bell.\n", text))).toEqual({
    ...{ text, promptStart: 3, promptEnd: 13, replyStart: 28 },
  });
});

test("of a reply that occurs more than once the last one counts", () => {
  const text = "Say yes. yes";
  expect(locateReply(row("Say yes.", "yes", text)).replyStart).toBe(9);
});

test("a text without its prompt, without its reply behind it, or with more behind the reply, is refused", () => {
  expect(() => locateReply(row("Why?", "So.", "What? So."))).toThrow(/got no such prompt/);
  expect(() => locateReply(row("Why?", "So.", "So. Why?"))).toThrow(/got no such reply behind the prompt/);
  expect(() => locateReply(row("Why?", "So.", "Why? So. And more words."))).toThrow(/no such reply/);
  expect(() => locateReply(row("Why?", "So.", "So. and Why? then more"))).toThrow(/no such reply/);
  expect(() => locateReply(row("Why?", "So."))).toThrow(/got none in wiki-released own_1/);
});

test("of a released text only the reply is trained, and the pieces are the whole text", () => {
  expect(renderExample(row("Why?", "So.", "<q> Why? <a> So."), "released")).toEqual([
    { text: "<q> ", trained: false },
    { text: "Why? <a> ", trained: false },
    { text: "So.", trained: true },
  ]);
});
