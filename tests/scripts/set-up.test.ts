import { spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { isSupportedNode, requirePlatform } from "../../scripts/set-up/system-tools.mjs";
import { tensorflowList } from "../../scripts/set-up/tensorflow.mjs";
import { findProjectRoot } from "../../src/project-root.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// Programs of these tests: shell scripts in a folder that is the whole PATH, so that what is not there is missing.
const PROGRAMS: Record<string, string> = {
  npm: "exit 0",
  // Python 3.11 with venv, whose environments hold a Python of the same kind.
  python3: [
    'case "$*" in',
    "  *version_info*) echo 311 ;;",
    "  *ensurepip*) exit 0 ;;",
    "  *purelib*) mkdir -p .venv/lib && pwd | sed 's#$#/.venv/lib#' ;;",
    '  "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;',
    // As pip does, it makes the folder that --target names.
    '  "-m pip install"*) while [ $# -gt 0 ]; do [ "$1" = --target ] && mkdir -p "$2"; shift; done; exit 0 ;;',
    "  *) exit 9 ;;",
    "esac",
  ].join("\n"),
  // Takes the word after -o for the file to write.
  "g++": 'while [ $# -gt 0 ]; do [ "$1" = -o ] && echo compiled > "$2"; shift; done',
};

/** A compiler that copies; that versions leave comments out is shown in code-versions.test.ts. */
const TYPESCRIPT: Record<string, string> = {
  "package.json": '{ "main": "lib.cjs" }',
  "lib.cjs":
    "module.exports = { ScriptTarget: {}, ModuleKind: {}, transpileModule: (text) => ({ outputText: text }), preProcessFile: () => ({ importedFiles: [] }) };",
  "bin/tsc": [
    'const { copyFileSync, mkdirSync } = require("fs");',
    'const dist = process.argv[process.argv.indexOf("--outDir") + 1];',
    'mkdirSync(dist); copyFileSync("src/index.ts", dist + "/index.js");',
  ].join("\n"),
};

const write = (folder: string, files: Record<string, string>) => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
};

/** A clone with nothing installed, and the programs it finds; each notes its call before it does its work. */
function newClone(programs: Record<string, string | null> = {}) {
  const root = join(temporaryFolder(), `-my ü kit's "clone"`);
  const project = findProjectRoot();
  for (const script of ["set-up.mjs", "set-up", "command.mjs"])
    cpSync(join(project, "scripts", script), join(root, "scripts", script), { recursive: true });
  const plain = ["package.json", "package-lock.json", "src/package.json", "tsconfig.base.json"];
  write(root, Object.fromEntries(plain.map((name) => [name, "{}"])));
  const lists = ["requirements.txt", "requirements-cpu.txt", "requirements-nvidia.txt"];
  write(root, Object.fromEntries(lists.map((name) => [name, `# ${name}\n`])));
  write(root, { "src/index.ts": "export const one = 1;\n" });
  write(join(root, "jupyter/papermill"), { "requirements.txt": "", "class_it_papermill.py": "" });
  write(join(root, "node_modules/typescript"), TYPESCRIPT);
  const bin = join(root, "bin");
  const calls = join(root, "calls.txt");
  for (const [name, body] of Object.entries({ ...PROGRAMS, ...programs })) {
    if (body === null) continue;
    const note = `echo "${name} $1" >> "${calls.replaceAll('"', '\\"')}"`;
    write(bin, { [name]: `#!/bin/sh\nPATH=/usr/bin:/bin\n${note}\n${body}\n` });
    chmodSync(join(bin, name), 0o755);
  }
  return { root, bin, callsSoFar: () => (existsSync(calls) ? readFileSync(calls, "utf8") : "") };
}
type Clone = ReturnType<typeof newClone>;

/** Runs the clone's set-up with nothing but its own programs. */
function setUp({ root, bin }: Clone, env: Record<string, string> = {}) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    const child = spawn(process.execPath, [join(root, "scripts/set-up.mjs")], {
      env: { PATH: bin, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (stdout += String(data)));
    child.stderr.on("data", (data: Buffer) => (stderr += String(data)));
    child.on("close", (code) => done({ code, stdout, stderr }));
  });
}

