/**
 * @file Set-up: npm packages, the Python environment, TensorFlow, its addon and the compiled library, each step only
 * when what determines it has changed. Node built-ins alone, because nothing is installed when it starts.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative, resolve } from "node:path";
import { isMain, readCommand } from "./command.mjs";
import { stampCodeVersions } from "./set-up/code-versions.mjs";
import { COMMIT_STAMP, stampCommit } from "./set-up/commit-stamp.mjs";
import { PAPERMILL } from "./set-up/front-ends.mjs";
import { withLock } from "./set-up/lock.mjs";
import { inRoot, installFrontEnds, installPython, packageCache } from "./set-up/python.mjs";
import {
  requireCompiler,
  requireNode,
  requirePlatform,
  requirePython,
  root,
  run,
  SetUpError,
} from "./set-up/system-tools.mjs";
import { installTensorflow, TENSORFLOW, tensorflowList } from "./set-up/tensorflow.mjs";

export { root, SetUpError };

const addonFolder = inRoot("node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8");

/** @param {string[]} parts */
const sha256 = (parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
};

/** @param {string} folder @returns {string[]} every TypeScript source below it, in a fixed order */
function sourcesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (["dist", "dist.partial", "node_modules"].includes(entry.name)) return [];
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sourcesBelow(path) : /\.(ts|json)$/.test(entry.name) ? [path] : [];
    });
}

/** @param {string[]} paths */
const hashOfFiles = (paths) =>
  sha256(paths.flatMap((path) => [relative(root, path), readFileSync(path, "utf8")]));

/** What npm installs by: a package.json but for its scripts, none of which is run. @param {string} path */
const withoutScripts = (path) => JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), scripts: null });

// Nothing is written outside the clone: the package caches are in it, or where the user says so.
async function installPackages() {
  const npmCache = packageCache ? join(resolve(packageCache), "npm") : inRoot(".cache/npm");
  const npm = process.env["npm_execpath"];
  const args = [
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    `--cache=${npmCache}`,
    "--prefer-offline",
  ];
  const what = "installing the npm packages";
  if (npm?.endsWith(".js")) await run(process.execPath, [npm, ...args], { what });
  else await run("npm", args, { what });
  if (!packageCache) rmSync(npmCache, { recursive: true, force: true });
}

/** Compiles tfjs-node-gpu's two C++ files against the TensorFlow C library inside the Python wheel. */
async function buildEngine() {
  const compiler = await requireCompiler();
  const tensorflow = inRoot(TENSORFLOW, "tensorflow");
  const addon = inRoot("node_modules/@tensorflow/tfjs-node-gpu");
  mkdirSync(addonFolder, { recursive: true });
  const partial = join(addonFolder, `partial-${process.pid}.node`);
  const flags = ["-O2", "-fPIC", "-shared", "-std=c++17", "-DNAPI_VERSION=8", "-DBUILDING_NODE_EXTENSION"];
  const includes = [inRoot("node_modules/node-api-headers/include"), addon, join(tensorflow, "include")];
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(addon, "binding", file));
  const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"].map((file) =>
    join(tensorflow, file),
  );
  await run(
    compiler,
    [
      ...flags,
      ...includes.map((path) => `-I${path}`),
      ...sources,
      "-o",
      partial,
      ...libraries,
      // As the addon sees it, so that no character of the path means anything to the linker.
      ...["-Xlinker", "-rpath", "-Xlinker", `$ORIGIN/${relative(addonFolder, tensorflow)}`],
    ],
    { what: "compiling the TensorFlow addon" },
  );
  renameSync(partial, join(addonFolder, "tfjs_binding.node"));
}

async function buildLibrary() {
  // Built beside and swapped in: a killed compiler leaves the old library, and a running notebook never sees half of one.
  const partial = inRoot("src/dist.partial");
  rmSync(partial, { recursive: true, force: true });
  const compiler = inRoot("node_modules/typescript/bin/tsc");
  const options = ["-p", "src", "--outDir", partial, "--tsBuildInfoFile", join(partial, ".tsbuildinfo")];
  await run(process.execPath, [compiler, ...options], { what: "compiling src" });
  await stampCodeVersions(partial);
  // A copy without .git keeps the stamp it came with.
  const stamp = inRoot("src/dist", COMMIT_STAMP);
  if (existsSync(stamp)) copyFileSync(stamp, join(partial, COMMIT_STAMP));
  rmSync(inRoot("src/dist"), { recursive: true, force: true });
  renameSync(partial, inRoot("src/dist"));
}

