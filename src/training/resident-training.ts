/**
 * @file Weights and moments in training: variables of one loaded graph that holds forward pass, backward pass and update for
 * every shape of batch. What is trained is for the loss to say, how for the `UpdateRule`.
 */
import type { Precision } from "../config/config.js";
import { tf } from "../engine/backend.js";
import { assign, assignAdd, clipFactor, halfSquare, onlyIf, type Variable } from "../engine/effects.js";
import { ResidentGraph, type ResidentStep, type Variables } from "../engine/resident-graph.js";
import type { TensorTree } from "../engine/tensor-tree.js";
import type { Weights } from "../model/weights.js";
import { withGradients } from "./training-step.js";
import type { TrainedWeight, UpdateRule } from "./update-rule.js";

/** The optimizer's memory; its updates are counted, because the bias corrections depend on their number. */
export interface Moments {
  readonly updates: number;
  readonly first: Weights;
  readonly second: Weights;
}

/** Weights to start from, by name. The tensors stay the caller's. */
export interface TrainingState {
  readonly weights: Weights;
  /** Weights the loss sees and no update changes. */
  readonly fixed?: Weights;
  /** Of an optimizer that goes on; zero without. */
  readonly moments?: Moments | undefined;
}

/** What is trained. */
export interface TrainingTask<B extends TensorTree> {
  /** A pure function of tfjs operations: weights, fixed ones included, and a batch to a scalar. */
  readonly loss: (weights: Weights, batch: B) => tf.Scalar;
  readonly rule: UpdateRule;
  /** Larger gradients are scaled to this global norm; may be infinite. */
  readonly clipNorm: number;
  readonly precision: Precision;
  /** Groups of weights whose norms are asked for, too. */
  readonly groups?: Readonly<Record<string, (name: string) => boolean>>;
}

/** Rows of a batch that are computed together, and the share of their loss in that of the batch. */
export interface BatchPart<B extends TensorTree> {
  readonly batch: B;
  readonly share: number;
}

/** What one update saw. Nothing was changed where the loss or the norm is not finite. */
export interface UpdateResult {
  /** Before the update. */
  readonly loss: number;
  /** Global norm of all gradients, before clipping. */
  readonly gradientNorm: number;
  /** Norms of the groups asked for. */
  readonly norms: Readonly<Record<string, number>>;
}

type Scalars = Readonly<Record<string, tf.Scalar>>;
type Seen = { readonly loss: tf.Scalar; readonly norm: tf.Scalar; readonly norms: Scalars };
type Gradients = { readonly loss: tf.Scalar; readonly gradients: Weights };

/** Names of a weight's variables. */
const firstOf = (name: string): string => `first moment of ${name}`;
const secondOf = (name: string): string => `second moment of ${name}`;
const sumOf = (name: string): string => `gradients of ${name}`;
const LOSS = "loss";

/**
 * A task, and the weights that are trained on it between `begin` and `dispose`. What has been recorded and loaded outlives
 * them, as that of `compile` does: keep the object for the next training run of the kind.
 */
export class ResidentTraining<B extends TensorTree> {
  readonly #graph: ResidentGraph;
  /** Weights that are trained. */
  readonly #names: readonly string[];
  /** Those of them that have a second moment. */
  readonly #withSecond: readonly string[];
  /** All that the loss sees. */
  readonly #all: readonly string[];
  readonly #whole: ResidentStep<{ readonly batch: B; readonly scalars: Scalars }, Seen>;
  readonly #add: ResidentStep<{ readonly batch: B; readonly share: tf.Scalar }, tf.Scalar>;
  readonly #finish: ResidentStep<{ readonly scalars: Scalars }, Seen>;
  readonly #rule: UpdateRule;
  #updates = 0;
  #isIdle = true;

