import { expect, test } from "vitest";
import { figureSvg } from "../../../src/report/render/figure.js";
import { exampleOrderStrips } from "../../../src/report/plots.js";
import { exampleOrder } from "../../../src/runs/training/example-order.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const model = "llama100M";
const study = openTinyStudy(sharedFolder(), {
  ...TINY_CONFIG,
  budget: { ...TINY_CONFIG.budget, switchboardRows: 64, wikiRows: 64 },
});
const order = (condition: string, parts?: number) =>
  exampleOrder(study, { model, conditions: [condition], ...(parts !== undefined && { parts }) });

test("one after the other: the first half of the steps holds one set, the second the other", async () => {
  const parts = await order("switchThenWiki");
  expect(parts.map(({ set }) => set)).toEqual([...Array(8).fill("switch"), ...Array(8).fill("wiki")]);
  expect(parts.every(({ share }) => share === 1)).toBe(true);
  expect(parts.map(({ from, to }) => to - from)).toEqual(Array(16).fill(1 / 16));
});

test("gradual mixing: the share of the second set grows from part to part", async () => {
  const parts = await order("switchIntoWiki", 4);
  const shareOf = (set: string, from: number) =>
    parts.find((part) => part.set === set && part.from === from)?.share ?? 0;
  const wiki = [0, 0.25, 0.5, 0.75].map((from) => shareOf("wiki", from));
  expect(wiki).toEqual([...wiki].sort((a, b) => a - b));
  expect(wiki[0]).toBeLessThan(0.3);
  expect(wiki[3]).toBeGreaterThan(0.7);
});

test("shortest first: rows grow longer along tuning, and merged ones do not", async () => {
  const lengths = async (condition: string) => [
    ...new Map((await order(condition, 4)).map((part) => [part.from, part.meanLengthTokens])).values(),
  ];
  const sorted = await lengths("shortestFirst");
  expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
  expect((sorted.at(-1) ?? 0) / (sorted[0] ?? 1)).toBeGreaterThan(2);
  const mixed = await lengths("merged");
  expect(mixed).not.toEqual([...mixed].sort((a, b) => a - b));
});

test("merged holds each example once: shares of a single part are those of the sets", async () => {
  expect(await order("merged", 1)).toMatchObject([
    { set: "switch", from: 0, to: 1, share: 0.5 },
    { set: "wiki", from: 0, to: 1, share: 0.5 },
  ]);
});

test("replay: half of each part is text, the rest as without it", async () => {
  expect(await order("mergedReplay", 1)).toMatchObject([
    { set: "switch", share: 0.25 },
    { set: "text", share: 0.5 },
    { set: "wiki", share: 0.25 },
  ]);
});

test("conversations of more turns are fewer and longer than the pairs they are made of", async () => {
  const [[turns], [pairs]] = await Promise.all([order("switchTurns", 1), order("switch", 1)]);
  expect([turns?.set, turns?.share]).toEqual(["switch", 1]);
  expect(turns?.meanLengthTokens ?? 0).toBeGreaterThan(1.8 * (pairs?.meanLengthTokens ?? Infinity));
});

test("the picture has a strip for each condition, and names text where there is any", async () => {
  const parts = await exampleOrder(study, { model, conditions: ["merged", "moreTextSteps"], parts: 5 });
  const svg = await figureSvg(
    exampleOrderStrips(parts, { scale: "smoke", source: "microworld", seeds: [1] }),
    { name: "example-order", alt: "order of examples" },
  );
  for (const text of ["merged", "more text, steps", "pre-training text", "conversation"])
    expect(svg).toContain(text);
});

test("pre-training alone has no tuning to show", async () => {
  expect(await order("base")).toEqual([]);
});
