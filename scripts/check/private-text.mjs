/**
 * @file No secret, no path of a machine and no machine's name in any tracked file: `npm run check` reads them all, packed results and
 * outputs of notebooks included. Offline and without anything installed.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { isMain, readCommand } from "../command.mjs";
import { root } from "../set-up/system-tools.mjs";

/** What nobody's file may hold. @type {[what: string, pattern: RegExp][]} */
const PATTERNS = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a key of Amazon", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a key of Google", /\bAIza[\w-]{35}\b/],
  ["a token of GitHub", /\b(?:gh[oprsu]_[A-Za-z0-9]{36}|github_pat_\w{22,})/],
  ["a token of GitLab", /\bglpat-[\w-]{20,}/],
  ["a token of Hugging Face", /\bhf_[A-Za-z0-9]{30,}\b/],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a token of PyPI", /\bpypi-[\w-]{50,}/],
  ["a token of Slack", /\bxox[abeoprs]-[\w-]{10,}/],
  ["a secret key", /\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{24,}/],
  ["a signed web token", /\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{15,}/],
  ["a password in an address", /\b[a-z][a-z+]*:\/\/[^\s/:@"'`$<>{}]+:[^\s/:@"'`$<>{}]+@/],
  ["an npm registry's credentials", /^\s*(?:\/\/\S+:)?_(?:auth|authToken|password)\s*=/m],
  ["a path of a home folder", /(?:^|[\s"'`(=:,[])\/(?:home|Users|root)\/[\w.-]+/m],
  [
    "a path of a working folder",
    /(?:^|[\s"'`(=:,[])\/(?:work|workspace|mnt|scratch|private|var\/folders)\/[\w.-]+/m,
  ],
  ["a path of a temporary folder", /(?:^|[\s"'`(=:,[])\/tmp\/[\w.-]+/m],
  ["a path of Windows", /\b[A-Z]:\\{1,2}(?:Users|Documents)\b/],
  [
    "an address in a private network",
    // Not behind ==, where it is the version of a package.
    /(?<!==)\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b/,
  ],
  ["a host of a private network", /\b[\w-]+\.(?:internal|corp|lan|localdomain)\b/],
];

/** Names of the machine this runs on: results made on it must not bear them. @returns {[string, RegExp][]} */
function ownNames() {
  const literal = (/** @type {string} */ text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const names = [root, homedir(), hostname(), userInfo().username].filter(
    // Short and common words are no names: "root", "node", "user".
    (name) => name.length >= 6 && name !== "localhost",
  );
  return names.map((name) => ["a name of this machine", new RegExp(`(?<![\\w-])${literal(name)}(?![\\w-])`)]);
}

/**
 * @param {string} text
 * @param {[string, RegExp][]} [more]
 * @returns {{ what: string, line: number }[]}
 */
export function privateParts(text, more = []) {
  return [...PATTERNS, ...more].flatMap(([what, pattern]) => {
    const found = pattern.exec(text);
    if (!found) return [];
    const before = text.slice(0, found.index + (found[0].length - found[0].trimStart().length));
    return [{ what, line: before.split("\n").length }];
  });
}

/** @param {string} path @returns {string} */
function readText(path) {
  const bytes = readFileSync(join(root, path));
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1"); // bytes that are no text hold no match
}

/** Tokens that look real are what this check and its test are about. */
const OWN = ["scripts/check/private-text.mjs", "tests/scripts/private-text.test.ts"];

function main() {
  const tracked = execFileSync("git", ["ls-files", "-z"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const exists = (/** @type {string} */ path) => existsSync(join(root, path)); // a deleted file is tracked until the commit
  const paths = tracked.split("\0").filter((path) => path !== "" && !OWN.includes(path) && exists(path));
  const names = ownNames();
  const faults = paths.flatMap((path) =>
    privateParts(readText(path), names).map(({ what, line }) => `${path}:${line} holds ${what}`),
  );
  for (const fault of faults)
    console.error(`private-text: no tracked file may hold one, ${fault}. Take it out.`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`${paths.length} files`);
}

if (isMain(import.meta.url)) {
  readCommand("private-text");
  main();
}
