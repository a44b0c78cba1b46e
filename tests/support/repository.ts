/** @file A git repository of a test's own. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./temporary-folder.js";

/** Commits whatever is below the folder; git's own settings are left alone. @returns the commit */
export function commitAll(root: string): string {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.org", ...args], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  git("add", "-A");
  git("commit", "-q", "--allow-empty", "-m", "as it is");
  return git("rev-parse", "HEAD");
}

/** A repository with one commit of these files, by path. @returns its folder */
export function repository(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  execFileSync("git", ["init", "-q"], { cwd: root });
  commitAll(root);
  return root;
}
