import { describe, expect, test } from "vitest";
import type { ArchitectureConfig } from "../../src/config/config.js";
import { encodeExamples } from "../../src/data/instructions/chat-template.js";
import { openTokenizer } from "../../src/data/tokenizer/tokenizer.js";
import { trainTokenizer } from "../../src/data/tokenizer/tokenizer-json.js";
import { tf } from "../../src/engine/backend.js";
import { GrowingText } from "../../src/model/cached-decoder.js";
import { decode } from "../../src/model/decoder.js";
import { replyInConversation } from "../../src/model/conversation.js";
import { settledText } from "../../src/model/settled-text.js";
import { initializeWeights } from "../../src/model/weights.js";
import {
  chat,
  chooseToken,
  continueTokens,
  generateText,
  type GenerationOptions,
  type SamplingOptions,
  type TextModel,
} from "../../src/model/generate.js";
import { seeded } from "../../src/random.js";
import { chatFormOf } from "../../src/runs/scoring/chat-form.js";

const tokenizer = await openTokenizer(
  trainTokenizer({
    texts: ["User: the mill is old.\nAssistant: the mill is by the river.\nUser: the miller is old"],
    vocabSize: 300,
    variant: "bytePlain",
  }),
);

const architecture: ArchitectureConfig = {
  vocabSize: tokenizer.vocabSize,
  maxLengthTokens: 300, // crosses the caches of 128 and 256 places
  hiddenSize: 12,
  numHeads: 4,
  numKeyValueHeads: 2,
  headDim: 6, // another number than that of the heads: only so does a root of the wrong one show
  numLayers: 2,
  feedForwardSize: 20,
  rotaryBase: 100,
  normEpsilon: 1e-5,
  initializerStd: 0.4,
  tiedEmbeddings: false,
};

const modelOf = (changes: Partial<ArchitectureConfig> = {}, seed = 3): TextModel => {
  const changed = { ...architecture, ...changes };
  return { architecture: changed, weights: initializeWeights(changed, seeded(seed)), tokenizer };
};

/** Logits after the last token, everything computed again. */
const logitsOf = ({ weights, architecture }: TextModel, ids: readonly number[]): Float32Array =>
  tf.tidy(() => {
    const logits = decode(tf.tensor2d([...ids], [1, ids.length], "int32"), weights, architecture); // [1, T, V]
    return Float32Array.from(tf.slice(logits, [0, ids.length - 1, 0], [1, 1, -1]).dataSync());
  });

const gapOf = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? NaN))));

/** A model that always gives the same logits: its hidden state is constant. */
function constantModel(logits: readonly number[]): TextModel {
  const changed = { ...architecture, vocabSize: tokenizer.vocabSize, numLayers: 1, hiddenSize: 8 };
  const weights = Object.fromEntries(
    Object.entries(initializeWeights(changed, seeded(1))).map(([name, weight]) => {
      if (name === "model.embed_tokens.weight") return [name, tf.ones(weight.shape)];
      if (weight.rank === 1) return [name, tf.ones(weight.shape)];
      if (name !== "lm_head.weight") return [name, tf.zeros(weight.shape)];
      const rows = Array.from({ length: changed.vocabSize }, (_, id) =>
        Array.from({ length: 8 }, () => (logits[id] ?? -50) / 8),
      );
      return [name, tf.tensor2d(rows)]; // a hidden state of ones gives back the logits
    }),
  );
  return { architecture: changed, weights, tokenizer };
}

