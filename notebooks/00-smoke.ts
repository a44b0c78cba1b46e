// ---
// jupyter:
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # 0. The kit checks itself
//
// **Claim.** The engine computes right gradients, and a decoder trained here learns a language whose probabilities are
// known exactly. Nothing of the paper is reproduced in this notebook; the others rest on it.
//
// *Inputs:* none, the text is the generated microworld. *Outputs:* `results/check`. *Time:* under a minute, at any
// scale.

// %% tags=["parameters"]
import * as kit from "class-it";

kit.setParameters({ scale: "smoke" });

// %%
const p = kit.params();

// %% [markdown]
// ## The engine
//
// TensorFlow through tfjs-node-gpu. The self-test compares the gradient of a small function with central differences.

// %%
const { backend, tensorflow, tfjs } = kit.describeEngine();
const gap = kit.testGradients();
const engine = {
  backend,
  TensorFlow: tensorflow,
  "TensorFlow.js": tfjs,
  "gradient within 1e-3": gap < 1e-3 ? "yes" : "NO",
};
kit.showTable(kit.frame([engine]), { caption: "Engine" });
if (!(gap < 1e-3))
  throw new Error(`the gradient self-test must stay below 1e-3, got ${gap}: reinstall the engine`);

// %% [markdown]
// ## A language with known probabilities
//
// The microworld is a seeded grammar of people, places and things. A small decoder reads 60,000 of its words twice.

// %%
const smoke = kit.deriveStudy("smoke");
const config: kit.StudyConfig = {
  ...smoke,
  pretraining: { ...smoke.pretraining, batchSize: 8, maxEpochs: 2 },
  budget: { ...smoke.budget, pretrainingWords: 60_000, heldOutWords: 5_000 },
};
const resultsRoot = `${p.out}/check`;
const [seed] = p.seeds;
const study = kit.openStudy({ scale: "smoke", seed, config, resultsRoot, source: "microworld" });
const run = { model: "llama100M", condition: "base" } as const;

// %%
const losses: number[] = [];
for await (const { lossNats } of kit.trainCondition(study, run)) losses.push(lossNats);
const ends = { steps: losses.length, "first loss": losses[0] ?? null, "last loss": losses.at(-1) ?? null };
const context = kit.contextOf(study);
kit.showTable(kit.frame([ends]), { caption: "Training on the microworld, nats per token", context });

// %% [markdown]
// ## Against the grammar
//
// Fresh sentences under three judges: the grammar that made them, the decoder, and word frequencies alone. On average no model can be
// below the grammar; one that has learned only frequencies is at the last line.

// %%
const truth = await kit.compareWithGrammar(study, { model: "llama100M", sentences: 400, seed: 7 });
const judges = [
  { judge: "grammar (exact)", "nats per word": truth.grammarNatsPerWord },
  { judge: "decoder", "nats per word": truth.modelNatsPerWord },
  { judge: "word frequencies", "nats per word": truth.unigramNatsPerWord },
];
const note = `microworld, ${truth.sentences} sentences, ${truth.words} words`;
kit.showTable(kit.frame(judges), { caption: "Surprisal of fresh sentences", note, context });
if (truth.modelNatsPerWord >= truth.unigramNatsPerWord)
  throw new Error("the decoder must beat word frequencies");

// %%
const blimp = await kit.evaluateCondition(study, { ...run, task: "blimp" });
const paradigms = kit.groupAccuracies([blimp]);
await kit.showFigure(kit.accuracyByParadigm(paradigms, context, "The microworld's minimal pairs"), {
  name: "check-minimal-pairs",
  folder: kit.outputFolder(study, "figures"),
  caption: "Accuracy on the microworld's minimal pairs",
  alt: "Accuracy of the small decoder on nine kinds of generated minimal pairs, with the chance line at 50 %",
});

// %% [markdown]
// ## What differs, and why we think so
//
// The paper has no such check. A wrong gradient, mask or score hides in real text, but shows against exact probabilities.
