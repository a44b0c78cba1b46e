/** @file A committed result names a clean commit of the history, or is amended; any other is named. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { provenanceSchema, type Provenance } from "../../../src/runs/stages/provenance.js";
import { checkReceipts } from "../../../src/runs/verify/receipts.js";
import { HAND_MADE_STAGE } from "../../support/hand-made-result.js";
import { commitAll, repository } from "../../support/repository.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const ELSEWHERE = "0123456789012345678901234567890123456789";

/** A checkout with one committed and one untracked result, and a receipt for a path. */
function checkout() {
  const root = repository({ "a.txt": "a" });
  mkdirSync(join(root, "results"));
  writeFileSync(join(root, "results/committed.json"), "{}");
  const commit = commitAll(root);
  writeFileSync(join(root, "results/own.json"), "{}");
  const receipt = (more: Partial<Provenance>, name = "committed.json") => ({
    path: join(root, "results", name),
    provenance: { ...HAND_MADE_STAGE.provenance, ...more },
  });
  return { root, commit, receipt };
}

const amended = (commit: string | null) => ({
  what: "commit and clean",
  why: "copied without history",
  commit,
});

test("a clean commit of the history passes", () => {
  const { root, commit, receipt } = checkout();
  const { found, differences } = checkReceipts([receipt({ commit, clean: true })], root);
  expect(differences).toEqual([]);
  expect(found).toBe("1 committed receipt, 0 of them amended");
});

test.each([
  ["no commit", { commit: null, clean: null }, /committed\.json must name its commit/],
  ["a commit with changes", { clean: false }, /must be computed by a clean commit, names \w{7} with changes/],
  ["a commit from elsewhere", { commit: ELSEWHERE, clean: true }, /must name a commit of this history/],
  [
    "an amendment from elsewhere",
    { amended: amended(ELSEWHERE) },
    /must be amended to a commit of this history/,
  ],
])("%s is named", (_what, more, difference) => {
  const { root, commit, receipt } = checkout();
  const { differences } = checkReceipts([receipt({ commit, clean: true, ...more })], root);
  expect(differences).toEqual([expect.stringMatching(difference)]);
});

test("amended receipts pass and are counted, those to an unknown commit as well", () => {
  const { root, commit, receipt } = checkout();
  const wrong = { commit: ELSEWHERE, clean: false };
  const { found, differences } = checkReceipts(
    [receipt({ ...wrong, amended: amended(commit) }), receipt({ ...wrong, amended: amended(null) })],
    root,
  );
  expect(differences).toEqual([]);
  expect(found).toBe("2 committed receipts, 2 of them amended; 1 to a commit that nobody knows");
});

test("results that are not committed are counted, not judged", () => {
  const { root, receipt } = checkout();
  const { found, differences } = checkReceipts([receipt({ clean: false }, "own.json")], root);
  expect(differences).toEqual([]);
  expect(found).toBe("0 committed receipts, 0 of them amended; 1 not committed");
});

test("a shallow clone judges changes, not the commits it does not have", () => {
  const { root, receipt } = checkout();
  const shallow = join(temporaryFolder(), "shallow");
  commitAll(root);
  execFileSync("git", ["clone", "-q", "--depth=1", `file://${root}`, shallow], { stdio: "ignore" });
  const there = ({ path, provenance }: ReturnType<typeof receipt>) => ({
    path: path.replace(root, shallow),
    provenance,
  });
  const unknown = there(receipt({ commit: ELSEWHERE, clean: true }));
  const changed = there(receipt({ commit: ELSEWHERE, clean: false }));
  const { found, differences } = checkReceipts([unknown, changed], shallow);
  expect(found).toContain("the history is shallow");
  expect(differences).toEqual([expect.stringMatching(/with changes/)]);
});

test("outside a checkout nothing is compared, and the check says so", () => {
  const { receipt } = checkout();
  const { found, differences } = checkReceipts([receipt({ clean: false })], temporaryFolder());
  expect(differences).toEqual([]);
  expect(found).toMatch(/^1 receipt not compared/);
});

test("an amendment needs what, why and a whole commit or none", () => {
  const of = (fields: unknown) =>
    provenanceSchema.safeParse({ ...HAND_MADE_STAGE.provenance, amended: fields }).success;
  expect(of(amended(ELSEWHERE))).toBe(true);
  expect(of(amended(null))).toBe(true);
  expect(of(amended("1d2dd43"))).toBe(false);
  expect(of({ ...amended(null), why: "" })).toBe(false);
  expect(of({ what: "commit", why: "because" })).toBe(false);
});
