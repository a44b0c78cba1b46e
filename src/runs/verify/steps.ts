/**
 * @file Verifying a results folder: the first steps of pre-training, taken again from text to optimizer, against the committed curves.
 */
import type { StepRecord } from "../../training/train.js";
import { takeTurn } from "../stages/interrupt.js";
import { describeProvenance, type Provenance } from "../stages/provenance.js";
import { hashStage } from "../stages/stage.js";
import { openMaterial } from "../study/material.js";
import { itemsFile, runFolder } from "../study/results.js";
import { takeFirstSteps } from "../training/first-steps.js";
import { pretrainingPhase } from "../training/phases.js";
import { readTrainedSteps, type TrainedStep } from "../training/results.js";
import { count, type Check, type OpenedResult } from "./files.js";

/**
 * How far a loss or a gradient's norm may be from the committed one on another kind of processor, or with other code.
 *
 * With oneDNN held to AVX2 in place of AVX-512 the laptop decoders' were apart by 2.1e-7 at most within thirty steps, two units of
 * float32; held to SSE4.1, or switched off, by 1.1e-7 within six. The losses of the first steps, whose rates are nearly 0, differ by
 * 4e-5 from batch to batch: a tolerance above that would not see another order.
 */
const RELATIVE_TOLERANCE = 1e-5;

/** Takes the steps of each decoder's first training again, where there is text. */
export async function retakeSteps(
  results: readonly OpenedResult[],
  {
    hasText,
    steps,
    onProgress,
  }: {
    readonly hasText: boolean;
    readonly steps: number;
    readonly onProgress: (text: string) => void;
  },
): Promise<Check> {
  const name = "first steps";
  if (steps === 0) return { name, found: "not asked for", differences: [] };
  if (!hasText)
    return { name, found: "not taken: neither data/raw nor CLASS_IT_DATA holds the text", differences: [] };
  const found: string[] = [];
  const differences: string[] = [];
  const here = describeProvenance();
  for (const opened of firstOfEach(results, here.device)) {
    const { study, result } = opened;
    const who = `${result.model} seed ${result.seed}`;
    let curve: TrainedStep[];
    try {
      curve = readTrainedSteps(study, result);
    } catch {
      found.push(`${who} not taken, its curve cannot be read`); // named where training runs are checked
      continue;
    }
    onProgress(`${who}: ${count(steps, "step")} of pre-training from the text on`);
    const taken = await takeAgain(opened, Math.min(steps, curve.length));
    const reason = reasonToDiffer(result.provenance, here, {
      isSameStage: taken.stages.includes(result.stages[0]?.hash ?? ""),
    });
    const path = itemsFile(runFolder(study, result), result.task);
    const outcome = compareSteps(curve, taken.records, { path, reason });
    differences.push(...outcome.differences);
    found.push(`${who}, ${outcome.found}`);
  }
  return { name, found: found.join("; "), differences };
}

/** The first training of every decoder in each folder, of those on this device where there is one. */
function firstOfEach(results: readonly OpenedResult[], device: string): OpenedResult[] {
  const isHere = ({ result }: OpenedResult): boolean => result.provenance.device === device;
  const trainingResults = results
    .filter(({ kind }) => kind === "training")
    .sort((one, other) => Number(isHere(other)) - Number(isHere(one)));
  const nameOf = ({ study, result }: OpenedResult): string => `${study.resultsFolder} ${result.model}`;
  return trainingResults.filter(
    (one, index) => trainingResults.findIndex((other) => nameOf(other) === nameOf(one)) === index,
  );
}

/** The steps, and the names their stage can have: with and without the optimizer's moments. */
async function takeAgain(
  { study, result }: OpenedResult,
  steps: number,
): Promise<{ readonly records: readonly StepRecord[]; readonly stages: readonly string[] }> {
  const material = await openMaterial(study, result.model);
  try {
    const { start, plan } = await pretrainingPhase(material, { keepMoments: false }).prepare();
    const stages = [false, true].map((keepMoments) => {
      const { kind, inputs } = pretrainingPhase(material, { keepMoments });
      return hashStage(kind, inputs);
    });
    const records: StepRecord[] = [];
    for await (const record of takeFirstSteps(start(), plan, steps)) {
      records.push(record);
      await takeTurn();
    }
    return { records, stages };
  } finally {
    material.tokens.stream.close();
  }
}

/**
 * Why the last digits may differ: another device, processor, engine or code. Virtual machines name a processor without its model, and two of
 * one such name may have other vector instructions.
 *
 * @returns null where everything is known to be the same
 */
export function reasonToDiffer(
  then: Provenance,
  now: Provenance,
  { isSameStage }: { readonly isSameStage: boolean },
): string | null {
  for (const field of ["platform", "device", "processor", "cores", "tensorflow"] as const)
    if (then[field] !== now[field]) return `${field} was ${then[field]}, here ${now[field]}`;
  if (!isSameStage) return "code, text or settings changed since";
  return /\d/.test(then.processor) ? null : `"${then.processor}" names no model of processor`;
}

/**
 * Compares steps with the curve of the same training.
 *
 * @param of.reason why the last digits may differ; null where they must not
 */
export function compareSteps(
  committed: readonly TrainedStep[],
  taken: readonly StepRecord[],
  { path, reason }: { readonly path: string; readonly reason: string | null },
): Pick<Check, "found" | "differences"> {
  const allowed = reason === null ? 0 : RELATIVE_TOLERANCE;
  const gapOf = (field: "lossNats" | "gradientNorm", record: StepRecord, index: number): number => {
    const then = committed[index]?.[field] ?? Number.NaN;
    return Math.abs(record[field] - then) / Math.abs(then);
  };
  const differences: string[] = [];
  let [equal, farthest] = [0, 0];
  for (const [index, record] of taken.entries()) {
    const gaps = {
      lossNats: gapOf("lossNats", record, index),
      gradientNorm: gapOf("gradientNorm", record, index),
    };
    const gap = Math.max(gaps.lossNats, gaps.gradientNorm);
    if (gap === 0) equal += 1;
    farthest = Math.max(farthest, gap);
    const isSame = {
      lossNats: gaps.lossNats <= allowed,
      gradientNorm: gaps.gradientNorm <= allowed,
      // The rate is the schedule's and the tokens are the text's: the same on any machine.
      learningRate: committed[index]?.learningRate === record.learningRate,
      trainedTokens: committed[index]?.trainedTokens === record.trainedTokens,
    };
    for (const field of ["lossNats", "gradientNorm", "learningRate", "trainedTokens"] as const)
      if (!isSame[field])
        differences.push(
          `${path}: ${field} of step ${record.step} is ${committed[index]?.[field]}, taken again ${record[field]}`,
        );
  }
  const steps = count(taken.length, "step");
  const because = reason === null ? "" : ` because ${reason}`;
  return {
    found:
      equal === taken.length
        ? `${steps} equal to the last digit`
        : `${steps}, ${equal} of them equal to the last digit, the farthest ${farthest.toExponential(1)} away, allowed ${allowed}${because}`,
    differences,
  };
}
