/** @file One test for each fault that fuzzing found: what once broke the reader is now refused in words. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { LLAMA_OPTIMIZER } from "../../src/config/paper-settings.js";
import { readReadingTable } from "../../src/evaluation/reading-table.js";
import { loadModel } from "../../src/model/checkpoint.js";
import { readLlamaConfig } from "../../src/model/llama-config.js";
import { readCorrectedNats } from "../../src/report/rows/surprisal-bins.js";
import { params } from "../../src/report/params.js";
import { readEpoch } from "../../src/runs/finetuning/checkpoint.js";
import { openItemLines } from "../../src/runs/scoring/folder-evaluation/item-lines.js";
import { readMoments } from "../../src/runs/training/moments-files.js";
import { itemsFile, readItems, readResult, runFolder } from "../../src/runs/study/results.js";
import { findStage, runStage } from "../../src/runs/stages/stage.js";
import { readStudyFile } from "../../src/runs/study/study-file.js";
import { readTrainedSteps } from "../../src/runs/training/results.js";
import { deriveStudy } from "../../src/config/scales.js";
import { resultWith } from "../support/hand-made-result.js";
import { openTinyStudy } from "../support/tiny-study.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { READING_HEADER } from "./readers-evaluation.js";
import { TINY } from "./readers-model.js";

/** Deeper than a stack of calls. */
const DEEP = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;

function written(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe("a model's folder", () => {
  const config = readFixture();
  test("of more layers than any model has is refused before a weight is named", () => {
    expect(() => readLlamaConfig(JSON.stringify({ ...config, num_hidden_layers: 2 ** 40 }))).toThrow(
      /^readLlamaConfig: config.json must .* numLayers must be at most 1000, got 1099511627776/,
    );
  });

  test.each(["", "."])('whose index names the part "%s" is told that there is no such file', (part) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    writeFileSync(
      join(folder, "model.safetensors.index.json"),
      JSON.stringify({ weight_map: { "model.norm.weight": part } }),
    );
    expect(() => loadModel(folder)).toThrow(/^loadModel: .* must exist, found no such file/);
  });
});

function readFixture(): Record<string, unknown> {
  return {
    ...{
      model_type: "llama",
      vocab_size: 6,
      max_position_embeddings: 8,
      hidden_size: 4,
      num_attention_heads: 2,
    },
    ...{ num_hidden_layers: 1, intermediate_size: 4, rms_norm_eps: 1e-5 },
  };
}

describe("JSON nested deeper than calls can follow", () => {
  test("is no result", () => {
    const whole = JSON.stringify({ ...resultWith([]), config: { a: "deep" } });
    expect(() => readResult(written("blimp.json", whole.replace('"deep"', DEEP)))).toThrow(
      /^readResults: .*blimp.json must be a result/,
    );
  });

  test("is no notebook's parameter", () => {
    expect(() => params(`{"seeds":${DEEP}}`)).toThrow(/^params: NB_PARAMS must be a JSON object/);
  });

  test("is no record of a stage", async () => {
    const cache = temporaryFolder();
    const { folder } = await runStage(cache, "kit", { a: "deep" }, async () => undefined);
    const record = join(folder, "stage.json");
    writeFileSync(record, readFileSync(record, "utf8").replace('"deep"', DEEP));
    expect(() => findStage(cache, "kit", { a: "deep" })).toThrow(
      /^findStage: .* got a file that is no such record/,
    );
  });
});

test("a setting that no number can hold is refused, not taken for infinity", () => {
  const path = written("study.json", '{"pretraining":{"learningRate":1e999}}');
  expect(() => readStudyFile(path, deriveStudy("smoke"))).toThrow(
    /^readStudyFile: .* got pretraining.learningRate: expected a finite number/,
  );
});

