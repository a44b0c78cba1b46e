// ---
// jupyter:
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # 2. Pre-training
//
// **Claim.** Two LLaMA-style decoders, one wide and shallow, one narrow and deep, are trained from scratch on at most
// 100M words. Paper: models and training sections, poster Tables 1 and 2.
//
// *Inputs:* the text of notebook 01. *Outputs:* `results/<scale>/<model>/base`. *Time:* seconds from kept results; else about
// two minutes at smoke scale and nearly three hours at laptop scale (three seeds of two decoders). Finished stages come from the cache.

// %% tags=["parameters"]
import * as kit from "class-it";

kit.setParameters({ scale: "laptop", study: "default" });

// %%
const p = kit.params();

// %% [markdown]
// ## Hyperparameters
//
// Edit here: write `learningRate: 1e-3` between the braces of `pretraining`, and give the study a name in the parameter cell, such as
// `study: "slower"`. Only stages that depend on the setting run again. Notebooks 03 to 07 take the study by its name.

// %%
const change: kit.StudyChange = {
  pretraining: {},
};
const { scale, seeds, kept } = p;
const studies = kit.study({ name: p.study, scale, seeds, change, resultsRoot: p.out, kept });
const [study] = studies;
const { config } = study;
const origin = kit.contextOf(studies);
const folder = kit.outputFolder(study, "figures");

// %% [markdown]
// ## The decoders
//
// The parameter counts of Table 1 follow exactly from untied embeddings, full attention heads of width 64 and a gated
// feed-forward layer four times as wide as the model.

// %%
const decoders = kit.MODELS.map((model) => ({
  model,
  "paper: parameters": kit.countParameters(kit.PAPER_ARCHITECTURES[model]),
  "here: parameters": kit.countParameters(config.architectures[model]),
  "hidden size": config.architectures[model].hiddenSize,
  layers: config.architectures[model].numLayers,
  heads: config.architectures[model].numHeads,
  vocabulary: config.architectures[model].vocabSize,
}));
kit.showTable(kit.frame(decoders), { caption: "Decoders at this scale", digits: 9, context: origin });

// %%
const settings = kit.settingRows(kit.PRETRAINING, config.pretraining);
kit.showTable(kit.frame(settings), {
  caption: "Pre-training settings (poster Table 2)",
  context: origin,
});

// %% [markdown]
// ## Training
//
// Every step yields a record, and the curves grow while it trains. Interrupt the cell and run it again: training resumes at
// its last step.

// %%
const runs = kit.MODELS.map((model) => ({ model, condition: "base" as const }));
const live = {
  name: "pretraining-live",
  alt: "Training loss of both decoders",
  context: origin,
};

// %%
const firstAndLast = new Map<
  string,
  { model: string; steps: number; "first loss": number; "last loss": number }
>();
for await (const { model, seed, step, lossNats } of kit.watchCurves(kit.trainAll(studies, runs), live)) {
  const first = firstAndLast.get(`${model} ${seed}`)?.["first loss"] ?? lossNats;
  firstAndLast.set(`${model} ${seed}`, { model, steps: step, "first loss": first, "last loss": lossNats });
}
kit.showTable(kit.averageSeeds([...firstAndLast.values()]), {
  caption: "Loss in nats per token",
  context: origin,
});

// %%
const results = kit.resultsOf(studies, "training").filter(({ condition }) => condition === "base");
const table = kit.frame(kit.averageSeeds(kit.trainingTable(results)));
kit.showTable(table, {
  caption: "After pre-training",
  note: "tokenizers differ: losses per token are not comparable",
  context: origin,
});
const tableFile = { name: "pretraining", folder: kit.outputFolder(study, "tables") };
kit.tableFiles(table, { ...tableFile, caption: "After pre-training", context: origin });

// %%
const curve = kit.curveRows(study, results, "pre-training");
await kit.showFigure(kit.learningCurves(curve, origin), {
  name: "pretraining-loss",
  folder,
  caption: "Training loss",
  alt: "Training loss of both decoders falls over the steps of pre-training",
});

// %%
await kit.showFigure(kit.scheduleCurves(curve, origin), {
  name: "pretraining-schedule",
  folder,
  caption: "Learning rate",
  alt: "The learning rate rises for a quarter of the steps and then falls linearly to zero",
});

// %% [markdown]
// ## What it costs
//
// Every stage of the grid once: counted on its batches, with the seconds it took here where the results are kept, and projected on one
// H100 from steps measured there with PyTorch. `npx class-it budget` prints the same for every scale.

// %%
const budget = await kit.budgetTable(study);
kit.showTable(kit.frame(budget.rows), {
  caption: `What ${p.scale} scale costs, one seed`,
  note: budget.note,
  missing: "not trained here",
  maxRows: 30,
  context: kit.contextOf(study),
});

// %% [markdown]
// ## What differs, and why we think so
//
// - Sizes, text, epochs and learning rate are those of the scale named above each figure; `deriveStudy` lists every
//   change. Nothing here says how good the paper's models are.
// - The paper leaves RoPE base, norm epsilon, initialisation, optimizer momenta and weight decay open; plain LLaMA values
//   are used.
// - The paper does not say which epoch tuning starts from; here it is the last one, and `startCheckpoint: "bestHeldOut"` tests the
//   other reading.
