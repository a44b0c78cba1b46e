/** @file `train --budget`: the first two steps of each model are taken, and the cost of the whole is told before it is spent. */
import { setImmediate as turnOfEventLoop } from "node:timers/promises";
import type { Condition, ModelName } from "../config.js";
import { budgetRows, describeRehearsal } from "../report/budget-rows.js";
import { tableMarkdown } from "../report/table.js";
import type { Rehearsal } from "../runs/rehearsal.js";
import type { Study } from "../runs/study.js";
import { interruptible } from "./interruptible.js";
import { progressLine } from "./progress-line.js";
import { printJson, type Surroundings } from "./surroundings.js";

const STEPS = 2;
const INTERRUPTED = "class-it: interrupted before the budget was known.";

/** Takes the steps, model after model, and prints the table. @throws Interrupted after a Ctrl-C */
export async function tellBudget(
  study: Study,
  {
    models,
    condition,
    json,
  }: { readonly models: readonly ModelName[]; readonly condition: Condition; readonly json: boolean },
  surroundings: Surroundings,
): Promise<void> {
  const { rehearse } = await import("../runs/rehearsal.js");
  const line = progressLine(surroundings.stderr);
  const rehearsals: Rehearsal[] = [];
  await interruptible(INTERRUPTED, async (signal) => {
    for (const model of models) {
      line.keep(`train: ${model}, ${STEPS} steps at ${study.config.scale} scale to measure by`);
      const steps = rehearse(study, { model, condition, steps: STEPS });
      for (;;) {
        const next = await steps.next();
        if (next.done) {
          rehearsals.push(next.value);
          break;
        }
        const { step, lossNats, tokensPerSecond } = next.value;
        line.keep(
          `${model} step ${step}: loss ${lossNats.toFixed(3)}, ${Math.round(tokensPerSecond)} tokens/s`,
        );
        await turnOfEventLoop();
        signal.throwIfAborted();
      }
    }
  });
  if (json) return printJson(surroundings, rehearsals);
  const rows = rehearsals.flatMap(budgetRows);
  surroundings.stdout.write(
    tableMarkdown(rows, {
      caption: `What ${condition} costs at ${study.config.scale} scale`,
      maxRows: rows.length,
      note: rehearsals.map(describeRehearsal).join(" "),
    }),
  );
}
