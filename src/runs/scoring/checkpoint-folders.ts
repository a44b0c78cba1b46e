/**
 * @file The checkpoints of a training run as Hugging Face folders: `chck_1M`, `chck_2M`, … in one folder, as the BabyLM rules name
 * revisions; and a trained run of the cache written out in that form.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { explained } from "../../disk/disk-fault.js";
import type { Stage } from "../stages/stage.js";

/** A checkpoint in a folder of its own. */
export interface CheckpointFolder {
  /** Name of the revision: `chck_10M`. */
  readonly name: string;
  readonly folder: string;
  readonly wordsSeen: number;
}

const NAME = /^chck_(\d+(?:\.\d+)?)M$/;

/** The checkpoints in a folder, in order of words seen; none where there are none. */
export function checkpointFolders(folder: string): CheckpointFolder[] {
  const names = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
  return names
    .flatMap((name) => {
      const [, millions] = NAME.exec(name) ?? [];
      const found = join(folder, name);
      return millions === undefined || !statSync(found).isDirectory()
        ? []
        : [{ name, folder: found, wordsSeen: Number(millions) * 1e6 }];
    })
    .sort((a, b) => a.wordsSeen - b.wordsSeen);
}

/**
 * The model of a stage, and the weights it kept on the way, as folders: the model in `folder`, checkpoints below it.
 *
 * @returns the folder
 * @throws Error when it cannot be written
 */
export function writeCheckpointFolders(stage: Pick<Stage, "folder">, folder: string): string {
  const names = readdirSync(stage.folder);
  const rest = names.filter((name) => /^(config|tokenizer|tokenizer_config)\.json$/.test(name));
  const write = (place: string, weights: string): void =>
    explained(place, () => {
      mkdirSync(place, { recursive: true });
      for (const [from, to] of [...rest.map((name) => [name, name]), [weights, "model.safetensors"]] as const)
        if (from !== undefined && to !== undefined && !existsSync(join(place, to)))
          copyFileSync(join(stage.folder, from), join(place, to));
    });
  write(folder, "model.safetensors");
  for (const name of names) {
    const revision = name.replace(/\.safetensors$/, "");
    if (NAME.test(revision)) write(join(folder, revision), name);
  }
  return folder;
}
