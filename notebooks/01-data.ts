// ---
// jupyter:
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # 1. Data
//
// **Claim.** Small models can be tuned on two kinds of instruction: Switchboard conversations and questions about
// Simple Wikipedia. Paper: data section, poster Figure 1.
//
// *Inputs:* the files of `data/manifest.json`. *Outputs:* `results/<scale>/tables` and `figures`.
// *Time:* half a minute at smoke scale and from committed results, about two minutes to compute laptop scale. Without a data folder
// laptop scale shows the committed results, and smoke scale runs on the generated microworld; every figure says which.

// %% tags=["parameters"]
import * as kit from "class-it";

kit.setParameters({ scale: "laptop", study: "default" });

// %%
const p = kit.params();

// %%
const { scale, seeds, kept } = p;
const [study] = kit.study({ name: p.study, scale, seeds, resultsRoot: p.out, kept });
const context = kit.contextOf(study);
const tables = kit.outputFolder(study, "tables");
const figures = kit.outputFolder(study, "figures");
console.log(`text: ${study.source}; shrunk against the paper:\n- ${study.config.shrunk.join("\n- ")}`);

// %% [markdown]
// ## Data statement
//
// Where every word comes from, under which terms, and what was changed. It is generated from the manifest and this run:
// every file is known by its hash, stand-ins are named, and what could not be obtained is listed in `tables/data-statement.md`, with
// origins and terms.

// %%
const statement = await kit.stateData(study);
kit.dataStatementFile(statement, { folder: tables });
const sources = kit.dataStatementRows(statement);
const missing = "text that is no pre-training text has no words counted";
const sourceTable = { caption: "Sources", missing, context, maxRows: 30 };
const shown = ["source", "what it is", "files", "words used", "words held out", "stands in"];
kit.showTable(kit.frame(sources).loc({ columns: shown }), sourceTable);
kit.tableFiles(sources, { ...sourceTable, name: "data-sources", folder: tables });

// %% [markdown]
// ## Pre-training text
//
// Documents are drawn from each genre in proportion to its size until the word budget is reached. The held-out text is
// never trained on.

// %%
const text = kit.frame(await kit.describeText(study));
const byGenre = { caption: "Pre-training text by genre", context };
kit.showTable(text, byGenre);
kit.tableFiles(text, { ...byGenre, name: "pretraining-text", folder: tables });

// %% [markdown]
// ## Tokenizers
//
// Byte-level BPE, trained on the pre-training text alone. The larger model's tokenizer puts nothing before a text, the
// smaller one's a space and `<s>`: the best inference from the published results ([D17](../docs/decisions.md#d17)).

// %%
const tokenizers = kit.frame(await kit.describeTokenizers(study));
kit.showTable(tokenizers, { caption: "Tokenizers, measured on held-out text", context });

// %% [markdown]
// ## Instruction sets
//
// Conversation: every turn of at least three words with the next speaker's turn. Questions: the released set, written by
// LLaMA-3.2-3B-Instruct, if it was fetched; otherwise questions made by fixed templates from encyclopedia articles, which
// support no statement about the paper's question answering.

// %%
const instructions = kit.frame(await kit.describeInstructions(study));
const questions = kit.wikiQuestionsKind(study);
kit.showTable(instructions, {
  caption: `Instruction sets of this run (wiki questions: ${questions})`,
  context,
});

// %%
const lengths = await kit.instructionLengths(study);
const bins = lengths.flatMap((series) => kit.binLengths(series, 20));
const note = `${questions} wiki questions; bins of 20, the poster's are 149`;
await kit.showFigure(
  kit.lengthHistogram(bins, kit.contextOf(study, { paperFigure: "poster Figure 1", note }), "tokens"),
  {
    name: "fig1-instruction-lengths",
    folder: figures,
    caption: "Lengths of prompts and replies, in word or punctuation tokens",
    alt: "Counts of prompts and replies by length: conversation turns are short, wiki prompts longer than replies",
  },
);

