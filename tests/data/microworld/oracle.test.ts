import fc from "fast-check";
import { expect, test } from "vitest";
import { arcsFrom } from "../../../src/data/microworld/grammar.js";
import { ADVERBS, FEMALE_NAMES, INTRANSITIVE } from "../../../src/data/microworld/lexicon.js";
import { openMicroworld } from "../../../src/data/microworld/oracle.js";
import { START, type State } from "../../../src/data/microworld/states.js";
import { seeded } from "../../../src/random.js";

const world = openMicroworld();
const sentence = fc.integer().map((seed) => world.sampleSentence(seeded(seed)));

test("after every beginning of a text the next word's probabilities sum to 1", () => {
  const context = fc.tuple(sentence, sentence, fc.nat(30)).map(([a, b, cut]) => [...a, ...b].slice(0, cut));
  fc.assert(
    fc.property(context, (words) => {
      const sum = world.vocabulary.reduce(
        (total, word) => total + Math.exp(world.nextWordLogProb(words, word)),
        0,
      );
      expect(sum).toBeCloseTo(1, 12);
    }),
    { numRuns: 50 },
  );
});

test("a text's log probability is the sum over its words, each after those before it", () => {
  fc.assert(
    fc.property(sentence, sentence, (a, b) => {
      const words = [...a, ...b];
      const sum = words.reduce((total, word, i) => total + world.nextWordLogProb(words.slice(0, i), word), 0);
      expect(world.textLogProb(words)).toBeCloseTo(sum, 10);
      expect(world.textLogProb(words)).toBeCloseTo(world.textLogProb(a) + world.textLogProb(b), 10);
    }),
  );
});

test("by hand: the adverb of time leads with its weight, and fixes the tense", () => {
  // The other ways to begin a sentence share 0.7 of the weight.
  expect(world.nextWordLogProb([], "Yesterday")).toBeCloseTo(Math.log(0.14), 12);
  expect(world.nextWordLogProb(["Nobody"], "ever")).toBeCloseTo(Math.log(0.5), 12);
  expect(world.nextWordLogProb(["Tomorrow", "nobody", "ever"], "will")).toBe(0);
  expect(world.textLogProb(["Yesterday", "Mara", "sleeps"])).toBe(-Infinity);
});

