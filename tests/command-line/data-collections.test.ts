import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { collectionFiles, inspectCollection, openCollections } from "../../src/data/collections.js";
import { readEntry, type DataPlaces } from "../../src/data/files.js";
import { httpServer, sendFile } from "../support/http-server.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { command } from "./command.js";

const COMMIT = "c".repeat(40);
const TOKEN = "hf_ownWrittenForThisTest";

let places: DataPlaces;
beforeEach(() => {
  places = { rawFolder: join(temporaryFolder(), "raw"), dataFolder: null };
  vi.stubEnv("HF_TOKEN", TOKEN);
});
afterEach(() => vi.unstubAllEnvs());

const train = Buffer.from("train rows of our own\n".repeat(100));
const pairs = Buffer.from('{"own": "pair"}\n');

/** A hub with BoolQ (large files, more than the training set) and COMPS (small files without sha256). */
async function hub(options: { refuse?: boolean; breakAfter?: number } = {}) {
  const server = await httpServer((request, response) => {
    const url = request.url ?? "";
    if (options.refuse) return void response.writeHead(403).end();
    if (url.includes("/revision/")) return void response.end(JSON.stringify({ sha: COMMIT }));
    const large = (path: string) => ({
      type: "file",
      path,
      oid: "1".repeat(40),
      size: 130,
      lfs: { oid: createHash("sha256").update(train).digest("hex"), size: train.length },
    });
    const gitOid = createHash("sha1").update(`blob ${pairs.length}\0`).update(pairs).digest("hex");
    if (url.includes("/api/datasets/google/boolq/tree"))
      return void response.end(
        JSON.stringify([
          large("data/train-0.parquet"),
          large("data/train-1.parquet"),
          large("data/validation-0.parquet"),
        ]),
      );
    if (url.includes("/api/datasets/kanishka/comps/tree"))
      return void response.end(
        JSON.stringify([{ type: "file", path: "comps_base.jsonl", oid: gitOid, size: pairs.length }]),
      );
    const content = url.endsWith(".jsonl") ? pairs : train;
    sendFile(request, response, {
      content,
      ...(options.breakAfter !== undefined && { breakAfter: options.breakAfter }),
    });
  });
  return { ...server, surroundings: { places, origins: { hub: server.origin } } };
}

test("the list says what each set is, its terms, where it lies and that nothing was fetched", async () => {
  const { code, stdout, stderr } = await command("data --collections", { places });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const { name, page } of openCollections())
    expect(stdout).toMatch(new RegExp(`${name} .*${page}.* no `));
  const asJson = JSON.parse((await command("data --collections --json", { places })).stdout);
  expect(asJson.collections.map(({ name, state }: { name: string; state: string }) => [name, state])).toEqual(
    openCollections().map(({ name }) => [name, "not fetched"]),
  );
});

test("a set is fetched, without what the kit leaves out; its record makes every later reading a check", async () => {
  const { surroundings, seen } = await hub();
  const { code, stdout, stderr } = await command("data --fetch boolq", surroundings);
  const folder = join(places.rawFolder, "collections/boolq");
  expect({ code, stdout }).toEqual({ code: 0, stdout: `2 files fetched, 0 kept, in ${folder}\n` });
  expect(stderr).toContain(
    "boolq has 2 files, 0.0 MB, at https://huggingface.co/datasets/google/boolq. Terms: CC BY-SA",
  );
  expect(stderr + stdout + readFileSync(`${folder}.json`, "utf8")).not.toContain(TOKEN);
  expect(seen.every(({ headers }) => headers["authorization"] === `Bearer ${TOKEN}`)).toBe(true);
  const files = collectionFiles("boolq", places);
  expect(files.map(({ path, unverified }) => [path, unverified])).toEqual([
    ["collections/boolq/data/train-0.parquet", false],
    ["collections/boolq/data/train-1.parquet", false],
  ]);
  const [first] = files;
  if (first === undefined) throw new Error("no file");
  expect((await readEntry(first, places)).equals(train)).toBe(true);
  writeFileSync(join(places.rawFolder, first.path), Buffer.from(train).fill("x", 0, 1));
  await expect(readEntry(first, places)).rejects.toThrow("npx class-it data --fetch boolq");
});

