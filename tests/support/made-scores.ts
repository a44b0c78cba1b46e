/** @file Scores of the right sizes that no model made, where `class-it evaluate` and `finetune` would have written them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Rules } from "../../src/evaluation/rules.js";
import {
  ACQUISITION_SIZE,
  checkpointsOf,
  GLUE_SIZES,
  leaderboardParts,
  type LeaderboardPart,
} from "../../src/runs/submission/leaderboard-sizes.js";

export const MADE_MODEL = "made";
export const MADE_HASH = "f".repeat(64);

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Sizes by uid; of single items as many uids. */
const sizesOf = (sizes: LeaderboardPart["sizes"]): [string, number][] =>
  typeof sizes["singles"] === "number" && Object.keys(sizes).length === 1
    ? Array.from({ length: sizes["singles"] }, (_, index) => [`example${index}`, 1])
    : Object.entries(sizes);

/** Writes every part of a year; `wrong` may change a part's sizes. */
export function writeMadeScores(
  scores: string,
  rules: Rules,
  wrong: (key: string, uid: string, size: number) => number = (_key, _uid, size) => size,
): void {
  const main = join(scores, "official", MADE_MODEL, "main");
  for (const { key, task, folder, sizes } of leaderboardParts(rules)) {
    const parts = sizesOf(sizes).map(([uid, size]) => {
      const rows = Array.from({ length: wrong(key, uid, size) }, (_, id) =>
        key === "reading"
          ? `{"id": ${id}, "pred": ${id / 100}, "prev_pred": ${id % 9 === 0 ? "NaN" : id / 90}}`
          : `{"id": "${uid}_${id}", "pred": "made"${key.startsWith("wug") ? ', "prob": 0.5' : ""}}`,
      );
      return `"${uid}": {"predictions": [${rows.join(", ")}]}`;
    });
    write(join(main, "zero_shot", "causal", folder, "predictions.json"), `{${parts.join(", ")}}`);
    write(join(scores, task, "summary.json"), JSON.stringify({ rules, model: { sha256: MADE_HASH } }));
  }
  const results = checkpointsOf("strict-small").flatMap((step) =>
    Array.from({ length: wrong("aoa", step, ACQUISITION_SIZE) }, (_, id) => ({
      step,
      context_id: id,
      surprisal: 5,
    })),
  );
  const ages = join(main, "zero_shot", "causal", "AoA_word");
  write(join(ages, "surprisal.json"), JSON.stringify({ metadata: {}, results }));
  write(join(ages, "aoa_score.json"), '{"aoa": 0.25}');
  for (const [task, size] of Object.entries(GLUE_SIZES)) {
    const rows = Array.from({ length: wrong("glue", task, size) }, (_, id) => `${id},0,${id % 2},0`);
    const head = "id,label,prediction seed 42,prediction seed 1";
    const name = `superglue-${task}-${rules === 2025 ? "firstToken-" : ""}officialDev`;
    write(join(scores, `${name}.items.csv`), `${[head, ...rows].join("\n")}\n`);
    write(join(scores, `${name}.json`), JSON.stringify({ model: { sha256: MADE_HASH } }));
  }
}

/** Writes what the fast evaluation of each checkpoint would have left: half of all items right. */
export function writeMadeFastScores(scores: string, rules: Rules): void {
  for (const checkpoint of checkpointsOf("strict-small"))
    for (const { key, task, fast } of leaderboardParts(rules)) {
      if (fast === null) continue;
      const sizes = sizesOf(fast.sizes);
      const by = { UID: { ...Object.fromEntries(sizes.map(([uid]) => [uid, 50])), regular: 50 } };
      const official =
        key === "reading" ? { eye_tracking_score: 1, self_paced_score: 2 } : { average: 50, by };
      const folder = join(scores, "checkpoints", checkpoint, task);
      write(join(folder, "summary.json"), JSON.stringify({ rules, official }));
      const lines = sizes.flatMap(([uid, size]) =>
        Array.from({ length: size }, (_, id) =>
          key === "reading" ? `{"id":${id}}` : `{"uid":"${uid}","id":"${id}"}`,
        ),
      );
      write(join(folder, "items.jsonl"), `${lines.join("\n")}\n`);
    }
}
