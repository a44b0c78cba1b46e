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
// *Time:* under a minute at smoke scale. Without any data folder the text is the generated microworld, and every
// figure says so.

// %% tags=["parameters"]
import * as kit from "class-it";

const p = kit.params({ scale: "smoke", seed: 42 });

// %%
const study = kit.openStudy({ scale: p.scale, seed: p.seed, resultsRoot: p.out });
const tables = kit.outputFolder(study, "tables");
const figures = kit.outputFolder(study, "figures");
console.log(`text: ${study.source}; shrunk against the paper:\n- ${study.config.shrunk.join("\n- ")}`);

// %% [markdown]
// ## Files
//
// Every file is known by its hash. Sets that stand in for ones that cannot be had here are counted; their scores are
// never put beside official numbers.

// %%
kit.showTable(kit.frame(kit.describeFiles()), { caption: "Files the kit knows" });

// %% [markdown]
// ## Pre-training text
//
// Documents are drawn from each genre in proportion to its size until the word budget is reached. The held-out text is
// never trained on.

// %%
const text = kit.frame(await kit.describeText(study));
kit.showTable(text, { caption: "Pre-training text by genre" });
kit.tableFiles(text, { name: "pretraining-text", folder: tables, caption: "Pre-training text by genre" });

// %% [markdown]
// ## Tokenizers
//
// Byte-level BPE, trained on the pre-training text alone. The larger model's tokenizer puts nothing before a text, the
// smaller one's a space and `<s>`: the best inference from the published results (D17 in the kit's list of open points).

// %%
const tokenizers = kit.frame(await kit.describeTokenizers(study));
kit.showTable(tokenizers, { caption: "Tokenizers, measured on held-out text" });

// %% [markdown]
// ## Instruction sets
//
// Conversation: every turn of at least three words with the next speaker's turn. Questions: the released set, written by
// LLaMA-3.2-3B-Instruct, where it was fetched; else fixed templates over encyclopedia articles stand in for it, which
// support no statement about the paper's question answering.

// %%
const instructions = kit.frame(await kit.describeInstructions(study));
const questions = kit.wikiQuestionsKind(study);
kit.showTable(instructions, { caption: `Instruction sets of this run (wiki questions: ${questions})` });

// %%
const bins = (await kit.instructionLengths(study)).flatMap((series) => kit.binLengths(series, 20));
const note = `${questions} wiki questions; bins of 20, the poster's are 149`;
await kit.showFigure(
  kit.lengthHistogram(bins, kit.contextOf(study, { paperFigure: "poster Figure 1", note }), "words"),
  {
    name: "fig1-instruction-lengths",
    folder: figures,
    caption: "Lengths of prompts and replies",
    alt: "Counts of prompts and replies by length: conversation turns are short, wiki prompts longer than replies",
  },
);

// %% [markdown]
// ## What is trained of an example
//
// Roles are ordinary text. Only the reply and the end token are trained; the space after `Assistant:` belongs to the
// reply. The example is our own.

// %%
const mask = await kit.describeMask(study, "llama140M", {
  prompt: "Mira has a red boat. What does Mira have?",
  reply: "a red boat",
});
kit.showTable(kit.frame(mask), { caption: "Tokens of one example", maxRows: 60 });

// %% [markdown]
// ## What differs, and why we think so
//
// - The text is a sample of the BabyLM corpus (or the microworld), not the 91M words of the paper.
// - The poster counts 97,697 instruction items and 18M words, the model card 8.7M words, the dataset card 129,818 rows.
//   The rule by which the authors paired turns is unknown; ours comes closest to the released rows and bytes.
// - The full corpus, the released instruction set and their overlap with the evaluation items come in a later step.
