/**
 * @file `node scripts/check/licences.mjs [--check]`: every package that set-up installs, from all lock files, with its licence, into
 * `vendor/licences.csv`. The check compares that table with the lock files, and refuses a licence that is in none of the lists below.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMain, readCommand } from "../command.mjs";
import { PAPERMILL } from "../set-up/front-ends.mjs";
import { root } from "../set-up/system-tools.mjs";
import { TENSORFLOW, tensorflowList } from "../set-up/tensorflow.mjs";

/** @typedef {{ registry: string, name: string, version: string, licence: string, kind: string, use: string }} Row */

const TABLE = "vendor/licences.csv";
const COLUMNS = /** @type {const} */ (["registry", "name", "version", "licence", "kind", "use"]);

/** Each kind with the licences of it; a package under several must meet all of them, one under a choice any. */
/** @type {Record<string, string[]>} */
const KINDS = {
  permissive: [
    ...[
      "0BSD",
      "Apache-2.0",
      "BSD",
      "BSD-2-Clause",
      "BSD-3-Clause",
      "BSL-1.0",
      "BlueOak-1.0.0",
      "ISC",
      "MIT",
    ],
    ...["MIT-0", "PSF-2.0", "Python-2.0", "Unlicense"],
  ],
  // Changed files of it stay under it; used unchanged it asks nothing of the kit.
  "weak copyleft": ["MPL-2.0"],
  // caniuse-lite's table of browsers, which Babel brings for `npm run robustness -- mutate`: names its authors, is not passed on.
  attribution: ["CC-BY-4.0"],
  // Bitstream Vera's and Arev's terms: free to use, embed and pass on, not to be sold alone.
  font: ["DejaVu fonts"],
};

/** Where a package's own description says no licence, its LICENSE file does. @type {Record<string, string>} */
const FROM_LICENCE_FILE = { "png-js": "MIT", "typed-function": "MIT", "dejavu-fonts-ttf": "DejaVu fonts" };

/** Wheels for other systems or older Pythons, not installed where the table is made; as their authors state it. @type {Record<string, string>} */
const ELSEWHERE = {
  aiohappyeyeballs: "PSF-2.0",
  aiohttp: "Apache-2.0 AND MIT",
  aiosignal: "Apache-2.0",
  frozenlist: "Apache-2.0",
  multidict: "Apache-2.0",
  propcache: "Apache-2.0",
  yarl: "Apache-2.0",
  appnope: "BSD-2-Clause",
  colorama: "BSD-3-Clause",
  decorator: "BSD-2-Clause",
  exceptiongroup: "MIT",
  pywinpty: "MIT",
  tomli: "MIT",
};

/** What Python packages write, as SPDX has it. @type {[RegExp, string][]} */
const SPOKEN = [
  [/^MIT( License| license)?\b/, "MIT"],
  [/^BSD 3-Clause|^BSD-3-Clause/, "BSD-3-Clause"],
  [/^BSD 2-Clause|^BSD-2-Clause/, "BSD-2-Clause"],
  [/^BSD/, "BSD"],
  [/^Apache/, "Apache-2.0"],
  [/^ISC/, "ISC"],
  [/^MPL-2\.0|^Mozilla Public License 2\.0/, "MPL-2.0"],
  [/^PSFL?$|^Python Software Foundation/, "PSF-2.0"],
];

/** @param {string} licence an SPDX expression @returns {string} its kind, or "unknown" */
export function kindOf(licence) {
  const bare = licence.replace(/^\((.*)\)$/, "$1");
  const alternatives = bare.split(" OR ").map((alternative) => {
    const kinds = alternative.split(" AND ").map((name) => {
      const found = Object.entries(KINDS).find(([, names]) => names.includes(name));
      return found ? found[0] : "unknown";
    });
    return (
      kinds.find((kind) => kind === "unknown") ?? kinds.find((kind) => kind !== "permissive") ?? "permissive"
    );
  });
  return alternatives.find((kind) => kind === "permissive") ?? alternatives[0] ?? "unknown";
}

/** @returns {Omit<Row, "kind">[]} */
function npmPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(packages).flatMap(([path, found]) => {
    // The kit itself, its workspace, and its own stand-ins are no dependencies.
    if (!path.includes("node_modules/") || found.link) return [];
    const name = found.name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    const licence = FROM_LICENCE_FILE[name] ?? found.license ?? "unknown";
    return [
      { registry: "npm", name, version: found.version, licence, use: found.dev ? "development" : "use" },
    ];
  });
}

