// ---
// jupyter:
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # 5. Zero-shot: minimal pairs
//
// **Claim.** The gains of instruction tuning do not carry over consistently to zero-shot tasks. Paper: zero-shot section,
// poster Figure 3.
//
// *Inputs:* the eight models of notebook 03 and the fast BLiMP set. *Outputs:* `results/<scale>/<model>/<condition>`.
// *Time:* about a minute at smoke scale.

// %% tags=["parameters"]
import * as kit from "class-it";

const p = kit.params({ scale: "smoke", seed: 42 });

// %%
const study = kit.openStudy({ scale: p.scale, seed: p.seed, resultsRoot: p.out });
const folder = kit.outputFolder(study, "figures");
const subjects = kit.publishedSubjects();

// %% [markdown]
// ## Scoring
//
// A pair counts as right when the whole good sentence is more probable than the bad one, as in the BabyLM pipeline.

// %%
const results = await kit.evaluateAll(study, subjects, "blimp");
const scores = kit.blimpScores(results);

// %% [markdown]
// ## Ours beside the paper's
//
// The interval covers the sampling of items, not of training runs. Scales differ: the paper's models saw 300 times more
// text, so the difference says nothing about either.

// %%
const table = kit.frame(kit.scoreTable(scores));
const caption = "BLiMP, mean over phenomena, with a 95 % interval over items";
const missing = "no published value for generated pairs";
kit.showTable(table, { caption, missing });
kit.tableFiles(table, { name: "fig3-blimp", folder: kit.outputFolder(study, "tables"), caption, missing });

// %%
const pairs = `${results[0]?.metrics[0]?.n ?? 0} pairs`;
const context = kit.contextOf(study, { paperFigure: "poster Figure 3", n: pairs });
await kit.showFigure(kit.accuracyBars(scores, context, "BLiMP"), {
  name: "fig3-blimp",
  folder,
  caption: "BLiMP accuracy, ours beside the paper's",
  alt: "BLiMP accuracy of eight models at this scale beside the published values, with the chance line",
});

// %%
const shown = results.filter(
  ({ model, condition }) => model === "llama140M" && ["base", "merged"].includes(condition),
);
await kit.showFigure(kit.accuracyByPhenomenon(kit.blimpPhenomena(shown), kit.contextOf(study)), {
  name: "blimp-phenomena",
  folder,
  caption: "Accuracy by phenomenon",
  alt: "Accuracy of the pre-trained and the merged model on each phenomenon, with the chance line at 50 %",
});

// %% [markdown]
// ## Ties
//
// The pipeline counts a tie as correct. Half credit is the careful reading; the table says how many items it decides.

// %%
const ties = kit.frame(kit.readingOfTies(results));
kit.showTable(ties, { caption: "Two readings of the same items" });

// %% [markdown]
// ## Tasks that come in a later step
//
// Published values only: no model trained here was scored on these.

// %%
const later = ["WUG adjective nominalization", "BLiMP supplement", "EWoK", "Entity tracking"] as const;
const published = { source: "published", paperFigure: "poster Figure 3" } as const;
await kit.showFigure(
  kit.accuracyBars(kit.publishedOnly(subjects, later), published, "Zero-shot, published"),
  {
    name: "fig3-zero-shot-published",
    folder,
    caption: "Zero-shot tasks as published",
    alt: "Published accuracy of the eight models on WUG, BLiMP supplement, EWoK and entity tracking",
  },
);

// %% [markdown]
// ## What differs, and why we think so
//
// - A subset of the fast set, or the microworld's own pairs where there is no data folder; the figures say which.
// - NaN is an error here; in the pipeline it wins.
// - The other zero-shot tasks, paired tests between models and the audit of every quirk come in a later step.
