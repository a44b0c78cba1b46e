/** @file The computation of the stage `tuning`: the weights of an earlier stage, trained on instruction examples or on more text. */
import type { ArchitectureConfig, ModelName, StudyConfig, TrainingConfig } from "../../config/config.js";
import { tf } from "../../engine/backend.js";
import type { PreferenceLoss } from "../../model/preference-loss.js";
import { preferenceObjective, scoreRows, withReference } from "../../training/preference-objective.js";
import { repeatEpochs } from "../../training/step-batches.js";
import { computation, type StagePlaces } from "../stages/computation.js";
import { readMoments } from "./moments-files.js";
import type { PreferenceRows } from "./preference-rows.js";
import { startOf } from "./start-checkpoint.js";
import { trainable, type TrainablePhase } from "./train-phase.js";
import { withMasks, type OpenedText } from "./text-batches.js";
import { orderSeed, tuningEpochs, type StageRows } from "./tuning-batches.js";

/** What decides a tuning stage. */
export interface TuningInputs {
  readonly model: ModelName;
  readonly architecture: ArchitectureConfig;
  readonly tokenizer: string;
  /** Hash of the stage before, and which of its weights this one begins with. */
  readonly parent: string;
  readonly checkpoint: StudyConfig["startCheckpoint"];
  /** Name of the stage and its place in the curriculum: both decide the order of its examples. */
  readonly stage: string;
  readonly place: number;
  readonly rows: StageRows;
  readonly steps: number;
  /** Steps of the condition's stages before, and of all; null where each stage has its own schedule (docs/decisions.md#d8). */
  readonly span: { readonly stepsBefore: number; readonly totalSteps: number } | null;
  readonly training: Omit<TrainingConfig, "batchSize" | "maxEpochs">;
  readonly optimizer: StudyConfig["curriculum"]["optimizerAtPhase"];
  /** Whether the next stage continues with this one's moments. */
  readonly keepMoments: boolean;
  readonly checkpointWords: readonly number[];
  readonly seed: number;
}

const lossOf = ({ loss, beta, margin }: PreferenceRows["preference"]): PreferenceLoss =>
  loss === "dpo" ? { loss, beta } : { loss, beta, margin: margin ?? 0 };

/** Prepares a tuning stage; nothing is trained before its steps are asked for. */
export const tuning = computation(
  import.meta.url,
  async (
    inputs: TuningInputs,
    given: OpenedText & Pick<StagePlaces, "folderOf">,
  ): Promise<TrainablePhase> => {
    const { model, architecture, checkpoint, stage, place, steps, span } = inputs;
    const { training, optimizer, keepMoments, checkpointWords } = inputs;
    const tokenizer = given.tokenizerOf(inputs.tokenizer);
    const folder = given.folderOf(inputs.parent);
    const start = startOf({ folder }, { checkpoint, architecture });
    const objective = "tokens" in inputs.rows ? inputs.rows.objective : undefined;
    const seed = orderSeed(inputs.seed, { model, stage, place });
    const { batchesOf, rows } = await tuningEpochs(inputs.rows, { seed, tokenizer, opened: given });
    const preference = "preference" in inputs.rows ? lossOf(inputs.rows.preference) : null;
    let batches = repeatEpochs(batchesOf, { epochs: 1, steps });
    if (preference?.loss === "dpo") {
      // The reference is the model that the stage begins with: scored once, not at every step.
      const weights = start.weights();
      try {
        const { precision } = training;
        batches = withReference(batches, scoreRows(weights, batchesOf(0), { architecture, precision }));
      } finally {
        tf.dispose({ ...weights });
      }
    }
    return trainable({
      tokenizer,
      keepMoments,
      checkpointWords,
      rows,
      start: () => ({
        weights: start.weights(),
        ...(optimizer === "carry" && {
          moments: readMoments(folder, { architecture, optimizer: training.optimizer }),
        }),
      }),
      plan: {
        name: `${model} tuning on ${stage}`,
        architecture,
        config: training,
        batches: withMasks(batches, objective, { seed, tokenizer }),
        ...(preference && { objective: preferenceObjective(preference) }),
        wordsBefore: start.wordsSeen,
        ...(span && { span }),
      },
      measure: null,
    });
  },
);
