// ---
// jupyter:
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # 8. Extend it
//
// **Claim.** A curriculum of your own is a few lines in a cell, a corpus one entry in a file, a benchmark three files. Paper: its
// outlook, which expects more of hybrid curricula than of either order alone.
//
// *Inputs:* the smoke models of notebooks 02 and 03. *Outputs:* `results/extend`, apart from the paper's models. *Time:* about a
// minute. This notebook stays at smoke scale, whatever the others use; to change that, edit `deriveStudy` and `openStudy`.
//
// Everything here is run: the cells with the other notebooks, and every file and command of this page by a test in a copy of the
// project (`tests/notebooks/extend.test.ts`).

// %% tags=["parameters"]
import * as kit from "class-it";

kit.setParameters({ scale: "smoke" });

// %%
const p = kit.params();

// %% [markdown]
// ## A hybrid curriculum
//
// A condition is a list of stages. This one first learns to talk, from conversations alone, and then slides from conversations into
// questions, where the paper either mixes both from the start or changes at once. Change a stage and run the page again: the stages
// before it come from the cache.

// %%
const talkThenSlide = [
  kit.tune(["switch"], { name: "talk", length: "halfConfigured" }),
  kit.tune(["switch", "wiki"], { name: "slide", order: "gradual", length: "halfConfigured" }),
];
const config = { ...kit.deriveStudy("smoke"), curricula: { talkThenSlide } };
const [seed] = p.seeds;
const study = kit.openStudy({ scale: "smoke", seed, resultsRoot: `${p.out}/extend`, config });
const context = kit.contextOf(study);
const conditions = ["base", "merged", "switchThenWiki", "talkThenSlide"] as const;
const runs = conditions.map((condition) => ({ model: "llama140M", condition }) as const);

// %% [markdown]
// Before anything is trained: the order of examples as it will be.

// %%
const order = await kit.exampleOrder(study, { model: "llama140M", conditions });
await kit.showFigure(kit.exampleOrderStrips(order, context), {
  name: "extend-order",
  folder: kit.outputFolder(study, "figures"),
  caption: "Order of examples: both mixed, one after the other, and the hybrid",
  alt: "One strip per condition: which set each part of tuning uses, and the mean length of its rows",
});

// %% [markdown]
// Train, or take finished stages from the cache. A fair comparison needs about as many words: see the table, and
// `length: { wordsOf: "merged" }` for a stage that is to match.

// %%
const live = { name: "extend-live", alt: "Training loss of the conditions", context };
const stages = new Set<string>();
for await (const { condition, phase } of kit.watchCurves(kit.trainAll(study, runs), live))
  stages.add(`${condition}: ${phase}`);
console.log([...stages].join("\n"));

// %%
const words = kit.wordBudgetRows(kit.resultsOf(study, "training"));
kit.showTable(kit.frame(words), {
  caption: "Words learned from and seen",
  missing: "limits have no model",
  context,
});

// %% [markdown]
// Score, and judge claims of your own as notebook 7 judges the paper's: the same items for both models, a bootstrap over them, p
// corrected for the number of claims.

// %%
const scores = kit.zeroShotScores(await kit.evaluateAll(study, runs, "blimp"));
const caption = "BLiMP, official scoring rule, with a 95 % interval over items";
const missing = "the paper has no such model, or the items were generated";
kit.showTable(kit.frame(kit.scoreTable(scores)), { caption, missing, context });

// %%
const claims: kit.Claim[] = ["merged", "switchThenWiki"].map((other) => ({
  id: `hybrid-${other}`,
  label: `hybrid against ${other}`,
  statement: `The hybrid beats ${other} on BLiMP`,
  source: "our own question",
  comparison: {
    ...{ kind: "difference", tasks: ["BLiMP"], expect: "positive" },
    ...{ more: ["llama140M talkThenSlide"], less: [`llama140M ${other}`] },
  },
  caveat: "one training run each: another seed may reverse it",
}));

// %%
const judged = kit.judgeClaims(claims, kit.ownEvidence(kit.readPairedOutcomes(study.resultsFolder)));
const columns = ["claim", "verdict", "from", "to", "unit", "corrected p", "n", "caveat"];
const verdicts = kit.frame(kit.verdictRows(judged)).loc({ columns });
kit.showTable(verdicts, {
  caption: "Two claims of our own, judged",
  missing: "there is no verdict",
  context,
});

// %%
const forest = kit.verdictForest(kit.verdictEffects(judged), context, "Does the hybrid gain?");
await kit.showFigure(forest, {
  name: "extend-verdicts",
  folder: kit.outputFolder(study, "figures"),
  caption: "The hybrid against both mixed and one after the other, BLiMP",
  alt: "Difference of the hybrid to two conditions in points, with 95 % intervals over items",
});

// %% [markdown]
// From the command line the same curriculum is a file, here `hybrid.json`, for `npx class-it train --config` and `evaluate --config`:
//
// ```json
// {
//   "curricula": {
//     "talkThenSlide": [
//       { "examples": ["switch"], "name": "talk", "length": "halfConfigured" },
//       { "examples": ["switch", "wiki"], "name": "slide", "order": "gradual", "length": "halfConfigured" }
//     ]
//   }
// }
// ```

