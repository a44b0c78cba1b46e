/** @file Every reader of bytes from outside, on damaged files from a fixed seed: a short turn of `npm run robustness -- fuzz`. */
import { describe, expect, test, vi } from "vitest";
import { sharedFolder, temporaryFolder } from "../support/temporary-folder.js";
import { damageJson } from "./damage-json.js";
import { fuzz } from "./campaign.js";
import { faultOfError, judge } from "./judge.js";
import type { Part } from "./reader.js";
import { openReader, READER_NAMES } from "./readers.js";
import { seeded } from "../../src/random.js";

/** Machines differ, and others are at work on them: a test is about what hangs, not about what is slow. */
const LIMITS = { milliseconds: 10_000, bytes: 256 * 2 ** 20 };
vi.setConfig({ testTimeout: 300_000 });
const EXECUTIONS = 2000;
/** Of readers that write, open and unpack files. */
const FEWER: Readonly<Record<string, number>> = {
  ...{ texts: 200, tokenizer: 200, kept: 200, results: 300, listings: 300 },
  ...{ "model-folder": 300, checkpoints: 300, config: 300, manifest: 500 },
};
const folder = sharedFolder();

describe("damaged files are read or refused in the house's words", () => {
  test.each(READER_NAMES)("%s", async (name) => {
    const reader = await openReader(name, folder);
    const executions = FEWER[name] ?? EXECUTIONS;
    const { findings, refused } = await fuzz(reader, { executions, seed: 20_261_126, limits: LIMITS });
    expect(findings.map(({ part, fault, place }) => `${part}: ${fault} ${place}`)).toEqual([]);
    // Damage that nobody notices would test nothing.
    expect(refused).toBeGreaterThan(executions / 10);
  });

  test.each(READER_NAMES)("%s reads its undamaged files", async (name) => {
    const reader = await openReader(name, temporaryFolder());
    for (const part of Object.values(reader.parts))
      for (const seed of part.seeds)
        expect(await judge(part, seed, LIMITS)).toMatchObject({ fault: null, isRefused: false });
  });
});

describe("the judge", () => {
  const reading = (read: Part["read"]): Part => ({ form: "bytes", seeds: [], read });
  test.each<[string, unknown]>([
    ["a value of no method", new TypeError("Cannot read properties of undefined (reading 'length')")],
    ["a length", new RangeError("Invalid array length")],
    ["an error of the system", Object.assign(new Error("f: x must be y, got z. Do."), { code: "ENOENT" })],
    ["a text", "f: x must be y, got z."],
  ])("calls %s a fault", (_, thrown) => {
    expect(faultOfError(thrown)).not.toBeNull();
  });

  test("takes the house's form for a refusal", () => {
    expect(
      faultOfError(new RangeError("readSizes: sizes must be above 0, got -1. Correct them.")),
    ).toBeNull();
  });

  test("calls too long and too much a fault", async () => {
    const busy = reading(() => {
      for (const end = performance.now() + 20; performance.now() < end;);
    });
    expect((await judge(busy, Buffer.alloc(0), { ...LIMITS, milliseconds: 10 })).fault).toMatch(
      /^took \d+ ms$/,
    );
    let kept: Uint8Array = new Uint8Array(0);
    const greedy = reading(() => (kept = new Uint8Array(2 ** 24)));
    expect((await judge(greedy, Buffer.alloc(3), { ...LIMITS, bytes: 2 ** 20 })).fault).toMatch(
      /MiB for 3 bytes$/,
    );
    expect(kept).toHaveLength(2 ** 24);
  });
});

test("damage to JSON is often JSON still, and seldom the same", () => {
  const random = seeded(1);
  const text = '{"a":[1,2,{"b":"c"}],"d":null}';
  const damaged = Array.from({ length: 200 }, () => damageJson(text, random) ?? "");
  const isJson = (found: string): boolean => {
    try {
      JSON.parse(found);
      return true;
    } catch {
      return false;
    }
  };
  expect(damaged.filter(isJson)).toHaveLength(200);
  expect(new Set(damaged).size).toBeGreaterThan(100);
});
