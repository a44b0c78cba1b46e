/**
 * @file The computation of the stage `held-out-loss`: the loss of finished weights on one source that no stage trains on, which says
 * what a phase made the model learn, and forget.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InstructionConfig, InstructionSet, Precision } from "../../config/config.js";
import { encodeExamples } from "../../data/instructions/chat-template.js";
import { exampleBatches } from "../../data/example-batches.js";
import type { NamedFile } from "../../data/files.js";
import { loadSwitchboardPairs, loadWikiQuestions } from "../../data/instructions/instructions.js";
import { findEntry } from "../../data/manifest.js";
import type { Tokenizer } from "../../data/tokenizer/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { loadModel } from "../../model/checkpoint.js";
import { deriveSeed } from "../../random.js";
import { computation, type StagePlaces } from "../stages/computation.js";
import { requireSameFiles } from "../study/same-files.js";
import { requireEnd } from "../study/token-folder.js";
import { measureSources, textSources, type HeldOutSource, type TextCut } from "./held-out.js";
import type { OpenedText } from "./text-batches.js";

/** Held-out text of all genres. */
export interface HeldOutText extends TextCut {
  /** Hash of the stage of the text's tokens. */
  readonly tokens: string;
}

/** Rows of an instruction set from dialogues or articles that are never trained on. */
export type HeldOutSet = {
  readonly source: "real" | "microworld";
  readonly rows: number;
  readonly files: readonly NamedFile[];
  readonly template: Exclude<InstructionConfig["chatTemplate"], "released">;
  readonly lossOn: InstructionConfig["lossOn"];
} & (
  | { readonly set: "switch"; readonly pairing: Exclude<InstructionConfig["switchboardPairs"], "released"> }
  | { readonly set: "wiki" }
);

/** What decides a loss. */
export interface HeldOutLossInputs {
  /** Hash of the stage whose last weights are measured. */
  readonly model: string;
  readonly tokenizer: string;
  readonly precision: Precision;
  readonly on: HeldOutText | HeldOutSet;
}

/** File of the stage. */
export const LOSSES = "losses.json";

/** Examples per batch. The mean does not depend on it; 8 is the batch size of tuning. */
const BATCH_ROWS = 8;

/** Writes the losses of the model, one a source. */
export const heldOutLoss = computation(
  import.meta.url,
  async (
    { model, tokenizer: hash, precision, on }: HeldOutLossInputs,
    { folder, folderOf, tokenizerOf, tokensOf }: StagePlaces & OpenedText,
  ): Promise<void> => {
    const tokenizer = tokenizerOf(hash);
    const { architecture, weights } = loadModel(folderOf(model));
    try {
      const sources =
        "tokens" in on
          ? textSources(tokensOf(on.tokens).heldOut, on, requireEnd(tokenizer))
          : [await setSource(on, tokenizer, architecture.maxLengthTokens)];
      const losses = measureSources(sources, weights, { architecture, precision });
      writeFileSync(join(folder, LOSSES), JSON.stringify(losses) + "\n");
    } finally {
      tf.dispose({ ...weights });
    }
  },
);

const FILES: Readonly<Record<InstructionSet, string>> = {
  switch: "switchboard/swda_val.tsv",
  wiki: "babylm_sample/dev/simple_wiki.dev",
};

/** The file a held-out set is read from; none for generated text. */
export function filesOfHeldOut({ source, set }: Pick<HeldOutSet, "source" | "set">): NamedFile[] {
  if (source === "microworld") return [];
  const { path, sha256 } = findEntry(FILES[set]);
  return [{ path, sha256 }];
}

async function setSource(
  on: HeldOutSet,
  tokenizer: Tokenizer,
  maxLengthTokens: number,
): Promise<HeldOutSource> {
  const { source, rows, template, lossOn } = on;
  requireSameFiles(filesOfHeldOut(on), on.files);
  const request = { rows, seed: deriveSeed(0, "held-out examples"), source, split: "heldOut" } as const;
  const loaded =
    on.set === "switch"
      ? await loadSwitchboardPairs({ ...request, pairing: on.pairing })
      : await loadWikiQuestions(request);
  const { examples } = await encodeExamples(loaded, {
    tokenizer,
    template,
    lossOn,
    maxLengthTokens,
    overlongReplies: "leaveOut",
  });
  const batches = exampleBatches({
    examples,
    batchSize: BATCH_ROWS,
    epoch: 0,
    seed: 0,
    order: "groupedByLength",
    padId: tokenizer.padId ?? requireEnd(tokenizer),
  });
  return { source: on.set, batches: [...batches] };
}
