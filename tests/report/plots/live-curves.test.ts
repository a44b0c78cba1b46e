import { createRequire } from "node:module";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchCurves } from "../../../src/report/plots/live-curves.js";

const { cache } = createRequire(import.meta.url);
const KERNEL = "/anywhere/node_modules/tslab/dist/jupyter.js";

interface Sent {
  readonly data: {
    readonly "application/vnd.plotly.v1+json": {
      readonly data: readonly { readonly name: string; readonly x: number[]; readonly y: number[] }[];
    };
  };
  readonly transient: { readonly display_id: string };
  readonly isUpdate: boolean;
}
let sent: Sent[] = [];

beforeEach(() => {
  sent = [];
  const exported = {
    lastWriteDisplayData: (content: Omit<Sent, "isUpdate">, isUpdate: boolean) =>
      sent.push({ ...content, isUpdate }),
  };
  Object.assign(cache, { [KERNEL]: { exports: exported } });
});
afterEach(() => {
  delete cache[KERNEL];
});

const figureOptions = {
  name: "live",
  alt: "losses",
  context: { scale: "smoke", source: "microworld", seeds: [1] },
} as const;

async function* train(losses: Readonly<Record<string, readonly number[]>>) {
  for (const [condition, values] of Object.entries(losses))
    for (const lossNats of values) yield { model: "llama100M" as const, condition, lossNats, extra: 1 };
}

/** Watches with a clock that moves on by a second at each look. */
async function watch(losses: Readonly<Record<string, readonly number[]>>, stopAfter = Infinity) {
  let seconds = 0;
  const seen: unknown[] = [];
  for await (const step of watchCurves(train(losses), figureOptions, () => 1000 * seconds++)) {
    seen.push(step);
    if (seen.length >= stopAfter) break;
  }
  return seen;
}

const lastLines = () =>
  sent.at(-1)?.data["application/vnd.plotly.v1+json"].data.map(({ name, x, y }) => ({ name, x, y }));

test("steps pass unchanged, and one place shows the curves of all runs, the last time whole", async () => {
  const seen = await watch({ base: [3, 2, 1], merged: [5, 4] });
  expect(seen).toHaveLength(5);
  expect(seen[0]).toEqual({ model: "llama100M", condition: "base", lossNats: 3, extra: 1 });
  expect(new Set(sent.map(({ transient }) => transient.display_id)).size).toBe(1);
  expect(sent.map(({ isUpdate }) => isUpdate)).toEqual([false, ...sent.slice(1).map(() => true)]);
  expect(sent.length).toBeGreaterThan(2);
  expect(lastLines()).toEqual([
    { name: "llama100M base, training", x: [1, 2, 3], y: [3, 2, 1] },
    { name: "llama100M merged, training", x: [1, 2], y: [5, 4] },
  ]);
});

test("a loop that is left keeps the curve as far as it came", async () => {
  await watch({ base: [3, 2, 1] }, 2);
  expect(lastLines()).toEqual([{ name: "llama100M base, training", x: [1, 2], y: [3, 2] }]);
});

test("a long run is thinned evenly to at most 400 points", async () => {
  await watch({ base: Array.from({ length: 3_000 }, (_, index) => index) });
  const [line] = lastLines() ?? [];
  expect(line?.x.length).toBeLessThanOrEqual(400);
  expect(line?.x.length).toBeGreaterThan(180);
  const gaps = new Set(line?.x.slice(1).map((step, index) => step - (line.x[index] ?? 0)));
  expect(gaps.size).toBe(1);
  expect(line?.y).toEqual(line?.x.map((step) => step - 1));
});

test("outside a notebook nothing is drawn before the end", async () => {
  delete cache[KERNEL];
  await watch({ base: [3, 2, 1] });
  expect(sent).toEqual([]);
});
