/**
 * @file The process in which `robustness/invariance.mjs` scores every item, in several ways one after the other: how many threads TensorFlow
 * takes is decided when a process starts. Reads one JSON argument, writes what it found to the file that names.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { source } from "../scripts/library.mjs";

const { openTokenizer } = await source("data/tokenizer/tokenizer.js");
const { tf } = await source("engine/backend.js");
const { benchmarkOf } = await source("evaluation/benchmarks.js");
const { numberItems, scoreItems } = await source("evaluation/choice-items.js");
const { readReadingTable } = await source("evaluation/reading-table.js");
const { measureSurprisal, WORD_SCORING_RULES } = await source("evaluation/word-surprisal.js");
const { encodePairs } = await source("evaluation/superglue-inputs.js");
const { readSuperglue, SUPERGLUE_CONFIGS } = await source("evaluation/superglue-tasks.js");
const { startClassifier } = await source("evaluation/superglue-training.js");
const { loadModel } = await source("model/checkpoint.js");
const { readSafetensors } = await source("model/safetensors.js");
const { seeded, shuffled } = await source("random.js");
const { openScorer } = await source("runs/scoring/open-scorer.js");
const { readTextFile } = await source("data/text-file.js");

/** @typedef {import("./invariance.mjs").Scored} Scored */
/** @typedef {import("./invariance.mjs").Way} Way */
/** @typedef {import("./invariance.mjs").ScoredSet} ScoredSet */

const { model, scoredSets, ways, out } = /** @type {import("./invariance.mjs").ScoringTask} */ (
  JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"))
);

/** (Super)GLUE has no fast set; the first items of a dev set stand for it, all of the smaller ones. */
const SUPERGLUE_ITEMS = 1_000;

/** @template T @param {readonly T[]} items @param {Way["order"]} order */
function arranged(items, order) {
  if (order === "reversed") return [...items].reverse();
  return order === "shuffled" ? shuffled(items, seeded(1)) : items;
}

/**
 * @param {ScoredSet} scored
 * @param {Way} way
 * @returns {Promise<Scored[]>}
 */
async function scoreBenchmark({ task, files }, { batchSize, order }) {
  const read = files.map(({ name, path }) => ({ name, text: readTextFile(path) }));
  const items = numberItems(read.flatMap(benchmarkOf(task).read));
  const scorer = await openScorer({ folder: model }, { batchSize });
  const scored = await scoreItems(arranged(items, order), scorer.logLikelihood);
  scorer.dispose();
  return scored.map((/** @type {Scored} */ { id, scores, numTokens, choice, tie }) => ({
    id,
    scores,
    numTokens,
    choice,
    tie,
  }));
}

/**
 * Surprisals of a word under all readings are its scores; nothing is chosen.
 *
 * @param {ScoredSet} scored
 * @param {Way} way
 * @returns {Promise<Scored[]>}
 */
async function scoreReading({ files }, { batchSize, order }) {
  const [table] = files;
  /** @type {readonly { id: number, word: string }[]} */
  const words = arranged(readReadingTable(readTextFile(table?.path ?? "")), order);
  const scorer = await openScorer({ folder: model }, { batchSize });
  /** @type {Map<number, number[]>} */
  const surprisals = new Map();
  for (const scoringRule of WORD_SCORING_RULES)
    for (const { id, surprisalNats, previousSurprisalNats } of await measureSurprisal(words, {
      ...scorer,
      scoringRule,
    }))
      surprisals.set(id, [...(surprisals.get(id) ?? []), surprisalNats, previousSurprisalNats ?? 0]);
  const pieces = new Map(
    await Promise.all(
      words.map(async ({ id, word }) => /** @type {const} */ ([id, (await scorer.splitWord(word)).length])),
    ),
  );
  scorer.dispose();
  return [...surprisals].map(([id, scores]) => ({
    id: String(id),
    scores,
    numTokens: scores.map(() => Math.max(3, pieces.get(id) ?? 3)), // `wholeWord` adds three
    choice: 0,
    tie: false,
  }));
}

/**
 * Logits are the scores, the class with the highest one is chosen.
 *
 * @param {ScoredSet} scored
 * @param {Way} way
 * @returns {Promise<Scored[]>}
 */
async function scoreSuperglue({ task, files, weights: file }, { batchSize, order }) {
  const [dev] = files;
  const pairs = readSuperglue(task, { text: readTextFile(dev?.path ?? ""), name: dev?.name ?? "" });
  const taken = pairs.slice(0, SUPERGLUE_ITEMS);
  const { architecture, weights: body } = loadModel(model);
  tf.dispose({ ...body });
  const tokenizer = await openTokenizer(model);
  const { pairs: encoded } = await encodePairs(tokenizer, taken, {
    maxLengthTokens: Math.min(512, architecture.maxLengthTokens),
  });
  const { arrays } = readSafetensors(readFileSync(file ?? ""), file);
  const weights = Object.fromEntries(
    Object.entries(arrays).map(([name, { values, shape }]) => [
      name,
      tf.tensor(values, [...shape], "float32"),
    ]),
  );
  const classifier = startClassifier(
    { weights },
    {
      architecture,
      numClasses: SUPERGLUE_CONFIGS[task].classes.length,
      padId: tokenizer.padId ?? tokenizer.endId ?? 0,
      pooling: "lastToken",
    },
  );
  const items = arranged(encoded, order);
  /** @type {Scored[]} */
  const scored = [];
  for (let from = 0; from < items.length; from += batchSize) {
    const batch = items.slice(from, from + batchSize);
    for (const [index, scores] of classifier.predict(batch).entries()) {
      const best = Math.max(...scores);
      scored.push({
        id: batch[index]?.id ?? "",
        scores,
        numTokens: scores.map(() => 1),
        choice: scores.indexOf(best),
        tie: scores.lastIndexOf(best) !== scores.indexOf(best),
      });
    }
  }
  classifier.dispose();
  tf.dispose(weights);
  return scored;
}

/** @type {Record<string, Record<string, Scored[]>>} */
const found = {};
for (const way of ways) {
  /** @type {Record<string, Scored[]>} */
  const ofWay = {};
  for (const scored of scoredSets) {
    const begin = performance.now();
    const score = { benchmark: scoreBenchmark, reading: scoreReading, superglue: scoreSuperglue }[
      scored.kind
    ];
    ofWay[scored.name] = await score(scored, way);
    console.error(
      `  ${way.name}: ${scored.name}, ${ofWay[scored.name]?.length} items in ${((performance.now() - begin) / 1000).toFixed(1)} s`,
    );
  }
  found[way.name] = ofWay;
}
writeFileSync(out, JSON.stringify(found));
