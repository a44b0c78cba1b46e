/**
 * @file Training runs that have begun and not ended, read from what they leave in the cache as they go: for those who watch from
 * another window. Finished ones are listed in `trained-runs.ts`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { StepRecord } from "../../training/train.js";
import { writeFileAtomically } from "../../disk/atomic-file.js";
import { isLockHeld } from "../../disk/lock.js";
import { parseCurve } from "./records.js";

const ABOUT = "about.json";
const aboutSchema = z.object({ name: z.string(), seed: z.number(), scale: z.string() });

/** What a training run is called where it is watched. */
export type AboutRun = z.infer<typeof aboutSchema>;

/** A training run that has begun. */
export interface RunUnderWay extends AboutRun {
  readonly records: readonly StepRecord[];
  /** False when its process was killed or interrupted: it resumes when the stage is asked for again. */
  readonly isRunning: boolean;
  /** Of its last step, milliseconds since 1970. */
  readonly changedMs: number;
}

/** Leaves the name next to the checkpoints. */
export function nameRun(progressFolder: string, about: AboutRun): void {
  mkdirSync(progressFolder, { recursive: true });
  writeFileAtomically(join(progressFolder, ABOUT), JSON.stringify(about) + "\n");
}

const SUFFIX = ".progress";

/** All training runs in progress in a cache, the one that moved last first. */
export function runsUnderWay(cacheFolder: string): RunUnderWay[] {
  const names = existsSync(cacheFolder) ? readdirSync(cacheFolder) : [];
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name): RunUnderWay[] => {
      const folder = join(cacheFolder, name);
      const about = readAbout(join(folder, ABOUT));
      const curve = join(folder, "curve.jsonl");
      const stat = statSync(curve, { throwIfNoEntry: false });
      if (!about || !stat) return []; // begun this moment, or finished meanwhile
      const isRunning = isLockHeld(join(cacheFolder, `${name.slice(0, -SUFFIX.length)}.lock`));
      return [{ ...about, records: parseCurve(curve), isRunning, changedMs: stat.mtimeMs }];
    })
    .sort((a, b) => b.changedMs - a.changedMs);
}

function readAbout(path: string): AboutRun | null {
  try {
    return aboutSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}
