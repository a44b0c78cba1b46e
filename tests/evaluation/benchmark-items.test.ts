/** @file Lines of the benchmarks' files: the items that they become, and those that are refused. */
import { describe, expect, test } from "vitest";
import { benchmarkOf, BENCHMARKS, type BenchmarkName } from "../../src/evaluation/benchmarks.js";
import { numberItems } from "../../src/evaluation/choice-items.js";
import { itemsUnder } from "../../src/evaluation/items-under-rules.js";
import type { Rules } from "../../src/evaluation/rules.js";

const readLine = (task: BenchmarkName, name: string, line: object | string, rules: Rules = 2025) =>
  itemsUnder(
    task,
    benchmarkOf(task).read({ name, text: typeof line === "string" ? line : JSON.stringify(line) }),
    rules,
  );

const EWOK = {
  ...{ Domain: "social", ContextType: "direct", ContextDiff: "swap", TargetDiff: "swap" },
  ...{ Context1: "Ann leads.", Context2: "Bo leads.", Target1: "Bo follows.", Target2: "Ann follows." },
};
const ENTITY = { numops: 2, input_prefix: "The box contains ", options: ["a cup.", "a pen."] };
const COMPS = {
  prefix_acceptable: "A kettle",
  prefix_unacceptable: "A fork",
  property_phrase: "boils water.",
};
const WUG = { sentences: "a wug. wuggy\ta wug. wuggish", ratio: "0.25" };
const PAIR = { sentence_good: "Ann runs.", sentence_bad: "Ann run." };

describe("a line becomes an item: uid, what is read before, and what is scored", () => {
  test.each<[string, BenchmarkName, string, object, string, readonly (readonly [string, string])[]]>([
    [
      "pair",
      "blimp_supplement",
      "turns",
      PAIR,
      "turns_0",
      [
        ["", "Ann runs."],
        ["", "Ann run."],
      ],
    ],
    [
      "EWoK asks for targets after one context",
      ...(["ewok", "any", EWOK, "social_0"] as const),
      [
        ["Ann leads.", " Bo follows."],
        ["Ann leads.", " Ann follows."],
      ],
    ],
    [
      "entity tracking counts operations in the uid",
      ...(["entity_tracking", "ambiref", ENTITY, "ambiref_2_ops_0"] as const),
      [
        ["The box contains ", "a cup."],
        ["The box contains ", "a pen."],
      ],
    ],
    [
      "COMPS joins with a space",
      ...(["comps", "comps_wugs_dist-before", COMPS, "wugs_dist_before_0"] as const),
      [
        ["A kettle ", "boils water."],
        ["A fork ", "boils water."],
      ],
    ],
    [
      "WUG",
      "wug_adj",
      "any",
      WUG,
      "wug_adj_0",
      [
        ["", "a wug. wuggy"],
        ["", "a wug. wuggish"],
      ],
    ],
  ])("%s", (_, task, name, line, id, candidates) => {
    const [item] = readLine(task, name, line);
    expect(item?.id).toBe(id);
    expect(item?.candidates.map(({ context, continuation }) => [context, continuation])).toEqual(candidates);
  });
});

describe("the rules of 2026", () => {
  test("EWoK asks for contexts before one target", () => {
    const [item] = readLine("ewok", "any", EWOK, 2026);
    expect(item?.id).toBe("social_0");
    expect(item?.candidates.map(({ context, continuation }) => [context, continuation])).toEqual([
      ["Ann leads.", " Bo follows."],
      ["Bo leads.", " Bo follows."],
    ]);
  });

  test("entity tracking drops an item with the letters nothing in any option, and counts the others anew", () => {
    const optionsOf = [
      ["nothing.", "a cup."],
      ["a cup.", "a pen."],
      ["a cup.", "a do-nothing machine."],
      ["Nothing.", "a cup."],
    ];
    const text = optionsOf.map((options) => JSON.stringify({ ...ENTITY, options })).join("\n");
    expect(readLine("entity_tracking", "regular", text).map(({ id }) => id)).toEqual(
      [0, 1, 2, 3].map((index) => `regular_2_ops_${index}`),
    );
    expect(
      readLine("entity_tracking", "regular", text, 2026).map(({ id, id2025, predictions }) => [
        id,
        id2025,
        predictions,
      ]),
    ).toEqual([
      ["regular_2_ops_0", "regular_2_ops_1", ["a cup.", "a pen."]],
      ["regular_2_ops_1", "regular_2_ops_3", ["Nothing.", "a cup."]],
    ]);
  });

  test.each(["wug_adj", "wug_past"] as const)("there is no %s, and the error says so", (task) => {
    expect(() => readLine(task, "any", WUG, 2026)).toThrow(
      `${task} is a task of 2025 alone, got the rules of 2026`,
    );
  });
});

