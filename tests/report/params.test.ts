import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from "vitest";
import type { Scale } from "../../src/config/config.js";
import { SCALE_SEEDS } from "../../src/config/scales.js";
import { params, setParameters, type NotebookParameters } from "../../src/report/params.js";

const log = vi.spyOn(console, "log");
/** What a notebook gets whose parameter cell sets these. */
const paramsOf = (literal: Partial<NotebookParameters>, json?: string): NotebookParameters => {
  setParameters(literal);
  return params(json ?? "");
};
beforeEach(() => {
  log.mockImplementation(() => undefined);
});
afterEach(() => {
  log.mockReset();
});

test("the cell's literal holds when nothing else is set, and the rest follows from the scale", () => {
  const p = paramsOf({ scale: "smoke" });
  expect(p).toEqual({
    scale: "smoke",
    study: "default",
    seeds: [42],
    rules: [2025, 2026],
    out: "results",
    kept: false,
  });
  expect(paramsOf({ scale: "laptop" })).toMatchObject({ seeds: SCALE_SEEDS.laptop, kept: true });
  expect(paramsOf({ scale: "laptop", seeds: [7], kept: false })).toMatchObject({
    seeds: [7],
    kept: false,
  });
  expectTypeOf(p.scale).toEqualTypeOf<Scale>();
  expectTypeOf(p.seeds[0]).toEqualTypeOf<number>();
});

test("what is set from outside wins, and the table says who set what", () => {
  const p = paramsOf({ scale: "smoke", seeds: [42, 1] }, '{"scale":"laptop","out":"elsewhere"}');
  expect(p).toEqual({
    ...{ scale: "laptop", study: "default", seeds: [42, 1], rules: [2025, 2026] },
    ...{ out: "elsewhere", kept: true },
  });
  expect(log.mock.calls).toEqual([
    [
      "scale = laptop  (NB_PARAMS)\nseeds = 42, 1  (parameter cell)\nout = elsewhere  (NB_PARAMS)\nkept = true  (default)",
    ],
  ]);
});

test("a study is shown where it is set, and must have a name", () => {
  expect(paramsOf({ scale: "smoke", study: "full-loss" }).study).toBe("full-loss");
  expect(log.mock.calls[0]?.[0]).toContain("study = full-loss  (parameter cell)");
  expect(() => paramsOf({ scale: "smoke" }, '{"study":""}')).toThrow(/study must be a study's name, got ""/);
});

test("years of rules are shown where they are set, and must be known", () => {
  expect(paramsOf({ scale: "smoke", rules: [2026] }).rules).toEqual([2026]);
  expect(log.mock.calls[0]?.[0]).toContain("rules = 2026  (parameter cell)");
  expect(() => paramsOf({ scale: "smoke" }, '{"rules":[2024]}')).toThrow(
    "params: rules must be a list of 2025 and 2026, got [2024] in NB_PARAMS.",
  );
});

test("an unknown name lists the known ones", () => {
  expect(() => paramsOf({ scale: "smoke" }, '{"sede":2}')).toThrow(
    'params: a parameter must be one of scale, study, seeds, rules, out, kept, got "sede" in NB_PARAMS. Correct the name.',
  );
  const literal = { scale: "smoke", steps: 3 } as const;
  expect(() => paramsOf(literal)).toThrow(/got "steps" in the parameter cell/);
});

test("an unknown scale lists the scales", () => {
  expect(() => paramsOf({ scale: "smoke" }, '{"scale":"huge"}')).toThrow(
    'params: scale must be one of smoke, laptop, paper, got "huge" in NB_PARAMS.',
  );
});

test.each([
  ['{"seeds":"42"}', /seeds must be a list of whole numbers, at least one, got "42"/],
  ['{"seeds":[]}', /seeds must be whole numbers, at least one, got \[\]/],
  ['{"seeds":[1.5]}', /seeds must be whole numbers, at least one, got \[1.5\]/],
  ['{"seeds":[1,-1]}', /seeds must be 0 or more, got \[1,-1\]/],
  ['{"out":""}', /out must be a folder's path, got ""/],
  ['{"out":null}', /out must be a folder's path, got null/],
  ['{"kept":"yes"}', /kept must be true or false, got "yes"/],
  ["[1]", /NB_PARAMS must be a JSON object/],
  ["{seed:1}", /NB_PARAMS must be a JSON object/],
])("%s stops the run", (json, message) => {
  expect(() => paramsOf({ scale: "smoke" }, json)).toThrow(message);
  expect(log).not.toHaveBeenCalled();
});

test("papermill's cell overrides the parameter cell, NB_PARAMS overrides both, and running the parameter cell again forgets them", () => {
  setParameters({ scale: "laptop", kept: false });
  setParameters({ scale: "smoke", seeds: [7] }, "papermill");
  expect(params("")).toEqual({
    scale: "smoke",
    study: "default",
    seeds: [7],
    rules: [2025, 2026],
    out: "results",
    kept: false,
  });
  expect(params('{"seeds":[8]}').seeds).toEqual([8]);
  expect(log.mock.calls[1]?.[0]).toBe(
    "scale = smoke  (papermill)\nseeds = 8  (NB_PARAMS)\nout = results  (default)\nkept = false  (parameter cell)",
  );
  setParameters({ scale: "laptop" });
  expect(params("")).toMatchObject({ scale: "laptop", seeds: SCALE_SEEDS.laptop, kept: true });
  expect(() => setParameters(JSON.parse('{"scale":"tiny"}'), "papermill")).toThrow(
    'params: scale must be one of smoke, laptop, paper, got "tiny" in papermill.',
  );
});

test("parameters that were never set are named as missing", async () => {
  vi.resetModules();
  const fresh = await import("../../src/report/params.js");
  expect(() => fresh.params("")).toThrow("a scale must be set before parameters are read, got none");
});
