/**
 * @file Pre-training and instruction tuning as cached stages: each phase of a condition is one stage that begins with
 * the weights of the one before, so that conditions share what they have in common.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Condition, ModelName } from "../config.js";
import { exampleBatches, packedBatches, packRows, type Batch } from "../data/batches.js";
import { encodeExamples, type EncodedExample } from "../data/chat-template.js";
import type { InstructionExample } from "../data/instructions.js";
import type { PretrainingText } from "../data/corpora.js";
import type { Tokenizer } from "../data/tokenizer.js";
import { tf } from "../engine/backend.js";
import { loadModel, writeLlamaConfig, writeWeights } from "../model/checkpoint.js";
import { initializeWeights, type Weights } from "../model/decoder.js";
import { deriveSeed, seeded } from "../random.js";
import { mean, median } from "../statistics/summary.js";
import { examplesOfPhase, phasesOf, type Phase } from "../training/curriculum.js";
import { measureLoss, TrainingRun, type StepRecord, type TrainingPlan } from "../training/train.js";
import { loadInstructionSets } from "./instruction-sets.js";
import { interruptSignal } from "./interrupt.js";
import { reportProgress } from "./progress.js";
import { codeVersion } from "./provenance.js";
import { publishResult, type Metric, type ResultSubject } from "./results.js";
import { beginStage, findStage, type Stage, type StageInputs } from "./stage.js";
import { checkNames, type Study } from "./study.js";
import { loadText, prepareTokenizer, readStageText, textIdentity } from "./text.js";

/** A step of one phase of one condition. */
export interface ConditionStep extends StepRecord {
  /** `pre-training`, or the name of a tuning phase. */
  readonly phase: string;
}

/** Losses after a phase, nats per trained token. */
const lossesSchema = z.object({ heldOutTextNats: z.number(), tokens: z.number() });
export type PhaseLosses = z.infer<typeof lossesSchema>;

/** A trained model: its last stage, and what every phase left behind. */
export interface TrainedModel {
  readonly stage: Stage;
  readonly phases: readonly { readonly phase: string; readonly stage: Stage; readonly losses: PhaseLosses }[];
}

const curveSchema = z.array(
  z.object({
    step: z.number(),
    steps: z.number(),
    epoch: z.number(),
    lossNats: z.number(),
    learningRate: z.number(),
    gradientNorm: z.number(),
    trainedTokens: z.number(),
    tokensPerSecond: z.number(),
    secondsLeft: z.number(),
  }),
);

const TRAINING_CODE = ["random", "engine", "data", "model", "training"] as const;

/**
 * Trains a condition from its first phase to its last, or replays it from the cache.
 *
 * @yields one record a step, phase after phase
 * @throws RangeError for an unknown model or condition; Error when the loss is no longer finite: the phase is then not
 *   cached and the next call begins it again
 */
export async function* trainCondition(
  study: Study,
  { model, condition }: { readonly model: ModelName; readonly condition: Condition },
): AsyncGenerator<ConditionStep, TrainedModel, void> {
  checkNames(model, condition);
  const phases = phasesOf(condition);
  const text = await loadText(study);
  const { stage: tokenizerStage, tokenizer } = await prepareTokenizer(study, model, text);
  const done: TrainedModel["phases"][number][] = [];
  const material = { study, model, text, tokenizer, tokenizerStage };
  let last = yield* trainPhase(material, pretrainingPhase(material));
  done.push(last);
  for (const [index, phase] of phases.entries()) {
    last = yield* trainPhase(material, await tuningPhase(material, phase, index, last.stage));
    done.push(last);
  }
  publishTraining(study, { model, condition }, text, done);
  return { stage: last.stage, phases: done };
}

