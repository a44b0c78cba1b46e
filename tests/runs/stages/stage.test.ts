import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beginStage, canonicalJson, findStage, hashStage, runStage } from "../../../src/runs/stages/stage.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const inputs = { text: "three bears", training: { rate: 1e-4, steps: [1, 2, 3] }, limit: null };
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Builds the stage `kit` with one file and counts how often. */
function builder(cache: string) {
  const state = { builds: 0 };
  const run = () =>
    runStage(cache, "kit", inputs, async (folder) => {
      state.builds += 1;
      writeFileSync(join(folder, "weights.txt"), "one two");
      await Promise.resolve();
    });
  return { state, run };
}

describe("the name of a stage", () => {
  test("is the sha256 of kind and inputs as JSON with sorted keys", () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: "ü" })).toBe('{"a":"ü","b":[{"c":null,"d":1}]}');
    expect(hashStage("kit", { b: 2, a: 1 })).toBe(
      sha256('{"inputs":{"a":1,"b":2},"kind":"kit"}').slice(0, 16),
    );
  });

  test("does not depend on the order of keys, at any depth", () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, part]) => [key, turned(part)]),
      );
    };
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (given) => {
        expect(canonicalJson(turned(given))).toBe(canonicalJson(given));
      }),
    );
  });

  test.each([
    ["another kind", hashStage("other", inputs)],
    [
      "another number deep inside",
      hashStage("kit", { ...inputs, training: { rate: 2e-4, steps: [1, 2, 3] } }),
    ],
    ["another order in a list", hashStage("kit", { ...inputs, training: { rate: 1e-4, steps: [2, 1, 3] } })],
    ["a setting more", hashStage("kit", { ...inputs, seed: 1 })],
    ["zero in place of null", hashStage("kit", { ...inputs, limit: 0 })],
  ])("changes with %s", (_what, hash) => {
    expect(hash).not.toBe(hashStage("kit", inputs));
  });
});

describe("a stage in the cache", () => {
  test("is built once and then found", async () => {
    const cache = temporaryFolder();
    const { state, run } = builder(cache);
    const built = await run();
    const found = await run();
    expect(state.builds).toBe(1);
    expect(found).toEqual(built);
    expect(readFileSync(join(found.folder, "weights.txt"), "utf8")).toBe("one two");
    expect(readdirSync(cache)).toEqual([`kit-${hashStage("kit", inputs)}`]);
  });

  test("is not found under other inputs", async () => {
    const cache = temporaryFolder();
    await builder(cache).run();
    expect(findStage(cache, "kit", { ...inputs, limit: 1 })).toBeNull();
    expect(findStage(cache, "other", inputs)).toBeNull();
  });

  test("whose building fails leaves no folder and tells why", async () => {
    const cache = temporaryFolder();
    const failing = runStage(cache, "kit", inputs, async (folder) => {
      writeFileSync(join(folder, "half.txt"), "one");
      await Promise.resolve();
      throw new Error("the disk is full");
    });
    await expect(failing).rejects.toThrow("the disk is full");
    expect(readdirSync(cache)).toEqual([]);
  });

  test("is not found while it is being built, nor under the name of its draft", () => {
    const cache = temporaryFolder();
    const draft = beginStage(cache, "kit", inputs);
    writeFileSync(join(draft.folder, "stage.json"), "{}");
    expect(basename(draft.folder)).toContain(".partial-");
    expect(findStage(cache, "kit", inputs)).toBeNull();
    draft.abandon();
    expect(readdirSync(cache)).toEqual([]);
  });

  test("asked for by two at once is built once, and both have it", async () => {
    const cache = temporaryFolder();
    const { state, run } = builder(cache);
    const [one, other] = await Promise.all([run(), run()]);
    expect(state.builds).toBe(1);
    expect(other).toEqual(one);
    expect(findStage(cache, "kit", inputs)).toEqual(one);
    expect(readdirSync(cache)).toHaveLength(1);
  });
});

describe("a damaged stage", () => {
  test("with an altered file names the file, both hashes and the remedy", async () => {
    const { folder } = await builder(temporaryFolder()).run();
    const path = join(folder, "weights.txt");
    writeFileSync(path, "one twO");
    const find = () => findStage(join(folder, ".."), "kit", inputs);
    expect(find).toThrow(
      `${path} must have the hash ${sha256("one two")} it was stored with, got ${sha256("one twO")}`,
    );
    expect(find).toThrow(`Delete ${folder} to compute it again.`);
  });

  test("without one of its files names the file and its hash", async () => {
    const { folder } = await builder(temporaryFolder()).run();
    rmSync(join(folder, "weights.txt"));
    expect(() => findStage(join(folder, ".."), "kit", inputs)).toThrow(
      `weights.txt must have the hash ${sha256("one two")} it was stored with, got no file`,
    );
  });

  test.each([
    ["no file", (path: string) => rmSync(path)],
    ["a file that is no such record", (path: string) => writeFileSync(path, '{"schemaVersion": 1, "ki')],
    ["a file that is no such record", (path: string) => writeFileSync(path, '{"schemaVersion": 2}')],
  ])("whose record is %s is refused rather than built over", async (got, damage) => {
    const { run } = builder(temporaryFolder());
    const { folder } = await run();
    damage(join(folder, "stage.json"));
    await expect(run()).rejects.toThrow(`got ${got}. Delete ${folder}`);
    expect(existsSync(join(folder, "weights.txt"))).toBe(true);
  });

  test("that lies under another stage's name is refused", async () => {
    const cache = temporaryFolder();
    const { folder, hash } = await builder(cache).run();
    const others = { ...inputs, limit: 7 };
    const moved = join(cache, `kit-${hashStage("kit", others)}`);
    mkdirSync(moved);
    cpSync(folder, moved, { recursive: true });
    expect(() => findStage(cache, "kit", others)).toThrow(`got inputs of stage ${hash}`);
  });
});
