/** @file Zero-shot tasks of a model folder, one after the other, with progress: what `evaluate` and `submit` have in common. */
import type { Backend } from "../evaluation/backends.js";
import type { TiePolicy } from "../evaluation/choices.js";
import type { Rules } from "../evaluation/rules.js";
import type { AcquisitionFolderSummary } from "../runs/scoring/folder-evaluation/acquisition.js";
import type { FolderSummary } from "../runs/scoring/folder-evaluation/folder-task.js";
import type { TurnFolderSummary } from "../runs/scoring/folder-evaluation/turns.js";
import { ACQUISITION_TASK, type Task } from "../runs/scoring/tasks.js";
import { isTurnTask, type TurnTask } from "../runs/scoring/tasks/turn-task.js";
import { interruptible } from "./interruptible.js";
import { progressLine } from "./progress-line.js";
import type { Surroundings } from "./surroundings.js";

/** What a folder is scored on. */
export interface FolderScoring {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly tasks: readonly (Task | typeof ACQUISITION_TASK | TurnTask)[];
  readonly rules: Rules;
  readonly fast: boolean;
  readonly tiePolicy: TiePolicy;
  readonly backend?: Backend;
}

const INTERRUPTED =
  "class-it: interrupted. What was scored is kept next to the results; the same command resumes there.";

/** What a task of a folder comes to. */
export type AnyFolderSummary = FolderSummary | AcquisitionFolderSummary | TurnFolderSummary;

/** @throws RangeError and Error as `evaluateFolder` and `evaluateAcquisitionFolder` do; Interrupted after Ctrl-C */
export async function scoreFolder(
  { model, data, out, tasks, rules, fast, tiePolicy, backend = "causal" }: FolderScoring,
  { stderr }: Pick<Surroundings, "stderr">,
): Promise<AnyFolderSummary[]> {
  const [{ evaluateFolder }, { openScorer }] = await Promise.all([
    import("../runs/scoring/folder-evaluation/evaluate-folder.js"),
    import("../runs/scoring/open-scorer.js"),
  ]);
  const line = progressLine(stderr);
  // A folder of checkpoints need not hold a model itself.
  const scorer = tasks.some((task) => task !== ACQUISITION_TASK)
    ? await openScorer({ folder: model }, { backend })
    : null;
  const summaries: AnyFolderSummary[] = [];
  try {
    await interruptible(INTERRUPTED, async (signal) => {
      for (const task of tasks) {
        line.keep(`evaluate: ${task}`);
        const started = performance.now();
        const onProgress = (done: number, total: number): void => {
          const perSecond = done / ((performance.now() - started) / 1000);
          const unit = task === ACQUISITION_TASK ? "checkpoints" : "items";
          line.show(`${task} · ${done}/${total} ${unit} · ${Math.round((total - done) / perSecond)} s left`);
        };
        const common = { modelFolder: model, dataFolder: data, outFolder: out, rules, signal, onProgress };
        if (task === ACQUISITION_TASK) {
          const { evaluateAcquisitionFolder } =
            await import("../runs/scoring/folder-evaluation/acquisition.js");
          summaries.push(await evaluateAcquisitionFolder(common));
        } else if (scorer && isTurnTask(task)) {
          const { evaluateTurnFolder } = await import("../runs/scoring/folder-evaluation/turns.js");
          summaries.push(await evaluateTurnFolder({ ...common, scorer, backend, task }));
        } else if (scorer && !isTurnTask(task))
          summaries.push(await evaluateFolder({ ...common, scorer, backend, task, fast, tiePolicy }));
      }
    });
  } finally {
    line.end();
    scorer?.dispose();
  }
  return summaries;
}
