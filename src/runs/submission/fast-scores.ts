/** @file Scores of a training run's checkpoints on the fast sets, as the leaderboard file lists them: without names, in a fixed order. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson } from "../stages/read-json.js";
import {
  faultOfSizes,
  missing,
  rejected,
  type Found,
  type PartState,
  type SubmissionRequest,
} from "./part-state.js";
import { checkpointsOf, leaderboardParts, type LeaderboardPart } from "./leaderboard-sizes.js";

/** Where the scores of a checkpoint are. */
export const checkpointScoresFolder = (scores: string, checkpoint: string): string =>
  join(scores, "checkpoints", checkpoint);

/**
 * `fast_eval_results`: for each part a list with one entry per checkpoint, proportions by uid, or null.
 *
 * Differs: the official lists come from prediction files and a tie is right or wrong by chance; here a tie earns what it is worth. EWoK
 * is 0 there, see `OFFICIAL_FAULTS`.
 */
export function fastScores({ scores, rules, track }: SubmissionRequest): {
  readonly text: string;
  readonly parts: readonly PartState[];
} {
  const names = checkpointsOf(track);
  const lists = leaderboardParts(rules)
    .filter(({ fast }) => fast !== null)
    .map((part) => ({
      part,
      found: names.map((name) => scoreOf(part, checkpointScoresFolder(scores, name), rules)),
    }));
  const text = lists.map(
    ({ part, found }) =>
      `"${part.key}": [${found.map((entry) => ("text" in entry ? entry.text : "null")).join(", ")}]`,
  );
  return {
    text: `{${text.join(", ")}}`,
    parts: lists.map(({ part, found }) => describe(part, found, names)),
  };
}

function describe({ key }: LeaderboardPart, found: readonly Found[], names: readonly string[]): PartState {
  const part = `fast ${key}`;
  const wanting = found.flatMap((entry, index) =>
    "text" in entry ? [] : [{ ...entry, name: names[index] ?? "" }],
  );
  const [first] = wanting;
  if (first === undefined) return { part, state: "collated" };
  const state = wanting.some((entry) => entry.state === "rejected") ? "rejected" : "missing";
  const named =
    wanting.length === names.length ? "every checkpoint" : `${wanting.length} of ${names.length} checkpoints`;
  return { part, state, reason: `${named}; ${first.name}: ${first.reason ?? "not there"}` };
}

const summarySchema = z.looseObject({
  rules: z.number().optional(),
  official: z.looseObject({
    average: z.number().optional(),
    by: z.looseObject({ UID: z.record(z.string(), z.number()) }).optional(),
    eye_tracking_score: z.number().optional(),
    self_paced_score: z.number().optional(),
  }),
});

function scoreOf({ key, task, fast }: LeaderboardPart, folder: string, rules: number): Found {
  const path = join(folder, task, "summary.json");
  if (!existsSync(path) || fast === null)
    return missing(
      `no ${path}: class-it evaluate --tasks ${task} --fast on the checkpoint's folder writes it`,
    );
  const parsed = summarySchema.safeParse(readJson(path));
  if (!parsed.success) return rejected(`${path} is no summary of this version: score it again`);
  const { official, rules: found = 2025 } = parsed.data;
  if (found !== rules) return rejected(`${path} is by the rules of ${found}: score it again`);
  const fault = faultOfSizes(countItems(join(folder, task, "items.jsonl"), key), fast.sizes);
  if (fault !== null) return rejected(`${path} ${fault}`);
  const { average = Number.NaN, by, eye_tracking_score: eye, self_paced_score: selfPaced } = official;
  if (task === "reading")
    return eye === undefined || selfPaced === undefined
      ? rejected(`${path} has no reading scores: score it again`)
      : { text: JSON.stringify({ spr: selfPaced / 100, rt: eye / 100 }) };
  if (key.startsWith("wug")) return { text: JSON.stringify({ [key]: average }) };
  if ("singles" in fast.sizes) return { text: JSON.stringify({ [key]: average / 100 }) };
  const uids = Object.entries(by?.UID ?? {}).filter(([uid]) => Object.hasOwn(fast.sizes, uid.toLowerCase()));
  return { text: JSON.stringify(Object.fromEntries(uids.map(([uid, value]) => [uid, value / 100]))) };
}

const UID = /"uid":"((?:[^"\\]|\\.)*)"/;

/** Items by uid; the words of the reading table are one. Not parsed: a track has millions of lines. */
function countItems(path: string, key: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : []) {
    const uid = UID.exec(line)?.[1] ?? key;
    counts.set(uid, (counts.get(uid) ?? 0) + 1);
  }
  return counts;
}
