/** @file A small notebook that trains, scores, and writes a figure and a table; run as `node robustness/faults/notebook.mjs FOLDER OUT PARAMETERS`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { executeNotebook } from "../../scripts/notebooks.mjs";

const [folder = "", outFolder = "", parameters = "{}"] = process.argv.slice(2);

const CELLS = `// ---
// jupyter:
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # 0. A notebook that is disturbed
//
// It trains a small model on the microworld and scores it.

// %%
import * as kit from "class-it";

const p = JSON.parse(process.env["NB_PARAMS"] ?? "{}");
const smoke = kit.deriveStudy("smoke");
const decoder = { ...smoke.architectures.llama100M, ...p.config.architectures.llama100M };
const config = {
  ...smoke,
  ...p.config,
  architectures: { llama140M: decoder, llama100M: decoder },
  pretraining: { ...smoke.pretraining, ...p.config.pretraining },
  instructionTuning: { ...smoke.instructionTuning, ...p.config.instructionTuning },
};

// %%
const study = kit.openStudy({
  scale: "smoke", seed: 2, config, source: "microworld", resultsRoot: p.results, cacheFolder: p.stages,
});
const run = { model: "llama100M", condition: "base" } as const;

// %%
const losses: number[] = [];
for await (const { lossNats } of kit.trainCondition(study, run)) losses.push(lossNats);
const blimp = await kit.evaluateCondition(study, { ...run, task: "blimp" });

// %%
const paradigms = kit.groupAccuracies([blimp]);
const rows = paradigms.map(({ paradigm, accuracy }) => ({ paradigm, accuracy }));
kit.tableFiles(rows, { name: "disturbed", folder: kit.outputFolder(study, "tables"), caption: "Accuracy" });
await kit.showFigure(kit.accuracyByParadigm(paradigms, kit.contextOf(study), "Pairs"), {
  name: "disturbed", folder: kit.outputFolder(study, "figures"), caption: "Accuracy", alt: "Accuracy by paradigm",
});
`;

mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/disturbed.ts`, CELLS);
try {
  await executeNotebook({ name: "disturbed", folder, outFolder, parameters: JSON.parse(parameters) });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
