/**
 * @file Weights and AdamW moments as variables of a TensorFlow graph, updated in place by its fused kernel. Gradients of
 * any graph are handed over without a copy; weights are read out without one for as long as no update comes between.
 */
import { tf } from "./backend.js";
import { shapeProto, type GraphNode, type NodeAttribute } from "./saved-model.js";
import { Session } from "./session.js";
import { DATA_TYPES, type TensorflowBackend } from "./tensorflow-backend.js";

/** What stays the same over all updates. */
export interface AdamWConstants {
  readonly beta1: number;
  readonly beta2: number;
  /** Which weights decay: those of rank 2 where it is left out. */
  readonly decays?: "everything";
  /** Factors of the learning rate for weights by name; 1 where there is none. */
  readonly rateRatios?: Readonly<Record<string, number>>;
}

/** What one update is done with. */
export interface AdamWUpdate {
  /** Learning rate with both bias corrections: rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  readonly correctedRate: number;
  /** ε · √(1 − β₂ᵗ): the kernel adds it to √v before the correction. */
  readonly correctedEpsilon: number;
  /** Share of each matrix that decays: rate · weight decay. */
  readonly decay: number;
  /** Factor of all gradients; 1 leaves them as they are. */
  readonly scale: number;
}

type Named = Readonly<Record<string, tf.Tensor>>;

/** Which tensor of a weight. */
export type Slot = "weight" | "firstMoment" | "secondMoment";
const SLOTS: readonly Slot[] = ["weight", "firstMoment", "secondMoment"];

const { float32, int32 } = DATA_TYPES;
const FLOAT: Readonly<Record<string, NodeAttribute>> = { T: { type: float32 } };
const SCALARS = ["rate", "epsilon", "decay", "scale"] as const;

/** The variables of one training run. Owns native memory: `dispose` it. */
export class AdamWGraph {
  readonly #session: Session;
  readonly #names: readonly string[];

  /** @param weights the starting point; the caller's tensors stay, and may be disposed without harm */
  constructor(
    private readonly backend: TensorflowBackend,
    weights: Named,
    constants: AdamWConstants,
  ) {
    this.#names = Object.keys(weights);
    this.#session = new Session(
      backend,
      updateGraph(
        Object.entries(weights).map(([name, { shape }]) => ({
          shape,
          ratio: constants.rateRatios?.[name] ?? 1,
        })),
        constants,
      ),
    );
    this.write("weight", weights);
    tf.dispose(this.#run({}, ["zero_moments"]));
  }

  /** The weights, or one of their moments, as they are now. The caller disposes them, before the next update to save a copy. */
  read(slot: Slot): Named {
    const tensors = this.#run(
      {},
      this.#names.map((_, index) => `read_${slot}_${index}`),
    );
    return Object.fromEntries(this.#names.map((name, index) => [name, tensors[index] as tf.Tensor]));
  }

  /** Sets the weights or one of their moments. @throws Error when one is missing */
  write(slot: Slot, values: Named): void {
    for (const [index, name] of this.#names.entries()) {
      const value = values[name];
      if (!value)
        throw new Error(`AdamWGraph.write: ${slot} of ${name} must be given. Pass a complete state.`);
      tf.dispose(this.#run({ [`value_${slot}_${index}`]: value }, [`assign_${slot}_${index}`]));
    }
  }

  /** Norm of all gradients together, in float32. */
  norm(gradients: Named): number {
    const [norm] = this.#run(this.#gradientInputs(gradients), ["norm"]);
    const value = norm?.dataSync()[0] ?? Number.NaN;
    norm?.dispose();
    return value;
  }

  /** One update in place. */
  update(gradients: Named, { correctedRate, correctedEpsilon, decay, scale }: AdamWUpdate): void {
    const scalars = {
      rate: tf.scalar(correctedRate),
      epsilon: tf.scalar(correctedEpsilon),
      decay: tf.scalar(decay),
      scale: tf.scalar(scale),
    };
    const kind = scale === 1 ? "plain" : "clipped";
    tf.dispose(this.#run({ ...this.#gradientInputs(gradients), ...scalars }, [`update_${kind}`]));
    tf.dispose(scalars);
  }

  dispose(): void {
    this.#session.dispose();
  }

  #gradientInputs(gradients: Named): Named {
    return Object.fromEntries(
      this.#names.map((name, index) => {
        const gradient = gradients[name];
        if (!gradient)
          throw new Error(`AdamWGraph: ${name} must have a gradient. Pass one for every weight.`);
        return [`gradient_${index}`, gradient];
      }),
    );
  }

  #run(inputs: Named, outputs: readonly string[]): tf.Tensor[] {
    const ids = this.backend.getInputTensorIds(Object.values(inputs));
    const handles = this.#session.run(ids, Object.keys(inputs), outputs);
    return handles.map((handle) => this.backend.createOutputTensor(handle));
  }
}

/** A weight as the graph knows it. */
interface WeightPlan {
  readonly shape: readonly number[];
  /** Factor of the learning rate. */
  readonly ratio: number;
}

