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
// **Claim.** Over all tasks sequential curricula beat merged data, larger is better overall, and gains are small but
// consistent in fine-tuning, without carrying over to zero-shot tasks. Paper: abstract, conclusions, poster Figures 4 and 6.
//
// *Inputs:* `results/paper` and the results of notebooks 02 to 06 in `results/<scale>`. *Outputs:* verdicts, in
// `results/<scale>/tables` and `figures`. *Time:* half a minute at smoke scale, a few minutes at laptop
// scale, where all items of all models are drawn again 4,000 times.

// %% tags=["parameters"]
import * as kit from "class-it";

kit.setParameters({ scale: "laptop", study: "default", rules: [2025, 2026] });

// %%
const p = kit.params();

// %%
const { scale, seeds, kept } = p;
const studies = kit.study({ name: p.study, scale, seeds, resultsRoot: p.out, kept });
const [study] = studies;
const origin = kit.contextOf(studies, { rules: p.rules });
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
// ## Every claim, judged
//
// A claim is a record: a statement, the comparison that decides it, and what that comparison came to. It is *supported* when
// the effect is beyond its error after Holm's correction over all claims, *not supported* when it is so in the other
// direction, else *inconclusive*. A difference smaller than its error is no difference.
//
// The paper published no item results, so no paired test is possible on its numbers. Their errors are those of two independent samples,
// the widest possible; the table also says what would follow if related models differed on 15 % of
// items. The spread between seeds is unknown for the paper: it had one. What its numbers cannot settle is explained in
// [what the paper says](../docs/paper.md#published-results).

// %%
const published = kit.judgeClaims(kit.PAPER_CLAIMS, kit.publishedEvidence("unpaired"));
const ifPaired = kit.judgeClaims(kit.PAPER_CLAIMS, kit.publishedEvidence("pairedAssumption"));

// %% [markdown]
// Ours come from the answers to the same items, drawn again for all models at once, and over seeds where there are at least
// two. Results that were not measured on the same items, data files or seeds are refused.
//
// The published numbers follow the BabyLM rules of 2025. Ours are counted under the rules of 2025 and of 2026, from the same answers:
// under those of 2026 entity tracking has no item whose correct option is "nothing.", and there are no WUGs. Notebook 05 says what
// that changes and why. Fine-tuning and reading times are the same under both.

// %%
const years = kit.evidenceByYear(study.resultsFolder, p.rules);
const own = kit.judgeYears(kit.PAPER_CLAIMS, years);
const tables = kit.outputFolder(study, "tables");
const seedsRun = new Set(years.flatMap(({ outcomes }) => outcomes.map(({ seed }) => seed))).size;
const note =
  seedsRun > 1
    ? "Each claim uses the training runs that its models share. One run alone is about these models, not about curricula"
    : "One training run: ours are about these models, not yet about curricula";

// %%
kit.showTable(kit.verdictOverview({ published, ifPaired, own }), {
  caption: `Verdicts on ${kit.PAPER_CLAIMS.length} claims: the published numbers, and ours at ${p.scale} scale`,
  note: `${note}. Effects in points, or in standard deviations of models (SD). A blank verdict has its reason next to it.`,
  context: origin,
});

// %% [markdown]
// Where the two years differ:

// %%
console.log(kit.whereYearsDiffer(own).join("\n"));

// %% [markdown]
// The same as files, with every digit, the test, and the models that each effect is about.

// %%
const missing = "effects without interval; claims without verdict, whose reason is in the row";
const publishedTable = { caption: "Verdicts on the published numbers", missing, folder: tables };
const ownTable = {
  caption: `Verdicts on our numbers under both years' rules, ${p.scale} scale`,
  missing,
  note,
  context: origin,
  folder: tables,
};
kit.tableFiles(kit.verdictRows(published), { ...publishedTable, name: "verdicts-published" });
kit.tableFiles(kit.yearlyVerdictRows(own), { ...ownTable, name: "verdicts-own" });

// %% [markdown]
// ## The verdicts as a figure
//
// One line per claim, coloured by its verdict; in greyscale the mark shows the same. First the published numbers.

// %%
await kit.showFigure(kit.verdictForest(kit.verdictEffects(published), { source: "published" }), {
  name: "verdicts-published",
  folder,
  caption: "What the published numbers say of each claim",
  alt: "Effects with 95 % intervals for every claim of the paper on its published numbers, coloured by verdict",
});

// %% [markdown]
// Then ours, as far as there are results: a claim without a verdict has no line.

// %%
const ownEffects = kit.yearlyVerdictEffects(own);
if (ownEffects.length > 0)
  await kit.showFigure(kit.verdictForest(ownEffects, kit.contextOf(studies)), {
    name: "verdicts-own",
    folder,
    caption: `What our numbers at ${p.scale} scale say of the claims, under the rules of each year`,
    alt: "Effects with 95 % intervals for the claims our results can decide, coloured by verdict",
  });

// %%
if (ownEffects.length > 0)
  kit.showPlotly(kit.interactiveVerdicts(ownEffects, kit.contextOf(studies)), {
    name: "verdicts-interactive",
    alt: "The same effects to hover over, those in percentage points: interval and seeds of each",
  });

// %% [markdown]
// ## Instructions, or only more training?
//
// What the paper does not ask: the same words of plain text, the same steps on it, and each set alone for as many steps, on
// the mean of the zero-shot tasks. The last two questions come from [what we noticed](../docs/paper.md#ewok-and-entity-tracking)
// in the paper's numbers. The rules are the same, and p is corrected for these questions alone.

