/** @file A stage from its computation: the inputs and the code's version are its key, the computation fills its folder. */
import { z } from "zod";
import { foldersOf, type Computation, type Named, type StagePlaces } from "./computation.js";
import { codeVersion } from "./provenance.js";
import { runStage, type Stage, type StageInputs } from "./stage.js";

const keySchema = z.record(z.string(), z.unknown());

/** Whatever names a stage: its inputs as plain JSON, copied, and the version of the code that computes it. */
export const keyOf = (inputs: object, { module }: { readonly module: string }): StageInputs =>
  keySchema.parse(JSON.parse(JSON.stringify({ ...inputs, code: codeVersion(module) })));

/**
 * The stage from the cache, or computed and then cached.
 *
 * @param stage.parents stages that the inputs name by their hashes
 * @param stage.given   what else the computation is handed: opened parents, somebody to tell of progress; nothing that decides the outcome
 */
export function computeStage<Inputs extends object, Extra extends object>(
  cacheFolder: string,
  stage: {
    readonly kind: string;
    readonly inputs: Inputs;
    readonly computation: Computation<Inputs, Extra & StagePlaces, Promise<void>>;
    readonly parents?: readonly Named[];
    readonly given: Extra;
  },
): Promise<Stage> {
  const { kind, inputs, computation, parents = [], given } = stage;
  return runStage(cacheFolder, kind, keyOf(inputs, computation), (folder) =>
    computation.run(inputs, { ...given, folder, folderOf: foldersOf(parents) }),
  );
}
