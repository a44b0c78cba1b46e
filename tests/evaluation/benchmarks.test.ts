import { describe, expect, test } from "vitest";
import { summariseBenchmark, type StoredItem } from "../../src/evaluation/benchmark-summary.js";
import { benchmarkOf, BENCHMARKS, type BenchmarkName } from "../../src/evaluation/benchmarks.js";
import { numberItems } from "../../src/evaluation/choice-items.js";

const readLine = (task: BenchmarkName, name: string, line: object | string) =>
  numberItems(benchmarkOf(task).read({ name, text: typeof line === "string" ? line : JSON.stringify(line) }));

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
      "EWoK of 2026 asks for contexts before one target",
      ...(["ewok_contexts", "any", EWOK, "social_0"] as const),
      [
        ["Ann leads.", " Bo follows."],
        ["Bo leads.", " Bo follows."],
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

describe("what the official files hold beside the candidates", () => {
  test("EWoK predicts targets, of 2026 whole texts, and groups by context and contrast", () => {
    const [of2025] = readLine("ewok", "any", { ...EWOK, TargetDiff: "negate" });
    expect(of2025?.predictions).toEqual([" Bo follows.", " Ann follows."]);
    expect(of2025?.groups).toEqual({
      context_type: "direct",
      context_contrast: "swap",
      target_contrast: "negate",
    });
    const [of2026] = readLine("ewok_contexts", "any", EWOK);
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
    ["another file of COMPS", "comps", "comps_other", COMPS, /must be named comps_base.*got "comps_other"/],
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

/** An item of two or more candidates with one token each, of which the best comes first. */
const scored = (uid: string, scores: number[], more: Partial<StoredItem> = {}): StoredItem => {
  const choice = scores.indexOf(Math.max(...scores));
  const tie = scores.filter((score) => score === scores[choice]).length > 1;
  return { uid, id: `${uid}_0`, scores, numTokens: scores.map(() => 1), choice, tie, ...more };
};

describe("figures, by pencil", () => {
  test("entity tracking is the mean of splits, each the mean over numbers of operations", () => {
    const { official } = summariseBenchmark("entity_tracking", [
      scored("regular_0_ops", [-1, -2]),
      scored("regular_0_ops", [-1, -2]),
      scored("regular_1_ops", [-2, -1]),
      scored("ambiref_0_ops", [-1, -2]),
    ]);
    expect(official.by["UID"]).toMatchObject({
      regular_0_ops: 1,
      regular_1_ops: 0,
      regular: 0.5,
      ambiref: 1,
    });
    expect(official.average).toBe(0.75);
  });

  test("each quirk counts the items that it could decide", () => {
    const { quirks } = summariseBenchmark("blimp", [
      scored("toy", [-1, -1]),
      scored("toy", [-3, -4], { numTokens: [1, 2] }),
      scored("toy", [-1, -2], { unscoredFirst: [5, 6] }),
      scored("toy", [-1, -2], { unscoredFirst: [5, 5] }),
    ]);
    expect(quirks).toEqual({ ties: 1, sameText: 0, perTokenChangesChoice: 1, unscoredFirstTokens: 1 });
  });

  test("single precision ties WUGs whose scores differ, and the corrected ranks do not", () => {
    const wugs = [-60, -50, -40, 0.5].map((second, index) =>
      scored("wug_adj", [0, second], { humanShare: [0.9, 0.8, 0.7, 0.2][index] ?? 0 }),
    );
    const { official, corrected, quirks } = summariseBenchmark("wug_adj", wugs);
    expect(quirks.singlePrecisionTies).toBe(2);
    expect(corrected.average).toBeCloseTo(1, 12);
    expect(official.average).toBeCloseTo(Math.sqrt(3 / 5), 12); // ranks 3, 3, 3, 1 against 4, 3, 2, 1
  });

  test("a tie earns all officially and half in the corrected reading, or what its policy says", () => {
    const items = [scored("toy", [-1, -1]), scored("toy", [-2, -1])];
    const { unit, official, corrected, n, ties } = summariseBenchmark("blimp", items);
    expect([unit, official.average, corrected.average, n, ties]).toEqual(["proportion", 0.5, 0.25, 2, 1]);
    expect(summariseBenchmark("blimp", items, { tiePolicy: "wrong" }).corrected.average).toBe(0);
  });

  test("per token −3 of one loses to −4 of two, and equal means earn half", () => {
    const items = [
      scored("toy", [-3, -4], { numTokens: [1, 2] }),
      scored("toy", [-2, -4], { numTokens: [1, 2] }),
      scored("toy", [-1, -4], { numTokens: [1, 2] }),
    ];
    expect(summariseBenchmark("blimp", items).perToken).toBe(0.5);
  });

  test("candidates of the same text are counted, wherever their context ends", () => {
    const candidates = [
      { context: "A ", continuation: "cup." },
      { context: "", continuation: "A cup." },
    ];
    const [item] = numberItems([{ uid: "toy", candidates, predictions: [], groups: {} }]);
    const { quirks } = summariseBenchmark("blimp", [scored("toy", [-1, -2])], { items: item ? [item] : [] });
    expect(quirks.sameText).toBe(1);
  });

  test("groups have their own means, of ties by the reading's policy", () => {
    const groupsOf = ["x", "y", "x"].map((field) => ({
      uid: "toy",
      candidates: [],
      predictions: [],
      groups: { field },
    }));
    const items = [scored("toy", [-1, -1]), scored("toy", [-2, -1]), scored("toy", [-1, -2])];
    const { official, corrected } = summariseBenchmark("blimp", items, { items: numberItems(groupsOf) });
    expect(official.by["field"]).toEqual({ x: 1, y: 0 });
    expect(corrected.by["field"]).toEqual({ x: 0.75, y: 0 });
  });

  test("WUGs have a correlation, the first forms' share, and nothing per token; without people they are refused", () => {
    const wugs = [2, 1, -1].map((first, index) =>
      scored("wug_past", [first, 0], { humanShare: [0.9, 0.1, 0.5][index] ?? 0 }),
    );
    const summary = summariseBenchmark("wug_past", wugs);
    expect(summary).toMatchObject({ unit: "correlation", perToken: null, n: 3 });
    expect(summary.firstFormShare).toBeCloseTo(2 / 3, 12);
    const half = expect.closeTo(0.5, 12) as number;
    expect(summary.corrected).toEqual({ average: half, by: { UID: { avg: half } } }); // ranks 3, 2, 1 against 3, 1, 2
    expect(() => summariseBenchmark("wug_past", [scored("wug_past", [1, 0])])).toThrow(
      /wug_past_0 must have people's share/,
    );
  });

  test("a story of no known kind is refused", () => {
    expect(() => summariseBenchmark("entity_tracking", [scored("other_0_ops", [-1, -2])])).toThrow(
      /regular, ambiref, move_contents, got "other_0_ops"/,
    );
  });

  test("figures of 150,000 items are found, group by group", () => {
    const items = Array.from({ length: 150_000 }, (_, index) =>
      scored("toy", index % 4 ? [-1, -2] : [-2, -1]),
    );
    const texts = numberItems(
      items.map(({ uid }) => ({ uid, candidates: [], predictions: [], groups: { field: "syntax" } })),
    );
    const { official } = summariseBenchmark("blimp", items, { items: texts });
    expect(official.by).toEqual({ UID: { toy: 0.75 }, field: { syntax: 0.75 } });
  });
});
