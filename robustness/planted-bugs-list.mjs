/** @file The faults that `planted-bugs.mjs` plants: the burglar's five, then others of the kind that leaves every shape alone. */

/**
 * @typedef {object} PlantedBug
 * @property {string} name  what is wrong
 * @property {string} file  where it is planted
 * @property {string} right the text of the file, found there once
 * @property {string} wrong what takes its place
 * @property {string} red   the test file that must fail
 */

/** @type {readonly PlantedBug[]} */
export const bugs = [
  {
    name: "attention divides by √numHeads",
    file: "src/engine/attention.ts",
    right: "Math.sqrt(query.shape[3])",
    wrong: "Math.sqrt(query.shape[1])",
    red: "tests/engine/attention.test.ts",
  },
  {
    name: "attention of writing divides by √numHeads",
    file: "src/model/cached-decoder.ts",
    right: "1 / Math.sqrt(headDim)",
    wrong: "1 / Math.sqrt(numHeads)",
    red: "tests/model/generate.test.ts",
  },
  {
    name: "loss is divided by one token more",
    file: "src/model/loss.ts",
    right: "tf.div(mask, tf.sum(mask))",
    wrong: "tf.div(mask, tf.add(tf.sum(mask), 1))",
    red: "tests/model/loss.test.ts",
  },
  {
    name: "ties in Spearman take the first rank",
    file: "src/statistics/correlation.ts",
    right: "return first + (count - 1) / 2;",
    wrong: "return first + 0 * count;",
    red: "tests/statistics/correlation.test.ts",
  },
  {
    name: "every step leaks its loss",
    file: "src/training/resident-training.ts",
    right: "tf.dispose([scalars, seen]);",
    wrong: "tf.dispose([scalars]);",
    red: "tests/training/train.test.ts",
  },
  {
    name: "loss mask is one token early",
    file: "src/data/batches.ts",
    right: "trained[t + 1] === true",
    wrong: "trained[t] === true",
    red: "tests/data/batches.test.ts",
  },
  {
    name: "last batch of an epoch is dropped",
    file: "src/training/step-batches.ts",
    right: "const perEpoch = batchesOf(0).count;",
    wrong: "const perEpoch = Math.max(1, batchesOf(0).count - 1);",
    red: "tests/training/step-batches.test.ts",
  },
  {
    name: "learning rate starts one step late",
    file: "src/training/learning-rate.ts",
    right: "(peak * step) / Math.max(1, warmupSteps)",
    wrong: "(peak * Math.max(0, step - 1)) / Math.max(1, warmupSteps)",
    red: "tests/training/learning-rate.test.ts",
  },
  {
    name: "epsilon of AdamW is not corrected for bias",
    file: "src/training/update-rule.ts",
    right: "epsilon: epsilon * Math.sqrt(share2),",
    wrong: "epsilon,",
    red: "tests/training/optimizer.test.ts",
  },
  {
    name: "a tie earns full credit where it should earn half",
    file: "src/evaluation/choices.ts",
    right: "return tie ? 1 / scores.filter((score) => score === scores[0]).length : 1;",
    wrong: "return 1;",
    red: "tests/evaluation/choices.test.ts",
  },
  {
    name: "residual degrees of freedom forget the intercept",
    file: "src/statistics/regression.ts",
    right: "(n - numPredictors - 1)",
    wrong: "(n - numPredictors)",
    red: "tests/statistics/regression.test.ts",
  },
  {
    name: "parts of a batch weigh alike, whatever they train",
    file: "src/training/train.ts",
    right: "share: weight / total,",
    wrong: "share: 1 / parts.length,",
    red: "tests/training/packing.test.ts",
  },
  {
    name: "a resumed optimizer takes its first moments for its second",
    file: "src/training/resident-training.ts",
    right: "...named(second, secondOf)]",
    wrong: "...named(first, secondOf)]",
    red: "tests/training/train.test.ts",
  },
  {
    name: "the token that ends the context is scored with the continuation",
    file: "src/evaluation/log-likelihood.ts",
    right: "end > boundary",
    wrong: "end >= boundary",
    red: "tests/evaluation/log-likelihood.test.ts",
  },
  {
    name: "EWoK asks for targets without their space",
    file: "src/evaluation/ewok.ts",
    right: "{ context: Context1, continuation: ` ${Target2}` }",
    wrong: "{ context: Context1, continuation: Target2 }",
    red: "tests/evaluation/benchmark-items.test.ts",
  },
  {
    name: "the key of pre-training lacks whether documents of a row see each other",
    file: "src/runs/training/phases.ts",
    right: "const { batchSize: _rows, ...text } = textRows(material);",
    wrong: "const { batchSize: _rows, rows: _documents, ...text } = textRows(material);",
    red: "tests/runs/stages/settings-in-keys.test.ts",
  },
  {
    name: "the key of tuning lacks where its moments come from",
    file: "src/runs/training/phases.ts",
    right: "    optimizer: stage.optimizer ?? config.curriculum.optimizerAtPhase,\n",
    wrong: "",
    red: "tests/runs/stages/keys.test.ts",
  },
  {
    name: "the key of a held-out loss lacks the scoring rule",
    file: "src/runs/training/measured-losses.ts",
    right: "    lossOn,\n  } as const;",
    wrong: "  } as const;",
    red: "tests/runs/stages/keys.test.ts",
  },
  {
    name: "a pre-training is cached under another seed than it is run with",
    file: "src/runs/training/phases.ts",
    right: "keyOf(inputs, pretraining)",
    wrong: "keyOf({ ...inputs, seed: 0 }, pretraining)",
    red: "tests/runs/stages/keys.test.ts",
  },
  {
    name: "the key of a text lacks what is made of the user's corpora",
    file: "src/data/corpora.ts",
    right: "({ path, sha256, corpus }) => ({ path, sha256, corpus })",
    wrong:
      '({ path, sha256 }) => ({ path, sha256, corpus: { genre: "own", split: "train", format: "lines" } })',
    red: "tests/runs/stages/own-corpora-keys.test.ts",
  },
  {
    name: "the last documents lose their ends",
    file: "src/runs/study/encode-text.ts",
    right: "\n  for (const ids of await encode()) yield withEnds(ids, ends);",
    wrong: "\n  for (const ids of await encode()) yield [...ids];",
    red: "tests/runs/study/encode-text.test.ts",
  },
  {
    name: "a code version leaves out what a module imports, so that a warm cache outlives encodeDocuments",
    file: "scripts/set-up/code-versions.mjs",
    right: "reachedFrom(imports, module).sort()",
    wrong: "[module]",
    red: "tests/scripts/code-versions.test.ts",
  },
  {
    name: "warm-up of tuning takes ten times its share",
    file: "src/config/scales.ts",
    right: "const TUNING_WARMUP_RATIO = 0.006;",
    wrong: "const TUNING_WARMUP_RATIO = 0.06;",
    red: "tests/decisions.test.ts",
  },
  {
    name: "instruction tuning trains on prompts, too",
    file: "src/config/scales.ts",
    right: 'lossOn: "reply",',
    wrong: 'lossOn: "full",',
    red: "tests/decisions.test.ts",
  },
  {
    name: "BabyLM's checkpoints are one short",
    file: "src/config/scales.ts",
    right: "unit === 1e6 ? 10 : 9",
    wrong: "unit === 1e6 ? 10 : 8",
    red: "tests/decisions.test.ts",
  },
];
