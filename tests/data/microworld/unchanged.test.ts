/**
 * The generated world decides every number of `smoke-microworld` and of the checks against its exact probabilities: whoever
 * changes it, changes them all, and says so by changing these hashes.
 */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { microworldClassification } from "../../../src/data/microworld/classification-tasks.js";
import { microworldDialoguePairs } from "../../../src/data/microworld/dialogues.js";
import { microworldDocuments } from "../../../src/data/microworld/documents.js";
import { microworldQuestions } from "../../../src/data/microworld/encyclopedia.js";
import { microworldMinimalPairs, minimalPairLogProb } from "../../../src/data/microworld/minimal-pairs.js";
import { openMicroworld } from "../../../src/data/microworld/oracle.js";
import { microworldReadingTable } from "../../../src/data/microworld/reading-table.js";
import {
  dialoguePairLogProb,
  documentLogProb,
  questionLogProb,
} from "../../../src/data/microworld/text-probability.js";
import { seeded } from "../../../src/random.js";

const hashOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
/** Nine digits, which the last place of a logarithm does not reach. */
const rounded = (values: readonly number[]): string[] => values.map((value) => value.toPrecision(9));

// Made inside the tests, so that each of them is known to run the code behind its text.
const documents = () => microworldDocuments({ words: 4_000, random: seeded(1) });
const pairs = () => microworldMinimalPairs({ pairsPerUid: 40, random: seeded(2) });
const dialogues = () => microworldDialoguePairs({ rows: 300, random: seeded(3) });
const questions = () => microworldQuestions({ rows: 300, random: seeded(4) });

test("words, their frequencies, and what may follow what are what they have always been", () => {
  const oracle = openMicroworld();
  expect(hashOf(oracle.vocabulary)).toBe("bf8a9d0d1305f50b");
  expect(rounded([oracle.entropyRateNatsPerWord, oracle.wordsPerSentence])).toEqual([
    "2.90989762",
    "6.93250596",
  ]);
  expect(hashOf(rounded(oracle.vocabulary.map((word) => oracle.frequencyLogProb(word))))).toBe(
    "74a764805d0778e5",
  );
  const [first] = documents().filter(({ genre }) => genre === "narrative");
  const words = first?.text.split(" ") ?? [];
  const surprisals = words.map((word, place) => oracle.nextWordLogProb(words.slice(0, place), word));
  expect(hashOf(rounded(surprisals))).toBe("c1dec4612ca7f70b");
});

test("so are the texts of a seed", () => {
  expect(hashOf(documents())).toBe("5f74e9c737814170");
  expect(hashOf(pairs())).toBe("07f7a9014204c09f");
  expect(hashOf(dialogues())).toBe("fafd3077f17fcd0e");
  expect(hashOf(questions())).toBe("89fff8e105c15c7f");
});

test.each([
  ["rte", 2, "aff9328d79bc63ae"],
  ["mnli", 3, "f2b1472bce6ae89e"],
  ["mrpc", 2, "7d5d83446a26fb2c"],
  ["qqp", 2, "41503e3945d6570b"],
  ["boolq", 2, "8b561e6ccdec397e"],
  ["multirc", 2, "fb9a11793f3b4e1e"],
  ["wsc", 2, "d487252c490826bb"],
])("so are the items of %s", (task, classes, hash) => {
  expect(hashOf(microworldClassification(task, { rows: 60, classes, random: seeded(5) }))).toBe(hash);
});

test("so are the probabilities of whole texts", () => {
  expect(
    hashOf(
      rounded(
        documents()
          .slice(0, -3)
          .map((each) => documentLogProb(each)),
      ),
    ),
  ).toBe("39a763234ccd4fb4");
  expect(hashOf(rounded(dialogues().map((each) => dialoguePairLogProb(each))))).toBe("3c01b764c32b8c4c");
  expect(hashOf(rounded(questions().map((each) => questionLogProb(each))))).toBe("9e6103466575674c");
  const ofPairs = pairs().map(({ UID, sentence_good: good, sentence_bad: bad }) =>
    minimalPairLogProb(UID, { good, bad }),
  );
  expect(hashOf(rounded(ofPairs))).toBe("17d2b4b8e4a7b661");
});

test("so is the table of simulated reading times", () => {
  const cells = microworldReadingTable({ sentences: 60, random: seeded(6) })
    .split(/[\n,]/)
    .map((cell) => (/^-?\d+\.\d/.test(cell) ? Number(cell).toPrecision(9) : cell));
  expect(hashOf(cells)).toBe("6fa6fd7c63cc5849");
});
