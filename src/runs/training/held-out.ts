/** @file Losses on text that no stage trains on, source by source: what a stage makes a model learn, and forget. */
import type { ModelName } from "../../config.js";
import { batchOf, chunks, type Batch } from "../../data/batches.js";
import { encodeExamples } from "../../data/chat-template.js";
import type { PretrainingText } from "../../data/corpora.js";
import { readTexts } from "../../data/documents.js";
import { exampleBatches } from "../../data/example-batches.js";
import { loadSwitchboardPairs, loadWikiQuestions } from "../../data/instructions.js";
import { withEnds } from "../../data/packed-text.js";
import type { Tokenizer } from "../../data/tokenizer.js";
import type { Weights } from "../../model/weights.js";
import { deriveSeed } from "../../random.js";
import { measureLoss } from "../../training/train.js";
import type { Study } from "../study/study.js";
import { requireEnd } from "../study/text.js";
import type { HeldOutLoss } from "./records.js";

/** One source in batches of a model's tokens. */
export interface HeldOutSource {
  /** A genre of the pre-training text, or an instruction set. */
  readonly source: string;
  readonly batches: readonly Batch[];
}

/** Genres of the held-out text, then both instruction sets from dialogues and articles that are never trained on. */
export async function heldOutSources(
  study: Study,
  model: ModelName,
  { text, tokenizer }: { readonly text: PretrainingText; readonly tokenizer: Tokenizer },
): Promise<HeldOutSource[]> {
  const sources: HeldOutSource[] = [];
  for (const genre of [...new Set(text.heldOut.map((document) => document.genre))].sort()) {
    const texts = [...readTexts(text.heldOut.filter((document) => document.genre === genre))];
    sources.push({ source: genre, batches: await textRows(study, model, { texts, tokenizer }) });
  }
  const { instructions, budget, architectures } = study.config;
  const request = {
    rows: budget.heldOutRows,
    seed: deriveSeed(0, "held-out examples"),
    source: study.source,
    split: "heldOut",
  } as const;
  // The released sets keep no rows apart: what they are measured on is paired and worded by our own rules.
  const { switchboardPairs, chatTemplate } = instructions;
  const pairing = switchboardPairs === "released" ? "minThreeWords" : switchboardPairs;
  const template = chatTemplate === "released" ? "plainRoles" : chatTemplate;
  const sets = {
    switch: await loadSwitchboardPairs({ ...request, pairing }),
    wiki: await loadWikiQuestions(request),
  };
  for (const [source, loaded] of Object.entries(sets)) {
    const { examples } = await encodeExamples(loaded, {
      tokenizer,
      template,
      lossOn: instructions.lossOn,
      maxLengthTokens: architectures[model].maxLengthTokens,
      overlongReplies: "leaveOut",
    });
    const batches = exampleBatches({
      examples,
      batchSize: study.config.instructionTuning.batchSize,
      epoch: 0,
      seed: 0,
      order: "groupedByLength",
      padId: tokenizer.padId ?? requireEnd(tokenizer),
    });
    sources.push({ source, batches: [...batches] });
  }
  return sources;
}

/** Text in rows like those of pre-training; here the last one is padded, not dropped. */
async function textRows(
  study: Study,
  model: ModelName,
  { texts, tokenizer }: { readonly texts: readonly string[]; readonly tokenizer: Tokenizer },
): Promise<Batch[]> {
  const ends = { startId: tokenizer.addsStartToken ? tokenizer.startId : null, endId: requireEnd(tokenizer) };
  const encoded = await tokenizer.encodeIds(texts, { addSpecialTokens: false });
  const stream = encoded.flatMap((ids) => withEnds(ids, ends));
  const lengthTokens = study.config.rowLengthTokens[model];
  const rows: { ids: number[]; trained: null }[][] = [];
  for (let from = 0; from + 1 < stream.length; from += lengthTokens)
    rows.push([{ ids: stream.slice(from, from + lengthTokens + 1), trained: null }]);
  return chunks(rows, study.config.pretraining.batchSize).map((group) =>
    batchOf(group, { lengthTokens, padId: ends.endId, isolated: false, words: 0 }),
  );
}

/** Loss on each source. */
export function measureSources(
  sources: readonly HeldOutSource[],
  weights: Weights,
  {
    study,
    model,
    step,
    epoch,
  }: { readonly study: Study; readonly model: ModelName; readonly step: number; readonly epoch: number },
): HeldOutLoss[] {
  const { architectures, pretraining } = study.config;
  return sources.map(({ source, batches }) => ({
    step,
    epoch,
    source,
    ...measureLoss(weights, batches, {
      architecture: architectures[model],
      precision: pretraining.precision,
    }),
  }));
}
