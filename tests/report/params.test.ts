import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from "vitest";
import type { Scale } from "../../src/config.js";
import { params } from "../../src/report/params.js";

const log = vi.spyOn(console, "log");
beforeEach(() => {
  log.mockImplementation(() => undefined);
});
afterEach(() => {
  log.mockReset();
});

test("the cell's literal holds when nothing else is set, and the folder has a default", () => {
  const p = params({ scale: "smoke", seed: 42 }, undefined);
  expect(p).toEqual({ scale: "smoke", seed: 42, out: "results" });
  expectTypeOf(p.scale).toEqualTypeOf<Scale>();
  expectTypeOf(p.seed).toEqualTypeOf<number>();
});

test("what is set from outside wins, and the table says who set what", () => {
  const p = params({ scale: "smoke", seed: 42 }, '{"scale":"laptop","out":"elsewhere"}');
  expect(p).toEqual({ scale: "laptop", seed: 42, out: "elsewhere" });
  expect(log.mock.calls).toEqual([
    ["scale = laptop  (NB_PARAMS)\nseed = 42  (this cell)\nout = elsewhere  (NB_PARAMS)"],
  ]);
});

test("an unknown name lists the known ones", () => {
  expect(() => params({ scale: "smoke", seed: 1 }, '{"sede":2}')).toThrow(
    'params: a parameter must be one of scale, seed, out, got "sede" in NB_PARAMS. Correct the name.',
  );
  const literal = { scale: "smoke", seed: 1, steps: 3 } as const;
  expect(() => params(literal, undefined)).toThrow(/got "steps" in the parameter cell/);
});

test("an unknown scale lists the scales", () => {
  expect(() => params({ scale: "smoke", seed: 1 }, '{"scale":"huge"}')).toThrow(
    'params: scale must be one of smoke, laptop, paper, got "huge" in NB_PARAMS.',
  );
});

test.each([
  ['{"seed":"42"}', /seed must be a whole number, got "42"/],
  ['{"seed":1.5}', /seed must be a whole number, got 1.5/],
  ['{"seed":-1}', /seed must be 0 or more, got -1/],
  ['{"out":""}', /out must be a folder's path, got ""/],
  ['{"out":null}', /out must be a folder's path, got null/],
  ["[1]", /NB_PARAMS must be a JSON object/],
  ["{seed:1}", /NB_PARAMS must be a JSON object/],
])("%s stops the run", (json, message) => {
  expect(() => params({ scale: "smoke", seed: 1 }, json)).toThrow(message);
  expect(log).not.toHaveBeenCalled();
});
