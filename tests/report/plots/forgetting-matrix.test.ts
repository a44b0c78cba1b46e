import { expect, test } from "vitest";
import { figureSvg } from "../../../src/report/render/figure.js";
import { forgettingMatrix, forgettingRows } from "../../../src/report/plots/forgetting-matrix.js";
import { metric, resultWith } from "../../support/hand-made-result.js";

const loss = (part: string, source: string, value: number) =>
  metric({ metric: `heldOutNats.${source}`, part, value, scoringRule: "none" });
const result = resultWith(
  [
    loss("pre-training", "childes", 4),
    loss("pre-training", "wiki", 6),
    loss("switch", "childes", 4.5),
    loss("switch", "wiki", 6.25),
    loss("wiki", "childes", 4.75),
    loss("wiki", "wiki", 5),
    metric({ metric: "steps", part: "all", value: 3 }),
  ],
  { task: "training", condition: "switchThenWiki" },
);

test("each stage is set against pre-training, source by source", () => {
  expect(
    forgettingRows([result]).map(({ stage, place, source, changeNats }) => [
      stage,
      place,
      source,
      changeNats,
    ]),
  ).toEqual([
    ["switch", 0, "childes", 0.5],
    ["switch", 0, "wiki", 0.25],
    ["wiki", 1, "childes", 0.75],
    ["wiki", 1, "wiki", -1],
  ]);
});

test("a result without the losses before tuning is refused by name", () => {
  const cut = resultWith([loss("switch", "childes", 4)], { condition: "switch" });
  expect(() => forgettingRows([cut])).toThrow(
    /llama140M switch must have heldOutNats.childes after pre-training/,
  );
});

test("the figure has a row per stage, its numbers written with their sign, and both texts of its title", async () => {
  const context = { scale: "smoke", source: "real", seeds: [1] } as const;
  const spec = forgettingMatrix(forgettingRows([result]), context);
  const svg = await figureSvg(spec, { name: "matrix", alt: "a matrix" });
  for (const text of [
    "switch → wiki: after switch",
    "switch → wiki: after wiki",
    "+0.50",
    "−1.00",
    "childes",
    "smoke scale",
  ])
    expect(svg).toContain(text);
});