// %% [markdown]
// The same counts in the poster's own bins, next to the poster's. The poster does not state its unit, and its wiki prompts
// reach about 5,800; no rule of pairing turns gives both its rows and its lengths.

// %%
const lengthsBeside = kit.lengthRows(lengths);
const lengthCaption = `Examples by length, next to poster Figure 1 (${study.config.scale} scale, ${questions} wiki questions)`;
const unread = "the poster's bar is too small to read";
kit.showTable(lengthsBeside, { caption: lengthCaption, missing: unread, context });
kit.tableFiles(lengthsBeside, {
  name: "fig1-beside-poster",
  folder: tables,
  caption: lengthCaption,
  missing: unread,
  context,
});

// %% [markdown]
// ## What is trained of an example
//
// Roles are ordinary text. Only the reply and the end token are trained; the space after `Assistant:` belongs to the
// reply. The example is our own.

// %%
const example = { prompt: "Mira has a red boat. What does Mira have?", reply: "a red boat" };
kit.showTokens(await kit.describeMask(study, "llama140M", example), { caption: "llama140M's tokens" });
kit.showTokens(await kit.describeMask(study, "llama100M", example), { caption: "llama100M's tokens" });

// %% [markdown]
// The same over both sets: tokens by part, how many of them are trained, and what became of rows that are too long. Prompts
// are cut from the left, replies never.

// %%
const trainedTokens = await kit.describeTrainedTokens(study, "llama140M");
kit.showTable(trainedTokens, { caption: "Tokens of the instruction sets in llama140M's tokenizer", context });

// %% [markdown]
// ## Word budget
//
// BabyLM allows 100M words and 1B words of exposure. Words are separated by white space; exposure counts every
// epoch of every stage.

// %%
const budgets = await kit.describeExposures(study);
kit.showTable(budgets, { caption: "Words and exposure of every condition", context });
kit.tableFiles(budgets, { name: "word-budget", folder: tables, caption: "Words and exposure", context });

// %% [markdown]
// ## Overlap
//
// How much of the tuning and evaluation data is already in the pre-training text: the share of an item's 13-grams of words that
// occur there, counted in one pass over all text. An item of 5 to 12 words counts as a whole.

// %%
const overlap = await kit.measureStudyOverlap(study);
const overlaps = kit.frame(kit.summariseOverlap(overlap));
const short = "no item is long enough";
const overlapTable = { caption: "Evaluation items in the training text", missing: short, context };
kit.showTable(overlaps, { ...overlapTable, maxRows: 40 });
kit.tableFiles(overlaps, { ...overlapTable, name: "overlap-evaluation", folder: tables });

// %%
const tuning = kit.frame(kit.summariseInstructionOverlap(overlap));
kit.showTable(tuning, {
  caption: "Instruction examples in the pre-training text",
  missing: short,
  context,
});

// %%
const ranges = kit.overlapByTask(overlap).flatMap((series) => kit.binOverlaps(series));
await kit.showFigure(kit.overlapBars(ranges, kit.contextOf(study), "13-grams of words"), {
  name: "overlap-by-task",
  folder: figures,
  caption: "Evaluation items by the share of their 13-grams that occur in the training text",
  alt: "Bars of items by overlap: nearly all items of nearly all tasks have none",
});

// %% [markdown]
// ## What differs, and why we think so
//
// - The text is a sample of the BabyLM corpus (or the microworld), not the 91M words of the paper. `npx class-it data --fetch
//   babylm-2025` fetches the full corpora, and `data/own.json` adds a corpus of your own.
// - The poster counts 97,697 instruction items and 18M words, the model card 8.7M words, the dataset card 129,818 rows.
//   The rule by which the authors paired turns is unknown; ours comes closest to the released rows and bytes.
// - Both instruction sources also occur in the pre-training text: the articles that questions are asked about are pre-training
//   text, and a tenth of the conversation pairs is in it word for word. Overlap with evaluation items is rare.
