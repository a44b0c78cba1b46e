import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { planFetch } from "../../src/command-line/data-fetch.js";
import { inspectFiles } from "../../src/command-line/data-state.js";
import type { DataPlaces } from "../../src/data/files.js";
import { openManifest } from "../../src/data/manifest.js";
import { command } from "./command.js";

const dataRoot = process.env["CLASS_IT_DATA"];
const TSV = "wug_past_standin/racz2019_nonce_past_tense.tsv";
const AOA = "aoa/babylm2023_word_list.csv";

let folder: string;
let places: DataPlaces & { dataFolder: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "class-it-command-"));
  places = { rawFolder: join(folder, "raw"), dataFolder: join(folder, "data") };
  mkdirSync(places.dataFolder);
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(root: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

interface Listing {
  folders: { folder: string; files: number; missing: number; damaged: number; fetchable: number }[];
  files: { path: string; state: string; place: string | null }[];
}

test("the list as JSON tells of every file of the manifest whether and where it was found", async () => {
  put(places.dataFolder, TSV, "something else");
  const { code, stdout, stderr } = await command("data --list --json", { places });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { folders, files } = JSON.parse(stdout) as Listing;
  expect(files.map(({ path }) => path)).toEqual([...openManifest().keys()]);
  expect(files.filter(({ state }) => state !== "missing")).toMatchObject([
    { path: TSV, state: "damaged", place: "CLASS_IT_DATA" },
  ]);
  expect(folders.reduce((sum, { files }) => sum + files, 0)).toBe(files.length);
  expect(folders.find(({ folder }) => folder === "wug_past_standin")).toMatchObject({
    files: 1,
    missing: 0,
    damaged: 1,
    standIns: 1,
  });
});

test("the list as a table has a line for every folder and says which places were searched", async () => {
  const { code, stdout } = await command("data --list", { places: { ...places, dataFolder: null } });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\| babylm_sample +\| +11 \|/m);
  expect(stdout).toContain(`data/raw is ${places.rawFolder}, CLASS_IT_DATA is not set.`);
});

test("a check names the damaged and the missing files and fails", async () => {
  put(places.rawFolder, TSV, "something else");
  const damaged = await command("data --check wug_past_standin", { places });
  expect(damaged.code).toBe(1);
  expect(damaged.stdout).toBe(`damaged  ${TSV} (${join(places.rawFolder, TSV)})\n0 of 1 files verified\n`);
  expect(damaged.stderr).toMatch(/^class-it data: .* got 0 missing and 1 damaged\..*\n$/);
  const missing = await command("data --check aoa/ --json", { places });
  expect(missing.code).toBe(1);
  expect(JSON.parse(missing.stdout)).toMatchObject({ verified: 0, missing: [AOA, expect.any(String)] });
});

test.skipIf(!dataRoot)(
  "a check succeeds on the right bytes and fails once one of them is altered",
  async () => {
    const copy = join(places.dataFolder, TSV);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(dataRoot ?? "", TSV), copy);
    expect(await command("data --check wug_past_standin", { places })).toEqual({
      code: 0,
      stdout: "1 of 1 files verified\n",
      stderr: "",
    });
    const bytes = readFileSync(copy);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(copy, bytes);
    expect((await command("data --check wug_past_standin", { places })).code).toBe(1);
  },
);

test("a prefix that is no folder of the manifest is refused with the folders there are", async () => {
  const { code, stderr } = await command("data --check babylm_samples", { places });
  expect(code).toBe(1);
  expect(stderr).toContain('got "babylm_samples". Its folders are aoa, babylm2023_test, babylm_eval_2025');
});

test.each(["data", "data --list", "data --check"])(
  "%s refuses a data folder that does not exist",
  async (argv) => {
    const astray = { ...places, dataFolder: join(folder, "nowhere") };
    const { code, stdout, stderr } = await command(argv, { places: astray });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("CLASS_IT_DATA must name an existing folder");
  },
);

test("a fetch says first what comes from where, goes on after failures and names them at the end", async () => {
  const asked: string[] = [];
  const { code, stdout, stderr } = await command("data --json", {
    places,
    fetchUrl: (url) => {
      asked.push(url);
      return Promise.resolve(new Response("not found", { status: 404 }));
    },
  });
  const { fetched, failed, withoutLocation, withheld } = JSON.parse(stdout) as {
    fetched: string[];
    failed: { path: string; message: string }[];
    withoutLocation: { path: string; note: string }[];
    withheld: string[];
  };
  expect(code).toBe(1);
  expect(fetched).toEqual([]);
  expect(failed.length).toBe(asked.length);
  expect(failed.length + withoutLocation.length + withheld.length).toBe(openManifest().size);
  expect(failed[0]).toMatchObject({ path: AOA, message: expect.stringContaining("got 404") as string });
  const lines = stderr.trimEnd().split("\n");
  expect(lines[0]).toBe(`data: fetching ${failed.length} files, 67.4 MB, into ${places.rawFolder}`);
  expect(lines[1]).toBe("  aoa from raw.githubusercontent.com/babylm/evaluation-pipeline-2023: 1 file");
  expect(stderr).toMatch(/17 files have no download location/);
  expect(lines.at(-1)).toMatch(/^class-it data: .*aoa\/babylm2023_word_list\.csv, /);
});

test.skipIf(!dataRoot)("a fetch puts the files into data/raw and then finds nothing more to do", async () => {
  const without = join(dataRoot ?? "", AOA);
  for (const { path } of openManifest().values())
    if (path !== AOA) {
      mkdirSync(dirname(join(places.dataFolder, path)), { recursive: true });
      symlinkSync(join(dataRoot ?? "", path), join(places.dataFolder, path));
    }
  const fetchUrl = () => Promise.resolve(new Response(readFileSync(without)));
  const first = await command("data", { places, fetchUrl });
  expect(first).toMatchObject({ code: 0, stdout: "1 of 1 files fetched\n" });
  expect(readFileSync(join(places.rawFolder, AOA))).toEqual(readFileSync(without));
  const second = await command("data", { places, fetchUrl });
  expect(second).toMatchObject({ code: 0, stderr: "data: nothing to fetch\n" });
});

test("half of babylm_sample is never fetched, because it would stop every run", async () => {
  const half = "babylm_sample/train/switchboard.train";
  const states = await inspectFiles(places);
  expect(planFetch(states).withheld.map(({ path }) => path)).toEqual([half]);
  const rest = states.filter(({ entry: { path } }) => path === half || !path.startsWith("babylm_sample/"));
  expect(planFetch(rest).withheld).toEqual([]);
  expect(planFetch(rest).wanted.map(({ path }) => path)).toContain(half);
});
