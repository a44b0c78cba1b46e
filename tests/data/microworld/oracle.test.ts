import fc from "fast-check";
import { expect, test } from "vitest";
import { arcsFrom } from "../../../src/data/microworld/grammar.js";
import { openMicroworld } from "../../../src/data/microworld/oracle.js";
import { START } from "../../../src/data/microworld/states.js";
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
