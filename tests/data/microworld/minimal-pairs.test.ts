import { expect, test } from "vitest";
import { microworldMinimalPairs, MICROWORLD_UIDS } from "../../../src/data/microworld/minimal-pairs.js";
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

test("nine phenomena have 60 different pairs each, numbered from 0", () => {
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

test("more pairs than a phenomenon has is an error that names it", () => {
  expect(() => microworldMinimalPairs({ pairsPerUid: 5000, random: seeded(1) })).toThrow(
    /pairsPerUid must be at most .* got 5000 and found \d+ for \w+\. Ask for fewer\./,
  );
});