test("a stage whose record names a folder among its files is told that the file is missing", async () => {
  const cache = temporaryFolder();
  const { folder, ...stage } = await runStage(cache, "kit", { a: 1 }, async () => undefined);
  const record = { schemaVersion: 1, inputs: { a: 1 }, files: { ".": "0" }, ...stage };
  writeFileSync(join(folder, "stage.json"), JSON.stringify(record));
  expect(() => findStage(cache, "kit", { a: 1 })).toThrow(/^findStage: .* stored with, got no file/);
});

describe("a damaged state beside weights names its file and what to do", () => {
  test("in a fine-tuning run", () => {
    const folder = temporaryFolder();
    for (const state of ["{", '{"updates":1,"seconds":2,"epochs":[{}]}']) {
      mkdirSync(join(folder, "epoch-1"), { recursive: true });
      writeFileSync(join(folder, "epoch-1", "state.json"), state);
      expect(() => readEpoch(folder)).toThrow(
        /^readEpoch: .*epoch-1 must be a whole checkpoint, got Error: state.json, .* Delete /,
      );
    }
  });

  test("in the moments a stage keeps", () => {
    const folder = temporaryFolder();
    for (const count of ["", '{"updates":-1}']) {
      writeFileSync(join(folder, "moments.json"), count);
      expect(() => readMoments(folder, { architecture: TINY, optimizer: LLAMA_OPTIMIZER })).toThrow(
        /^readMoments: .*moments.json must hold the number of updates/,
      );
    }
  });
});

test("a column named __proto__ twice is no code, and reading times without their columns are refused as ever", () => {
  expect(() => readReadingTable("__proto__,__proto__\n1,2\n")).toThrow(
    /^readReadingTable: the table must have rows and the columns item, word, /,
  );
});

test("a curve's empty cell is no zero", () => {
  const folder = temporaryFolder();
  const study = { ...openTinyStudy(folder), resultsFolder: folder };
  const run = { model: "llama100M", condition: "base" } as const;
  const place = runFolder(study, run);
  mkdirSync(place, { recursive: true });
  const header = "phase,step,epoch,lossNats,learningRate,gradientNorm,trainedTokens";
  writeFileSync(itemsFile(place, "training"), gzipSync(`${header}\npretraining,1,1,,0.1,1,64\n`));
  expect(() => readTrainedSteps(study, run)).toThrow(
    /^readTrainedSteps: .* must be a table of steps, got 0\.lossNats: expected number/,
  );
});

test("surprisal that is no number is named by its row", () => {
  const path = written("reading.items.csv.gz", gzipSync("id,correctedNats\n0,1.5\n1,\n"));
  expect(() => readCorrectedNats(path)).toThrow(/^readCorrectedNats: .* got \[1,null\] in row 2/);
  const whole = written("reading.items.csv.gz", gzipSync("correctedNats,id\n1.5,0\n"));
  expect([...readCorrectedNats(whole)]).toEqual([[0, 1.5]]);
});

test("a column of reading times that stands twice is refused by its name", () => {
  const row = "The,cat,1,3.2,3,1,,,-1,200,210.5,220,230,300,x";
  expect(() => readReadingTable(`${READING_HEADER},word\n${row}\n`)).toThrow(
    /^readReadingTable: a column of the table must stand once, got word twice/,
  );
});

test("items that unpack to a thousand times their size are no table", () => {
  const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20), { level: 9 });
  expect(bomb.length).toBeLessThan(100_000);
  expect(() => readItems(written("blimp.items.csv.gz", bomb))).toThrow(
    /^readItemsText: .* must be a compressed table of items, got /,
  );
});

test("a scored item that was damaged on disk is named by its line", () => {
  const path = join(temporaryFolder(), "items.jsonl");
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(`${path}.part`, `key\n${'{"a":1}\n'.repeat(511)}{"a":\n`);
  const schema = z.object({ a: z.number() });
  expect(() => openItemLines(path, { key: "key" }).parse(schema)).toThrow(
    /^openItemLines: line 513 of .*items.jsonl.part must be a scored item, got line: /,
  );
});
