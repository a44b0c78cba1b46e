/** @file Examples as tokens by hand: a tokenizer of one token a character, so that every border, cut and part can be counted. */
import { expect, test } from "vitest";
import { encodeExamples, partOf, TOKEN_PARTS } from "../../../src/data/instructions/chat-template.js";
import type { InstructionExample } from "../../../src/data/instructions/instructions.js";
import type { Tokenizer } from "../../../src/data/tokenizer/tokenizer.js";

const [START, END] = [1, 2];
const codes = (text: string): number[] => [...text].map((character) => character.codePointAt(0) ?? 0);
const letters: Tokenizer = {
  vocabSize: 128,
  startId: START,
  endId: END,
  padId: 0,
  maskId: null,
  endIds: [END],
  specialTokens: {},
  cleansUpSpaces: false,
  truncationSide: "right",
  addsStartToken: true,
  json: {
    version: "1.0",
    added_tokens: [],
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: { type: "BPE" },
  },
  encode: (texts) =>
    Promise.resolve(
      texts.map((text) => ({ ids: codes(text), offsets: codes(text).map((_, at) => [at, at + 1]) })),
    ),
  encodeIds: (texts) => Promise.resolve(texts.map(codes)),
  decode: (ids) => Promise.resolve(String.fromCodePoint(...ids)),
  decodeAfter: (_, ids) => Promise.resolve(String.fromCodePoint(...ids)),
  splitWord: (word) => Promise.resolve([...word].map((text) => ({ text, id: text.codePointAt(0) ?? 0 }))),
  wordStartIds: () => Promise.resolve(new Set([32])),
};
const example = (changes: Partial<InstructionExample> = {}): InstructionExample => ({
  id: "e1",
  source: "microworld-question",
  prompt: "ab cd ef",
  reply: "no",
  ...changes,
});
const settings = {
  tokenizer: letters,
  template: "plainRoles",
  lossOn: "reply",
  maxLengthTokens: 99,
} as const;
/** `<s>User:`, then ` ab cd ef` and `\nAssistant:`, then ` no</s>`. */
const [HEAD, PROMPT, TAIL, REPLY] = [6, 9, 11, 4];
const encodeOne = async (changes: Partial<Parameters<typeof encodeExamples>[1]>) => {
  const { examples, ...counts } = await encodeExamples([example()], { ...settings, ...changes });
  return { example: examples[0], ...counts };
};
const textOf = (ids: readonly number[] = []): string =>
  ids.map((id) => (id === START ? "<s>" : id === END ? "</s>" : String.fromCodePoint(id))).join("");

test("borders, words and what is trained are counted", async () => {
  const { example: encoded, cutRows, leftOut } = await encodeOne({});
  expect(textOf(encoded?.ids)).toBe("<s>User: ab cd ef\nAssistant: no</s>");
  expect(encoded?.bounds).toEqual([HEAD, HEAD + PROMPT, HEAD + PROMPT + TAIL]);
  expect(encoded?.trained.indexOf(true)).toBe(HEAD + PROMPT + TAIL);
  expect(encoded?.trained.filter(Boolean)).toHaveLength(REPLY);
  expect([encoded?.words, cutRows, leftOut]).toEqual([4, 0, []]);
});

test("every token belongs to one part", async () => {
  const { example: encoded } = await encodeOne({});
  if (!encoded) throw new Error("there is one");
  const texts = TOKEN_PARTS.map((part) =>
    textOf(encoded.ids.filter((_, place) => partOf(encoded, place, letters) === part)),
  );
  expect(texts).toEqual(["<s></s>", "User:\nAssistant:", " ab cd ef", " no"]);
  // The start token's number elsewhere, or the end token's, is no special place.
  const ids = [END, START, ...encoded.ids.slice(2, -1), START];
  const parts = [0, 1, ids.length - 1].map((place) => partOf({ ...encoded, ids }, place, letters));
  expect(parts).toEqual(["marker", "marker", "reply"]);
});

test.each([
  [PROMPT + TAIL, " ab cd ef", 0],
  [PROMPT + TAIL - 1, " cd ef", 1], // "ab" cannot stay without its space
  [PROMPT + TAIL - 3, " cd ef", 1],
  [PROMPT + TAIL - 4, " ef", 1],
  [TAIL + 3, " ef", 1],
  [TAIL + 1, "", 1],
  [TAIL, "", 1],
])("in a room of %i tokens the prompt is %j", async (room, left, cut) => {
  const { example: encoded, cutRows } = await encodeOne({ maxLengthTokens: HEAD + room + REPLY });
  expect(textOf(encoded?.ids)).toBe(`<s>User:${left}\nAssistant: no</s>`);
  expect(encoded?.bounds).toEqual([HEAD, HEAD + left.length, HEAD + left.length + TAIL]);
  expect([cutRows, encoded?.words]).toEqual([cut, 4]);
});

