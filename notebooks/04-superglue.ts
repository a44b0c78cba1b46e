// ---
// jupyter:
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # 4. (Super)GLUE fine-tuning
//
// **Claim.** Instruction-tuned models gain a little in fine-tuning, and sequential curricula gain most. Paper:
// fine-tuning section, poster Figure 2.
//
// **This notebook shows the published numbers only.** Fine-tuning itself comes in a later step of the kit; nothing below
// was computed from a model trained here. *Inputs:* `results/paper`. *Time:* seconds.

// %% tags=["parameters"]
import * as kit from "class-it";

const p = kit.params({ scale: "smoke", seed: 42 });

// %%
const study = kit.openStudy({ scale: p.scale, seed: p.seed, resultsRoot: p.out });
const folder = kit.outputFolder(study, "figures");

// %% [markdown]
// ## Published scores
//
// Digitised from the poster, errors up to 0.07 points; accuracy, F1 for QQP and MRPC.

// %%
const table = kit.frame(kit.publishedFinetuningTable());
const caption = "Fine-tuning as published (poster Figure 2), percent";
kit.showTable(table, { caption, note: "published numbers only" });
kit.tableFiles(table, {
  name: "fig2-published",
  folder: kit.outputFolder(study, "tables"),
  caption,
  note: "published numbers only",
});

// %%
const rows = kit.publishedFinetuningRows();
const context = {
  source: "published",
  paperFigure: "poster Figure 2",
  note: "dashed: the trivial score",
} as const;
await kit.showFigure(kit.accuracyBars(rows, context, "Fine-tuning, published", "accuracy or F1 (%)"), {
  name: "fig2-finetuning-published",
  folder,
  caption: "Fine-tuning as published",
  alt: "Published fine-tuning scores of the eight models on seven tasks, with the score of the most frequent answer",
});

// %% [markdown]
// ## What each task can tell
//
// A difference between two models is worth a look when it exceeds a few standard errors. WSC has 52 items: one item is
// 1.9 points.

// %%
const limits = kit.frame(kit.publishedTaskLimits());
kit.showTable(limits, {
  caption: "Sizes and trivial scores",
  missing: "not defined for more than two classes",
});

// %% [markdown]
// ## What differs, and why we think so
//
// - The scores of llama100M on WSC, BoolQ and MultiRC equal the majority class; *larger is better* rests on them.
// - Our own runs, with selection on held-out training data, at least five seeds and degenerate runs named, come with the
//   fine-tuning step.
