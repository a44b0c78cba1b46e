import { expect, test } from "vitest";
import { faultsOfTable, kindOf } from "../../scripts/check/licences.mjs";

const row = (name: string, version: string, licence = "MIT") => ({
  registry: "npm",
  name,
  version,
  licence,
  kind: "permissive",
  use: "use",
});

test.each([
  ["MIT", "permissive"],
  ["(BSD-3-Clause AND Apache-2.0)", "permissive"],
  ["MIT AND MPL-2.0", "weak copyleft"],
  ["GPL-3.0-only OR MIT", "permissive"],
  ["MIT AND GPL-3.0-only", "unknown"],
  ["GPL-3.0-only", "unknown"],
  ["unknown", "unknown"],
])("%s is %s", (licence, kind) => {
  expect(kindOf(licence)).toBe(kind);
});

test("a package that is locked must be listed in the version that is locked, and no other", () => {
  const table = [row("anna", "1.0.0"), row("clara", "2.0.0")];
  expect(faultsOfTable(table, table)).toEqual([]);
  const [fault = "", ...others] = faultsOfTable(table, [row("anna", "1.0.1"), row("clara", "2.0.0")]);
  expect(others).toEqual([]);
  expect(fault).toMatch(
    /npm anna 1\.0\.1 is not listed, npm anna 1\.0\.0 is no longer locked\. Run node scripts\/check\/licences\.mjs/,
  );
});

test("a licence nobody has looked at is named with its package", () => {
  const table = [row("anna", "1.0.0", "SSPL-1.0")];
  expect(faultsOfTable(table, table)).toEqual([expect.stringContaining('got "SSPL-1.0" of anna')]);
});