test("what does not fit without its passage is refused with its length, or left out by name", async () => {
  const tooShort = { maxLengthTokens: HEAD + TAIL - 1 + REPLY };
  await expect(encodeOne(tooShort)).rejects.toThrow(
    /must fit into 20 tokens, got 21 in microworld-question e1/,
  );
  expect(await encodeOne({ ...tooShort, overlongReplies: "leaveOut" })).toEqual({
    example: undefined,
    cutRows: 0,
    leftOut: ["e1"],
  });
});

test("with loss on everything all but the start token is trained, wherever its number stands", async () => {
  const { example: encoded } = await encodeOne({ lossOn: "full" });
  expect(
    encoded?.trained.map((isTrained, place) => (isTrained ? -1 : place)).filter((at) => at >= 0),
  ).toEqual([0]);
  const without = await encodeOne({ lossOn: "full", tokenizer: { ...letters, addsStartToken: false } });
  expect(textOf(without.example?.ids)).toBe("User: ab cd ef\nAssistant: no</s>");
  expect(without.example?.trained.every(Boolean)).toBe(true);
  const nameless = await encodeOne({ tokenizer: { ...letters, startId: null } });
  expect(nameless.example?.ids[0]).toBe("U".codePointAt(0));
});

test("a tokenizer without an end token is refused; without tokens that begin a word the whole passage goes", async () => {
  await expect(encodeOne({ tokenizer: { ...letters, endId: null } })).rejects.toThrow(
    /must have an end token, got none/,
  );
  const room = { maxLengthTokens: HEAD + PROMPT + TAIL - 1 + REPLY };
  const { example: encoded } = await encodeOne({
    ...room,
    tokenizer: { ...letters, wordStartIds: () => Promise.resolve(new Set()) },
  });
  expect(textOf(encoded?.ids)).toBe("<s>User:\nAssistant: no</s>");
});

test("a released text that begins with the start token gets no second one", async () => {
  const text = "Q: ab cd ef A: no";
  const { examples } = await encodeExamples(
    [example({ text }), example({ text: `${String.fromCodePoint(START)}${text}` })],
    { ...settings, template: "released" },
  );
  expect(examples.map(({ ids }) => textOf(ids))).toEqual([`<s>${text}</s>`, `<s>${text}</s>`]);
});

/** `<s>User: ab\nAssistant: no</s>\nUser: cd\nAssistant: so</s>` */
const conversation = example({ earlier: ["ab", "no"], prompt: "cd", reply: "so" });
const encodeConversation = async (changes: Partial<Parameters<typeof encodeExamples>[1]> = {}) => {
  const { examples, ...counts } = await encodeExamples([conversation, example()], {
    ...settings,
    ...changes,
  });
  const [encoded] = examples;
  if (!encoded) throw new Error("there is one");
  const trained = textOf(encoded.ids.map((id, at) => (encoded.trained[at] === true ? id : 46))); // 46 is a dot
  return { encoded, trained: trained.replace(/\.+/g, "."), ...counts };
};

test("a conversation: each reply is trained and ends with the end token, and the words of all turns count", async () => {
  const { encoded, trained } = await encodeConversation();
  expect(textOf(encoded.ids)).toBe("<s>User: ab\nAssistant: no</s>\nUser: cd\nAssistant: so</s>");
  expect(trained).toBe(". no</s>. so</s>");
  expect(encoded.words).toBe(4);
});

test("both speakers trained: every turn but no role; loss on everything: all but the start token", async () => {
  expect((await encodeConversation({ trainedSpeakers: "both" })).trained).toBe(". ab. no</s>. cd. so</s>");
  const { encoded } = await encodeConversation({ lossOn: "full" });
  expect(encoded.trained.indexOf(false)).toBe(0);
  expect(encoded.trained.filter((is) => !is)).toHaveLength(1);
});

test("every token of a conversation belongs to the part it has in its pair", async () => {
  const { encoded } = await encodeConversation();
  const parts = encoded.ids.map((_, place) => partOf(encoded, place, letters));
  const runs = parts.filter((part, place) => part !== parts[place - 1]);
  expect(runs.join(" ")).toBe(
    "special marker prompt marker reply special marker prompt marker reply special",
  );
  const textsOf = (wanted: string) => textOf(encoded.ids.filter((_, place) => parts[place] === wanted));
  expect([textsOf("prompt"), textsOf("reply"), textsOf("special")]).toEqual([
    " ab cd",
    " no so",
    "<s></s></s>",
  ]);
});

test("a conversation too long loses its first pair, then the left of its prompt", async () => {
  const whole = await encodeConversation({ maxLengthTokens: 50 });
  const { encoded, cutRows, leftOut } = await encodeConversation({
    maxLengthTokens: whole.encoded.ids.length - 1,
  });
  expect(textOf(encoded.ids)).toBe("<s>User: cd\nAssistant: so</s>");
  expect([encoded.words, cutRows, leftOut]).toEqual([4, 1, []]);
});
