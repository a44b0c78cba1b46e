import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { figureSvg, showFigure, svgToPng } from "../../../src/report/render/figure.js";
import { svgToPdf } from "../../../src/report/render/figure-pdf.js";
import { onDarkPaper, withoutDarkVariant } from "../../../src/report/render/figure-theme.js";
import { plotlyBundle } from "../../../src/report/render/plotly.js";

const SPEC = {
  width: 120,
  height: 80,
  title: "A title",
  data: {
    values: [
      { step: 0, loss: 2 },
      { step: 1, loss: 1 },
    ],
  },
  mark: { type: "line", clip: true },
  encoding: {
    x: { field: "step", type: "quantitative" },
    y: { field: "loss", type: "quantitative" },
  },
} as const;
const NAMED = { name: "loss", alt: 'Loss "falls" < 2' };

afterEach(() => vi.restoreAllMocks());

test("two drawings of one figure have the same bytes, as SVG, PNG and PDF", async () => {
  const first = await figureSvg(SPEC, NAMED);
  await figureSvg(SPEC, { ...NAMED, name: "between" }); // moves the counter that Vega keeps for its ids
  const second = await figureSvg(SPEC, NAMED);
  expect(second).toBe(first);
  expect(Buffer.compare(await svgToPng(first), await svgToPng(second))).toBe(0);
  expect(Buffer.compare(await svgToPdf(first, "A"), await svgToPdf(second, "A"))).toBe(0);
});

test("the ids of two figures differ and every reference has its id", async () => {
  const [a, b] = [await figureSvg(SPEC, NAMED), await figureSvg(SPEC, { ...NAMED, name: "other" })];
  const ids = (svg: string) => [...svg.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]);
  const references = (svg: string) => [...svg.matchAll(/url\(#([^)]+)\)/g)].map((match) => match[1]);
  expect(ids(a).length).toBeGreaterThan(0);
  expect(ids(a).filter((id) => ids(b).includes(id))).toEqual([]);
  expect(references(a).every((id) => ids(a).includes(id))).toBe(true);
});

test("the figure is labelled by its alternative text and set in DejaVu", async () => {
  const svg = await figureSvg(SPEC, NAMED);
  expect(svg).toContain(
    'role="img" aria-label="Loss &#34;falls&#34; &#60; 2"><title>Loss &#34;falls&#34; &#60; 2</title>',
  );
  expect(new Set([...svg.matchAll(/font-family="([^"]+)"/g)].map((match) => match[1]))).toEqual(
    new Set(["DejaVu Sans, Verdana, sans-serif"]),
  );
});

test("text is measured: a wider label leaves less room for the panel", async () => {
  const roomBeside = async (label: string) => {
    const data = {
      values: [
        { step: 0, name: label },
        { step: 1, name: label },
      ],
    };
    const encoding = { ...SPEC.encoding, y: { field: "name", type: "nominal" } } as const;
    const svg = await figureSvg({ ...SPEC, data, encoding }, NAMED);
    return Number(/class="background"[^>]* d="M[\d.]+,[\d.]+h([\d.]+)/.exec(svg)?.[1]);
  };
  // 8 pt DejaVu: W is 0.989 em wide and i is 0.278 em wide; each figure may be 4 pt narrower than the page.
  const gap = (await roomBeside("i".repeat(20))) - (await roomBeside("W".repeat(20)));
  expect(Math.abs(gap - 20 * 8 * (0.989 - 0.278))).toBeLessThan(9);
});

test("the PDF has the figure's size in points and DejaVu embedded, regular and bold", async () => {
  const svg = await figureSvg({ ...SPEC, width: 10 }, NAMED);
  const pdf = Buffer.from(await svgToPdf(svg, "Loss")).toString("latin1");
  const [, width, height] = / width="(\d+)pt" height="(\d+)pt"/.exec(svg) ?? [];
  expect(width).toBe("455");
  expect(pdf).toContain(`/MediaBox [0 0 ${width} ${height}]`);
  const fonts = [...pdf.matchAll(/\/BaseFont \/[A-Z]{6}\+(\S+)/g)].map((match) => match[1]);
  expect(new Set(fonts)).toEqual(new Set(["DejaVuSans", "DejaVuSans-Bold"]));
  expect(pdf.match(/\/FontFile2/g)).toHaveLength(2);
  expect(pdf).not.toContain("/Subtype /Image"); // vectors, no picture of them
});

test("what Vega only warns of is an error", async () => {
  const empty = { ...SPEC, data: { values: [] } };
  await expect(figureSvg(empty, NAMED)).rejects.toThrow(
    /"loss" must draw without warnings, got: Infinite extent/,
  );
});

test("showing a figure writes three files and sends both pictures and the text", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const folder = mkdtempSync(join(tmpdir(), "figures-"));
  try {
    await showFigure(SPEC, { ...NAMED, folder, caption: "Loss by step." });
    expect(readdirSync(folder).sort()).toEqual(["loss.pdf", "loss.png", "loss.svg"]);
    expect(readFileSync(join(folder, "loss.svg"), "utf8")).toBe(await figureSvg(SPEC, NAMED));
    expect([...readFileSync(join(folder, "loss.png")).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(log.mock.calls).toEqual([['[figure loss] Loss by step.\nLoss "falls" < 2']]);
    await expect(showFigure(SPEC, { ...NAMED, name: "a b", folder, caption: "" })).rejects.toThrow(
      /a name must be/,
    );
    expect(existsSync(join(folder, "a b.svg"))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an interactive figure carries its JSON but not the library, and nothing in it closes the script", () => {
  const figure = { data: [{ name: "</script><b>", y: [1, 2] }] };
  const bundle = plotlyBundle(figure, { name: "loss", alt: "Loss & more" });
  const html = String(bundle["text/html"]);
  expect(html.length).toBeLessThan(1000);
  expect(html.match(/<\/script>/g)).toHaveLength(1);
  const json = /id="plotly-loss-figure">(.*?)<\/script>/.exec(html)?.[1] ?? "";
  expect(JSON.parse(json)).toEqual(bundle["application/vnd.plotly.v1+json"]);
  expect(JSON.parse(json)).toMatchObject(figure);
  expect(html).toContain('aria-label="Loss &#38; more"');
  expect(bundle["text/plain"]).toBe("[interactive figure loss] Loss & more");
});

test("on dark paper black becomes light, white the paper, and a print program finds the colours of white paper", async () => {
  const svg = await figureSvg({ ...SPEC, mark: { type: "line", color: "#000000" } }, NAMED);
  const style = /<style>@media \(prefers-color-scheme:dark\)\{(.*?)\}<\/style>/.exec(svg)?.[1] ?? "";
  expect(style).toContain('#loss [stroke="#000000"]{stroke:#');
  const red = (hex: string) => parseInt(hex.slice(1, 3), 16);
  expect(red(onDarkPaper("#000000"))).toBeGreaterThan(0xd0);
  expect(red(onDarkPaper("#ffffff"))).toBeLessThan(0x20);
  expect(onDarkPaper("#E69F00").toUpperCase()).toBe("#E69F00"); // bright enough already
  expect(withoutDarkVariant(svg)).not.toContain("<style>");
});
