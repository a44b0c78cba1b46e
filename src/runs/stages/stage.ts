/**
 * @file The cache of stages: each is a folder named by the hash of everything that determines it, built next to its
 * final place and renamed when complete. What a stage computes is a computation (`computation.ts`) of its own module.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { explainDiskFault, explained } from "../../disk/disk-fault.js";
import { interruptSignal } from "./interrupt.js";
import { notify } from "./progress.js";
import { describeProvenance, provenanceSchema } from "./provenance.js";
import { readJson } from "./read-json.js";
import { acquireLock, type Lock } from "../../disk/lock.js";

/** What determines a stage, as plain JSON. */
export type StageInputs = Readonly<Record<string, unknown>>;

const stageSchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.string(),
  hash: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  /** What the stage is for people to know; no part of its name. */
  about: z.unknown().optional(),
  seconds: z.number(),
  provenance: provenanceSchema,
  /** sha256 of every file of the folder. */
  files: z.record(z.string(), z.string()),
});

/** A complete stage. */
export interface Stage {
  readonly kind: string;
  readonly hash: string;
  readonly folder: string;
  /** Time it took to build. */
  readonly seconds: number;
  readonly provenance: z.infer<typeof provenanceSchema>;
}

/** A stage being built: files go into `folder`; `complete` makes it final, `abandon` removes it. */
export interface StageDraft {
  readonly folder: string;
  /** @param seconds time it took, where building began before this draft */
  complete(seconds?: number): Stage;
  abandon(): void;
}

/** JSON with sorted keys, so that equal inputs have equal hashes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Name of a stage: 16 hexadecimal digits of the sha256 of its kind and inputs. */
export function hashStage(kind: string, inputs: StageInputs): string {
  return createHash("sha256").update(canonicalJson({ kind, inputs })).digest("hex").slice(0, 16);
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/**
 * The stage with these inputs, if it is in the cache.
 *
 * @throws Error when a file of it is missing or was altered, its record included
 */
export function findStage(cacheFolder: string, kind: string, inputs: StageInputs): Stage | null {
  const hash = hashStage(kind, inputs);
  const folder = join(cacheFolder, `${kind}-${hash}`);
  if (!existsSync(folder)) return null;
  const record = readRecord(folder, hash);
  for (const [name, expected] of Object.entries(record.files)) {
    const path = join(folder, name);
    const found = existsSync(path) && statSync(path).isFile() ? sha256(readFileSync(path)) : "no file";
    if (found !== expected)
      throw new Error(
        `findStage: ${path} must have the hash ${expected} it was stored with, got ${found}. Delete ${folder} to compute it again.`,
      );
  }
  return { kind, hash, folder, seconds: record.seconds, provenance: record.provenance };
}

/** Only a complete stage has its final name, so a folder without a right record was damaged later. */
function readRecord(folder: string, hash: string): z.infer<typeof stageSchema> {
  const path = join(folder, "stage.json");
  const refuse = (got: string): never => {
    throw new Error(
      `findStage: ${path} must be the record of stage ${hash}, got ${got}. Delete ${folder} to compute it again.`,
    );
  };
  if (!existsSync(path)) return refuse("no file");
  const parsed = stageSchema.safeParse(readJson(path));
  if (!parsed.success) return refuse("a file that is no such record");
  const found = hashStage(parsed.data.kind, parsed.data.inputs);
  return found === hash ? parsed.data : refuse(`inputs of stage ${found}`);
}

/**
 * Starts building a stage in a folder of its own that no reader takes for the finished one.
 *
 * @param about what its record says of it besides its inputs, as plain JSON; no part of its name
 */
export function beginStage(
  cacheFolder: string,
  kind: string,
  inputs: StageInputs,
  about?: unknown,
): StageDraft {
  const hash = hashStage(kind, inputs);
  const final = join(cacheFolder, `${kind}-${hash}`);
  // A random name, not the process id: two builders may share a process, two machines the folder.
  const folder = `${final}.partial-${randomUUID()}`;
  explained(final, () => mkdirSync(folder, { recursive: true }));
  const begin = performance.now();
  return {
    folder,
    complete(seconds = (performance.now() - begin) / 1000) {
      const provenance = describeProvenance();
      const files = Object.fromEntries(
        readdirSync(folder)
          .sort()
          .map((name) => [name, sha256(readFileSync(join(folder, name)))]),
      );
      const record = { schemaVersion: 1, kind, hash, inputs, about, seconds, provenance, files };
      writeFileSync(join(folder, "stage.json"), JSON.stringify(record, null, 2) + "\n");
      try {
        renameSync(folder, final);
        return { kind, hash, folder: final, seconds, provenance };
      } catch (error) {
        // Another builder may have finished the same stage meanwhile: the first stays.
        const first = findStage(cacheFolder, kind, inputs);
        if (first === null) throw error;
        rmSync(folder, { recursive: true, force: true });
        return first;
      }
    },
    abandon() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The stage from the cache, or built by `build` and then cached; a stage that another process builds is waited for. A failing
 * build leaves nothing behind.
 */
export async function runStage(
  cacheFolder: string,
  kind: string,
  inputs: StageInputs,
  build: (folder: string) => Promise<void>,
): Promise<Stage> {
  const cached = findStage(cacheFolder, kind, inputs);
  if (cached) return cached;
  const lock = await lockStage(cacheFolder, kind, inputs);
  try {
    const meanwhile = findStage(cacheFolder, kind, inputs);
    if (meanwhile) return meanwhile;
    const draft = beginStage(cacheFolder, kind, inputs);
    try {
      await build(draft.folder);
      return draft.complete();
    } catch (error) {
      draft.abandon();
      throw explainDiskFault(error, join(cacheFolder, `${kind}-${hashStage(kind, inputs)}`));
    }
  } finally {
    lock.release();
  }
}

/**
 * Waits until nobody else builds the stage; whoever gets the lock looks into the cache once more. Drafts that a killed builder
 * left are removed.
 */
export async function lockStage(cacheFolder: string, kind: string, inputs: StageInputs): Promise<Lock> {
  const name = `${kind}-${hashStage(kind, inputs)}`;
  const lock = await acquireLock(join(cacheFolder, `${name}.lock`), {
    signal: interruptSignal(),
    onWait: (owner) => notify(`${owner} is at work on the same ${kind}; waiting for it`),
  });
  for (const draft of readdirSync(cacheFolder).filter((other) => other.startsWith(`${name}.partial-`)))
    rmSync(join(cacheFolder, draft), { recursive: true, force: true });
  return lock;
}
