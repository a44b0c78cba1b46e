import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { explainDiskFault, explained, requireWritable } from "../../src/disk/disk-fault.js";
import { trainCondition } from "../../src/runs/training/training.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { openTinyStudy } from "../support/tiny-study.js";

const systemError = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code}: told by the system, write`), { code, ...more });

describe("a fault of the disk", () => {
  test.each([
    ["ENOSPC", "got a full disk", "Free space there and run the same command again"],
    ["EDQUOT", "got a full disk", "have the quota raised"],
    ["EROFS", "got a place that must not be written to", "Make it writable, or name another folder"],
    ["EACCES", "got a place that must not be written to", "Make it writable"],
    ["EFBIG", "got a limit on the size of files", "ulimit -f"],
  ])("%s becomes one line with place and remedy", (code, got, remedy) => {
    const error = explainDiskFault(systemError(code), "/results/blimp.json");
    expect(String(error)).toContain(`/results/blimp.json must be written, ${got} (${code}:`);
    expect(String(error)).toContain(remedy);
  });

  test("is told of the place the system names, where it names one", () => {
    const error = explainDiskFault(systemError("EROFS", { path: "/elsewhere/x.lock" }), "/results");
    expect(String(error)).toContain("/elsewhere/x.lock must be written");
  });

  test("is found behind the folder that Node says is missing, where the one above refuses", () => {
    const missing = systemError("ENOENT", { syscall: "mkdir", path: "/proc/no/such" });
    expect(String(explainDiskFault(missing, "/proc/version/below"))).toContain(
      "must be written, got a place that must not be written to (EACCES",
    );
    expect(explainDiskFault(missing, temporaryFolder())).toBe(missing);
  });

  test("is no other fault: those stay as they are", () => {
    for (const other of [systemError("ENOENT"), new RangeError("no number"), "text"])
      expect(explainDiskFault(other, "/results")).toBe(other);
    expect(() => explained("/results", () => JSON.parse("{"))).toThrow(SyntaxError);
  });
});

/** A process that may write no byte to any file: files can be made, as on a full disk. */
function withoutSpace(module: string, script: string, ...args: string[]) {
  const url = new URL(`../../src/dist/${module}`, import.meta.url).href;
  const source = `const kit = await import("${url}"); const [path] = process.argv.slice(1); ${script}`;
  const command = `ulimit -f 0; exec "${process.execPath}" --input-type=module -e '${source}' ${args.join(" ")}`;
  const { stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
  });
  return stdout + stderr;
}
const TELL = ".then(() => console.log(0), (error) => console.log(error.message));";

describe("a process that can make files and not write to them", () => {
  test("leaves no lock of a stage, which the next one would wait for", () => {
    const folder = temporaryFolder();
    const path = join(folder, "stage.lock");
    expect(withoutSpace("disk/lock.js", `await kit.acquireLock(path)${TELL}`, path)).toMatch(
      `${path} must be written, got a limit on the size of files`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test("leaves no lock of a download, which would be honoured for ever", () => {
    const folder = temporaryFolder();
    const path = join(folder, "text.lock");
    const take = `await kit.takeLock(path, "text")${TELL}`;
    expect(withoutSpace("disk/lock.js", take, path)).toContain(
      `${path} must be written, got a limit on the size of files (EFBIG`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test("leaves a result as it was, and says which", () => {
    const folder = temporaryFolder();
    const path = join(folder, "blimp.json");
    writeFileSync(path, "older");
    const write = `try { kit.writeFileAtomically(path, "newer"); } catch (error) { console.log(error.message); }`;
    expect(withoutSpace("disk/atomic-file.js", write, path)).toContain(`writeFile: ${path} must be written`);
    expect(readdirSync(folder)).toEqual(["blimp.json"]);
  });
});

describe("a place that refuses", () => {
  test("is found before anything is computed", async () => {
    const folder = temporaryFolder();
    const study = openTinyStudy(folder);
    writeFileSync(join(folder, "results"), "a file in the place of the folder");
    const steps = trainCondition(study, { model: "llama100M", condition: "base" });
    await expect(steps.next()).rejects.toThrow(
      /trainCondition: results must be written to .*seed-1, got .*results that cannot be written to \(EACCES.*nothing was computed/,
    );
    expect(existsSync(study.cacheFolder)).toBe(false);
  });

  test("is none where the folder can be made", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "there"));
    requireWritable(join(folder, "there", "not", "yet"), "test");
    expect(readdirSync(join(folder, "there"))).toEqual([]);
  });
});
