/** @file What a result was computed with: commit, code versions, packages, machine. */
import { existsSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { describeIssue } from "../../config/config-schema.js";
import { describeEngine } from "../../engine/backend.js";
import { findProjectRoot } from "../../project-root.js";
import { describeCommit } from "./commit.js";
import { readJson } from "./read-json.js";

/** Why a receipt is wrong, and what is right. */
const amendmentSchema = z.object({
  /** Which fields it corrects, such as "commit and clean". */
  what: z.string().min(1),
  why: z.string().min(1),
  /** The commit that computed it; null if nobody knows. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/, "a commit of 40 hexadecimal digits")
    .nullable(),
});

export const provenanceSchema = z.object({
  /** Null without git and without the stamp that set-up writes. */
  commit: z.string().nullable(),
  /** Whether the commit's files outside `results/` were unchanged. */
  clean: z.boolean().nullable(),
  /** A correction by a maintainer, next to what was recorded, which stays as it is. */
  amended: amendmentSchema.optional(),
  node: z.string(),
  tensorflow: z.string(),
  tfjs: z.string(),
  /** What TensorFlow computed on: "CPU" or a GPU's name. Results from before GPUs were used do not name it. */
  device: z.string().default("CPU"),
  platform: z.string(),
  processor: z.string(),
  cores: z.number(),
  memoryGiB: z.number(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** The commit, packages and machine of this process. */
export function describeProvenance(): Provenance {
  const engine = describeEngine();
  return {
    ...describeCommit(findProjectRoot()),
    node: process.versions.node,
    tensorflow: engine.tensorflow,
    tfjs: engine.tfjs,
    device: engine.device,
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}

let versions: Readonly<Record<string, string>> | undefined;

/** The file is in `dist`, also for tests, which run the sources. */
function readVersions(): Readonly<Record<string, string>> {
  const path = join(findProjectRoot(), "src", "dist", "code-versions.json");
  if (!existsSync(path))
    throw new Error(`codeVersion: ${path} must hold the versions, got no such file. Run npm run set-up.`);
  const versions = z.record(z.string(), z.string()).safeParse(readJson(path));
  if (versions.success) return versions.data;
  throw new Error(
    `codeVersion: ${path} must hold the versions, got ${describeIssue(versions.error, "file")}. Run npm run set-up.`,
  );
}

/**
 * Version of the code of a module and of every module it imports, directly or not: part of the key of every stage that the module
 * computes. Comments and spacing do not count, nor do imports of types.
 *
 * @param module path below `src` without its ending
 * @throws Error when the library was not compiled by the set-up, which writes the versions
 */
export function codeVersion(module: string): string {
  // Read once: a set-up meanwhile does not change the code this process has loaded.
  versions ??= readVersions();
  const version = versions[module];
  if (version === undefined)
    throw new Error(`codeVersion: ${module} must have a version, got none. Run npm run set-up again.`);
  return version.slice(0, 16);
}
