import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diskFault, partialBeside, removeAbandoned } from "../../scripts/notebooks/partial-file.mjs";
import { temporaryFolder } from "../support/temporary-folder.js";

const gone = String(spawnSync(process.execPath, ["-e", ""]).pid);

test("the name beside a target is this process's own; what ended ones left in its place is removed, nothing else", () => {
  const folder = temporaryFolder();
  const target = join(folder, "report");
  mkdirSync(join(folder, `.report.${gone}.partial`, "sources"), { recursive: true });
  const others = [`.report.${process.ppid}.partial`, `.other.${gone}.partial`, "report"];
  for (const name of others) writeFileSync(join(folder, name), "");
  expect(partialBeside(target)).toBe(join(folder, `.report.${process.pid}.partial`));
  expect(readdirSync(folder).sort()).toEqual([...others].sort());
});

test("a place that is not there yet has nothing to remove", () => {
  expect(partialBeside(join(temporaryFolder(), "not", "yet"))).toMatch(/\.yet\.\d+\.partial$/);
  removeAbandoned(join(temporaryFolder(), "nowhere"), () => gone);
});

test("a full disk is told with place and remedy", async () => {
  const cause = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  expect(String(await diskFault(cause, "/site/index.html"))).toContain(
    "/site/index.html must be written, got a full disk (ENOSPC: no space left on device, write). Free space there",
  );
  const other = new Error("no notebook");
  expect(await diskFault(other, "/site")).toBe(other);
});