test("entropy rate, sentence length and frequencies are those of drawn text", () => {
  const random = seeded(11);
  const counts = new Map<string, number>();
  let words = 0;
  let surprisal = 0;
  const sentences = 20_000;
  for (let i = 0; i < sentences; i++) {
    const drawn = world.sampleSentence(random);
    surprisal -= world.textLogProb(drawn);
    words += drawn.length;
    for (const word of drawn) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  // Three standard errors of 20,000 sentences: about 0.02 nats and 0.06 words.
  expect(Math.abs(surprisal / words - world.entropyRateNatsPerWord)).toBeLessThan(0.02);
  expect(Math.abs(words / sentences - world.wordsPerSentence)).toBeLessThan(0.06);
  const share = (counts.get("the") ?? 0) / words;
  expect(share / Math.exp(world.frequencyLogProb("the"))).toBeCloseTo(1, 1);
});

test("the frequencies of all words sum to 1, and no drawn word is outside the vocabulary", () => {
  const total = world.vocabulary.reduce((sum, word) => sum + Math.exp(world.frequencyLogProb(word)), 0);
  expect(total).toBeCloseTo(1, 12);
  const known = new Set(world.vocabulary);
  fc.assert(fc.property(sentence, (words) => words.every((word) => known.has(word))));
});

test("the same numbers draw the same sentence", () => {
  expect(world.sampleSentence(seeded(5))).toEqual(world.sampleSentence(seeded(5)));
  expect(world.sampleSentence(seeded(5))).not.toEqual(world.sampleSentence(seeded(6)));
});

test("no word leaves a state twice: the words of a text fix its states", () => {
  const words = arcsFrom(START).map(({ word }) => word);
  expect(new Set(words).size).toBe(words.length);
});

test("an impossible word has no probability; an impossible context and an unknown word are errors", () => {
  expect(world.nextWordLogProb(["The"], "quasar")).toBe(-Infinity);
  expect(() => world.nextWordLogProb(["The", "quasar"], "sleeps")).toThrow("must begin a narrative text");
  expect(() => world.frequencyLogProb("quasar")).toThrow('got "quasar"');
});

test("all sentences of three words, the shortest, are together as probable as a drawn one is that short", () => {
  let sum = 0;
  let sentences = 0;
  const lengths = new Set<number>();
  const follow = (state: State, words: readonly string[], probability: number): void => {
    for (const { word, probability: own, next } of arcsFrom(state)) {
      const [longer, reached] = [[...words, word], probability * own];
      if (next.at !== "start" && longer.length < 3) follow(next, longer, reached);
      if (next.at !== "start") continue;
      lengths.add(longer.length);
      sum += Math.exp(world.textLogProb(longer));
      sentences += 1;
    }
  };
  follow(START, [], 1);
  expect(sentences).toBeGreaterThan(1000);
  expect(lengths).toEqual(new Set([3]));
  const random = seeded(12);
  const count = 20_000;
  const drawn = Array.from({ length: count }, () => world.sampleSentence(random)).filter(
    (words) => words.length === 3,
  ).length;
  expect(Math.abs(drawn / count - sum)).toBeLessThan(4 * Math.sqrt((sum * (1 - sum)) / count));
});

test("first words and short sentences of drawn text come as often as they are probable", () => {
  const random = seeded(13);
  const count = 30_000;
  const sentences = Array.from({ length: count }, () => world.sampleSentence(random));
  const cells = arcsFrom(START).map(({ word, probability }) => {
    const expected = count * probability;
    return (sentences.filter(([first]) => first === word).length - expected) ** 2 / expected;
  });
  const [statistic, degrees] = [cells.reduce((sum, cell) => sum + cell, 0), cells.length - 1];
  // Chi-square is about normal with mean k and variance 2k: four standard deviations.
  expect(statistic).toBeLessThan(degrees + 4 * Math.sqrt(2 * degrees));
  for (const adverb of ADVERBS.slice(0, 3)) {
    const probable = FEMALE_NAMES.flatMap((name) =>
      INTRANSITIVE.map(({ past }) => Math.exp(world.textLogProb([name, past, `${adverb}.`]))),
    );
    const expected = count * probable.reduce((sum, share) => sum + share, 0);
    const drawn = sentences.filter(
      ([name = "", verb = "", last]) =>
        FEMALE_NAMES.includes(name) &&
        INTRANSITIVE.some(({ past }) => past === verb) &&
        last === `${adverb}.`,
    ).length;
    expect(expected).toBeGreaterThan(15);
    expect(Math.abs(drawn - expected), adverb).toBeLessThan(4 * Math.sqrt(expected));
  }
});

test("the share of every frequent word of drawn text converges to its frequency", () => {
  const random = seeded(14);
  // Blocks of sentences are independent: their spread says how far the whole may be from the truth.
  const blocks = Array.from({ length: 50 }, () => {
    const words = Array.from({ length: 400 }, () => world.sampleSentence(random)).flat();
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1 / words.length);
    return counts;
  });
  const frequent = world.vocabulary.filter((word) => world.frequencyLogProb(word) > Math.log(0.002));
  expect(frequent.length).toBeGreaterThan(50);
  for (const word of frequent) {
    const shares = blocks.map((counts) => counts.get(word) ?? 0);
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (shares.length - 1);
    const error = Math.sqrt(variance / shares.length);
    expect(Math.abs(mean - Math.exp(world.frequencyLogProb(word))), word).toBeLessThan(4.5 * error);
  }
});
