// ---
// jupyter:
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # 9. Talking
//
// **Claim.** Tuning on conversations makes better conversation partners, and tuning on questions better answerers. Paper: its outlook,
// which asks for interactive and communicative benchmarks and for combining instruction tuning with other training. The paper itself
// measures grammar; this notebook measures what was trained.
//
// *Inputs:* the smoke models of notebooks 02 and 03, held-out conversations and questions, or generated ones where there are none.
// *Outputs:* `results/talking`. *Time:* half a minute on generated text, a minute and a half on real text. This notebook stays at
// smoke scale, whatever the others use; to change that, edit `scale`.

// %% tags=["parameters"]
import * as kit from "class-it";

kit.setParameters({ scale: "smoke" });

// %%
const p = kit.params();
const scale = "smoke";
const study = kit.openStudy({ scale, seed: p.seeds[0], resultsRoot: `${p.out}/talking` });
const context = kit.contextOf(study);
const [figures, tables] = [kit.outputFolder(study, "figures"), kit.outputFolder(study, "tables")];
const conditions = ["base", "switch", "wiki", "merged", "permutedReplies", "mergedReplay"] as const;
const runs = conditions.map((condition) => ({ model: "llama140M", condition }) as const);

// %% [markdown]
// ## What is trained
//
// An example is a turn and its reply. The condition `switchTurns` reads conversations of several turns and is trained on every reply of the
// second speaker; add it to the conditions above to compare. Colours show which tokens are trained.

// %%
const example = {
  earlier: ["Have you seen the new mill?", "Not yet, is it open?"],
  prompt: "Since Monday.",
  reply: "Then let us go and look.",
};
kit.showTokens(await kit.describeMask(study, "llama140M", example), {
  caption: "A conversation of four turns",
});

// %%
const live = { name: "talking-live", alt: "Training loss of the conditions", context };
const phasesOf = new Map<string, string>();
for await (const { condition, phase } of kit.watchCurves(kit.trainAll(study, runs), live))
  phasesOf.set(condition, phase);
console.log([...phasesOf].map(([condition, phase]) => `${condition}: ${phase}`).join("\n"));

// %% [markdown]
// ## Two tasks, two kinds of tuning
//
// *Dialogue choice:* which turn comes next, the one that was said or turns of other dialogues? *Answer choice:* which answer belongs to
// the question, the right one or answers to other questions of its kind? Conversations should help with the first and questions with the
// second. "Yeah" is probable everywhere, so the tables count three scores: the sum of log-probabilities, the mean per token, and pointwise
// mutual information (PMI), what the context adds. A model that ignores its context guesses in PMI.

// %%
const chosen = [];
for (const task of ["dialogue", "questions"] as const)
  chosen.push(...(await kit.evaluateAll(study, runs, task)));
const scores = kit.communicativeScores(chosen);
const held = kit.wikiQuestionsKind(study);
kit.showTable(kit.frame(kit.scoreTable(scores)), {
  caption: `Dialogue choice and answer choice (${held} questions), with a 95 % interval over items`,
  missing: "the paper has no such task",
  maxRows: 60,
  context,
});

// %%
await kit.showFigure(
  kit.accuracyBars(kit.communicativeScores(chosen, { scores: ["pmi"] }), context, "By PMI"),
  {
    name: "talking-choice",
    folder: figures,
    caption: "Dialogue choice and answer choice by what the context adds",
    alt: "Accuracy of each condition on both tasks by pointwise mutual information, with the line of guessing",
  },
);

// %%
const outcomes = kit.readCommunicativeOutcomes(study.resultsFolder);
const judged = kit.judgeClaims(kit.COMMUNICATIVE_CLAIMS, kit.ownEvidence(outcomes));
const columns = ["claim", "verdict", "from", "to", "unit", "corrected p", "n", "caveat"];
kit.showTable(kit.frame(kit.verdictRows(judged)).loc({ columns }), {
  caption: "Does tuning help with what it trains?",
  missing: "there is no verdict",
  context,
});

