import { expect, test } from "vitest";
import { PEOPLE, REFLEXIVE } from "../../../src/data/microworld/lexicon.js";
import {
  microworldMinimalPairs,
  minimalPairLogProb,
  MICROWORLD_UIDS,
} from "../../../src/data/microworld/minimal-pairs.js";
import { openMicroworld } from "../../../src/data/microworld/oracle.js";
import { seeded } from "../../../src/random.js";

const pairs = microworldMinimalPairs({ pairsPerUid: 60, random: seeded(1) });
const logProb = (sentence: string): number => openMicroworld().textLogProb(sentence.split(" "));

test("the grammar can write every good sentence and no bad one", () => {
  for (const { sentence_good, sentence_bad } of pairs) {
    expect(logProb(sentence_good)).toBeGreaterThan(-Infinity);
    expect(logProb(sentence_bad)).toBe(-Infinity);
  }
});

test("nine paradigms have 60 different pairs each, numbered from 0", () => {
  expect(MICROWORLD_UIDS).toHaveLength(9);
  for (const uid of MICROWORLD_UIDS) {
    const own = pairs.filter(({ UID }) => UID === uid);
    expect(new Set(own.map(({ sentence_good }) => sentence_good)).size).toBe(60);
    expect(own.map(({ pair_id }) => pair_id)).toEqual(own.map((_, i) => i));
  }
});

test("the distractor's number differs from the subject's in both directions", () => {
  const own = pairs.filter(({ UID }) => UID === "agreement_with_distractor");
  const verbIsPlural = own.map(
    ({ sentence_good, sentence_bad }) => sentence_good.length < sentence_bad.length,
  );
  expect(new Set(verbIsPlural)).toEqual(new Set([true, false]));
});

test("the same seed gives the same pairs", () => {
  expect(microworldMinimalPairs({ pairsPerUid: 60, random: seeded(1) })).toEqual(pairs);
});

test("more pairs than a paradigm has is an error that names it", () => {
  expect(() => microworldMinimalPairs({ pairsPerUid: 5000, random: seeded(1) })).toThrow(
    /pairsPerUid must be at most .* got 5000 and found \d+ for \w+\. Ask for fewer\./,
  );
});

test("a paradigm's pairs have probabilities that sum to 1: all 108 of reflexive_gender, by hand", () => {
  const sum = PEOPLE.filter(({ gender }) => gender !== "open").reduce(
    (total, { singular, gender }) =>
      REFLEXIVE.reduce((part, { past }) => {
        const [good, bad] = gender === "male" ? ["himself", "herself"] : ["herself", "himself"];
        const start = `The ${singular} ${past}`;
        const logProb = minimalPairLogProb("reflexive_gender", {
          good: `${start} ${good}.`,
          bad: `${start} ${bad}.`,
        });
        expect(logProb).toBeCloseTo(Math.log(1 / 108), 12);
        return part + Math.exp(logProb);
      }, total),
    0,
  );
  expect(sum).toBeCloseTo(1, 12);
});

test("drawn pairs have a probability under their own paradigm, turned round they have none", () => {
  for (const { UID, sentence_good: good, sentence_bad: bad } of pairs) {
    expect(minimalPairLogProb(UID, { good, bad })).toBeGreaterThan(-Infinity);
    // "himself" and "herself" can change places with their subjects alone.
    expect(minimalPairLogProb(UID, { good: bad, bad: good })).toBe(-Infinity);
  }
  expect(() => minimalPairLogProb("island", { good: "", bad: "" })).toThrow('got "island"');
});

test("a draw of one paradigm is as probable as it comes: its two ways by half", () => {
  const drawn = Array.from({ length: 4000 }, (_, seed) => {
    const [pair] = microworldMinimalPairs({ pairsPerUid: 1, random: seeded(seed) }).filter(
      ({ UID }) => UID === "tense_with_adverb",
    );
    return pair?.sentence_good.startsWith("Yesterday") === true ? 1 : 0;
  });
  const count = drawn.reduce((sum: number, one) => sum + one, 0);
  expect(Math.abs(count - 2000)).toBeLessThan(4 * Math.sqrt(1000));
});