/** Writes `training.json` and the learning curve beside it. */
function publishTraining(
  study: Study,
  subject: ResultSubject,
  text: PretrainingText,
  phases: TrainedModel["phases"],
): void {
  const metrics = phases.flatMap(({ phase, stage, losses }): Metric[] => {
    const curve = readCurve(stage);
    const metric = (metric: string, value: number, n: number): Metric => ({
      metric,
      part: phase,
      reading: "none",
      value,
      n,
      ties: null,
    });
    return [
      metric("heldOutTextNats", losses.heldOutTextNats, losses.tokens),
      metric(
        "lastStepsLossNats",
        mean(curve.slice(-10).map((record) => record.lossNats)),
        Math.min(10, curve.length),
      ),
      metric("steps", curve.length, curve.length),
      metric("tokensPerSecond", median(curve.map((record) => record.tokensPerSecond)), curve.length),
    ];
  });
  const columns = [
    "phase",
    "step",
    "epoch",
    "lossNats",
    "learningRate",
    "gradientNorm",
    "trainedTokens",
  ] as const;
  const rows = phases.flatMap(({ phase, stage }) =>
    readCurve(stage).map((record) => columns.map((column) => (column === "phase" ? phase : record[column]))),
  );
  publishResult(study, subject, "training", {
    metrics,
    files: [...text.files],
    stages: phases.map(({ stage }) => stage),
    items: { columns, rows },
  });
}

/** A condition's model without its records; trains what the cache does not hold. */
export async function trainedModel(
  study: Study,
  names: { readonly model: ModelName; readonly condition: Condition },
): Promise<TrainedModel> {
  const steps = trainCondition(study, names);
  for (;;) {
    const next = await steps.next();
    if (next.done) return next.value;
  }
}

/** The records a finished phase left. */
export function readCurve(stage: Stage): readonly StepRecord[] {
  return curveSchema.parse(JSON.parse(readStageText(stage, "curve.json")));
}

/** What all phases of one model work with. */
interface Material {
  readonly study: Study;
  readonly model: ModelName;
  readonly text: PretrainingText;
  readonly tokenizer: Tokenizer;
  readonly tokenizerStage: Stage;
}

/** One phase ready to run: its name in the cache, its plan, and where its weights come from. */
interface PreparedPhase {
  readonly phase: string;
  readonly kind: "pretraining" | "tuning";
  readonly inputs: StageInputs;
  readonly start: () => Weights;
  readonly plan: () => Promise<TrainingPlan>;
}

function pretrainingPhase({ study, model, text, tokenizer, tokenizerStage }: Material): PreparedPhase {
  const { config, seed } = study;
  const architecture = config.architectures[model];
  return {
    phase: "pre-training",
    kind: "pretraining",
    inputs: {
      model,
      architecture,
      tokenizer: tokenizerStage.hash,
      text: textIdentity(study, text),
      rowLengthTokens: config.rowLengthTokens[model],
      training: config.pretraining,
      seed,
      code: codeVersion(TRAINING_CODE),
    },
    start: () => initializeWeights(architecture, seeded(deriveSeed(seed, `${model} weights`))),
    plan: async () => {
      const rows = await packText(study, model, text.documents, tokenizer);
      const { batchSize } = config.pretraining;
      const order = deriveSeed(seed, `${model} pre-training order`);
      return {
        name: `${model} pre-training`,
        architecture,
        config: config.pretraining,
        batchesOf: (epoch) => packedBatches({ rows, batchSize, epoch, seed: order }),
      };
    },
  };
}

async function tuningPhase(
  material: Material,
  phase: Phase,
  index: number,
  parent: Stage,
): Promise<PreparedPhase> {
  const { study, model, tokenizer } = material;
  const { config, seed } = study;
  const architecture = config.architectures[model];
  const { switchboardRows, wikiRows } = config.budget;
  const loaded = await loadInstructionSets(study, phase.sets);
  return {
    phase: phase.name,
    kind: "tuning",
    inputs: {
      parent: parent.hash,
      sets: phase.sets,
      place: index,
      rows: { switchboardRows, wikiRows },
      files: loaded.files,
      instructions: config.instructions,
      training: config.instructionTuning,
      seed,
      code: codeVersion(TRAINING_CODE),
    },
    start: () => loadModel(parent.folder).weights,
    plan: async () => {
      const examples = examplesOfPhase(loaded.examples, phase);
      const encoded = await encodeInstructions(study, model, examples, tokenizer);
      const { batchSize } = config.instructionTuning;
      const order = deriveSeed(seed, `${model} ${phase.name} ${index} order`);
      return {
        name: `${model} tuning on ${phase.name}`,
        architecture,
        config: config.instructionTuning,
        batchesOf: (epoch) =>
          exampleBatches({
            examples: encoded,
            batchSize,
            epoch,
            seed: order,
            order: "groupedByLength",
            padId: tokenizer.padId ?? requireEnd(tokenizer),
          }),
      };
    },
  };
}

