/** @file The commit a process runs: asked of git, or read from the stamp that set-up wrote if the tree was copied without `.git`. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** A commit, and whether the tree is as it says. */
export interface RunCommit {
  /** Null if there is neither a checkout nor a stamp. */
  readonly commit: string | null;
  /** Whether every file of the commit outside `results/` is unchanged; null without a commit. */
  readonly clean: boolean | null;
}

/** Written by `scripts/set-up/commit-stamp.mjs`: files by their path, with their blob hash in git. */
const stampSchema = z.object({ commit: z.string(), files: z.record(z.string(), z.string()) });

/** Output of git, or null where it fails. */
export function git(root: string, ...args: string[]): string | null {
  try {
    return execFileSync("git", args, {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}

/** The last commit of a folder that is a checkout of its own, not a folder of another project's; else null. */
export function headOf(root: string): string | null {
  const [top, commit] = git(root, "rev-parse", "--show-toplevel", "HEAD")?.split("\n") ?? [];
  return top !== undefined && realpathSync(top) === realpathSync(root) ? (commit ?? null) : null;
}

/**
 * The commit of the tree below `root`. Results do not count as changes, because runs write them.
 *
 * @throws Error naming the stamp when it is damaged
 */
export function describeCommit(root: string): RunCommit {
  const commit = headOf(root);
  if (commit === null) return readStamp(root);
  const status = git(root, "status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude)results");
  return { commit, clean: status === null ? null : status === "" };
}

function readStamp(root: string): RunCommit {
  const path = join(root, "src", "dist", "commit.json");
  if (!existsSync(path)) return { commit: null, clean: null };
  let stamp: z.infer<typeof stampSchema>;
  try {
    stamp = stampSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new Error(
      `describeCommit: ${path} must be the stamp that set-up writes, got ${String(cause)}. Delete it, or copy it again.`,
      { cause },
    );
  }
  const { commit, files } = stamp;
  const isSame = ([name, blob]: readonly [string, string]): boolean =>
    existsSync(join(root, name)) && blobHash(readFileSync(join(root, name)), blob.length) === blob;
  return { commit, clean: Object.entries(files).every(isSame) };
}

/** As git hashes a file: SHA-1, or SHA-256 in repositories of that kind, whose hashes are longer. */
const blobHash = (content: Buffer, digits: number): string =>
  createHash(digits === 64 ? "sha256" : "sha1")
    .update(`blob ${content.length}\0`)
    .update(content)
    .digest("hex");