describe("a tool that is missing ends the set-up with one line before anything is installed:", () => {
  const answering = (version: number, more = "exit 0") =>
    `case "$*" in *version_info*) echo ${version} ;; *) ${more} ;; esac`;
  test.each<[string, Record<string, string | null>, string]>([
    [
      "no python3",
      { python3: null },
      'set-up: python3 must be installed, "python3" does not run. Debian, Ubuntu: sudo apt-get install python3 python3-venv.',
    ],
    [
      "a python3 without venv",
      { python3: answering(311, "exit 1") },
      "set-up: python3 must have venv and ensurepip. Debian, Ubuntu: sudo apt-get install python3-venv.",
    ],
    [
      "a python3 that is too old",
      { python3: answering(309) },
      "set-up: Python must be 3.10 to 3.14 (requirements.txt has no wheels for others), got 3.9. Set PYTHON to another one.",
    ],
    [
      "a python3 that is too new",
      { python3: answering(315) },
      "set-up: Python must be 3.10 to 3.14 (requirements.txt has no wheels for others), got 3.15. Set PYTHON to another one.",
    ],
    [
      "no g++",
      { "g++": null },
      'set-up: a C++17 compiler must be installed, "g++" does not run. Debian, Ubuntu: sudo apt-get install g++.',
    ],
  ])("%s", async (_what, programs, line) => {
    const clone = newClone(programs);
    expect(await setUp(clone)).toEqual({ code: 1, stdout: "", stderr: `${line}\n` });
    expect(clone.callsSoFar()).not.toContain("npm");
    expect(existsSync(join(clone.root, ".venv"))).toBe(false);
  });

  test("what PYTHON and CXX name, in their stead", async () => {
    const clone = newClone();
    expect((await setUp(clone, { PYTHON: "python9" })).stderr).toContain('"python9" does not run');
    expect((await setUp(clone, { CXX: "clang++" })).stderr).toContain('"clang++" does not run');
  });
});

test("Node is taken in the versions that package.json's engines name, and no others", () => {
  const { engines } = JSON.parse(readFileSync(join(findProjectRoot(), "package.json"), "utf8")) as {
    engines: { node: string };
  };
  expect(engines.node).toBe("^20.19.0 || ^22.13.0 || >=24");
  const taken = ["20.19.0", "20.20.2", "22.13.0", "22.23.3", "24.0.0", "26.1.0"];
  const refused = ["18.20.0", "20.18.3", "21.7.0", "22.12.0", "23.11.0"];
  expect([...taken, ...refused].filter(isSupportedNode)).toEqual(taken);
});

test("a system on which the kit was never tried ends the set-up with one line", () => {
  expect(() => requirePlatform({ platform: "linux", arch: "x64" })).not.toThrow();
  for (const [platform, arch] of [
    ["linux", "arm64"],
    ["darwin", "arm64"],
    ["win32", "x64"],
  ] as const)
    expect(() => requirePlatform({ platform, arch })).toThrow(
      `set-up: the system must be Linux on x86-64, got ${platform} on ${arch}, on which the kit was never tried.`,
    );
});

test("TensorFlow is that for NVIDIA GPUs where there is a driver, unless CLASS_IT_DEVICE says otherwise", () => {
  const driver = join(temporaryFolder(), "version");
  const drivers = [driver];
  expect(tensorflowList({ device: "", drivers })).toBe("requirements-cpu.txt");
  writeFileSync(driver, "");
  expect(tensorflowList({ device: "", drivers })).toBe("requirements-nvidia.txt");
  expect(tensorflowList({ device: "cpu", drivers })).toBe("requirements-cpu.txt");
  expect(tensorflowList({ device: "nvidia", drivers: [] })).toBe("requirements-nvidia.txt");
  expect(() => tensorflowList({ device: "gpu", drivers })).toThrow(
    'set-up: CLASS_IT_DEVICE must be cpu or nvidia, got "gpu".',
  );
});