// %% [markdown]
// ## Another corpus
//
// Put the text into the data folder, as `data/raw/own/letters.txt`:
//
// ```text
// Dear Mara, the bells rang twice before we reached the mill.
// The miller was out, but his dog knew us and let us in.
//
// Dear Anton, I read your letter to the children.
// They ask when the dog will visit us.
// ```
//
// With `sha256` and `bytes` in place of `unverified` in its entry, every reading checks that it is still the same text
// (`data/README.md`, "Your own corpora"). The entry is in `data/own.json`:
//
// ```json
// {
//   "schemaVersion": 1,
//   "files": [
//     {
//       "path": "own/letters.txt",
//       "unverified": true,
//       "licence": "my own",
//       "download": null,
//       "standIn": false,
//       "source": "letters, typed by hand",
//       "corpus": { "genre": "letters", "split": "train", "format": "paragraphs" }
//     }
//   ]
// }
// ```
//
// From then on real text has one genre more, with its share of every budget, in every notebook and every command; tokenizers and
// models are trained again, and each result names the file and its hash. A genre with `"split": "heldOut"` is measured on and never
// trained on. For a first look, a short training run with the settings of `brief.json`:
//
// ```json
// { "pretraining": { "maxEpochs": 1 }, "budget": { "pretrainingWords": 60000 } }
// ```
//
// Changed settings go into a study of their own, here `brief`. Its result lists the corpus among its files:
//
// ```bash
// npx class-it train --condition base --model llama100M --scale smoke --seed 42 --study brief --config brief.json
// ```

// %%
const genres = await kit.describeText(study);
kit.showTable(kit.frame(genres), { caption: "Pre-training text by genre, before any of yours", context });

// %% [markdown]
// ## A benchmark in three files
//
// Which article fits, *a* or *an*? First the reader, from a file to items: `src/evaluation/articles.ts`.
//
// ```ts
// /** @file Articles: "an apple" or "a apple"? */
// import { z } from "zod";
// import { parseJsonLines } from "../data/json-lines.js";
// import type { BenchmarkFile, UnnumberedItem } from "./choice-items.js";
//
// const schema = z.object({ before: z.string(), article: z.enum(["a", "an"]), after: z.string() });
//
// /**
//  * Items from JSON lines, each a sentence around its article.
//  *
//  * @throws RangeError naming file and line when a line has other fields
//  */
// export function readArticles({ text, name }: BenchmarkFile): UnnumberedItem[] {
//   const expected = 'a JSON object with the texts before and after, and the article, "a" or "an"';
//   return parseJsonLines(text, { name, schema, expected }).map(({ before, article, after }) => {
//     const sentences = [article, article === "a" ? "an" : "a"].map((word) => [before, word, after].join(" "));
//     return {
//       uid: article, // accuracy is the mean over both
//       candidates: sentences.map((continuation) => ({ context: "", continuation })), // the right one first
//       predictions: sentences,
//       groups: {},
//     };
//   });
// }
// ```
//
// Second its place in the list, `src/evaluation/benchmarks.ts`:
//
// ```diff
// --- a/src/evaluation/benchmarks.ts
// +++ b/src/evaluation/benchmarks.ts
// @@ -18,1 +18,2 @@
// +import { readArticles } from "./articles.js";
//  import type { BenchmarkFile, UnnumberedItem } from "./choice-items.js";
// @@ -128,4 +129,12 @@
//      rules: [2026],
//      scorePer: "token",
//    },
// +  articles: {
// +    read: readArticles,
// +    fastFolder: null,
// +    fastItemsPerUid: 0,
// +    fullFolder: "articles",
// +    officialTask: "articles",
// +    chance: 0.5,
// +  },
//  } as const satisfies Readonly<Record<string, Benchmark>>;
// ```
//
// Third its test, `tests/evaluation/articles.test.ts`:
//
// ```ts
// import { expect, test } from "vitest";
// import { readArticles } from "../../src/evaluation/articles.js";
//
// test("the sentence with the right article comes first", () => {
//   const text = '{"before": "Ann ate", "article": "an", "after": "apple."}';
//   const [item] = readArticles({ name: "fruit", text });
//   expect(item?.uid).toBe("an");
//   expect(item?.predictions).toEqual(["Ann ate an apple.", "Ann ate a apple."]);
// });
// ```
//
// Ties, ids, summaries, the official form of predictions and rows for tables follow from the items. With some of them in
// `my-evaluation/full_eval/articles/fruit.jsonl`:
//
// ```json
// {"before": "Ann ate", "article": "an", "after": "apple."}
// {"before": "Ben ate", "article": "a", "after": "pear."}
// {"before": "Cleo peeled", "article": "an", "after": "orange."}
// {"before": "Dan washed", "article": "a", "after": "plum."}
// ```
//
// any Llama folder can be asked, here one that `npx class-it export` wrote to `my-model`:
//
// ```bash
// npm run set-up
// npm test -- tests/evaluation/articles
// npx class-it evaluate --model my-model --tasks articles --data my-evaluation --out scores
// ```

// %% [markdown]
// ## What differs, and why we think so
//
// - The paper has six conditions and leaves hybrids to future work; this one is an example, and its verdicts at smoke scale only show
//   that every step runs.
// - Half of smoke scale's one epoch is still one, so that the hybrid sees more words than the others there.
// - The paper has no number for a condition, a benchmark or a corpus of your own; the tables leave its place blank.
