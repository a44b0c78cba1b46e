/** @file REFORMS, the checklist for science with machine learning, answered. */
import { answered, inapplicable, open, type ChecklistItem } from "./item.js";

/**
 * The 32 items in 8 modules.
 *
 * Source: Kapoor and others (2024), REFORMS: Consensus-based Recommendations for Machine-learning-based Science, Science
 * Advances 10 (18), eadk3452, Table 1; items in our words.
 */
export const REFORMS: readonly ChecklistItem[] = [
  answered(
    "1a",
    "Population the claims are about",
    "small English language models trained on at most 100M words; the claims one by one",
    "src/report/claims/paper-claims.ts",
  ),
  open(
    "1b",
    "Why this population",
    "the paper's full text was not at hand; its question is repeated",
    "README.md",
  ),
  inapplicable("1c", "Why machine learning", "the models are the object of study, not a means"),
  answered(
    "2a",
    "Data sets with identifiers",
    "every file by sha256, with place and licence",
    "data/manifest.json",
    "data/README.md",
  ),
  answered(
    "2b",
    "Code with version",
    "every result names its commit and whether it was clean",
    "src/runs/stages/provenance.ts",
  ),
  answered("2c", "Computing infrastructure", "versions, processor, memory, measured speed", "environment.md"),
  answered("2d", "README with instructions", "two commands on a fresh clone", "README.md"),
  answered("2e", "One script for all results", "every notebook, then the report", "scripts/reproduce.mjs"),
  answered(
    "3a",
    "Sources of data, annotation, time",
    "by folder; human judgements and reading times are of others",
    "data/README.md",
  ),
  answered(
    "3b",
    "Sampling frame",
    "BabyLM corpora and the sample at hand",
    "data/README.md",
    "notebooks/01-data.ts",
  ),
  answered(
    "3c",
    "Why the data suit the question",
    "the corpora and tasks of the paper; stand-ins are called so",
    "notebooks/01-data.ts",
  ),
  answered(
    "3d",
    "Outcome variables",
    "metrics under both scoring rules",
    "src/report/claims/claim.ts",
    "results/paper/task_sizes.csv",
  ),
  answered(
    "3e",
    "Sample sizes and outcome frequencies",
    "items, majority class and all-positive F1 a task",
    "results/paper/task_sizes.csv",
  ),
  answered(
    "3f",
    "Missing data",
    "30 words without frequency, rows without previous word",
    "src/evaluation/reading-table.ts",
  ),
  open(
    "3g",
    "Whether the sample represents the population",
    "about 7M words of six sources stand for 100M; not tested",
    "data/README.md",
  ),
  answered(
    "4a",
    "Excluded data",
    "what a rule dropped is counted",
    "src/data/instructions/switchboard-pairs.ts",
    "notebooks/01-data.ts",
  ),
  answered(
    "4b",
    "Impossible or corrupt samples",
    "changed bytes and broken rows are refused by name",
    "src/data/files.ts",
    "src/data/json-lines.ts",
  ),
  answered(
    "4c",
    "Transformations",
    "template, masking, packing",
    "src/data/instructions/chat-template.ts",
    "src/data/batches.ts",
  ),
  answered(
    "5a",
    "Models in detail",
    "the paper's tables as constants, the forward pass",
    "src/config/paper-settings.ts",
    "src/model/decoder.ts",
  ),
  open(
    "5b",
    "Why these model types",
    "the paper's choice; its reasons were not at hand",
    "src/config/paper-settings.ts",
  ),
  answered(
    "5c",
    "How models are evaluated, splits",
    "official rules with their quirks, and corrected ones",
    "src/evaluation/minimal-pairs.ts",
    "src/evaluation/reading-times.ts",
  ),
  answered(
    "5d",
    "How models are selected",
    "last epoch; the official choice on the scored set is named where it is used",
    "src/config/config.ts",
  ),
  answered(
    "5e",
    "Hyperparameter tuning",
    "the paper's values, smaller scales by one function; two rates of fine-tuning compared on held-out items",
    "src/config/scales.ts",
    "docs/findings.md",
  ),
  answered(
    "5f",
    "Baselines for comparison",
    "controls of equal words and steps; the paper's baselines",
    "src/config/curricula.ts",
    "results/paper/baselines.csv",
  ),
  answered(
    "6a",
    "Training data alone informs pre-processing",
    "tokenizers are trained on pre-training text without the held-out part",
    "src/runs/training/held-out.ts",
  ),
  answered(
    "6b",
    "Dependencies and duplicates between training and test",
    "overlap of every task's items is measured and split by",
    "src/runs/description/overlap.ts",
    "src/evaluation/overlap-split.ts",
  ),
  answered(
    "6c",
    "Legitimacy of inputs",
    "both instruction sources also occur in the pre-training text: measured",
    "src/data/overlap/ngram-overlap.ts",
  ),
  answered(
    "7a",
    "Metrics",
    "each with formula and source",
    "src/statistics/classification.ts",
    "src/evaluation/choices.ts",
  ),
  answered(
    "7b",
    "Uncertainty",
    "items, clusters, seeds and items",
    "src/statistics/paired-bootstrap.ts",
    "src/statistics/bootstrap-interval.ts",
  ),
  answered(
    "7c",
    "Choice and assumptions of tests",
    "each claim's test beside its verdict",
    "src/report/claims/decide.ts",
    "src/report/claims/sampling-error.ts",
  ),
  open(
    "8a",
    "External validity",
    "smaller scales and one language; the paper's scale needs a GPU",
    "notebooks/07-synthesis.ts",
  ),
  answered(
    "8b",
    "Where findings should not be expected to hold",
    "the last section of every notebook",
    "notebooks/07-synthesis.ts",
  ),
];
