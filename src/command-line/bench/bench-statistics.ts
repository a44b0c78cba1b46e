/** @file `class-it bench --statistics`: how long the tests behind the verdicts take on as many items as all of BLiMP has. */
import { availableParallelism, cpus } from "node:os";
import { seeded } from "../../random.js";
import { tableMarkdown } from "../../report/render/table.js";
import { bcaInterval, bootstrapP, percentileInterval } from "../../statistics/bootstrap-interval.js";
import { ASSUMED_DISCORDANT } from "../../statistics/minimum-detectable-difference.js";
import { bootstrapItems } from "../../statistics/paired-bootstrap.js";
import { signFlipTest } from "../../statistics/sign-flip-test.js";
import { printJson, type Surroundings } from "../surroundings.js";

const ITEMS = 60_000;
const REPLICATES = 10_000;

interface Row {
  readonly what: string;
  readonly items: number;
  readonly replicates: number;
  readonly seconds: number;
}

/** Measures and prints. */
export function benchStatistics(surroundings: Surroundings, { json }: { readonly json: boolean }): void {
  const random = seeded(1);
  const differences = Array.from({ length: ITEMS }, () =>
    random() >= ASSUMED_DISCORDANT ? 0 : random() < 0.5 ? -1 : 1,
  );
  const groups = differences.map((_, item) => `paradigm ${item % 67}`);
  const options = { replicates: REPLICATES, seed: 1 };
  const rows = [
    measure("paired bootstrap, items", () => summarise(bootstrapItems({ differences }, options))),
    measure("paired bootstrap, items of 67 paradigms", () =>
      summarise(bootstrapItems({ differences, groups }, options)),
    ),
    measure("sign-flip test", () => signFlipTest(differences, options)),
  ];
  if (json) return printJson(surroundings, rows);
  surroundings.stdout.write(
    tableMarkdown(
      rows.map((row) => ({ ...row, seconds: row.seconds.toFixed(2) })),
      {
        caption: `Statistics on ${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores`,
        note: "One thread; the bootstrap with both intervals and p.",
      },
    ),
  );
}

function summarise(sample: ReturnType<typeof bootstrapItems>): void {
  percentileInterval(sample, 0.95);
  bcaInterval(sample, 0.95);
  bootstrapP(sample);
}

function measure(what: string, work: () => unknown): Row {
  const begin = performance.now();
  work();
  return { what, items: ITEMS, replicates: REPLICATES, seconds: (performance.now() - begin) / 1000 };
}
