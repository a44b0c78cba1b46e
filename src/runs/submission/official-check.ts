/**
 * @file The official collation on the same predictions: a checkout of the pipeline is run as it is, with its own size checks, and its file
 * compared with ours. None of its code is part of the kit.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import { describeIssue } from "../../config/config-schema.js";
import { parseJson } from "../stages/read-json.js";
import type { SubmissionRequest } from "./part-state.js";
import type { Submission } from "./collate.js";

/** What the official collation made of the predictions. */
export interface OfficialCheck {
  /** Parts that are the same in both files. */
  readonly same: readonly string[];
  /** Parts that differ, or one of the files lacks. */
  readonly different: readonly string[];
  /** What it printed: its warnings, or why it ended. */
  readonly printed: string;
}

// The official code cuts a name at its last full stop.
const NAME = "model";

/**
 * Runs `evaluation_pipeline.collate_preds` of a checkout.
 *
 * @param pipeline the checkout of 2025, or of 2026 or its folder `strict`
 * @param python command that has the pipeline's requirements
 * @throws Error when there is no such module, or it ends without a file: what it printed is in the message
 */
export function checkOfficially(
  { text }: Submission,
  { scores, model, track }: SubmissionRequest,
  { pipeline, python }: { readonly pipeline: string; readonly python: string },
): OfficialCheck {
  const folder = [pipeline, join(pipeline, "strict")].find((place) =>
    existsSync(join(place, "evaluation_pipeline", "collate_preds.py")),
  );
  if (folder === undefined)
    throw new Error(
      `class-it submit: --pipeline must name a checkout with evaluation_pipeline/collate_preds.py, got "${pipeline}" without it. Clone babylm/evaluation-pipeline-2025 or babylm-org/babylm-eval.`,
    );
  const place = mkdtempSync(join(tmpdir(), "class-it-submit-"));
  try {
    const main = join(place, "results", NAME, "main");
    mkdirSync(main, { recursive: true });
    const from = join(scores, "official", model, "main");
    if (existsSync(from)) cpSync(from, main, { recursive: true });
    const ours = fileSchema.parse(parseWithNaN(text));
    for (const [task, predictions] of Object.entries(glueSchema.parse(ours["glue"]))) {
      const below = join(main, "finetune", task);
      mkdirSync(below, { recursive: true });
      writeFileSync(join(below, "predictions.json"), JSON.stringify({ [task]: predictions }));
    }
    const run = spawnSync(
      python,
      [
        ...["-m", "evaluation_pipeline.collate_preds", "--model_path_or_name", NAME, "--backend", "causal"],
        ...["--results_dir", join(place, "results"), "--track", track],
      ],
      { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 },
    );
    const printed = `${run.stdout}${run.stderr}`.trim();
    const written = join(place, "results", NAME, "all_full_preds_and_fast_scores_causal.json");
    if (run.error !== undefined || run.status !== 0 || !existsSync(written))
      throw new Error(
        `class-it submit: the official collation must write a file, got ${run.error?.message ?? `exit code ${run.status}`}: ${printed.slice(-800)}. ` +
          "The rules of 2025 need every part; if a module is missing, name a Python that has the pipeline's requirements with --python.",
      );
    const parsed = fileSchema.safeParse(parseWithNaN(readFileSync(written, "utf8")));
    if (!parsed.success)
      throw new Error(
        `class-it submit: the official collation must write an object into ${basename(written)}, got ${describeIssue(parsed.error, "file")}. Give an unchanged checkout with --pipeline.`,
      );
    const theirs = parsed.data;
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter(
      (key) => key !== "fast_eval_results",
    );
    const isSame = (key: string): boolean => canonical(ours[key]) === canonical(theirs[key]);
    return { same: keys.filter(isSame), different: keys.filter((key) => !isSame(key)), printed };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const fileSchema = z.record(z.string(), z.unknown());
const glueSchema = z.record(z.string(), z.unknown());

const parseWithNaN = (text: string): unknown => parseJson(text.replaceAll(/: NaN\b/g, ": null"));

// Keys in any order.
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? "absent";
