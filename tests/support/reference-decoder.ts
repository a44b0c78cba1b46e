/**
 * @file The decoder a second time, in float64 loops over plain arrays and straight from the equations: slow, and with
 * nothing in common with `src/model` but the papers. It is what the fast one is held against without PyTorch.
 */
import type { ArchitectureConfig } from "../../src/config/config.js";

type Vector = number[];
type Matrix = Vector[];

const dot = (a: Vector, b: Vector) =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? Number.NaN), 0);
const apply = (weight: Matrix, x: Vector): Vector => weight.map((row) => dot(row, x));
const add = (a: Vector, b: Vector): Vector => a.map((value, index) => value + (b[index] ?? Number.NaN));

function normalise(x: Vector, gain: Vector, epsilon: number): Vector {
  const root = Math.sqrt(dot(x, x) / x.length + epsilon);
  return x.map((value, index) => (value / root) * (gain[index] ?? Number.NaN));
}

/** Pairs (k, k + K/2) seen as complex numbers and multiplied by e^(i · angle). */
function turn(x: Vector, position: number, base: number): Vector {
  const half = x.length / 2;
  return x.map((value, k) => {
    const angle = position / base ** ((2 * (k % half)) / x.length);
    const other = x[(k + half) % x.length] ?? Number.NaN;
    return value * Math.cos(angle) + (k < half ? -other : other) * Math.sin(angle);
  });
}

/** Logits [T][V] of one sequence. */
export function referenceLogits(
  ids: readonly number[],
  matrixOf: (name: string) => Matrix,
  vectorOf: (name: string) => Vector,
  architecture: ArchitectureConfig,
): Matrix {
  const { hiddenSize, numHeads, numLayers, normEpsilon, rotaryBase } = architecture;
  const headDim = hiddenSize / numHeads;
  const embedding = matrixOf("model.embed_tokens.weight");
  let hidden = ids.map((id) => embedding[id] ?? []);
  for (let layer = 0; layer < numLayers; layer++) {
    const at = `model.layers.${layer}`;
    const inputs = hidden.map((x) => normalise(x, vectorOf(`${at}.input_layernorm.weight`), normEpsilon));
    const project = (part: string) => inputs.map((x) => apply(matrixOf(`${at}.self_attn.${part}.weight`), x));
    const [queries, keys, values] = [project("q_proj"), project("k_proj"), project("v_proj")];
    const mixed = ids.map((_, t) =>
      Array.from({ length: numHeads }, (_, head) => {
        const slice = (x: Vector) => x.slice(head * headDim, (head + 1) * headDim);
        const query = turn(slice(queries[t] ?? []), t, rotaryBase);
        const weights = keys
          .slice(0, t + 1)
          .map((key, s) => Math.exp(dot(query, turn(slice(key), s, rotaryBase)) / Math.sqrt(headDim)));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        return Array.from({ length: headDim }, (_, k) =>
          weights.reduce(
            (sum, weight, s) => sum + (weight / total) * (slice(values[s] ?? [])[k] ?? Number.NaN),
            0,
          ),
        );
      }).flat(),
    );
    hidden = hidden.map((x, t) => add(x, apply(matrixOf(`${at}.self_attn.o_proj.weight`), mixed[t] ?? [])));
    hidden = hidden.map((x) => {
      const input = normalise(x, vectorOf(`${at}.post_attention_layernorm.weight`), normEpsilon);
      const gate = apply(matrixOf(`${at}.mlp.gate_proj.weight`), input).map(
        (value) => value / (1 + Math.exp(-value)),
      );
      const up = apply(matrixOf(`${at}.mlp.up_proj.weight`), input);
      const opened = gate.map((value, index) => value * (up[index] ?? Number.NaN));
      return add(x, apply(matrixOf(`${at}.mlp.down_proj.weight`), opened));
    });
  }
  const output = architecture.tiedEmbeddings ? embedding : matrixOf("lm_head.weight");
  return hidden.map((x) => apply(output, normalise(x, vectorOf("model.norm.weight"), normEpsilon)));
}
