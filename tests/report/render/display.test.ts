import { createRequire } from "node:module";
import { afterEach, expect, test, vi } from "vitest";
import { checkOutputName, display, escapeHtml } from "../../../src/report/render/display.js";

const { cache } = createRequire(import.meta.url);
const KERNEL = "/anywhere/node_modules/tslab/dist/jupyter.js";

afterEach(() => {
  delete cache[KERNEL];
  vi.restoreAllMocks();
});

test("outside the kernel the plain text is printed", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  display({ "text/html": "<b>x</b>", "text/plain": "x" });
  expect(log.mock.calls).toEqual([["x"]]);
});

test("inside the kernel all types go out as one output and nothing is printed", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const sent: unknown[] = [];
  const exported = {
    lastWriteDisplayData: (content: unknown, update: boolean) => sent.push([content, update]),
  };
  Object.assign(cache, { [KERNEL]: { exports: exported } });
  const bundle = { "image/png": "AAAA", "text/plain": "x" };
  display(bundle, { "image/png": { width: 2 } });
  expect(sent).toEqual([[{ data: bundle, metadata: { "image/png": { width: 2 } }, transient: {} }, false]]);
  expect(log).not.toHaveBeenCalled();
});

test("a bundle without plain text is refused", () => {
  expect(() => display({ "text/html": "x" })).toThrow(/must hold "text\/plain"/);
});

test("escaped text holds no character that ends a tag or an attribute", () => {
  expect(escapeHtml(`<a href="x">'&'</a>`)).toBe("&#60;a href=&#34;x&#34;&#62;&#39;&#38;&#39;&#60;/a&#62;");
});

test.each(["", "Loss", "a b", "a--b", "-a", "a_b", "../a"])(
  "the name %j is refused for an output",
  (name) => {
    expect(() => checkOutputName("test", name)).toThrow(/lower-case letters, digits and hyphens/);
  },
);
