/** @file Weights that a golden file's generator draws from the same seed (`golden/make/seeded_decoder.py`). */
import type { ArchitectureConfig } from "../../src/config/config.js";
import { tf } from "../../src/engine/backend.js";
import { weightShapes, type Weights } from "../../src/model/weights.js";
import { normal, seeded } from "../../src/random.js";

/** Matrices normal, gains from 0.5 to 1.5, in the order of `weightShapes`. */
export function drawnWeights(architecture: ArchitectureConfig, seed: number): Weights {
  const random = seeded(seed);
  return Object.fromEntries(
    Object.entries(weightShapes(architecture)).map(([name, shape]) => {
      const size = shape.reduce((product, axis) => product * axis, 1);
      const draw = () => (shape.length === 1 ? 0.5 + random() : architecture.initializerStd * normal(random));
      return [name, tf.tensor(Float32Array.from({ length: size }, draw), shape)];
    }),
  );
}
