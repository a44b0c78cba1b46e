import { describe, expect, test } from "vitest";
import { CONDITIONS, type Condition } from "../../src/config.js";
import { seeded } from "../../src/random.js";
import { orderExamples, phasesOf } from "../../src/training/curriculum.js";

const examples = [
  { id: "s1", set: "switch" },
  { id: "w1", set: "wiki" },
  { id: "s2", set: "switch" },
  { id: "w2", set: "wiki" },
] as const;

const setsOf = (condition: Condition) => orderExamples(examples, condition, seeded(7)).map(({ set }) => set);

describe("order of an epoch", () => {
  test("wikiThenSwitch finishes every wiki example before the first conversation", () => {
    const order = orderExamples(examples, "wikiThenSwitch", seeded(7));
    expect(order.map(({ set }) => set)).toEqual(["wiki", "wiki", "switch", "switch"]);
    expect(new Set(order.map(({ id }) => id)).size).toBe(4); // each exactly once
  });
  test("switchThenWiki is the other way round", () => {
    expect(setsOf("switchThenWiki")).toEqual(["switch", "switch", "wiki", "wiki"]);
  });
  test("single conditions leave the other set out", () => {
    expect(setsOf("switch")).toEqual(["switch", "switch"]);
    expect(setsOf("wiki")).toEqual(["wiki", "wiki"]);
  });
  test("merged mixes the two sets in one phase", () => {
    expect(phasesOf("merged")).toHaveLength(1);
    const many = Array.from({ length: 40 }, (_, n) => ({ id: n, set: n < 20 ? "switch" : "wiki" }) as const);
    const order = orderExamples(many, "merged", seeded(1)).map(({ set }) => set);
    const changes = order.filter((set, index) => index > 0 && set !== order[index - 1]).length;
    expect(changes).toBeGreaterThan(5); // two blocks would change once
    expect(order.filter((set) => set === "wiki")).toHaveLength(20);
  });
  test("base trains on no instruction at all", () => {
    expect(setsOf("base")).toEqual([]);
  });
});

describe("bad input", () => {
  test("an unknown condition lists the valid ones", () => {
    expect(() => phasesOf("wikiThenSwich" as Condition)).toThrow(
      `condition must be one of ${CONDITIONS.join(", ")}, got "wikiThenSwich"`,
    );
  });
  test("a phase without examples of its set is refused", () => {
    const onlyWiki = examples.filter(({ set }) => set === "wiki");
    expect(() => orderExamples(onlyWiki, "switchThenWiki", seeded(1))).toThrow(
      /phase switch must have examples of switch/,
    );
  });
});
