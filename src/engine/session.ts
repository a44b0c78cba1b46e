/** @file A graph loaded into TensorFlow: written as a SavedModel, loaded, run by the names of its ends, and released. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeSavedModel, type GraphNode } from "./saved-model.js";
import type { TensorflowBackend, TensorHandle } from "./tensorflow-backend.js";

/** A loaded graph. Owns native memory: `dispose` it. */
export class Session {
  readonly #id: number;
  #disposed = false;

  constructor(
    private readonly backend: TensorflowBackend,
    nodes: readonly GraphNode[],
  ) {
    const folder = mkdtempSync(join(tmpdir(), "class-it-graph-"));
    try {
      writeFileSync(join(folder, "saved_model.pb"), encodeSavedModel(nodes));
      this.#id = backend.binding.loadSavedModel(folder, "serve");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * Runs what the results need.
   *
   * @param ids     native tensors, one for each name in `inputs`; TensorFlow reads them in place
   * @param outputs names of nodes
   * @returns       native tensors the caller wraps or deletes
   */
  run(ids: readonly number[], inputs: readonly string[], outputs: readonly string[]): TensorHandle[] {
    if (this.#disposed) throw new Error("Session.run: the graph must be loaded, got one that was disposed.");
    const end = (name: string) => `${name}:0`;
    return this.backend.binding.runSavedModel(
      this.#id,
      ids,
      inputs.map(end).join(","),
      outputs.map(end).join(","),
    );
  }

  /** Frees the graph and everything it holds. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.backend.binding.deleteSavedModel(this.#id);
  }
}
