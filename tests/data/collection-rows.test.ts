/** @file Global PIQA as the hub may serve it, fetched from a local server, with rows in our own words: the tasks find their items. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { benchmarkOf } from "../../src/evaluation/benchmarks.js";
import { findOrFetchedTaskFiles } from "../../src/runs/scoring/folder-evaluation/task-files.js";
import { defineBenchmark, hasBenchmark } from "../../src/runs/scoring/tasks/benchmark.js";
import { command } from "../command-line/command.js";
import { httpServer, sendFile } from "../support/http-server.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const rows = (language: string, solutions: number, count = 3) =>
  Array.from({ length: count }, (_, index) => ({
    prompt: `${language}: to open jar ${index},`,
    ...Object.fromEntries(
      Array.from({ length: solutions }, (_, at) => [`solution${at}`, `turn "lid" ${at}\tway.`]),
    ),
    label: index % solutions,
    language,
    example_id: `${language}-${index}`,
  }));
type Row = Readonly<Record<string, string | number>>;

/** A parquet file with the label as a whole number of 64 bits, as the hub writes it. */
function parquet(table: readonly Row[]): Buffer {
  const columnData = Object.keys(table[0] ?? {}).map((name) =>
    name === "label"
      ? { name, data: table.map((row) => BigInt(row[name] ?? 0)), type: "INT64" as const }
      : { name, data: table.map((row) => String(row[name])), type: "STRING" as const },
  );
  return Buffer.from(parquetWriteBuffer({ columnData }));
}
const tsv = (table: readonly Row[]): Buffer => {
  const cell = (value: string | number) => `"${String(value).replaceAll('"', '""')}"`;
  const lines = [Object.keys(table[0] ?? {}), ...table.map((row) => Object.values(row))];
  return Buffer.from(lines.map((line) => `${line.map(cell).join("\t")}\n`).join(""));
};
const jsonl = (table: readonly Row[]): Buffer =>
  Buffer.from(table.map((row) => `${JSON.stringify(row)}\n`).join(""));

let rawFolder = "";
beforeEach(() => {
  rawFolder = temporaryFolder();
  vi.stubEnv("HF_TOKEN", "");
  vi.stubEnv("CLASS_IT_DATA", rawFolder);
});
afterEach(() => vi.unstubAllEnvs());

/** Fetches a part whose repository holds these files; what git keeps itself has no sha256. */
async function fetchPart(part: "parallel" | "nonparallel", files: Readonly<Record<string, Buffer>>) {
  const name = `global-piqa-${part}`;
  const { origin } = await httpServer((request, response) => {
    const url = decodeURIComponent(request.url ?? "");
    if (url.includes("/revision/")) return void response.end(JSON.stringify({ sha: "c".repeat(40) }));
    if (url.includes(`/api/datasets/mrlbenchmarks/${name}/tree`))
      return void response.end(
        JSON.stringify(
          Object.entries(files).map(([path, bytes]) => ({
            type: "file",
            path,
            oid: createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex"),
            size: bytes.length,
            ...(path.endsWith(".parquet") && {
              lfs: { oid: createHash("sha256").update(bytes).digest("hex"), size: bytes.length },
            }),
          })),
        ),
      );
    const found = Object.entries(files).find(([path]) => url.split("?")[0]?.endsWith(`/${path}`));
    if (!found) return void response.writeHead(404).end();
    sendFile(request, response, { content: found[1] });
  });
  const places = { rawFolder, dataFolder: null };
  const { code, stderr } = await command(`data --fetch ${name} --unverified`, {
    places,
    origins: { hub: origin },
  });
  expect([code, stderr.includes("class-it data")]).toEqual([0, false]);
}

const LAYOUTS: readonly (readonly [string, string, (table: readonly Row[]) => Buffer])[] = [
  ["parquet in a folder for each language", "eng_latn/test-00000-of-00001.parquet", parquet],
  ["a table for each language", "data/eng_latn.tsv", tsv],
  ["JSON lines for each language", "data/test/eng_latn.jsonl", jsonl],
];

test.each(LAYOUTS)("%s: both tasks have their English items and no other", async (_, path, write) => {
  const other = path.replace("eng_latn", "deu_latn");
  for (const [part, solutions] of [
    ["parallel", 4],
    ["nonparallel", 2],
  ] as const) {
    await fetchPart(part, {
      [path]: write(rows("eng_latn", solutions)),
      [other]: write(rows("deu_latn", solutions)),
      [path.replace(/eng_latn/, "eng_latn/dev")]: write(rows("dev", solutions)),
    });
    const task = `global_piqa_${part}` as const;
    const found = await findOrFetchedTaskFiles(temporaryFolder(), task, { fast: false });
    expect(found.dataset).toBe(task);
    const items = found.files.flatMap((file) => benchmarkOf(task).read(file));
    expect(items.map(({ uid, label }) => [uid, label])).toEqual([
      ["eng_latn-0", 0],
      ["eng_latn-1", 1],
      ["eng_latn-2", solutions === 4 ? 2 : 0],
    ]);
    expect(items[0]?.candidates).toHaveLength(solutions);
    expect(items[0]?.candidates[1]).toEqual({
      context: "eng_latn: to open jar 0,",
      continuation: ' turn "lid" 1\tway.',
    });
    const study = { source: "real", config: { budget: { zeroShotItemsPerUid: null } } } as const;
    expect(hasBenchmark(study, task)).toBe(true);
    const defined = await defineBenchmark(study, task);
    expect(defined.items.map(({ id }) => id)).toEqual(["eng_latn-0_0", "eng_latn-1_0", "eng_latn-2_0"]);
  }
});

test("files that are given come before fetched ones, in any of the forms", async () => {
  await fetchPart("nonparallel", { "data/eng_latn.tsv": tsv(rows("eng_latn", 2)) });
  const folder = temporaryFolder();
  const own = rows("own", 2, 1);
  for (const [name, bytes] of [
    ["own.parquet", parquet(own)],
    ["own.tsv", tsv(own)],
    ["own.jsonl", jsonl(own)],
  ] as const) {
    writeFileSync(join(folder, name), bytes);
    const task = "global_piqa_nonparallel";
    const { files } = await findOrFetchedTaskFiles(join(folder, name), task, { fast: false });
    expect(files.flatMap((file) => benchmarkOf(task).read(file)).map(({ uid }) => uid)).toEqual(["own-0"]);
  }
  const { files } = await findOrFetchedTaskFiles(folder, "global_piqa_nonparallel", { fast: true });
  expect(files.map(({ name }) => name)).toEqual(["own"]);
});

test("what is not fetched, has no English rows or is damaged says so", async () => {
  const look = () => findOrFetchedTaskFiles(temporaryFolder(), "global_piqa_parallel", { fast: false });
  await expect(look()).rejects.toThrow("or run npx class-it data --fetch global-piqa-parallel.");
  await fetchPart("parallel", { "data/deu_latn.parquet": parquet(rows("deu_latn", 4)) });
  await expect(look()).rejects.toThrow(
    "file with eng_latn in its path, got collections/global-piqa-parallel/data",
  );
  await fetchPart("parallel", { "data/eng_latn.parquet": Buffer.from("PAR1 no more") });
  await expect(look()).rejects.toThrow(/eng_latn\.parquet must be a whole parquet file, got /);
  await fetchPart("parallel", { "data/eng_latn.parquet": parquet(rows("eng_latn", 2)) });
  const [file] = (await look()).files;
  expect(() => file && benchmarkOf("global_piqa_parallel").read(file)).toThrow("solution2");
});