test("a second fetch keeps what is whole and fetches what is gone or changed", async () => {
  const { surroundings } = await hub();
  await command("data --fetch boolq", surroundings);
  const file = join(places.rawFolder, "collections/boolq/data/train-1.parquet");
  writeFileSync(file, Buffer.from(train).fill("x", 0, 1));
  const { stdout } = await command("data --fetch boolq --json", surroundings);
  expect(JSON.parse(stdout)).toMatchObject({
    fetched: ["data/train-1.parquet"],
    kept: ["data/train-0.parquet"],
  });
  expect(readFileSync(file).equals(train)).toBe(true);
});

test("a part of a set is fetched, told apart from the whole, and refused where the whole is needed", async () => {
  const { surroundings } = await hub();
  await command("data --fetch boolq --only data/train-1", surroundings);
  expect(inspectCollection("boolq", places).state).toBe("incomplete");
  expect((await command("data --collections", { places })).stdout).toContain("1 of 2 files");
  expect(() => collectionFiles("boolq", places)).toThrow("must have been fetched as a whole, got incomplete");
  await command("data --fetch boolq", surroundings);
  rmSync(join(places.rawFolder, "collections/boolq/data/train-0.parquet"));
  expect(inspectCollection("boolq", places).state).toBe("incomplete");
  const none = await command("data --fetch boolq --only dev", surroundings);
  expect(none.stderr).toContain('only must be the beginning of a path of boolq, got "dev"');
});

test("files without a known hash are refused before anything is fetched, and recorded where they are accepted", async () => {
  const { surroundings, seen } = await hub();
  const refused = await command("data --fetch comps", surroundings);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/got none for 1 of 1 files of comps: comps_base\.jsonl\. Add --unverified/);
  expect(seen.some(({ url }) => url.includes("resolve"))).toBe(false);
  expect(existsSync(join(places.rawFolder, "collections/comps"))).toBe(false);
  const accepted = await command("data --fetch comps --unverified", surroundings);
  expect(accepted.code).toBe(0);
  expect(collectionFiles("comps", places)).toMatchObject([
    { unverified: true, sha256: createHash("sha256").update(pairs).digest("hex") },
  ]);
  expect((await command("data --collections", { places })).stdout).toContain("yes (1 file, 1 unverified)");
});

test("listing a set's files fetches none of them", async () => {
  const { surroundings } = await hub();
  const { code, stdout } = await command("data --fetch comps --list", surroundings);
  expect(code).toBe(0);
  expect(stdout).toContain("needs --unverified");
  expect(existsSync(places.rawFolder)).toBe(false);
});

test("a refusal says how to get access", async () => {
  const { surroundings } = await hub({ refuse: true });
  const { code, stderr } = await command("data --fetch ewok", surroundings);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /got 403 .*accept the conditions at https:\/\/huggingface\.co\/datasets\/ewok-core\/ewok-core-1\.0/,
  );
  expect(stderr).not.toContain(TOKEN);
});

test("an unknown set, options of a fetch without one, and a damaged record, are refused", async () => {
  expect((await command("data --fetch wikipedia", { places })).stderr).toContain(
    'one of class-it-instructions, ewok, comps, boolq, global-piqa-parallel, global-piqa-nonparallel, babylm-2025, got "wikipedia"',
  );
  expect((await command("data --unverified", { places })).stderr).toContain("must come with --fetch NAME");
  mkdirSync(join(places.rawFolder, "collections"), { recursive: true });
  writeFileSync(join(places.rawFolder, "collections/boolq.json"), '{"schemaVersion": 1');
  const { code, stderr } = await command("data --collections", { places });
  expect(code).toBe(1);
  expect(stderr).toMatch(/boolq\.json must hold JSON, .*Delete it and fetch the set again/);
});
