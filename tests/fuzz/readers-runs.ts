/** @file Fuzzed readers of what runs leave and are told: studies, results with their items, kept descriptions, records of stages. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { readPairedOutcomes } from "../../src/report/claims/paired-outcomes.js";
import { params, setParameters } from "../../src/report/params.js";
import { keptValue, receiptOfKept } from "../../src/runs/study/kept.js";
import { itemsFile, readItems, readResult, runFolder } from "../../src/runs/study/results.js";
import { findStage, runStage } from "../../src/runs/stages/stage.js";
import { readStudyFile } from "../../src/runs/study/study-file.js";
import { checkStudy, type Study } from "../../src/runs/study/study.js";
import { readTrainedSteps } from "../../src/runs/training/results.js";
import { deriveStudy } from "../../src/config/scales.js";
import { metric, resultWith } from "../support/hand-made-result.js";
import type { Envelope, FuzzedReader } from "./reader.js";
import { ofFile, ofText } from "./parts.js";

const GZIP: Envelope = {
  open: (bytes) => gunzipSync(bytes),
  close: (inner) => gzipSync(inner, { level: 1, memLevel: 1, windowBits: 9 }),
};
const json = (value: unknown): string => JSON.stringify(value);

const SMOKE = deriveStudy("smoke");
const RUN = { model: "llama140M", condition: "base" } as const;

const studyOf = (folder: string): Study => ({
  ...{ name: "default", changes: [], config: SMOKE, seed: 1, source: "real", isKept: true },
  ...{ resultsFolder: join(folder, "results"), cacheFolder: join(folder, "cache") },
});

/** Settings of a study in a file, and parameters of a notebook. */
export function configurations(folder: string): FuzzedReader {
  const own = {
    curricula: {
      mine: [
        { examples: ["switch", "wiki"], order: "gradual" },
        { examples: "text", length: { wordsOf: "merged" } },
      ],
      other: [{ examples: ["wiki"], name: "w", learningRate: 1e-4, length: { epochs: 2 } }],
    },
    pretraining: { maxEpochs: 2, microBatchSize: null, optimizer: { beta1: 0.9 } },
    ...{ rowLengthTokens: { llama100M: 64 }, checkpointWords: [10, 100], budget: { wikiRows: 16 } },
  };
  const { scale: _scale, shrunk: _shrunk, ...whole } = SMOKE;
  const read = (path: string): void => checkStudy(readStudyFile(path, SMOKE));
  const quietly = (text: string): void => {
    const { log } = console;
    console.log = () => undefined;
    try {
      setParameters({ scale: "smoke" });
      params(text);
    } finally {
      console.log = log;
    }
  };
  const given = json({ scale: "laptop", seeds: [1, 2], out: "results", kept: true });
  return {
    name: "config",
    parts: {
      study: ofFile(join(folder, "study.json"), "json", [json(own), json(whole)], read),
      parameters: ofText("json", [given], quietly),
    },
  };
}

const METRICS = [metric({ part: "all", value: 0.5 }), metric({ part: "agreement", value: 0.25, ties: null })];
const ITEMS =
  'id,uid,logProb0,logProb1,choice,tie,credit\na_0,a,-1.5,-2,0,0,1\na_1,a,-3,-3,0,1,0.5\n"b,0",b,,-1,1,0,0\n';
const STEPS =
  "phase,step,epoch,lossNats,learningRate,gradientNorm,trainedTokens\npretraining,1,1,6.5,0.1,1,64\n";

/** Results, the items beside them, and the curves of training runs. */
export function results(folder: string): FuzzedReader {
  const study = studyOf(folder);
  const place = runFolder(study, RUN);
  mkdirSync(place, { recursive: true });
  const path = join(place, "blimp.json");
  const whole = json(resultWith(METRICS));
  writeFileSync(path, whole);
  const items = itemsFile(place, "blimp");
  writeFileSync(items, gzipSync(ITEMS));
  const seed = (text: string): Uint8Array => gzipSync(text);
  return {
    name: "results",
    parts: {
      result: {
        ...ofText("json", [whole], () => undefined),
        read: (bytes) => {
          writeFileSync(path, bytes);
          try {
            readResult(path);
            readPairedOutcomes(study.resultsFolder);
          } finally {
            writeFileSync(path, whole);
          }
        },
      },
      items: { ...ofFile(items, "table", [seed(ITEMS)], readItems), envelope: GZIP },
      credits: {
        ...ofFile(items, "table", [seed(ITEMS)], () => readPairedOutcomes(study.resultsFolder)),
        envelope: GZIP,
      },
      steps: {
        ...ofFile(itemsFile(place, "training"), "table", [seed(STEPS)], () => readTrainedSteps(study, RUN)),
        envelope: GZIP,
      },
    },
  };
}

/** Descriptions that a results folder keeps, and records of cached stages. */
export async function keptFiles(folder: string): Promise<FuzzedReader> {
  const study = studyOf(folder);
  const schema = z.array(z.object({ task: z.string(), share: z.number().nullable() }));
  const what = { name: "shares", inputs: { conditions: ["base"] } };
  const value = [
    { task: "blimp", share: 0.5 },
    { task: "ewok", share: null },
  ];
  const ask = () => keptValue(study, what, schema, async () => value);
  await ask();
  const kept = join(study.resultsFolder, "kept");
  const path = join(kept, readdirSync(kept)[0] ?? "");
  const inputs = { text: "three bears", rate: 1e-4, steps: [1, 2], limit: null };
  const stage = await runStage(study.cacheFolder, "kit", inputs, async (draft) =>
    writeFileSync(join(draft, "weights.txt"), "one two"),
  );
  const record = join(stage.folder, "stage.json");
  return {
    name: "kept",
    parts: {
      kept: {
        ...ofFile(path, "json", [readFileSync(path)], async () => [receiptOfKept(path), await ask()]),
        envelope: GZIP,
      },
      stage: ofFile(record, "json", [readFileSync(record)], () =>
        findStage(study.cacheFolder, "kit", inputs),
      ),
    },
  };
}
