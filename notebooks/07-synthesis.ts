// ---
// jupyter:
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # 7. Synthesis
//
// **Claim.** Over all tasks sequential curricula beat merged data, and larger is better overall. Paper: conclusions, poster
// Figures 4 and 6.
//
// *Inputs:* `results/paper` and what notebooks 02 to 06 left in `results/<scale>`. *Time:* seconds.

// %% tags=["parameters"]
import * as kit from "class-it";

const p = kit.params({ scale: "smoke", seed: 42 });

// %%
const study = kit.openStudy({ scale: p.scale, seed: p.seed, resultsRoot: p.out });
const folder = kit.outputFolder(study, "figures");

// %% [markdown]
// ## The paper's summary, recomputed
//
// z-scores per task over the eight models with the sample standard deviation, then the median over tasks. Both figures are
// drawn from the published tables alone.

// %%
const finetuning = { source: "published", paperFigure: "poster Figure 4" } as const;
await kit.showFigure(
  kit.zScoreBoxes(kit.publishedZRows("finetuning"), finetuning, kit.posterMedians("finetuning")),
  {
    name: "fig4-z-scores-finetuning",
    folder,
    caption: "z-scores over the seven fine-tuning tasks",
    alt: "Boxes of z-scores over seven fine-tuning tasks for eight models; the merged 140M model has the highest median",
  },
);

// %%
const all = { source: "published", paperFigure: "poster Figure 6" } as const;
await kit.showFigure(kit.zScoreBoxes(kit.publishedZRows("all"), all, kit.posterMedians("all")), {
  name: "fig6-z-scores-all",
  folder,
  caption: "z-scores over all fourteen tasks",
  alt: "Boxes of z-scores over fourteen tasks for eight models; switch then wiki has the highest median",
});

// %%
const standings = kit.frame(kit.publishedStandings("all"));
const caption = "Median z-scores over all tasks: the poster's and ours from its tables";
kit.showTable(standings, { caption, missing: "not on the poster" });
kit.tableFiles(standings, {
  name: "fig6-medians",
  folder: kit.outputFolder(study, "tables"),
  caption,
  missing: "not on the poster",
});

// %% [markdown]
// The two summaries disagree: by median z-score in fine-tuning the merged curriculum is best, by the median over all tasks
// a sequential one. Neither difference has an error bar in the paper.

// %% [markdown]
// ## What was run here
//
// Every row is a result file with its commit, configuration, seed and data hashes.

// %%
const runs = kit.frame(kit.resultsOverview(study));
kit.showTable(runs, {
  caption: "Results at this scale",
  maxRows: 40,
  missing: "no result yet: run notebooks 02 to 06",
});

// %% [markdown]
// ## What differs, and why we think so
//
// - At smoke scale no number supports or weakens a claim of the paper: the models are a hundredth of the size and saw a
//   three-hundredth of the text. What is shown is that the whole way runs.
// - Verdicts on every claim, with paired tests and corrected p, come in a later step; so does the laptop scale at which
//   they mean something.
