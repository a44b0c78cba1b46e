/** @file The checklist of responsible research in natural language processing, answered. */
import { answered, inapplicable, open, type ChecklistItem } from "./item.js";

/**
 * Limits, artifacts and experiments: what a reproduction can answer. Its questions on human annotators do not arise.
 *
 * Source: Responsible NLP Research checklist of ACL Rolling Review, as used from 2024 on; items in our words.
 */
export const RESPONSIBLE_NLP: readonly ChecklistItem[] = [
  answered(
    "A1",
    "Limitations",
    "the last section of every notebook; validity points beside the verdicts",
    "notebooks/07-synthesis.ts",
  ),
  open("A2", "Risks", "models of this size write nothing useful; not discussed further"),
  answered(
    "B1",
    "Creators of artifacts cited",
    "Source lines; repository and commit a file",
    "data/manifest.json",
  ),
  answered(
    "B2",
    "Licences",
    "as found, some unstated; no text of others in the repository",
    "data/README.md",
    "LICENSE",
  ),
  answered("B3", "Intended use", "non-commercial research data, fetched by the user", "data/README.md"),
  open(
    "B4",
    "Personal or offensive content",
    "corpora of conversations and subtitles are used as published; not screened",
  ),
  answered(
    "B5",
    "Documentation of artifacts",
    "language, source, size and licence a file",
    "data/manifest.json",
  ),
  answered(
    "B6",
    "Statistics of data and splits",
    "examples, words and lengths, counted",
    "notebooks/01-data.ts",
    "results/paper/task_sizes.csv",
  ),
  answered(
    "C1",
    "Parameters, compute, infrastructure",
    "exact formula, measured speed and memory",
    "src/model/decoder.ts",
    "docs/benchmarks/2026-11-26.md",
  ),
  answered(
    "C2",
    "Set-up and hyperparameters",
    "every open choice a typed option, written into results",
    "src/config/config.ts",
    "src/config/scales.ts",
  ),
  answered(
    "C3",
    "Descriptive statistics of results",
    "n and interval with every number; number of seeds said",
    "src/report/claims/verdict-rows.ts",
  ),
  answered(
    "C4",
    "Packages and their settings",
    "pinned; versions in every result",
    "package-lock.json",
    "environment.md",
  ),
  inapplicable(
    "D",
    "Human annotators and participants",
    "none were recruited; published judgements are used",
  ),
  open("E1", "Assistants in research and writing", "to be stated by who publishes results"),
];
