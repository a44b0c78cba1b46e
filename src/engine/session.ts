/** @file A graph loaded into TensorFlow: written as a SavedModel, loaded, run by the names of its ends, and released. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tf } from "./backend.js";
import { encodeSavedModel } from "./saved-model.js";
import type { TensorflowBackend } from "./tensorflow-backend.js";

/** Bytes of tensors handed to loaded graphs and back since the process began. On a GPU each of them crosses the bus. */
export interface Transfers {
  readonly toGraphs: number;
  readonly fromGraphs: number;
}

const transferred = { toGraphs: 0, fromGraphs: 0 };

/** What has crossed so far; the difference of two readings is what the runs between them handed over. */
export const transferredBytes = (): Transfers => ({ ...transferred });

const sizeOf = (tensors: readonly tf.Tensor[]): number =>
  tensors.reduce((sum, { size, dtype }) => sum + size * tf.util.bytesPerElement(dtype), 0);

/** A loaded graph. Owns native memory: `dispose` it. */
export class Session {
  readonly #id: number;
  #disposed = false;

  /** @param parts of the graph, from `encodeNodes` */
  constructor(
    private readonly backend: TensorflowBackend,
    parts: readonly Uint8Array[],
  ) {
    const folder = mkdtempSync(join(tmpdir(), "class-it-graph-"));
    try {
      writeFileSync(join(folder, "saved_model.pb"), encodeSavedModel(parts));
      this.#id = backend.binding.loadSavedModel(folder, "serve");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * Runs what the results need.
   *
   * @param inputs  tensors by the names of their nodes; they stay, and TensorFlow reads them in place
   * @param outputs names of nodes
   * @returns       tensors the caller disposes
   */
  run(inputs: ReadonlyMap<string, tf.Tensor>, outputs: readonly string[]): tf.Tensor[] {
    if (this.#disposed) throw new Error("Session.run: the graph must be loaded, got one that was disposed.");
    const given = [...inputs.values()];
    const end = (name: string) => `${name}:0`;
    const handles = this.backend.binding.runSavedModel(
      this.#id,
      this.backend.getInputTensorIds(given),
      [...inputs.keys()].map(end).join(","),
      outputs.map(end).join(","),
    );
    const results = handles.map((handle) => this.backend.createOutputTensor(handle));
    transferred.toGraphs += sizeOf(given);
    transferred.fromGraphs += sizeOf(results);
    return results;
  }

  /** Frees the graph and everything it holds. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.backend.binding.deleteSavedModel(this.#id);
  }
}
