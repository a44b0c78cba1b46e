import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeExamples, renderExample } from "../../../src/data/instructions/chat-template.js";
import type { InstructionExample } from "../../../src/data/instructions/instructions.js";
import { openMicroworldTokenizer } from "../microworld-tokenizer.js";

const tokenizers = {
  bytePlain: await openMicroworldTokenizer("bytePlain"),
  byteWithPrefixSpace: await openMicroworldTokenizer("byteWithPrefixSpace"),
};
const example = (prompt: string, reply: string): InstructionExample => ({
  id: "x1",
  source: "microworld-question",
  prompt,
  reply,
});
const where = example("Mara is in the garden.\nWhere is Mara?", "In the garden.");
const settings = { template: "plainRoles", lossOn: "reply", maxLengthTokens: 256 } as const;

test("plainRoles and speakerLetters name the roles; only the reply, with its space, is trained", () => {
  expect(renderExample(where, "plainRoles")).toEqual([
    { text: "User:", trained: false },
    { text: " Mara is in the garden.\nWhere is Mara?\nAssistant:", trained: false },
    { text: " In the garden.", trained: true },
  ]);
  const text = renderExample(where, "speakerLetters").map((piece) => piece.text);
  expect(text.join("")).toBe("A: Mara is in the garden.\nWhere is Mara?\nB: In the garden.");
});

test("an example without a reply is refused by name", async () => {
  expect(() => renderExample(example("Hello there.", " \n"), "plainRoles")).toThrow(
    "got an empty reply in microworld-question x1",
  );
  const encoding = encodeExamples([where, example("", "Yes.")], {
    ...settings,
    tokenizer: tokenizers.bytePlain,
  });
  await expect(encoding).rejects.toThrow("got an empty prompt in microworld-question x1");
});

describe.each(["bytePlain", "byteWithPrefixSpace"] as const)("%s", (variant) => {
  const tokenizer = tokenizers[variant];
  const encode = async (
    examples: readonly InstructionExample[],
    changes: Partial<Omit<Parameters<typeof encodeExamples>[1], "tokenizer">> = {},
  ): ReturnType<typeof encodeExamples> => encodeExamples(examples, { ...settings, ...changes, tokenizer });
  const decode = (ids: readonly number[]): Promise<string> =>
    tokenizer.decode(ids, { skipSpecialTokens: true });

  test("the trained tokens decode to the reply with one space, and the last is the end token", async () => {
    const { examples } = await encode([where]);
    const { ids, trained } = examples[0] ?? { ids: [], trained: [] };
    expect(trained).toHaveLength(ids.length);
    expect(await decode(ids.filter((_, i) => trained[i]))).toBe(" In the garden.");
    expect(ids.at(-1)).toBe(tokenizer.endId);
    expect(trained.at(-1)).toBe(true);
    expect(ids[0] === tokenizer.startId).toBe(variant === "byteWithPrefixSpace");
  });

  test("encoding in pieces gives the ids of the whole text", async () => {
    const text = fc.array(fc.constantFrom("Mara", "2", " ", "\n", "?", "'s", "é", "😀"), {
      minLength: 1,
      maxLength: 12,
    });
    const words = text.map((parts) => `a${parts.join("")}.`);
    await fc.assert(
      fc.asyncProperty(words, words, async (prompt, reply) => {
        const { examples } = await encode([example(prompt, reply)]);
        const whole = `User: ${prompt.trim()}\nAssistant: ${reply.trim()}`;
        const [ids = []] = await tokenizer.encodeIds([whole], { addSpecialTokens: true });
        expect(examples[0]?.ids).toEqual([...ids, tokenizer.endId]);
      }),
      { numRuns: 40 },
    );
  });

  test("loss on everything trains all tokens but the start token", async () => {
    const { examples } = await encode([where], { lossOn: "full" });
    const { ids, trained } = examples[0] ?? { ids: [], trained: [] };
    expect(trained).toEqual(ids.map((id) => id !== tokenizer.startId));
  });

  test("a prompt too long loses whole words from its left; roles, question and reply stay", async () => {
    const long = example(`${"The garden was quiet. ".repeat(40)}\nWhere is Mara?`, "In the garden.");
    const { examples, cutRows } = await encode([long, where], { maxLengthTokens: 64 });
    expect(cutRows).toBe(1);
    const ids = examples[0]?.ids ?? [];
    expect(ids.length).toBeLessThanOrEqual(64);
    expect(ids.length).toBeGreaterThan(54); // no more is cut than the rest of a word
    expect((await decode(ids)).trim()).toMatch(
      /^User: (The|garden|was|quiet\.) .*quiet\. \nWhere is Mara\?\nAssistant: In the garden\.$/,
    );
  });

  const released = (text: string, parts: { prompt?: string; reply?: string } = {}): InstructionExample => ({
    id: "r1",
    source: "wiki-released",
    prompt: "Mara is in the garden.\nWhere is Mara?",
    reply: "In the garden.",
    text,
    ...parts,
  });
  const asReleased = { template: "released" } as const;
  const [before, between] = ["[User]\n", "\n\n[Model]\n\n"];
  const text = `${before}${released("").prompt}${between}${released("").reply}`;

  test("a released text is trained unchanged; its reply is found, whatever stands around it", async () => {
    for (const whole of [text, `${text}\n`, `${text}</s>`, ` 🙂 ${text}`]) {
      const { examples } = await encode([released(whole)], asReleased);
      const { ids, trained } = examples[0] ?? { ids: [], trained: [] };
      const [plain = []] = await tokenizer.encodeIds([whole], { addSpecialTokens: true });
      expect(ids).toEqual(plain.at(-1) === tokenizer.endId ? plain : [...plain, tokenizer.endId]);
      const reply = (await decode(ids.filter((_, i) => trained[i]))).trim();
      expect(reply).toBe("In the garden.");
      expect(ids.filter((id) => id === tokenizer.endId)).toHaveLength(1);
    }
  });

  test("a released text too long loses its passage from the left; what stands around it stays", async () => {
    const prompt = `${"The garden was quiet. ".repeat(40)}\nWhere is Mara?`;
    const long = released(`${before}${prompt}${between}In the garden.`, { prompt });
    const { examples, cutRows } = await encode([long], { ...asReleased, maxLengthTokens: 64 });
    expect(cutRows).toBe(1);
    const ids = examples[0]?.ids ?? [];
    expect(ids.length).toBeLessThanOrEqual(64);
    expect((await decode(ids)).trim()).toMatch(
      /^\[User\]\n (The|garden|was|quiet\.) .*quiet\. \nWhere is Mara\?\n\n\[Model\]\n\nIn the garden\.$/,
    );
  });

  test("a released text without its prompt or reply, or none at all, is refused by name", async () => {
    const refused = (example: InstructionExample) => expect(encode([example], asReleased)).rejects;
    await refused(released("In the garden.")).toThrow("wiki-released r1 must be its prompt and then");
    await refused(released(`${text} And then?`)).toThrow("got no such reply behind the prompt");
    await refused(where).toThrow(
      "must have examples with a text of their own, got none in microworld-question x1",
    );
  });

  test("a reply that does not fit is an error that names the example", async () => {
    const encoding = encode([where, example("Hello there.", "one two three ".repeat(20))], {
      maxLengthTokens: 48,
    });
    await expect(encoding).rejects.toThrow(
      /must fit into 48 tokens, got \d+ in microworld-question x1\..*never cut/,
    );
  });
});