// %%
await kit.showFigure(
  kit.verdictForest(kit.verdictEffects(judged), context, "Two tasks, two kinds of tuning"),
  {
    name: "talking-verdicts",
    folder: figures,
    caption: "Differences between conditions by PMI",
    alt: "Difference of each pair of conditions in points, with 95 % intervals over items",
  },
);

// %% [markdown]
// ## The game between two models
//
// A speaker sees four scenes and describes one; a listener picks the scene under which the description is most probable. Both first
// learn the language of the game for the same few steps. The grammar's best speaker is always understood by the grammar; one that ignores
// the scenes is understood as often as guessing. A model that understands itself and nobody else has a code of its own.

// %%
const players = { model: "llama140M", conditions: ["base", "switch", "wiki"] } as const;
const played = await kit.playReferenceGame(study, players);
const matrix = kit.gameMatrixRows(played);
await kit.showFigure(kit.gameMatrix(matrix, context), {
  name: "game-matrix",
  folder: figures,
  caption: "How often a listener finds what a speaker means",
  alt: "A row per speaker, a column per listener: share of games in which the target was found, with 95 % interval",
});

// %%
const games = kit.frame(kit.gameSuccessRows(matrix));
kit.showTable(games, { caption: "Every speaker with every listener", maxRows: 40, context });
kit.tableFiles(games, {
  name: "game-matrix",
  caption: "Every speaker with every listener",
  context,
  folder: tables,
});

// %%
const transcripts = kit.gameTranscripts(played, { speaker: "switch", listener: "wiki", games: 6 });
kit.showTable(kit.frame(transcripts), { caption: "Six games: switch describes, wiki listens", context });

// %% [markdown]
// ## Replay
//
// What tuning costs: the loss on the text that came first, and BLiMP. `mergedReplay` trains on the same examples as `merged`, with as many
// tokens of pre-training text in every step. `permutedReplies` has the form of conversation without its content, so what it changes is
// the work of a new learning rate and fresh moments.

// %%
const replayed: readonly string[] = ["base", "merged", "mergedReplay", "permutedReplies"];
const training = kit.resultsOf(study, "training").filter(({ condition }) => replayed.includes(condition));
await kit.showFigure(kit.forgettingMatrix(kit.forgettingRows(training), context), {
  name: "replay-forgetting",
  folder: figures,
  caption: "Change of the loss on held-out text after tuning (nats a token)",
  alt: "A row per stage, a column per source: tuning with replay raises the loss on pre-training text less",
});

// %%
const costly = runs.filter(({ condition }) => replayed.includes(condition));
const blimp = kit.zeroShotScores(await kit.evaluateAll(study, costly, "blimp"));
kit.showTable(kit.frame(kit.scoreTable(blimp)), {
  caption: "BLiMP, official scoring rule, with a 95 % interval over items",
  missing: "the paper has no such model, or the items were generated",
  context,
});

// %% [markdown]
// ## What they say
//
// The same prompts for every model, the most probable token each time. `npx class-it chat --run NAME` talks with a model in a terminal,
// and `--with OTHER` lets two models talk.

// %%
const asked = {
  model: "llama140M",
  conditions: ["base", "switch", "mergedReplay"],
  maxNewTokens: 24,
} as const;
const replies = await kit.generateReplies(study, asked);
const said = replies.map(({ prompt, condition, reply }) => ({ prompt, condition, reply }));
kit.showTable(kit.frame(said), { caption: "Replies of llama140M", maxRows: 40, context });

// %%
const words = kit.wordBudgetRows(kit.resultsOf(study, "training"));
kit.showTable(kit.frame(words), {
  caption: "Words learned from and seen",
  missing: "limits have no model",
  maxRows: 40,
  context,
});

// %% [markdown]
// ## What differs, and why we think so
//
// - The paper measures no conversation. These benchmarks are the kit's own; `docs/evaluation.md` says how they are scored.
// - Models at smoke scale have read too little to talk. The verdicts here only show that every step runs.
