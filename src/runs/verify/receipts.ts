/**
 * @file Verifying a results folder: every committed result names a clean commit of this history, or says in an amendment what
 * computed it instead.
 */
import { realpathSync } from "node:fs";
import { relative } from "node:path";
import { git, headOf } from "../stages/commit.js";
import type { Provenance } from "../stages/provenance.js";
import { count, type Check, type Receipt } from "./files.js";

/**
 * Looks for the commit of every committed file in the history of `root`; files that are not committed are only counted.
 *
 * @param root folder of the checkout
 */
export function checkReceipts(receipts: readonly Receipt[], root: string): Check {
  const found = (text: string, differences: readonly string[] = []): Check => ({
    name: "receipts",
    found: text,
    differences,
  });
  if (headOf(root) === null)
    return found(`${count(receipts.length, "receipt")} not compared: this is no git checkout with a history`);
  const tracked = new Set((git(root, "ls-files", "-z") ?? "").split("\0"));
  const committed = receipts.filter(({ path }) =>
    tracked.has(relative(realpathSync(root), realpathSync(path))),
  );
  // Of a shallow clone most commits are missing, which says nothing about a receipt.
  const isWhole = git(root, "rev-parse", "--is-shallow-repository") === "false";
  const history = new Set((git(root, "rev-list", "HEAD") ?? "").split("\n"));
  const isKnown = (commit: string): boolean => !isWhole || history.has(commit);
  const amended = committed.filter(({ provenance }) => provenance.amended !== undefined);
  const unknown = amended.filter(({ provenance }) => provenance.amended?.commit === null).length;
  const others = receipts.length - committed.length;
  return found(
    [
      `${count(committed.length, "committed receipt")}, ${amended.length} of them amended`,
      ...(unknown > 0 ? [`${unknown} to a commit that nobody knows`] : []),
      ...(isWhole ? [] : ["the history is shallow, so commits were not looked for"]),
      ...(others > 0 ? [`${others} not committed`] : []),
    ].join("; "),
    committed.flatMap(({ path, provenance }) => {
      const fault = faultOf(provenance, isKnown);
      return fault === null ? [] : [`${path} must ${fault}`];
    }),
  );
}

/** What must hold and does not, or null. */
function faultOf(
  { commit, clean, amended }: Provenance,
  isKnown: (commit: string) => boolean,
): string | null {
  if (amended)
    return amended.commit === null || isKnown(amended.commit)
      ? null
      : `be amended to a commit of this history, names ${amended.commit}`;
  const without = "and has no `amended` field";
  if (commit === null) return `name its commit, names none ${without}`;
  if (!isKnown(commit)) return `name a commit of this history, names ${commit} ${without}`;
  return clean === true
    ? null
    : `be computed by a clean commit, names ${commit.slice(0, 7)} with changes ${without}`;
}