describe("a text that grows in the decoder", () => {
  for (const changes of [
    {},
    { numKeyValueHeads: 4, tiedEmbeddings: true },
    { numKeyValueHeads: 1 },
    { queryKeyNorm: "perHead", numKeyValueHeads: 4 },
  ] as const)
    test(`has the logits of the whole text computed again, ${JSON.stringify(changes)}`, async () => {
      const model = modelOf(changes);
      const random = seeded(9);
      const ids = Array.from({ length: 300 }, () => Math.floor(random() * model.architecture.vocabSize));
      const text = new GrowingText(model.weights, model.architecture);
      let length = 0;
      // Single tokens, part of a chunk, several chunks, and both changes of the cache.
      for (const size of [1, 1, 30, 64, 65, 1, 131, 6, 1]) {
        const found = await text.append(ids.slice(length, length + size));
        length += size;
        expect(text.lengthTokens).toBe(length);
        expect(gapOf(found, logitsOf(model, ids.slice(0, length))), `${length} tokens`).toBeLessThan(1e-4);
      }
      await expect(text.append([1])).rejects.toThrow(/must have 1 to 300 tokens, got 301/);
      text.dispose();
    });

  test("leaves no tensor behind", async () => {
    const model = modelOf();
    await generateText(model, "the mill", { maxNewTokens: 2 });
    const before = tf.memory().numTensors;
    await generateText(model, "the mill", { maxNewTokens: 140 });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("greedy text", () => {
  test("is that of computing everything again for each token", async () => {
    const model = modelOf();
    const [prompt = []] = await tokenizer.encodeIds(["User: the mill"], { addSpecialTokens: true });
    const ids = [...prompt];
    for (let count = 0; count < 40; count++) ids.push(chooseToken(logitsOf(model, ids), {}));
    const found = await generateText(model, "User: the mill", { maxNewTokens: 40, stopAtEnd: false });
    expect(found.ids).toEqual(ids.slice(prompt.length));
    expect(found.ended).toBe("length");
    expect(found.text).toBe(await tokenizer.decode(found.ids, { skipSpecialTokens: true }));
  });

  test("takes the first of equally probable tokens", () => {
    expect(chooseToken(Float32Array.of(0, 2, 2, 1), {})).toBe(1);
  });
});

describe("drawn tokens", () => {
  const logits = [Math.log(1), Math.log(2), Math.log(4), Math.log(1)];
  const shareOf = (ids: readonly number[], id: number): number =>
    ids.filter((other) => other === id).length / ids.length;

  /** Shares in 4,000 draws lie within four standard errors, 0.03; what must not be drawn never is. */
  function expectShares(options: SamplingOptions, expected: readonly number[]): void {
    const ids = Array.from({ length: 4000 }, () => chooseToken(Float32Array.from(logits), options));
    expected.forEach((share, id) => {
      if (share === 0) expect(ids).not.toContain(id);
      else expect(Math.abs(shareOf(ids, id) - share)).toBeLessThan(0.03);
    });
  }

  test("come as often as their probabilities say, sharpened by a low temperature", () => {
    expectShares({ temperature: 1, random: seeded(5) }, [1 / 8, 2 / 8, 4 / 8, 1 / 8]);
    expectShares({ temperature: 0.5, random: seeded(6) }, [1 / 22, 4 / 22, 16 / 22, 1 / 22]);
  });
  test("with topP come from the fewest tokens that reach it", () => {
    const random = seeded(7);
    expectShares({ temperature: 1, topP: 0.74, random }, [0, 1 / 3, 2 / 3, 0]);
    expectShares({ temperature: 1, topP: 0.76, random }, [1 / 7, 2 / 7, 4 / 7, 0]); // of the two last, the first
    expectShares({ temperature: 1, topP: 1e-9, random }, [0, 0, 1, 0]);
  });
  test("of a model come as often as its probabilities say", async () => {
    const options = { maxNewTokens: 250, temperature: 1, random: seeded(8), stopAtEnd: false };
    const model = constantModel(logits);
    const ids: number[] = [];
    for (let run = 0; run < 4; run++) ids.push(...(await generateText(model, "x", options)).ids);
    [1 / 8, 2 / 8, 4 / 8, 1 / 8].forEach((share, id) =>
      expect(Math.abs(shareOf(ids, id) - share)).toBeLessThan(0.06),
    );
  });
  test("are the same for the same seed", async () => {
    const write = (seed: number) =>
      generateText(modelOf(), "the", { maxNewTokens: 20, temperature: 1, random: seeded(seed) });
    expect((await write(1)).ids).toEqual((await write(1)).ids);
    expect((await write(1)).ids).not.toEqual((await write(2)).ids);
  });
});

describe("a text ends", () => {
  const end = tokenizer.endId ?? -1;
  const always = (text: string): Promise<TextModel> =>
    tokenizer.encodeIds([text], { addSpecialTokens: false }).then(([ids = []]) => {
      const logits: number[] = Array.from({ length: tokenizer.vocabSize }, () => -50);
      logits[ids[0] ?? 0] = 0;
      return constantModel(logits);
    });

  test("with the end token, which is no part of it, unless that is not asked for", async () => {
    const logits: number[] = Array.from({ length: tokenizer.vocabSize }, () => -50);
    logits[end] = 0;
    const model = constantModel(logits);
    expect(await generateText(model, "a", { maxNewTokens: 3 })).toEqual({
      text: "",
      ids: [end],
      ended: "endToken",
    });
    const open = await generateText(model, "a", { maxNewTokens: 3, stopAtEnd: false });
    expect(open).toEqual({ text: "", ids: [end, end, end], ended: "length" });
  });

  test("before a stop text, although that spans several tokens", async () => {
    const model = await always("a");
    const found = await generateText(model, "b", { maxNewTokens: 9, stopBefore: ["zz", "aaa"] });
    expect(found).toMatchObject({ text: "", ended: "stopText" });
    expect(found.ids).toHaveLength(3);
  });

  test("in a chat before the next turn, and the prompt is wrapped", async () => {
    const asked: string[] = [];
    const model = await always("o");
    const reply = await chat(model, "the mill", {
      maxNewTokens: 4,
      form: {
        wrap: (prompt) => {
          asked.push(prompt);
          return `User: ${prompt}\nAssistant:`;
        },
        turns: ["\nUser:"],
      },
    });
    expect(asked).toEqual(["the mill"]);
    expect(reply).toMatchObject({ text: "oooo", ended: "length" });
  });
});

describe("a text told as it grows", () => {
  const pieces = async (model: TextModel, options: GenerationOptions) => {
    const told: string[] = [];
    const found = await generateText(model, "the mill", {
      ...options,
      onText: (piece) => void told.push(piece),
    });
    return { told, found };
  };
  /** A model that writes these tokens, one after the other: `random` of each draw falls into the place of the next. */
  const writing = (ids: readonly number[]): [TextModel, GenerationOptions] => {
    const distinct = [...new Set(ids)].sort((a, b) => a - b);
    const logits: number[] = Array.from({ length: tokenizer.vocabSize }, () => -50);
    for (const id of distinct) logits[id] = 0;
    let drawn = 0;
    const random = () => (distinct.indexOf(ids[drawn++] ?? 0) + 0.5) / distinct.length;
    return [constantModel(logits), { maxNewTokens: ids.length, temperature: 1, random }];
  };
  const bytesOf = (text: string) =>
    tokenizer.encodeIds([text], { addSpecialTokens: false }).then(([ids = []]) => ids);

  test("is all of it, one call for each token", async () => {
    const options = { maxNewTokens: 60, temperature: 2, stopAtEnd: false };
    for (const seed of [1, 2, 3]) {
      const { told, found } = await pieces(modelOf(), { ...options, random: seeded(seed) });
      expect(told.join("")).toBe(found.text);
      expect(told).toHaveLength(61); // and one for what was held back
      const silent = await generateText(modelOf(), "the mill", { ...options, random: seeded(seed) });
      expect(silent).toEqual(found);
    }
  });

  test("has whole characters, although tokens split them", async () => {
    const { told, found } = await pieces(...writing(await bytesOf("é😀a")));
    expect(found.text).toBe("é😀a");
    expect(told).toEqual(["", "é", "", "", "", "😀", "a", ""]);
  });

  test("never has the beginning of a stop text, but what only looked like one", async () => {
    const [model, options] = writing(await bytesOf("ozzozzz"));
    const { told, found } = await pieces(model, { ...options, stopBefore: ["zzz"] });
    expect(found).toMatchObject({ text: "ozzo", ended: "stopText" });
    expect(told.filter((piece) => piece !== "")).toEqual(["o", "zzo"]);
  });
});

describe("text that is settled", () => {
  const plain = { stopBefore: [], cleansUpSpaces: false };
  test("lacks unfinished characters, what may begin a stop text, and a word whose space may go", () => {
    expect(settledText("bell\uFFFD", plain)).toBe("bell");
    expect(settledText("b\uFFFDell", plain)).toBe("b\uFFFDell");
    expect(settledText("bell\n\nUs", { ...plain, stopBefore: ["\nUser:", "l\n"] })).toBe("bell\n");
    expect(settledText("I do n", { ...plain, cleansUpSpaces: true })).toBe("I do");
  });
});

describe("a conversation", () => {
  const form = { wrap: (turn: string) => `U: ${turn}\nA:`, turns: ["\nU:"] };
  const greedy = { form, maxNewTokens: 20 };

  test("is one text with an end token behind each reply, of which the last turn is answered", async () => {
    const model = modelOf();
    const turns = ["the mill", "is old", "by the river"];
    const text = "U: the mill\nA: is old</s>\nU: by the river\nA:";
    const { text: expected } = await generateText(model, text, { maxNewTokens: 20, stopBefore: form.turns });
    expect(await replyInConversation(model, turns, greedy)).toMatchObject({
      text: expected.trim(),
      leftOutTurns: 0,
    });
    const second = await replyInConversation(model, ["well", ...turns], greedy);
    expect(second).toMatchObject({ text: expected.trim(), leftOutTurns: 0 }); // the text begins with the first speaker
  });

  for (const variant of ["bytePlain", "byteWithPrefixSpace"] as const)
    test(`gives the model the tokens it was tuned on, ${variant}`, async () => {
      const own = await openTokenizer(
        trainTokenizer({ texts: ["User: the mill\nAssistant: old"], vocabSize: 290, variant }),
      );
      const model = { ...modelOf({ vocabSize: own.vocabSize }), tokenizer: own };
      const example = { id: "1", source: "switchboard", prompt: "by the river", reply: "x" } as const;
      const { examples } = await encodeExamples([{ ...example, earlier: ["the mill", "is old"] }], {
        tokenizer: own,
        ...{ template: "plainRoles", lossOn: "reply", maxLengthTokens: 200 },
      });
      const { ids = [], bounds = [] } = examples[0] ?? {};
      const expected = await continueTokens(model, ids.slice(0, bounds.at(-1)), { maxNewTokens: 20 });
      const found = await replyInConversation(model, ["the mill", "is old", "by the river"], {
        form: chatFormOf("plainRoles"),
        maxNewTokens: 20,
      });
      expect(found.ids).toEqual(expected.ids);
    });

  test("loses its oldest turns, two at a time, where the model is too short", async () => {
    const model = modelOf();
    const turns = Array.from({ length: 31 }, (_, index) => `turn ${index} of the mill`);
    const found = await replyInConversation(model, turns, greedy);
    expect(found.leftOutTurns % 2).toBe(0);
    expect(found.leftOutTurns).toBeGreaterThan(0);
    const rest = turns.slice(found.leftOutTurns);
    expect(await replyInConversation(model, rest, greedy)).toEqual({ ...found, leftOutTurns: 0 });
    await expect(replyInConversation(model, turns.slice(found.leftOutTurns - 2), greedy)).resolves.toEqual({
      ...found,
      leftOutTurns: 2,
    });
  });

  test("tells the reply without spaces around it", async () => {
    for (const seed of [1, 2, 3, 4]) {
      const told: string[] = [];
      const { text } = await replyInConversation(modelOf({}, seed), ["the mill"], {
        ...greedy,
        temperature: 2,
        random: seeded(seed),
        onText: (piece) => void told.push(piece),
      });
      expect(told.join("")).toBe(text);
    }
  });

  test("refuses a turn that is empty, or too long by itself", async () => {
    await expect(replyInConversation(modelOf(), [" "], greedy)).rejects.toThrow(/must hold text/);
    await expect(replyInConversation(modelOf(), ["x".repeat(400)], greedy)).rejects.toThrow(
      /at most 280 tokens with the words around it, so that 20 new ones fit, got \d+/,
    );
  });
});

describe("refused by name:", () => {
  const model = modelOf();
  test.each<[string, GenerationOptions, RegExp]>([
    [
      "a text longer than the model's maximum",
      { maxNewTokens: 300 },
      /with 300 new ones not exceed the model's 300/,
    ],
    ["no new token", { maxNewTokens: 0 }, /maxNewTokens must be a whole number from 1, got 0/],
    ["a temperature below 0", { maxNewTokens: 1, temperature: -1 }, /temperature must be 0 or above/],
    [
      "a share of nothing",
      { maxNewTokens: 1, temperature: 1, topP: 0, random: seeded(1) },
      /topP must be above 0/,
    ],
    ["a share without effect", { maxNewTokens: 1, topP: 0.9 }, /topP must be 1 at temperature 0/],
    [
      "chance without numbers",
      { maxNewTokens: 1, temperature: 1 },
      /random must be given above temperature 0/,
    ],
    ["an empty stop text", { maxNewTokens: 1, stopBefore: [""] }, /stopBefore must hold texts/],
  ])("%s", async (_, options, message) => {
    await expect(generateText(model, "the mill", options)).rejects.toThrow(message);
  });
  test("an empty prompt, where the tokenizer adds no start token", async () => {
    await expect(generateText(model, "", { maxNewTokens: 1 })).rejects.toThrow(/a prompt must have a token/);
    const smaller = modelOf({ vocabSize: 100 });
    await expect(generateText(smaller, "the mill", { maxNewTokens: 1 })).rejects.toThrow(
      /tokens must be below the model's 100, got \d{3}\. Use the model's own tokenizer/,
    );
  });
  test("logits that are no numbers", () => {
    expect(() => chooseToken(Float32Array.of(1, Number.NaN), {})).toThrow(
      /every logit must be a number, got NaN/,
    );
  });
});
