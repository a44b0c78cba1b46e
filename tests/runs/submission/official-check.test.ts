import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RULES } from "../../../src/evaluation/rules.js";
import { collate } from "../../../src/runs/submission/collate.js";
import { checkOfficially } from "../../../src/runs/submission/official-check.js";
import { MADE_HASH, MADE_MODEL, writeMadeScores } from "../../support/made-scores.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const python = process.env["CLASS_IT_PIPELINE_PYTHON"] ?? "python3";
const request = { model: MADE_MODEL, sha256: MADE_HASH, track: "strict-small", fast: false } as const;

// Needs a checkout of each year's pipeline and a Python with its requirements.
test.each(RULES)(
  "the official collation of %s takes every part and writes the same file",
  (rules) => {
    const pipeline = process.env[`CLASS_IT_PIPELINE_${rules}`];
    if (pipeline === undefined) return expect(pipeline).toBeUndefined();
    const scores = temporaryFolder();
    writeMadeScores(scores, rules);
    const of = { ...request, scores, rules };
    const check = checkOfficially(collate(of), of, { pipeline, python });
    expect(check.different).toEqual([]);
    expect(check.same).toHaveLength(rules === 2025 ? 10 : 11);
  },
  600_000,
); // The official check of age of acquisition goes through all surprisals once a checkpoint.

test("a folder that is no checkout, and a collation that fails, are errors that tell what was printed", () => {
  const scores = temporaryFolder();
  const of = { ...request, scores, rules: 2026 } as const;
  const submission = collate(of);
  const nowhere = temporaryFolder();
  expect(() => checkOfficially(submission, of, { pipeline: nowhere, python })).toThrow(
    "must name a checkout with evaluation_pipeline/collate_preds.py",
  );
  mkdirSync(join(nowhere, "strict", "evaluation_pipeline"), { recursive: true });
  writeFileSync(
    join(nowhere, "strict", "evaluation_pipeline", "collate_preds.py"),
    "raise SystemExit('no such part')\n",
  );
  expect(() => checkOfficially(submission, of, { pipeline: nowhere, python: "python3" })).toThrow(
    "no such part",
  );
});