test("both lists hold the same TensorFlow, and every package in them has its hashes", () => {
  const linesOf = (list: string) => readFileSync(join(findProjectRoot(), list), "utf8").split("\n");
  const versionsIn = (list: string) =>
    linesOf(list).flatMap((line) => /^tensorflow(?:-cpu)?==(\S+)/.exec(line)?.[1] ?? []);
  expect(versionsIn("requirements-cpu.txt")).toEqual(["2.20.0"]);
  expect(versionsIn("requirements-nvidia.txt")).toEqual(["2.20.0"]);
  for (const list of ["requirements-cpu.txt", "requirements-nvidia.txt"])
    linesOf(list).forEach((line, at, lines) => {
      if (/^\w.*==/.test(line)) expect(lines[at + 1], line).toMatch(/^ {4}--hash=sha256:[0-9a-f]{64}/);
    });
});

describe("a set-up that finds its tools", () => {
  const STEPS = [
    ...["npm packages", "Python environment", "TensorFlow", "TensorFlow addon", "library", "front ends"],
  ];
  const stepsIn = (stdout: string) =>
    STEPS.filter((step) => new RegExp(`^set-up: ${step} done in \\d+ s$`, "m").test(stdout));

  test("does each step once, says nothing the next time, and repeats only what a change concerns", async () => {
    const clone = newClone();
    const { root } = clone;
    const first = await setUp(clone);
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(stepsIn(first.stdout)).toEqual(STEPS);
    expect(clone.callsSoFar()).toContain("npm ci");
    const versions = join(root, "src/dist/code-versions.json");
    expect(Object.keys(JSON.parse(readFileSync(versions, "utf8")) as object)).toEqual(["index"]);

    const calls = clone.callsSoFar();
    expect(await setUp(clone)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(clone.callsSoFar()).toBe(calls);

    appendFileSync(join(root, "src/index.ts"), "export const two = 2;\n");
    expect(stepsIn((await setUp(clone)).stdout)).toEqual(["library"]);
    expect(readFileSync(join(root, "src/dist/index.js"), "utf8")).toContain("two = 2");

    appendFileSync(join(root, "requirements.txt"), "# another\n");
    expect(stepsIn((await setUp(clone)).stdout)).toEqual([
      ...["Python environment", "TensorFlow", "TensorFlow addon", "front ends"],
    ]);
    expect(stepsIn((await setUp(clone, { CLASS_IT_DEVICE: "nvidia" })).stdout)).toEqual([
      ...["TensorFlow", "TensorFlow addon"],
    ]);
    expect(stepsIn((await setUp(clone)).stdout)).toEqual(["TensorFlow", "TensorFlow addon"]);
    expect(existsSync(join(root, ".cache/set-up.lock"))).toBe(false);

    // Scripts install nothing.
    writeFileSync(join(root, "package.json"), '{ "scripts": { "sing": "sing" } }');
    expect(await setUp(clone)).toEqual({ code: 0, stdout: "", stderr: "" });

    // Npm installs anew, which removes the addon although nothing it needs changed.
    writeFileSync(join(root, "package.json"), '{ "overrides": {} }');
    expect(stepsIn((await setUp(clone)).stdout)).toEqual(["npm packages", "TensorFlow addon", "library"]);
  });

  test("shows what an installer said when it fails, and does that step again the next time", async () => {
    const clone = newClone({ npm: "echo 'registry not reachable' >&2; exit 1" });
    const failed = await setUp(clone);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toBe(
      "set-up: installing the npm packages failed (npm ended with 1).\nregistry not reachable\n",
    );
    expect(stepsIn(failed.stdout)).toEqual(["Python environment", "TensorFlow", "front ends"]);
    rmSync(join(clone.bin, "npm"));
    expect((await setUp(clone)).stderr).toMatch(
      /^set-up: npm must be installed, cannot start it \(spawn npm ENOENT\)\. Install it\.$/m,
    );
  });
});