// %%
const questions = kit.judgeYears(kit.KIT_QUESTIONS, years);
const answers = kit.frame(kit.yearlyVerdictRows(questions));
const asked = {
  caption: `The kit's own questions, ${p.scale} scale`,
  missing: "effects of questions whose controls were not trained",
  note,
  context: origin,
};

// %%
const figures = ["effect", "from", "to", "training runs", "no verdict because", "caveat"];
kit.showTable(answers.loc({ columns: ["claim", "rules", "verdict", ...figures] }), { ...asked, maxRows: 30 });
console.log(kit.whereYearsDiffer(questions).join("\n"));

// %%
kit.tableFiles(answers, { ...asked, name: "verdicts-questions", folder: tables });

// %% [markdown]
// ## What would settle it
//
// The error of an effect has two sources. More training runs make one smaller; the other stays as long as the
// items are the same. Read the last column as an order of magnitude.

// %%
const errors = years.flatMap(({ rules, outcomes }, at) => {
  const itemsOnly = kit.judgeClaims(kit.PAPER_CLAIMS, kit.ownEvidence(outcomes, { over: "items" }));
  const rows = kit.seedsNeeded({ whole: own[at]?.judged ?? [], itemsOnly });
  return rows.map((row) => ({ rules: String(rules), ...row }));
});

// %%
if (seedsRun > 1)
  kit.showTable(errors, {
    maxRows: 40,
    caption: "Where the errors come from (points, or standard deviations of models)",
    missing: "no verdict, or an effect without interval",
    context: origin,
  });
else console.log("One seed: nothing is known about how far other training runs would be from it.");

// %% [markdown]
// ## What could have been seen
//
// How far chance alone moves a score, task by task, and the smallest true difference that a paired test at 5 % finds with a power of
// 80 %, if the models differ on 15 % of the items. On WSC that is 15 points, and one item is worth two, more than most
// differences the paper names.

// %%
kit.showTable(kit.publishedTaskLimits(), {
  caption: "Fine-tuning tasks: items, trivial scores and the error of one score",
  missing: "MNLI has three classes",
});

// %% [markdown]
// ## What was run here
//
// Every row is a result file with its commit, configuration, seed and data hashes.

// %%
const runs = kit.frame(kit.resultsOverview(studies));
kit.showTable(runs, {
  caption: "Results at this scale",
  maxRows: 40,
  missing: "no result yet: run notebooks 02 to 06",
  context: origin,
});

// %% [markdown]
// ## Two studies side by side
//
// A study with a name changes some settings: notebook 03 says how to make one. Here each is compared with the default one, on all
// results that both have: answers to the same items are paired, and so are training runs with the same seed. The default study is
// compared with every named one, a named study only with the default one. `kit.compareStudies("default", "full-loss")` compares any two.

// %%
kit.showTable(kit.studyRows(study), { caption: "Studies at this scale" });
const compared = kit.compareWithDefault(study, p.rules);
const nothing = "a loss of one seed has no interval; without another study there is nothing to compare";
const sideBySide = { missing: nothing, maxRows: 60 };
kit.showTable(kit.comparisonRows(compared, "nats/token"), {
  ...sideBySide,
  caption: "Losses after training",
});
kit.showTable(kit.comparisonRows(compared, "points"), { ...sideBySide, caption: "Scores" });

// %%
const drawn = compared.find(({ differences }) => differences.length > 0);
const unit = drawn?.differences.some((one) => one.unit === "points") ? "points" : "nats/token";
if (drawn)
  await kit.showFigure(kit.studyDifferences(drawn, drawn.context, unit), {
    name: "study-differences",
    folder: drawn.folder,
    caption: `What ${drawn.second} changes against ${drawn.first}`,
    alt: "Differences between two studies with 95 % intervals, a mark for each model, a panel for each task",
  });

// %% [markdown]
// ## What a researcher should do next
//
// - **Publish answers, not averages.** With the answers to each item every comparison above would be paired, and its interval
//   about three fifths as wide.
// - **Run seeds.** No claim of the paper about curricula rests on more than one training run. At laptop scale one of ours called a gain
//   supported that three do not. Three seeds, the same for all conditions, come before any further condition.
// - **Name the comparison first.** Mean of tasks or median of z-scores: on the same numbers the two crown different curricula.
// - **Leave WSC and RTE out of averages, or weigh tasks by what they can tell:** 52 and 139 items add more noise than signal.
// - **Cross size with tokenizer** before saying that smaller models read like people (notebook 06 does: the gap goes with the tokenizer), and **compare with as many words or steps
//   of plain text** before saying that instructions help: the controls are in notebook 03.

// %% [markdown]
// ## Checklists
//
// [Two checklists of good practice](../docs/checklists.md), REFORMS and that of ACL Rolling Review, with the file that answers each
// item. Open items say so.

// %% [markdown]
// ## What differs, and why we think so
//
// - At smoke scale no number supports or weakens a claim of the paper: the models are a hundredth of the size and saw a
//   three-hundredth of the text. They only show that every step runs.
// - The paper's abstract speaks of consistent gains in fine-tuning. In its own table two of five tuned models are above their
//   base in the mean of seven tasks, and the best by half a standard error: inconclusive, not refuted.
// - What its numbers do support is a loss on BLiMP after tuning, weak MNLI, QQP and entity tracking, and a large gap between
//   the two sizes, which two other explanations fit as well: the smaller model answers with the most frequent class, and has
//   another tokenizer.
// - Under the rules of 2026 our zero-shot findings are gone: it came from entity tracking, where the reward for short options
//   moved with the tuning data. Only BLiMP's fall after tuning remains.
// - We count MRPC and QQP as accuracy (an F1 is no mean over items), a tie as half right, and surprisal with the word's space.
