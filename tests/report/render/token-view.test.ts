import { expect, test } from "vitest";
import { layoutTokens, type ShownToken } from "../../../src/report/render/token-view.js";

const tokens: ShownToken[] = [
  { text: "User:", part: "marker", trained: false },
  { text: " <b>\n", part: "prompt", trained: false },
  { text: " yes", part: "reply", trained: true },
  { text: "</s>", part: "special", trained: true },
];

test("plain text encloses what is trained and counts every part", () => {
  expect(layoutTokens(tokens, { caption: "An example" }).plain.split("\n")).toEqual([
    "An example",
    "|User:|·<b>↵«·yes|</s>»",
    "special: 1 tokens, 1 trained",
    "marker: 1 tokens, 0 trained",
    "prompt: 1 tokens, 0 trained",
    "reply: 1 tokens, 1 trained",
  ]);
});

test("in HTML each token says its part and whether it is trained, and its text is escaped", () => {
  const { html } = layoutTokens(tokens, { caption: "a & b" });
  expect(html).toContain("a &#38; b");
  expect(html).toMatch(/title="prompt, not trained"[^>]*>·&#60;b&#62;↵<\/span><br>/);
  expect(html.match(/title="[a-z]+, trained"/g)).toHaveLength(2);
});