  constructor(
    { weights, fixed = {} }: Pick<TrainingState, "weights" | "fixed">,
    { loss, rule, clipNorm, precision, groups = {} }: TrainingTask<B>,
  ) {
    const names = (this.#names = Object.keys(weights));
    this.#all = [...Object.keys(fixed), ...names];
    const shapes: Record<string, readonly number[]> = { [LOSS]: [] };
    for (const [name, { shape }] of Object.entries(fixed)) shapes[name] = shape;
    for (const [name, { shape }] of Object.entries(weights))
      for (const variable of [name, firstOf(name), sumOf(name)]) shapes[variable] = shape;
    this.#withSecond = names.filter((name) => rule.hasSecond?.(name, weights[name]?.rank ?? 0) ?? true);
    for (const name of this.#withSecond) shapes[secondOf(name)] = shapes[name] ?? [];
    this.#graph = new ResidentGraph(shapes, { precision });
    this.#rule = rule;

    const gradientsOf = (variables: Variables, batch: B): Gradients => {
      const unchanged = valuesOf(variables, Object.keys(fixed));
      return withGradients(valuesOf(variables, names), (trained) =>
        loss({ ...unchanged, ...trained }, batch),
      );
    };
    const update = (variables: Variables, { loss, gradients }: Gradients, scalars: Scalars): Seen => {
      const norm = globalNorm(gradients, names);
      // Before the effects: what follows them keeps the gradients in memory until then.
      const norms = Object.entries(groups).map(([group, isIn]): [string, tf.Scalar] => [
        group,
        globalNorm(gradients, names.filter(isIn)),
      ]);
      onlyIf(tf.logicalAnd(tf.isFinite(loss), tf.isFinite(norm)), () => {
        const factor = clipFactor(norm, clipNorm);
        for (const name of names)
          rule.update(trainedWeight(variables, name), tf.mul(tensorOf(gradients, name), factor), scalars);
      });
      return { loss, norm, norms: Object.fromEntries(norms) };
    };

    this.#whole = this.#graph.step((variables, { batch, scalars }) =>
      update(variables, gradientsOf(variables, batch), scalars),
    );
    this.#add = this.#graph.step((variables, { batch, share }) => {
      const { loss, gradients } = gradientsOf(variables, batch);
      assignAdd(variableOf(variables, LOSS), tf.mul(loss, share));
      // Backwards, the order in which they are ready: each is freed once it has been added.
      for (const name of [...names].reverse())
        assignAdd(variableOf(variables, sumOf(name)), tf.mul(tensorOf(gradients, name), share));
      return loss;
    });
    this.#finish = this.#graph.step((variables, { scalars }) => {
      const sums = valuesOf(variables, names.map(sumOf));
      const gradients = Object.fromEntries(names.map((name) => [name, tensorOf(sums, sumOf(name))]));
      const seen = update(
        variables,
        { loss: variableOf(variables, LOSS).value as tf.Scalar, gradients },
        scalars,
      );
      for (const name of [LOSS, ...names.map(sumOf)])
        assign(variableOf(variables, name), tf.fill([...(shapes[name] ?? [])], 0));
      return seen;
    });
  }

  /** Takes over a starting point; the caller's tensors stay. */
  begin({ weights, fixed, moments }: TrainingState): void {
    this.#graph.write({ ...fixed, ...weights, ...(moments && momentVariables(moments)) });
    if (!moments) this.#graph.zero([...this.#names.map(firstOf), ...this.#withSecond.map(secondOf)]);
    this.#updates = moments?.updates ?? 0;
    this.#isIdle = false;
  }

  /** Whether nothing is being trained. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** Frees weights and moments. */
  dispose(): void {
    this.#graph.clear();
    this.#isIdle = true;
  }

  /**
   * One update on a batch.
   *
   * @param parts at least one; losses and gradients are added up by their shares
   */
  update(parts: readonly BatchPart<B>[], learningRate: number): UpdateResult {
    const scalars = tensorsOf(this.#rule.scalars(learningRate, this.#updates + 1));
    let seen: Seen;
    const [first] = parts;
    if (first && isWhole(parts)) seen = this.#whole({ batch: first.batch, scalars });
    else {
      this.#startSums();
      for (const { batch, share } of parts) {
        const factor = tf.scalar(share);
        tf.dispose([this.#add({ batch, share: factor }), factor]);
      }
      seen = this.#finish({ scalars });
    }
    const [loss, gradientNorm] = [numberOf(seen.loss), numberOf(seen.norm)];
    const norms = Object.fromEntries(
      Object.entries(seen.norms).map(([name, norm]) => [name, numberOf(norm)]),
    );
    tf.dispose([scalars, seen]);
    if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) this.#updates += 1;
    return { loss, gradientNorm, norms };
  }

  /** Whether updates of such parts have been recorded. */
  isPrepared(parts: readonly BatchPart<B>[]): boolean {
    const [scalars, share] = [this.#placeholders(), tf.scalar(1)];
    const isThere = isWhole(parts)
      ? parts.every(({ batch }) => this.#whole.isRecorded({ batch, scalars }))
      : parts.every(({ batch }) => this.#add.isRecorded({ batch, share }));
    tf.dispose([scalars, share]);
    return isThere;
  }

  /** Records updates on batches that are still to come, so that the graph is loaded once for all of them. */
  prepare(batches: readonly (readonly BatchPart<B>[])[]): void {
    const [scalars, share] = [this.#placeholders(), tf.scalar(1)];
    for (const parts of batches)
      for (const { batch } of parts)
        if (isWhole(parts)) this.#whole.record({ batch, scalars });
        else this.#add.record({ batch, share });
    if (!batches.every(isWhole)) this.#finish.record({ scalars });
    tf.dispose([scalars, share]);
  }

  /** Memory that an update on these parts is expected to need at its fullest moment, in bytes; records it if need be. */
  estimateBytes(parts: readonly BatchPart<B>[]): number {
    const [scalars, share] = [this.#placeholders(), tf.scalar(1)];
    const bytes = parts.map(({ batch }) =>
      isWhole(parts)
        ? this.#whole.estimateBytes({ batch, scalars })
        : this.#add.estimateBytes({ batch, share }),
    );
    tf.dispose([scalars, share]);
    return Math.max(...bytes);
  }

  /**
   * Makes a step that reads the weights and changes nothing, such as a held-out loss.
   *
   * @param build pure and synchronous, of tfjs operations
   */
  readingStep<A extends TensorTree, R extends TensorTree>(
    build: (weights: Weights, args: A) => R,
  ): ResidentStep<A, R> {
    return this.#graph.step((variables, args) => build(valuesOf(variables, this.#all), args));
  }

  /** The weights as they are now; tensors the caller disposes, before the next update to save a copy. */
  readWeights(): Weights {
    return this.#graph.read(this.#names);
  }

  /** Both moments as they are now; tensors the caller disposes, before the next update to save a copy. */
  readMoments(): Moments {
    const read = (names: readonly string[], variable: (name: string) => string): Weights => {
      const values = this.#graph.read(names.map(variable));
      return Object.fromEntries(names.map((name) => [name, tensorOf(values, variable(name))]));
    };
    return {
      updates: this.#updates,
      first: read(this.#names, firstOf),
      second: read(this.#withSecond, secondOf),
    };
  }

  /** Of the shapes that the numbers of an update have. */
  #placeholders(): Scalars {
    return tensorsOf(this.#rule.scalars(0, 1));
  }

  /** Sums of zero, once: every update leaves them so. */
  #startSums(): void {
    if (!this.#graph.isDefined(LOSS)) this.#graph.zero([LOSS, ...this.#names.map(sumOf)]);
  }
}

/** Things that serve one training run at a time, by what they were made for. */
export class IdlePool<T extends { readonly training: { readonly isIdle: boolean } }> {
  readonly #made = new Map<string, T[]>();

  /** One that is idle, or a new one. @param key equal ones are made alike */
  take(key: string, make: () => T): T {
    const made = this.#made.get(key) ?? [];
    let found = made.find(({ training }) => training.isIdle);
    if (!found) this.#made.set(key, [...made, (found = make())]);
    return found;
  }
}

const isWhole = (parts: readonly BatchPart<TensorTree>[]): boolean =>
  parts.length === 1 && parts[0]?.share === 1;

const tensorsOf = (values: Readonly<Record<string, number>>): Scalars =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tf.scalar(value)]));

/** √ Σ g² over all elements of these gradients. */
function globalNorm(gradients: Weights, names: readonly string[]): tf.Scalar {
  if (names.length === 0) return tf.scalar(0);
  const halves: tf.Scalar = tf.addN(names.map((name) => halfSquare(tensorOf(gradients, name))));
  const squares: tf.Scalar = tf.add(halves, halves);
  return tf.sqrt(squares);
}

function trainedWeight(variables: Variables, name: string): TrainedWeight {
  const second = variables[secondOf(name)];
  const [weight, first] = [variableOf(variables, name), variableOf(variables, firstOf(name))];
  return { name, weight, first, ...(second && { second }) };
}

function momentVariables({ first, second }: Moments): Weights {
  const named = (moments: Weights, nameOf: (name: string) => string) =>
    Object.entries(moments).map(([name, moment]): [string, tf.Tensor] => [nameOf(name), moment]);
  return Object.fromEntries([...named(first, firstOf), ...named(second, secondOf)]);
}

const valuesOf = (variables: Variables, names: readonly string[]): Weights =>
  Object.fromEntries(names.map((name) => [name, variableOf(variables, name).value]));

function variableOf(variables: Variables, name: string): Variable {
  const variable = variables[name];
  if (!variable) throw new Error(`ResidentTraining: ${name} must be a variable. This is a fault of the kit.`);
  return variable;
}

function tensorOf(tensors: Weights, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`ResidentTraining: ${name} must have a tensor. Pass one for every weight.`);
  return tensor;
}

const numberOf = (scalar: tf.Scalar): number => scalar.dataSync()[0] ?? Number.NaN;
