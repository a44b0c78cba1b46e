/** @file The process that fuzzes one reader for `robustness/fuzz.mjs`: what it is reading stands in a file, should nothing come back. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { fuzz, partOf, type FuzzInput } from "./campaign.js";
import { openCoverage } from "./coverage.js";
import { judge } from "./judge.js";
import { openReader } from "./readers.js";

const { values } = parseArgs({
  options: {
    reader: { type: "string", default: "" },
    executions: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "600" },
    scratch: { type: "string", default: "" },
    faults: { type: "string", default: "" },
    replay: { type: "string" },
    from: { type: "string", default: "0" },
  },
});
const { reader: name, scratch, faults } = values;
const batchFile = join(scratch, "batch.json");
const placeFile = join(scratch, "place");
const inputsSchema = z.array(z.object({ part: z.string(), base64: z.base64() }));

/** Coverage is of the kit and of the libraries that read for it, not of the fuzzer. */
const isOwn = (url: string): boolean =>
  url.startsWith("file:") && !/tensorflow|[\\/]node_modules[\\/]vite/.test(url);

const written = (inputs: readonly FuzzInput[]): string =>
  JSON.stringify(inputs.map(({ part, bytes }) => ({ part, base64: Buffer.from(bytes).toString("base64") })));

function save(input: FuzzInput): string {
  mkdirSync(faults, { recursive: true });
  const hash = createHash("sha256").update(input.bytes).digest("hex").slice(0, 12);
  const path = join(faults, `${name}-${input.part}-${hash}.json`);
  writeFileSync(path, written([input]));
  return path;
}

/** One line of JSON a message. */
const say = (message: Readonly<Record<string, unknown>>): boolean =>
  process.stdout.write(`${JSON.stringify(message)}\n`);

async function campaign(): Promise<void> {
  const reader = await openReader(name, scratch);
  const coverage = openCoverage(isOwn);
  let said = performance.now();
  const found = await fuzz(reader, {
    executions: Number(values.executions),
    seed: Number(values.seed),
    coverage,
    isOver: () => performance.now() > 60_000 * Number(values.minutes),
    onBatch: (inputs, done) => {
      writeFileSync(`${batchFile}.part`, written(inputs));
      renameSync(`${batchFile}.part`, batchFile);
      if (performance.now() - said < 5000) return;
      said = performance.now();
      say({ type: "progress", done });
    },
  });
  const { findings, ...counts } = found;
  for (const finding of findings)
    say({ type: "fault", fault: finding.fault, place: finding.place, path: save(finding) });
  say({ type: "end", ...counts });
  process.exit(0);
}

/** Reads the inputs of a file one by one; which one it is at stands in a file before it is read. */
async function replay(path: string): Promise<void> {
  const reader = await openReader(name, scratch);
  const inputs = inputsSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  for (const [index, { part, base64 }] of inputs.entries()) {
    if (index < Number(values.from)) continue;
    writeFileSync(placeFile, String(index));
    const input = { part, bytes: Buffer.from(base64, "base64") };
    const { fault, place } = await judge(partOf(reader, part), input.bytes);
    if (fault !== null) say({ type: "fault", fault, place, path: save(input) });
  }
  say({ type: "end", executions: inputs.length });
  process.exit(0);
}

await (values.replay === undefined ? campaign() : replay(values.replay));