/** @type {{ name: string, stamp: string, key: () => string, run: () => Promise<void>, needs: string[] }[]} */
const steps = [
  {
    name: "npm packages",
    stamp: inRoot("node_modules/.set-up"),
    key: () =>
      sha256([
        ...["package.json", "src/package.json"].map((file) => withoutScripts(inRoot(file))),
        hashOfFiles([inRoot("package-lock.json")]),
      ]),
    run: installPackages,
    needs: [],
  },
  {
    name: "Python environment",
    stamp: inRoot(".venv/.set-up"),
    key: () => sha256([root, hashOfFiles([inRoot("requirements.txt")])]), // an environment cannot be moved
    run: installPython,
    needs: [],
  },
  {
    name: "TensorFlow",
    stamp: inRoot(TENSORFLOW, ".set-up"),
    key: () => hashOfFiles([inRoot(tensorflowList())]),
    run: installTensorflow,
    needs: ["Python environment"],
  },
  {
    name: "TensorFlow addon",
    stamp: join(addonFolder, ".set-up"),
    key: () =>
      sha256([root, hashOfFiles(["package-lock.json", tensorflowList()].map((file) => inRoot(file)))]),
    run: buildEngine,
    needs: ["npm packages", "TensorFlow"],
  },
  {
    name: "library",
    stamp: inRoot("src/dist/.set-up"),
    key: () =>
      hashOfFiles([
        inRoot("tsconfig.base.json"),
        inRoot("package-lock.json"),
        ...sourcesBelow(inRoot("src")),
      ]),
    run: buildLibrary,
    needs: ["npm packages"],
  },
  {
    name: "front ends",
    stamp: inRoot(".venv/share/jupyter/kernels/tslab/.set-up"),
    key: () =>
      sha256([
        root,
        process.execPath,
        hashOfFiles(
          [
            ...Object.values(PAPERMILL),
            ...["front-ends.mjs", "python.mjs"].map((name) => `scripts/set-up/${name}`),
          ].map((file) => inRoot(file)),
        ),
      ]),
    run: installFrontEnds,
    needs: ["Python environment"],
  },
];

/** @param {(typeof steps)[number]} step */
const isDone = (step) => existsSync(step.stamp) && readFileSync(step.stamp, "utf8") === step.key();

/**
 * Brings the clone to a state in which everything runs; does nothing when it is.
 *
 * @param {{ log?: (line: string) => void }} [options]
 * @throws {SetUpError} one line with the remedy, when a system tool is missing or an installer fails
 */
export async function setUp({ log = (line) => console.log(line) } = {}) {
  requireNode();
  requirePlatform();
  if (!steps.every(isDone)) await takePending(log);
  stampCommit(root, inRoot("src/dist"));
}

/** @param {(line: string) => void} log */
async function takePending(log) {
  await withLock(inRoot(".cache/set-up.lock"), log, async () => {
    // A step is also due when one it needs is: installing packages anew takes the compiled addon with it.
    /** @type {typeof steps} */
    const pending = [];
    for (const step of steps)
      if (!isDone(step) || step.needs.some((name) => pending.some((due) => due.name === name)))
        pending.push(step);
    const isPending = (/** @type {string} */ name) => pending.some((step) => step.name === name);
    // What only the user can mend is said before minutes of installing.
    if (isPending("Python environment")) await requirePython();
    if (isPending("TensorFlow addon")) await requireCompiler();
    /** @type {Map<string, Promise<void>>} */
    const started = new Map();
    for (const step of pending) {
      const ready = Promise.all(step.needs.map((name) => started.get(name)));
      started.set(
        step.name,
        ready.then(async () => {
          const begin = performance.now();
          log(`set-up: ${step.name} …`);
          rmSync(step.stamp, { force: true });
          const key = step.key();
          await step.run();
          const partial = `${step.stamp}.${randomUUID()}`;
          writeFileSync(partial, key);
          renameSync(partial, step.stamp);
          log(`set-up: ${step.name} done in ${((performance.now() - begin) / 1000).toFixed(0)} s`);
        }),
      );
    }
    const results = await Promise.allSettled(started.values());
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  });
}

/** Prints a failure the user can mend as its message alone, any other with its stack. @param {unknown} error */
export function reportFailure(error) {
  console.error(error instanceof SetUpError ? error.message : error);
  process.exitCode = 1;
}

if (isMain(import.meta.url)) {
  readCommand("set-up");
  setUp().catch(reportFailure);
}
