import { expect, test } from "vitest";
import { CONDITIONS, MODELS } from "../../../src/config/config.js";
import {
  CONDITIONS_IN_PAPER_ORDER,
  conditionLabel,
  conditionStyle,
  inPaperOrder,
  modelStyle,
  runLabel,
} from "../../../src/report/render/palette.js";
import { publishedFinetuning } from "../../../src/report/published/published.js";

const channels = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** CIE L* of an sRGB colour: what a grey print keeps of it. */
function lightness(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map(linear);
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
}

/**
 * The colour as a dichromat sees it, linear RGB.
 * Source: Machado, Oliveira and Fernandes 2009, severity 1.
 */
const DICHROMACY = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
};
function seen(color: string, kind: keyof typeof DICHROMACY): number[] {
  const rgb = channels(color).map(linear);
  return [0, 3, 6].map((row) =>
    rgb.reduce((sum, value, at) => sum + value * (DICHROMACY[kind][row + at] ?? 0), 0),
  );
}

const pairs = <T>(items: readonly T[]) =>
  items.flatMap((a, at) => items.slice(at + 1).map((b) => [a, b] as const));
const colors = CONDITIONS.map((condition) => conditionStyle(condition).color);

test("conditions differ in colour, mark and dash, and no model has a condition's colour", () => {
  const styles = CONDITIONS.map(conditionStyle);
  for (const key of ["label", "color", "shape"] as const) {
    expect(new Set(styles.map((style) => style[key])).size).toBe(6);
  }
  expect(new Set(styles.map((style) => style.dash.join(" "))).size).toBe(6);
  expect(new Set([...colors, ...MODELS.map((model) => modelStyle(model).color)]).size).toBe(8);
});

test("in a grey print any two conditions differ by six or more of the hundred steps of lightness", () => {
  for (const [a, b] of pairs(colors)) expect(Math.abs(lightness(a) - lightness(b))).toBeGreaterThan(6);
  const [small = "", large = ""] = MODELS.map((model) => modelStyle(model).color);
  expect(Math.abs(lightness(small) - lightness(large))).toBeGreaterThan(6);
});

test.each(["protanopia", "deuteranopia"] as const)("with %s any two conditions stay apart", (kind) => {
  for (const [a, b] of pairs(colors)) {
    const gaps = seen(a, kind).map((value, at) => Math.abs(value - (seen(b, kind)[at] ?? 0)));
    expect(Math.max(...gaps), `${a} and ${b}`).toBeGreaterThan(0.06);
  }
});

test("every condition is pale enough to be told from black or dark enough to be seen on white", () => {
  for (const color of colors) expect(lightness(color)).toBeLessThan(75);
});

test("the paper's order is that of its published rows and holds every condition", () => {
  const published = publishedFinetuning().filter((score) => score.model === "llama140M");
  expect([...new Set(published.map((score) => score.condition))]).toEqual([...CONDITIONS_IN_PAPER_ORDER]);
  expect([...CONDITIONS_IN_PAPER_ORDER].sort()).toEqual([...CONDITIONS].sort());
});

test("rows are put in the paper's order, the smaller model first", () => {
  const rows = [
    { model: "llama140M", condition: "merged" },
    { model: "llama140M", condition: "wikiThenSwitch" },
    { model: "llama100M", condition: "merged" },
    { model: "llama140M", condition: "base" },
  ] as const;
  expect(inPaperOrder(rows).map((row) => runLabel(row.model, row.condition))).toEqual([
    "100M merged",
    "140M base",
    "140M wiki → switch",
    "140M merged",
  ]);
  expect(conditionLabel("switchThenWiki")).toBe("switch → wiki");
});
