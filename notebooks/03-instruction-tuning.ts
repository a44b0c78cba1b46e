// ---
// jupyter:
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # 3. Instruction tuning and its curricula
//
// **Claim.** Tuning on conversations and questions helps, and one after the other beats both mixed. Paper: training
// section, poster Table 2 and model names.
//
// *Inputs:* the pre-trained models of notebook 02. *Outputs:* `results/<scale>/<model>/<condition>`. *Time:* seconds
// from kept results; else about two minutes at smoke scale, half an hour at laptop.

// %% tags=["parameters"]
import * as kit from "class-it";

kit.setParameters({ scale: "laptop", study: "default" });

// %%
const p = kit.params();

// %% [markdown]
// ## Hyperparameters
//
// Edit here: write `lossOn: "full"` or `chatTemplate: "speakerLetters"` between the braces of `instructions`, and give the study a name
// in the parameter cell, such as `study: "full-loss"`. Its results go to `results/<scale>/studies/<name>`. What depends on the setting is
// trained and measured again; pre-training comes from the cache. Notebooks 04 to 07 take the study by its name, and 07 compares it
// with the default study.

// %%
const change: kit.StudyChange = {
  instructions: {},
};
const { scale, seeds, kept } = p;
const studies = kit.study({ name: p.study, scale, seeds, change, resultsRoot: p.out, kept });
const [study] = studies;
const { config } = study;
const origin = kit.contextOf(studies);
const folder = kit.outputFolder(study, "figures");

// %%
const settings = kit.settingRows(kit.INSTRUCTION_TUNING, config.instructionTuning);
kit.showTable(kit.frame(settings), {
  caption: "Instruction-tuning settings (poster Table 2)",
  context: origin,
});

// %% [markdown]
// ## The conditions
//
// The poster's six, and the kit's controls and hybrids. Phases follow one another; inside a phase the sets are shuffled together
// unless it says otherwise. Your own is a few lines of `curricula` in the change above, with `kit.tune`.

// %%
const conditions = Object.entries(kit.curriculaOf(config)).map(([condition, curriculum]) => ({
  condition,
  stages: kit.describeCurriculum(curriculum),
  "trained in the paper with": kit.publishedModels(condition).join(", "),
}));
kit.showTable(kit.frame(conditions), { caption: "Conditions", context: origin });

// %% [markdown]
// The order of examples as it will be trained, read off the batches. A strip that changes colour once is a sequence; `shortestFirst` and
// `frequentFirst` begin with easy examples. Notebook 09 has the conditions with replay and conversations.

// %%
const inNotebook9 = ["mergedReplay", "switchThenWikiReplay", "switchTurns", "switchDpo", "switchSimPo"];
const drawn = conditions.map(({ condition }) => condition).filter((name) => !inNotebook9.includes(name));
const order = await kit.exampleOrder(study, { model: "llama140M", conditions: drawn });
await kit.showFigure(kit.exampleOrderStrips(order, kit.contextOf(study)), {
  name: "example-order",
  folder,
  caption: "Order of examples in tuning (llama140M)",
  alt: "One strip per condition: which set each part of tuning uses, and the mean length of its rows",
});

// %% [markdown]
// ## Training
//
// The eight models of the poster. Conditions share their pre-training and, where they begin alike, their first phase.

// %%
const tuned = kit.publishedRuns().filter(({ condition }) => condition !== "base");
const runs = kit.runsAtHand(studies, tuned, "training");
const live = { name: "tuning-live", alt: "Training loss of all models", context: origin };
const phasesOf = new Map<string, string[]>();
const steps = kit.trainAll(studies, runs);
for await (const { model, condition, seed, phase } of kit.watchCurves(steps, live)) {
  const run = `${model} ${condition}, seed ${seed}`;
  const phases = phasesOf.get(run) ?? [];
  if (phases.at(-1) !== phase) phasesOf.set(run, [...phases, phase]);
}
const trained = [...phasesOf].map(([run, phases]) => ({ run, "phases as trained": phases.join(" → ") }));
kit.showTable(kit.frame(trained), { caption: "Order really trained", maxRows: 40, context: origin });

// %% [markdown]
// ## Loss, and what is forgotten
//
// After each stage the loss is measured on held-out text of every source: the genres of pre-training, and conversations and
// questions that were never trained on.

// %%
const results = kit.resultsOf(studies, "training").filter(({ condition }) => condition !== "base");
const table = kit.frame(kit.averageSeeds(kit.trainingTable(results)));
const questions = kit.wikiQuestionsKind(study);
const shown = { caption: `After each phase (wiki questions: ${questions})`, context: origin };
kit.showTable(table, { ...shown, maxRows: 40 });
kit.tableFiles(table, { ...shown, name: "tuning", folder: kit.outputFolder(study, "tables") });

// %% [markdown]
// The same as changes against pre-training alone: what is below zero was learned, what is above was forgotten.

// %%
const note = `${questions} wiki questions`;
const context = kit.contextOf(studies, { note });
const forgotten = kit.forgettingRows(kit.resultsOf(studies, "training"));
await kit.showFigure(kit.forgettingMatrix(forgotten, context), {
  name: "forgetting-matrix",
  folder,
  caption: "Change of the loss on held-out text after each stage (nats a token)",
  alt: "A row per stage, a column per source: tuning lowers the loss on what it trains on and raises it elsewhere",
});

// %%
const curve = kit.curveRows(study, kit.resultsOf(study, "training"), "tuning");
await kit.showFigure(kit.learningCurves(curve, kit.contextOf(study, { note })), {
  name: "tuning-loss",
  folder,
  caption: "Loss on replies",
  alt: "Loss on reply tokens over the steps of instruction tuning, one line per condition",
});

// %%
await kit.showFigure(kit.scheduleCurves(curve, kit.contextOf(study, { note })), {
  name: "tuning-schedule",
  folder,
  caption: "Learning rate",
  alt: "Cosine learning rate of each tuning phase; sequential conditions have two phases and two peaks",
});

// %% [markdown]
// ## What the models say
//
// The same prompts for every model, our own sentences, the most probable token each time. Read them as continuations: models
// of this size know no answers.

// %%
const asked = {
  model: "llama140M",
  conditions: ["base", "switch", "wiki", "merged"],
  maxNewTokens: 24,
} as const;
const replies = await kit.generateReplies(study, asked);
const said = kit.frame(replies.map(({ prompt, condition, reply }) => ({ prompt, condition, reply })));
const replied = { caption: "Replies of llama140M after each condition", maxRows: 60 };
kit.showTable(said, { ...replied, context: kit.contextOf(study) });

// %% [markdown]
// ## What differs, and why we think so
//
// - If the released sets were not fetched, the wiki questions are a stand-in: built by template, not by a language
//   model.
// - Each phase has its own warm-up and cosine and begins with fresh optimizer moments, the simplest reading of the model
//   names; `curriculum` in the configuration has the alternatives. Controls matched in steps and words are further runs of
//   the training cell, or `npx class-it train --condition moreText`.
