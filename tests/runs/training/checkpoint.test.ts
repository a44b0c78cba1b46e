import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { ArchitectureConfig } from "../../../src/config/config.js";
import { LLAMA_OPTIMIZER, PRETRAINING } from "../../../src/config/paper-settings.js";
import { batchOf, lazyBatches } from "../../../src/data/batches.js";
import { tf } from "../../../src/engine/backend.js";
import { initializeWeights } from "../../../src/model/weights.js";
import { seeded } from "../../../src/random.js";
import { openCheckpoints } from "../../../src/runs/training/checkpoint.js";
import { repeatEpochs } from "../../../src/training/step-batches.js";
import { TrainingRun } from "../../../src/training/train.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { valuesOf } from "../../support/tensors.js";

const architecture: ArchitectureConfig = {
  vocabSize: 7,
  maxLengthTokens: 8,
  hiddenSize: 4,
  numHeads: 2,
  numLayers: 1,
  feedForwardSize: 8,
  rotaryBase: 10_000,
  normEpsilon: 1e-5,
  initializerStd: 0.1,
  tiedEmbeddings: false,
};
const batch = batchOf([[{ ids: [1, 2, 3, 4], trained: null }]], {
  lengthTokens: 4,
  padId: 0,
  isolated: false,
  words: 3,
});
const start = initializeWeights(architecture, seeded(1));
const stage = "0123456789abcdef";

let run: TrainingRun | null = null;
afterEach(() => run?.dispose());

/** A folder with checkpoints of steps 1 to `count`, of which the last two are kept. */
async function checkpointed(count: number) {
  const folder = join(temporaryFolder(), "stage.progress");
  const checkpoints = openCheckpoints(folder, { stage, architecture, optimizer: LLAMA_OPTIMIZER });
  run = new TrainingRun(
    { weights: start },
    {
      name: "checkpointed",
      architecture,
      config: { ...PRETRAINING, warmupRatio: 0 },
      batches: repeatEpochs(() => lazyBatches([batch], (same) => same), { epochs: 12 }),
      wordsBefore: 0,
    },
  );
  const weights: number[][] = [];
  for await (const record of run.steps()) {
    checkpoints.append(record);
    checkpoints.save(run, { wordsSeen: record.wordsSeen, seconds: 2 * record.step, heldOut: [] });
    const now = run.readWeights();
    weights.push(valuesOf(now["lm_head.weight"]));
    tf.dispose({ ...now });
    if (record.step === count) break;
  }
  return { folder, checkpoints, weights, run };
}

function resume(folder: string, of = stage) {
  const notices: string[] = [];
  const checkpoints = openCheckpoints(folder, {
    stage: of,
    architecture,
    optimizer: LLAMA_OPTIMIZER,
    notice: (message) => notices.push(message),
  });
  const state = checkpoints.latest();
  const found = state && {
    step: state.step,
    updates: state.moments.updates,
    wordsSeen: state.wordsSeen,
    seconds: state.seconds,
    losses: state.records.length,
    weights: valuesOf(state.weights["lm_head.weight"]),
  };
  if (state) tf.dispose([{ ...state.weights }, { ...state.moments.first }, { ...state.moments.second }]);
  return { found, notices };
}

test("the newest checkpoint comes back whole, and no more than two are kept", async () => {
  const { folder, weights } = await checkpointed(4);
  expect(readdirSync(folder).sort()).toEqual(["curve.jsonl", "step-3", "step-4"]);
  const { found, notices } = resume(folder);
  expect(found).toEqual({ step: 4, updates: 4, wordsSeen: 12, seconds: 8, losses: 4, weights: weights[3] });
  expect(notices).toEqual([]);
  expect(resume(join(folder, "nowhere")).found).toBeNull();
});

test.each<[string, (file: string) => void]>([
  ["cut off", (file) => truncateSync(file, 100)],
  [
    "changed in one bit",
    (file) => {
      const bytes = readFileSync(file);
      bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
      writeFileSync(file, bytes);
    },
  ],
  ["gone", (file) => rmSync(file)],
])(
  "a newest checkpoint with a file that is %s is passed over, said, and the one before taken",
  async (_, damage) => {
    const { folder, weights } = await checkpointed(3);
    damage(join(folder, "step-3", "first-moments.safetensors"));
    const { found, notices } = resume(folder);
    expect([found?.step, found?.losses, found?.weights]).toEqual([2, 2, weights[1]]);
    expect(notices).toEqual([
      expect.stringMatching(/step-3\/first-moments.safetensors (damaged|missing); resuming from .*step-2/),
    ]);
  },
);

test("with none whole it is an error that says what to delete, and nothing is trained over it", async () => {
  const { folder } = await checkpointed(3);
  for (const name of ["step-2", "step-3"]) writeFileSync(join(folder, name, "state.json"), "{");
  expect(() => resume(folder)).toThrow(
    /must have a whole checkpoint, got .*step-3 without a readable state.json; .*step-2 .* Delete .* to train it from the start/,
  );
});

test("a checkpoint of another stage is refused, not trained on", async () => {
  const { folder } = await checkpointed(2);
  expect(() => resume(folder, "ffffffffffffffff")).toThrow(
    /must belong to stage f+, got one of 0123456789abcdef: other data, tokenizer or settings/,
  );
});

test("lines of steps after the checkpoint are dropped, and a last line cut off by a kill does no harm", async () => {
  const { folder } = await checkpointed(3);
  const curve = join(folder, "curve.jsonl");
  const text = readFileSync(curve, "utf8");
  writeFileSync(curve, `${text}${text.split("\n")[0]}\n{"step":5,"ste`);
  expect(resume(folder).found?.losses).toBe(3);
  expect(readFileSync(curve, "utf8")).toBe(text);
});

test("a line of the curve that is missing, another step's or damaged is named with what it is", async () => {
  const { folder } = await checkpointed(2);
  const curve = join(folder, "curve.jsonl");
  const [first = "", second = ""] = readFileSync(curve, "utf8").split("\n");
  const refused = (lines: string[], found: RegExp) => {
    writeFileSync(curve, lines.map((line) => `${line}\n`).join(""));
    expect(() => resume(folder)).toThrow(/line 2 of .*curve\.jsonl must be the record of step 2, got /);
    expect(() => resume(folder)).toThrow(found);
  };
  refused([first], /got no such line\. Delete \S+stage\.progress to train it again/);
  refused([first, first], /got that of step 1\./);
  refused([first, second.replace(/"lossNats":[^,]+/, '"lossNats":"low"')], /got lossNats: /);
});

test("a full disk is told with what to do, and the last good checkpoint stays", async () => {
  const { folder, checkpoints, run } = await checkpointed(2);
  const aside = join(temporaryFolder(), "aside");
  cpSync(folder, aside, { recursive: true });
  // A name that no file can be made under stands for the full disk: the folder is a link to a device.
  rmSync(folder, { recursive: true });
  symlinkSync("/dev/full", folder);
  expect(() => checkpoints.save(run, { wordsSeen: 6, seconds: 4, heldOut: [] })).toThrow(
    /step 2 must be written to .*, got .* Free space or repair the folder, then run it again/,
  );
  rmSync(folder);
  cpSync(aside, folder, { recursive: true });
  expect(resume(folder).found?.step).toBe(2);
});
