/**
 * @file What a stage computes, apart from how it is cached. A computation is a function in a module of its own that sees nothing but
 * the inputs that name its stage and what they name in turn, so that it cannot read a setting that the stage's key lacks.
 */
import { fileURLToPath } from "node:url";

/** A function that a stage runs, and the module whose code decides what it computes. */
export interface Computation<Inputs, Given, Result> {
  /** Path below `src` without its ending, such as `runs/training/pretrain`. */
  readonly module: string;
  /**
   * @param inputs whatever decides the outcome, as plain JSON
   * @param given  what the inputs name, opened: folders of other stages, a place to write into, somebody to tell of progress
   */
  readonly run: (inputs: Inputs, given: Given) => Result;
}

/**
 * A computation of the module that calls this.
 *
 * @param url the module's `import.meta.url`
 * @throws Error when the module is none of `src`
 */
export function computation<Inputs, Given, Result>(
  url: string,
  run: (inputs: Inputs, given: Given) => Result,
): Computation<Inputs, Given, Result> {
  const path = fileURLToPath(url).replaceAll("\\", "/");
  const [, module] = /^.*\/src\/(?:dist\/)?(.+)\.[jt]s$/.exec(path) ?? [];
  if (module === undefined)
    throw new Error(
      `computation: the module must be in src, got ${path}. Give the module's import.meta.url.`,
    );
  return { module, run };
}

/** A finished stage, or a model's folder, as others name it. */
export interface Named {
  readonly folder: string;
  readonly hash: string;
}

/** Where a computation writes, and where the stages lie that its inputs name. */
export interface StagePlaces {
  /** Of this stage; its files become the stage's. */
  readonly folder: string;
  /** Folder of a stage that the inputs name. @throws Error when the stage was not handed over */
  readonly folderOf: (hash: string) => string;
}

/** Folders of stages by their hash. */
export const foldersOf =
  (stages: readonly Named[]): StagePlaces["folderOf"] =>
  (hash) => {
    const found = stages.find((stage) => stage.hash === hash);
    if (found) return found.folder;
    throw new Error(
      `foldersOf: a stage must be among those handed to the computation, got ${String(hash)}. Name it in the inputs and hand it over.`,
    );
  };
