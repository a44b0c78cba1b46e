/**
 * @file A stamp of the commit beside the compiled library, so that a copy of the tree without `.git` still knows what it is a copy
 * of. `src/runs/stages/commit.ts` reads it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Name of the file in `src/dist`. */
export const COMMIT_STAMP = "commit.json";

/**
 * Writes the commit and the blob hash of every file it has outside `results/`, in which a run itself writes.
 *
 * Without git, or in a folder that is no checkout of its own, the stamp that was copied along stays.
 *
 * @param {string} root of the clone @param {string} dist folder of the compiled library
 */
export function stampCommit(root, dist) {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync("git", args, {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
      stdio: ["ignore", "pipe", "ignore"],
    });
  /** @type {string} */
  let stamp;
  try {
    // A copy may be inside another project's checkout, whose commits are not ours.
    if (realpathSync(git("rev-parse", "--show-toplevel").trim()) !== realpathSync(root)) return;
    const entries = git("ls-tree", "-r", "-z", "HEAD").split("\0").filter(Boolean);
    const files = entries
      .map((entry) => entry.split("\t"))
      .filter(([kind = "", path = ""]) => kind.startsWith("100") && !path.startsWith("results/"))
      .map(([kind = "", path = ""]) => [path, kind.split(" ")[2]]);
    stamp = JSON.stringify({ commit: git("rev-parse", "HEAD").trim(), files: Object.fromEntries(files) });
  } catch {
    return;
  }
  const path = join(dist, COMMIT_STAMP);
  if (existsSync(path) && readFileSync(path, "utf8") === stamp) return;
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, stamp);
  renameSync(partial, path);
}