describe("what the official files hold beside the candidates", () => {
  test("EWoK predicts targets, of 2026 whole texts, and groups by context and contrast", () => {
    const [of2025] = readLine("ewok", "any", { ...EWOK, TargetDiff: "negate" });
    expect(of2025?.predictions).toEqual([" Bo follows.", " Ann follows."]);
    expect(of2025?.groups).toEqual({
      context_type: "direct",
      context_contrast: "swap",
      target_contrast: "negate",
    });
    const [of2026] = readLine("ewok", "any", EWOK, 2026);
    expect(of2026?.predictions).toEqual(["Ann leads. Bo follows.", "Bo leads. Bo follows."]);
  });

  test("entity tracking predicts options, COMPS and WUGs whole sentences, WUGs with people's share", () => {
    expect(readLine("entity_tracking", "regular", ENTITY)[0]?.predictions).toEqual(ENTITY.options);
    const [comps] = readLine("comps", "comps_base", COMPS);
    expect(comps?.predictions).toEqual(["A kettle boils water.", "A fork boils water."]);
    const [wug] = readLine("wug_past", "any", { ...WUG, ratio: " 2.5e-1 " });
    expect([wug?.predictions, wug?.humanShare]).toEqual([["a wug. wuggy", "a wug. wuggish"], 0.25]);
    expect([0, 1].map((ratio) => readLine("wug_adj", "any", { ...WUG, ratio })[0]?.humanShare)).toEqual([
      0, 1,
    ]);
  });

  test("BLiMP's own field and uid go before the file's name, the supplement has neither", () => {
    const own = { ...PAIR, field: "syntax_semantics", UID: "own", linguistics_term: "binding" };
    const [blimp] = readLine("blimp", "toy", own);
    expect(blimp).toMatchObject({
      uid: "own",
      groups: { field: "syntax/semantics", linguistics_term: "binding" },
      predictions: ["Ann runs.", "Ann run."],
    });
    const [bare] = readLine("blimp", "toy", { ...PAIR, field: "syntax" });
    expect(bare).toMatchObject({ uid: "toy", groups: { field: "syntax", linguistics_term: "" } });
    const [supplement] = readLine("blimp_supplement", "toy", { ...PAIR, UID: "not read" });
    const group = "supplement";
    expect(supplement).toMatchObject({ uid: "toy", groups: { field: group, linguistics_term: group } });
  });

  test("every file of COMPS has its subset", () => {
    const names = ["comps_base", "comps_wugs", "comps_wugs_dist-before", "comps_wugs_dist-in-between"];
    expect(names.map((name) => readLine("comps", name, COMPS)[0]?.uid)).toEqual([
      "base",
      "wugs",
      "wugs_dist_before",
      "wugs_dist_in_between",
    ]);
  });

  test("ids count within each uid, over files", () => {
    const [first, second] = [
      readLine("ewok", "any", EWOK),
      readLine("ewok", "any", { ...EWOK, Domain: "b" }),
    ];
    expect(numberItems([...first, ...second, ...first]).map(({ id }) => id)).toEqual([
      "social_0",
      "b_0",
      "social_1",
    ]);
  });
});

describe("a line that is none is refused by file and line", () => {
  test.each<[string, BenchmarkName, string, object | string, RegExp]>([
    [
      "an empty option",
      "entity_tracking",
      "regular",
      { ...ENTITY, options: ["a", ""] },
      /line 1 .*options\.1/,
    ],
    ["half an operation", "entity_tracking", "regular", { ...ENTITY, numops: 0.5 }, /line 1 .*numops/],
    ["fewer than no operations", "entity_tracking", "regular", { ...ENTITY, numops: -1 }, /line 1 .*numops/],
    ["no text", "entity_tracking", "regular", { ...ENTITY, input_prefix: "" }, /line 1 .*input_prefix/],
    ["an empty form", "wug_past", "verbs", { ...WUG, sentences: "a\t" }, /verbs, line 1 .*separated by tabs/],
    ["a share with a word", "wug_adj", "wugs", { ...WUG, ratio: "0.2 or so" }, /wugs, line 1 .*ratio/],
    ["a share below 0", "wug_adj", "wugs", { ...WUG, ratio: -0.1 }, /wugs, line 1 .*ratio/],
    ["no property", "comps", "comps_base", { ...COMPS, property_phrase: "" }, /line 1 .*property_phrase/],
    ["one option", "entity_tracking", "regular", { ...ENTITY, options: ["a"] }, /regular, line 1 .*options/],
    ["no second context", "ewok", "social", { ...EWOK, Context2: "" }, /social, line 1 .*Context2/],
    [
      "one sentence",
      "wug_past",
      "verbs",
      { ...WUG, sentences: "alone" },
      /verbs, line 1 .*separated by tabs/,
    ],
    ["a share of null", "wug_adj", "wugs", { ...WUG, ratio: null }, /wugs, line 1 .*ratio/],
    ["a share of no text", "wug_adj", "wugs", { ...WUG, ratio: "" }, /wugs, line 1 .*ratio/],
    ["a share in percent", "wug_adj", "wugs", { ...WUG, ratio: 58.5 }, /wugs, line 1 .*ratio/],
    ["another file of COMPS", "comps", "comps_other", COMPS, /must be one of comps_base.*got "comps_other"/],
    ["an empty sentence", "blimp", "toy", { ...PAIR, sentence_bad: "" }, /toy, line 1 .*sentence_bad/],
    ["no JSON", "blimp", "toy", "Ann runs.", /toy, line 1 must be/],
    ["another benchmark's", "comps", "comps_base", PAIR, /comps_base, line 1 .*prefix_acceptable/],
  ])("%s", (_, task, name, line, message) => {
    expect(() => readLine(task, name, line)).toThrow(message);
  });

  test("a benchmark that is none, with those there are", () => {
    expect(() => benchmarkOf("blimpp")).toThrow(
      new RegExp(`${Object.keys(BENCHMARKS).join(", ")}, got "blimpp"`),
    );
  });
});
