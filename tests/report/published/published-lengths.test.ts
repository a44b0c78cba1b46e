import { expect, test } from "vitest";
import { lengthRows, publishedLengths } from "../../../src/report/published/published-lengths.js";

test("the poster's bins are 149 wide and begin at 0 in every panel", () => {
  const bins = publishedLengths();
  for (const { from, to } of bins) expect(to - from).toBe(149);
  expect(
    bins.filter(({ from }) => from === 0).map(({ source, part, count }) => [source, part, count]),
  ).toEqual([
    ["switchboard", "prompt", 37_000],
    ["switchboard", "reply", 37_000],
    ["wiki", "prompt", 25_000],
    ["wiki", "reply", 28_000],
  ]);
});

test("our counts stand in the poster's bins, and a bar that cannot be read is blank", () => {
  const rows = lengthRows([{ source: "wiki", part: "reply", lengths: [0, 148, 149, 3000] }]);
  expect(rows).toEqual([
    { set: "wiki", part: "reply", length: "0 to 148", examples: 2, paper: 28_000 },
    { set: "wiki", part: "reply", length: "149 to 297", examples: 1, paper: 1200 },
    { set: "wiki", part: "reply", length: "298 to 446", examples: 0, paper: 2 },
    { set: "wiki", part: "reply", length: "2980 to 3128", examples: 1, paper: null },
  ]);
});