function updateGraph(weights: readonly WeightPlan[], constants: AdamWConstants): GraphNode[] {
  const nodes: GraphNode[] = [];
  const node = (
    name: string,
    op: string,
    input: readonly string[],
    attr: GraphNode["attr"] = FLOAT,
  ): string => {
    nodes.push({ name, op, input, attr, numOutputs: 1 });
    return name;
  };
  const placeholder = (name: string, shape: readonly number[]): string =>
    node(name, "Placeholder", [], { dtype: { type: float32 }, shape: { shape: shapeProto(shape) } });
  const constant = (name: string, values: Float32Array | Int32Array, shape: readonly number[]): string => {
    const dtype = values instanceof Float32Array ? float32 : int32;
    const tensorContent = new Uint8Array(values.buffer);
    const tensor = { dtype, tensorShape: shapeProto(shape), tensorContent };
    return node(name, "Const", [], { dtype: { type: dtype }, value: { tensor } });
  };
  const scalar = (name: string, value: number): string => constant(name, Float32Array.of(value), []);
  const variableType = { dtype: { type: float32 } };

  for (const name of SCALARS) placeholder(name, []);
  const [zero, beta1, beta2] = [
    scalar("zero", 0),
    scalar("beta1", constants.beta1),
    scalar("beta2", constants.beta2),
  ];
  const ends = { zeroed: [] as string[], halfSquares: [] as string[], plain: "", clipped: "" };
  weights.forEach(({ shape, ratio }, index) => {
    const own = (name: "rate" | "decay"): string =>
      ratio === 1 ? name : node(`${name}_${index}`, "Mul", [name, `ratio_${index}`]);
    if (ratio !== 1) scalar(`ratio_${index}`, ratio);
    const [rate, decay] = [own("rate"), own("decay")];
    for (const slot of SLOTS) {
      const variable = node(`${slot}_${index}`, "VarHandleOp", [], {
        ...variableType,
        shape: { shape: shapeProto(shape) },
        shared_name: { s: Buffer.from(`${slot}_${index}`) },
        container: { s: Buffer.from("") },
      });
      const read = node(`now_${slot}_${index}`, "ReadVariableOp", [variable], variableType);
      node(`read_${slot}_${index}`, "Identity", [read]);
      const value = placeholder(`value_${slot}_${index}`, shape);
      const assigned = node(`assigned_${slot}_${index}`, "AssignVariableOp", [variable, value], variableType);
      node(`assign_${slot}_${index}`, "Identity", [zero, `^${assigned}`]);
    }
    const sizes = constant(`shape_${index}`, Int32Array.from(shape), [shape.length]);
    const zeros = node(`zeros_${index}`, "Fill", [sizes, zero], { ...FLOAT, index_type: { type: int32 } });
    for (const slot of ["firstMoment", "secondMoment"])
      ends.zeroed.push(
        node(`zero_${slot}_${index}`, "AssignVariableOp", [`${slot}_${index}`, zeros], variableType),
      );

    const gradient = placeholder(`gradient_${index}`, shape);
    ends.halfSquares.push(node(`half_square_${index}`, "L2Loss", [gradient]));
    for (const kind of ["plain", "clipped"] as const) {
      const at = (name: string) => `${kind}_${name}_${index}`;
      // One weight after the other: all at once would need a second copy of everything.
      const after = ends[kind] === "" ? [] : [`^${ends[kind]}`];
      const scaled = kind === "plain" ? gradient : node(at("scaled"), "Mul", [gradient, "scale", ...after]);
      const decayed: string[] = [];
      if (shape.length > 1 || constants.decays === "everything") {
        const now = node(at("now"), "ReadVariableOp", [`weight_${index}`, ...after], variableType);
        const loss = node(at("loss"), "Mul", [now, decay]);
        decayed.push(
          `^${node(at("decayed"), "AssignSubVariableOp", [`weight_${index}`, loss], variableType)}`,
        );
      }
      const slots = SLOTS.map((slot) => `${slot}_${index}`);
      // Both powers are 0 and the corrections are in the rate: in float32 1 − β₂ᵗ would lose digits.
      const inputs = [...slots, zero, zero, rate, beta1, beta2, "epsilon", scaled, ...decayed, ...after];
      ends[kind] = node(at("updated"), "ResourceApplyAdam", inputs, {
        ...FLOAT,
        use_locking: { b: false },
        use_nesterov: { b: false },
      });
    }
  });
  node("zero_moments", "Identity", [zero, ...ends.zeroed.map((name) => `^${name}`)]);
  const sum = node("half_squares", "AddN", ends.halfSquares, { ...FLOAT, N: { i: weights.length } });
  node("norm", "Sqrt", [node("squares", "Add", [sum, sum])]);
  for (const kind of ["plain", "clipped"] as const)
    node(`update_${kind}`, "Identity", [zero, `^${ends[kind]}`]);
  return nodes;
}
