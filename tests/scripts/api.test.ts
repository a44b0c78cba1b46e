/** @file The documentation of a public surface: what its pages show, and that whatever is missing is named. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { surfaceFaults } from "../../scripts/check/api-faults.mjs";
import { surfacePages } from "../../src/report/site/library-pages.js";
import { readSurface } from "../../src/report/site/library-surface.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const WHOLE = `/** @file Bells. */
/** How loud a bell is, in decibel. */
export interface Bell {
  /** Beside it. */
  readonly loudness: number;
}
/**
 * Mean loudness of \`Bell\`s.
 *
 *   Σ loudness / N
 *
 * @param bells at least one, [N]
 * @param options.seed  decides which are struck
 * @returns decibel
 * @throws RangeError when there is none
 *
 * Source: Quasimodo (1831), chapter 1.
 * Differs: <none> is broken.
 */
export async function meanLoudness(bells: readonly Bell[], { seed = 1 }: { readonly seed?: number } = {}): Promise<number> {
  if (bells.length === 0) throw new RangeError("meanLoudness: there must be a bell, got none. Hang one.");
  return bells.length * seed;
}
`;

/** The surface of a module of its own. */
async function surfaceOf(code: string) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "statistics"));
  writeFileSync(join(folder, "index.ts"), 'export * from "./statistics/bells.js";\n');
  writeFileSync(join(folder, "statistics/bells.ts"), code);
  writeFileSync(join(folder, "package.json"), '{ "name": "bells" }');
  const compilerOptions = { strict: true, module: "nodenext", target: "es2022", types: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
  return readSurface({ entryPoint: join(folder, "index.ts"), tsconfig: join(folder, "tsconfig.json") });
}

test("a page shows declaration, formula, parameters, errors, source and departures, and links the types it names", async () => {
  const surface = await surfaceOf(WHOLE);
  expect(surfaceFaults(surface)).toEqual([]);
  const pages = surfacePages(surface.exports.map(({ entry }) => entry));
  expect(Object.keys(pages)).toEqual(["index.html", "statistics.html"]);
  expect(pages["index.html"]).toContain(
    '<a href="statistics.html#meanLoudness"><code>meanLoudness</code></a>',
  );
  const page = pages["statistics.html"] ?? "";
  expect(page).toMatch(
    /<h2 id="meanLoudness">[^]*bells\.ts, line 20[^]*async function meanLoudness\(bells: readonly <a href="statistics\.html#Bell">Bell<\/a>\[\]/,
  );
  expect(page).toContain("<pre><code>  Σ loudness / N\n</code></pre>");
  expect(page).toContain("<dt><code>options.seed</code></dt><dd>decides which are struck</dd>");
  expect(page).toMatch(/<dt>Throws<\/dt><dd>RangeError when there is none<\/dd>/);
  expect(page).toContain("<dt>Source</dt><dd>Quasimodo (1831), chapter 1.</dd>");
  expect(page).toContain("<dt>Differs</dt><dd>&lt;none&gt; is broken.</dd>");
  expect(page).toContain('<span class="comment">/** Beside it. */</span>');
});

test.each([
  ["config/scales.ts", "settings.html"],
  ["random.ts", "settings.html"],
  ["data/tokenizer/tokenizer.ts", "data.html"],
  ["runs/study/study.ts", "runs.html"],
  ["report/render/table.ts", "report.html"],
  ["report/plots/score-bars.ts", "plots.html"],
])("what %s exports is on %s, the page of its folder", (file, page) => {
  const entry = {
    kind: "constant",
    line: 1,
    code: "const one = 1;",
    text: "One.",
    tags: [],
    notes: [],
  } as const;
  expect(Object.keys(surfacePages([{ ...entry, name: "one", file }]))).toEqual(["index.html", page]);
});

test.each([
  ["a docstring", "/** How loud a bell is, in decibel. */\n", "statistics/bells.ts:2: Bell has no docstring"],
  [
    "a parameter's line",
    " * @param options.seed  decides which are struck\n",
    "meanLoudness leaves unexplained what it takes: seed",
  ],
  [
    "a parameter",
    ", { seed = 1 }: { readonly seed?: number } = {}",
    "meanLoudness has no parameter options.seed",
  ],
  [
    "an error's line",
    " * @throws RangeError when there is none\n",
    "meanLoudness throws and does not say when",
  ],
  ["an exported type", "export interface", "Bell, defined in"],
])(
  "without %s the fault is named",
  async (_what, part, fault) => {
    const rest = part.startsWith("export") ? part.slice("export ".length) : "";
    const faults = surfaceFaults(await surfaceOf(WHOLE.replace(part, rest).replace(" * seed", "")));
    expect(faults).toContainEqual(expect.stringContaining(fault));
  },
  30_000,
);
