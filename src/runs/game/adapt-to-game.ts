/**
 * @file The computation of the stage `game-adaptation`: a model tuned for a few steps on the language of the reference game, true
 * descriptions of scenes, so that models of every history can say and understand them.
 */
import type { TrainingConfig } from "../../config/config.js";
import { exampleBatches } from "../../data/example-batches.js";
import { encodeExamples } from "../../data/instructions/chat-template.js";
import { gameExamples } from "../../data/microworld/reference-game.js";
import { openTokenizer } from "../../data/tokenizer/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { loadModel } from "../../model/checkpoint.js";
import { writeHuggingFaceFolder } from "../../model/hugging-face-folder.js";
import { deriveSeed, seeded } from "../../random.js";
import { repeatEpochs } from "../../training/step-batches.js";
import { TrainingRun } from "../../training/train.js";
import { computation, type StagePlaces } from "../stages/computation.js";
import { requireEnd } from "../study/token-folder.js";

/** A template of the kit's own; the released texts have none. */
export type GameTemplate = "plainRoles" | "speakerLetters";

/** What decides an adapted model. */
export interface AdaptationInputs {
  /** Hash of the stage, or of the folder, of the model. */
  readonly model: string;
  readonly template: GameTemplate;
  readonly steps: number;
  readonly batchSize: number;
  /** Peak of the rate. */
  readonly learningRate: number;
  readonly optimizer: TrainingConfig["optimizer"];
  readonly precision: TrainingConfig["precision"];
  /** Of the examples and their order. */
  readonly seed: number;
}

/** Told of steps as they are done. */
interface Watched {
  readonly onProgress: (done: number, total: number) => Promise<void>;
}

/** A tenth of the steps warms up; then the rate falls evenly to 0. */
const SCHEDULE = {
  schedule: "linear",
  warmupSteps: 0,
  warmupRatio: 0.1,
  cosineCycles: 1,
  microBatchSize: null,
} as const;

/** Writes the adapted model as a Hugging Face folder. */
export const adapting = computation(
  import.meta.url,
  async (
    inputs: AdaptationInputs,
    { folder, folderOf, onProgress }: StagePlaces & Watched,
  ): Promise<void> => {
    const { template, steps, batchSize, learningRate, optimizer, precision, seed } = inputs;
    const origin = folderOf(inputs.model);
    const tokenizer = await openTokenizer(origin);
    const { architecture, weights } = loadModel(origin);
    const random = seeded(deriveSeed(seed, "examples"));
    const { examples } = await encodeExamples(
      gameExamples({ count: steps * batchSize, random }).map((example) => ({
        ...example,
        source: "microworld-dialogue",
      })),
      { tokenizer, template, lossOn: "reply", maxLengthTokens: architecture.maxLengthTokens },
    );
    const padId = tokenizer.padId ?? requireEnd(tokenizer);
    const run = new TrainingRun(
      { weights },
      {
        name: "adaptation to the reference game",
        architecture,
        config: { ...SCHEDULE, learningRate, optimizer, precision },
        // Every example once, in the order drawn: speakers and listeners by turns.
        batches: repeatEpochs(
          (epoch) => exampleBatches({ examples, batchSize, epoch, seed, padId, order: "asGiven" }),
          { epochs: 1 },
        ),
        wordsBefore: 0,
      },
    );
    tf.dispose({ ...weights });
    try {
      for await (const { step } of run.steps()) await onProgress(step, steps);
      const adapted = run.readWeights();
      try {
        writeHuggingFaceFolder(folder, { architecture, weights: adapted, tokenizer });
      } finally {
        tf.dispose({ ...adapted });
      }
    } finally {
      run.dispose();
    }
  },
);