async function* trainPhase(
  material: Material,
  prepared: PreparedPhase,
): AsyncGenerator<ConditionStep, TrainedModel["phases"][number], void> {
  const { study, model, tokenizer } = material;
  const { phase, kind, inputs } = prepared;
  const cached = findStage(study.cacheFolder, kind, inputs);
  if (cached) {
    for (const record of readCurve(cached)) yield { phase, ...record };
    return { phase, stage: cached, losses: readLosses(cached) };
  }
  const plan = await prepared.plan();
  const start = prepared.start();
  const run = new TrainingRun(start, plan);
  tf.dispose({ ...start });
  const draft = beginStage(study.cacheFolder, kind, inputs);
  let stage: Stage | null = null;
  try {
    const records: StepRecord[] = [];
    for await (const record of run.steps(interruptSignal())) {
      records.push(record);
      const { step, steps, lossNats, tokensPerSecond, secondsLeft } = record;
      reportProgress({ type: "step", run: plan.name, step, steps, lossNats, tokensPerSecond, secondsLeft });
      yield { phase, ...record };
    }
    const losses = await measureHeldOut(material, run.weights);
    const write = (name: string, content: string | Uint8Array) =>
      writeFileSync(join(draft.folder, name), content);
    const { startId, endId, padId } = tokenizer;
    write("model.safetensors", writeWeights(run.weights));
    write(
      "config.json",
      writeLlamaConfig(study.config.architectures[model], { startId, endId: endId ?? 0, padId }),
    );
    write("tokenizer.json", JSON.stringify(tokenizer.json, null, 1) + "\n");
    write("curve.json", JSON.stringify(records) + "\n");
    write("losses.json", JSON.stringify(losses) + "\n");
    stage = draft.complete();
    return { phase, stage, losses };
  } finally {
    // Also reached when the reader of the generator breaks off: an unfinished phase leaves nothing.
    if (stage === null) draft.abandon();
    run.dispose();
  }
}

const readLosses = (stage: Stage): PhaseLosses =>
  lossesSchema.parse(JSON.parse(readStageText(stage, "losses.json")));

/** Held-out rows a loss is measured on: a few batches of the packed held-out text. */
async function measureHeldOut(
  { study, model, text, tokenizer }: Material,
  weights: Weights,
): Promise<PhaseLosses> {
  const rows = await packText(study, model, text.heldOut, tokenizer);
  const batches = packedBatches({ rows, batchSize: study.config.pretraining.batchSize, epoch: 0, seed: 0 });
  const tokens = batches.reduce((total, batch) => total + countTrained(batch), 0);
  return {
    heldOutTextNats: await measureLoss(weights, batches, study.config.architectures[model]),
    tokens,
  };
}

const countTrained = (batch: Batch): number => batch.targetMask.reduce((sum, trained) => sum + trained, 0);

async function packText(
  study: Study,
  model: ModelName,
  documents: readonly { readonly text: string }[],
  tokenizer: Tokenizer,
): Promise<ReturnType<typeof packRows>> {
  const encoded = await tokenizer.encodeIds(
    documents.map((document) => document.text),
    { addSpecialTokens: false },
  );
  return packRows({
    documents: encoded,
    rowLengthTokens: study.config.rowLengthTokens[model],
    startId: tokenizer.addsStartToken ? tokenizer.startId : null,
    endId: requireEnd(tokenizer),
  });
}

async function encodeInstructions(
  study: Study,
  model: ModelName,
  examples: readonly InstructionExample[],
  tokenizer: Tokenizer,
): Promise<readonly EncodedExample[]> {
  const { chatTemplate, lossOn } = study.config.instructions;
  const { maxLengthTokens } = study.config.architectures[model];
  const result = await encodeExamples(examples, {
    tokenizer,
    template: chatTemplate,
    lossOn,
    maxLengthTokens,
  });
  return result.examples;
}

function requireEnd(tokenizer: Tokenizer): number {
  if (tokenizer.endId === null)
    throw new Error("training: the tokenizer must have an end token </s>, got none. Train one with it.");
  return tokenizer.endId;
}