/** @returns {Map<string, string>} licence of each installed Python package, as its own description says it */
function installedPython() {
  const library = join(root, ".venv/lib");
  const versions = existsSync(library) ? readdirSync(library) : [];
  const found = new Map();
  for (const packages of [
    ...versions.map((version) => join(library, version, "site-packages")),
    join(root, TENSORFLOW),
  ]) {
    if (!existsSync(packages)) continue;
    for (const folder of readdirSync(packages).filter((name) => name.endsWith(".dist-info"))) {
      const [head = ""] = readFileSync(join(packages, folder, "METADATA"), "utf8").split("\n\n");
      const field = (/** @type {string} */ name) => new RegExp(`^${name}: (.+)$`, "m").exec(head)?.[1] ?? "";
      const classifier = /^Classifier: License :: .*:: (.+)$/m.exec(head)?.[1] ?? "";
      const spoken = [field("License"), classifier].flatMap((text) =>
        SPOKEN.filter(([pattern]) => pattern.test(text)).map(([, name]) => name),
      );
      found.set(normalised(field("Name")), field("License-Expression") || (spoken[0] ?? "unknown"));
    }
  }
  return found;
}

/** Names of Python packages are the same whatever their case and separators. @param {string} name */
const normalised = (name) => name.toLowerCase().replace(/[-_.]+/g, "-");

/** @param {Map<string, string>} installed @returns {Omit<Row, "kind">[]} */
function pythonPackages(installed) {
  // Of NVIDIA's packages, which set-up installs only where there is its driver, the list's own head speaks.
  const lists = ["requirements.txt", tensorflowList({ device: "cpu" }), PAPERMILL.requirements];
  const lines = lists.flatMap((list) => readFileSync(join(root, list), "utf8").split("\n"));
  return lines.flatMap((line) => {
    const [, name, version] = /^([\w.-]+)==([^\s;\\]+)/.exec(line) ?? [];
    if (name === undefined || version === undefined) return [];
    const licence = installed.get(normalised(name)) ?? ELSEWHERE[name] ?? "unknown";
    return [{ registry: "PyPI", name, version, licence, use: "use" }];
  });
}

/** One row per package and version, though it may be in several folders. @param {Omit<Row, "kind">[]} found @returns {Row[]} */
function rowsOf(found) {
  /** @type {Map<string, Row>} */
  const rows = new Map();
  for (const row of found) {
    const key = `${row.registry} ${row.name} ${row.version}`;
    const isUsed = row.use === "use" || rows.get(key)?.use === "use";
    rows.set(key, { ...row, kind: kindOf(row.licence), use: isUsed ? "use" : "development" });
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** @param {readonly Row[]} rows */
const tableOf = (rows) =>
  [COLUMNS.join(","), ...rows.map((row) => COLUMNS.map((column) => row[column]).join(","))].join("\n") + "\n";

/** @returns {Row[]} of the committed table */
function readTable() {
  const [, ...lines] = readFileSync(join(root, TABLE), "utf8").trim().split("\n");
  return lines.map((line) => {
    const [registry = "", name = "", version = "", licence = "", kind = "", use = ""] = line.split(",");
    return { registry, name, version, licence, kind, use };
  });
}

/**
 * @param {readonly Row[]} committed rows of the table
 * @param {readonly Omit<Row, "kind">[]} locked packages of the lock files
 * @returns {string[]} what is wrong, with the remedy
 */
export function faultsOfTable(committed, locked) {
  const named = (/** @type {Omit<Row, "kind">} */ { registry, name, version }) =>
    `${registry} ${name} ${version}`;
  const [listed, held] = [new Set(committed.map(named)), new Set(locked.map(named))];
  const different = [
    ...[...held].filter((name) => !listed.has(name)).map((name) => `${name} is not listed`),
    ...[...listed].filter((name) => !held.has(name)).map((name) => `${name} is no longer locked`),
  ];
  const strange = committed.filter(({ licence }) => kindOf(licence) === "unknown");
  return [
    ...(different.length === 0
      ? []
      : [
          `${TABLE} must list what the lock files hold, got ${different.slice(0, 5).join(", ")}. Run node scripts/check/licences.mjs.`,
        ]),
    ...strange.map(
      ({ name, licence }) =>
        `every licence must be one of scripts/check/licences.mjs, got "${licence}" of ${name}. Read it, then add it there or leave the package out.`,
    ),
  ];
}

/** @param {{ isCheck: boolean }} options */
function main({ isCheck }) {
  // The check needs no environment: it compares names and versions, the licences are those of the table.
  const found = [...npmPackages(), ...pythonPackages(isCheck ? new Map() : installedPython())];
  if (!isCheck) writeFileSync(join(root, TABLE), tableOf(rowsOf(found)));
  const committed = readTable();
  for (const kind of Object.keys(KINDS)) {
    const own = committed.filter((row) => row.kind === kind);
    const names = kind === "permissive" ? "" : `: ${own.map(({ name }) => name).join(", ")}`;
    console.log(`${own.length} packages ${kind}${names}`);
  }
  const faults = faultsOfTable(committed, found);
  for (const fault of faults) console.error(`licences: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

if (isMain(import.meta.url)) {
  const { values } = readCommand("licences [--check]", {
    options: { check: { type: "boolean", default: false } },
  });
  main({ isCheck: values.check });
}
