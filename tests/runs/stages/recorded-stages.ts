/**
 * @file What stages read while they run, on record: fields of their inputs, settings of the study, data files and derived seeds. The mocks
 * of `keys.test.ts` hand every computation its inputs in a Proxy.
 */
import type { Computation } from "../../../src/runs/stages/computation.js";
import { canonicalJson } from "../../../src/runs/stages/stage.js";

/** What the stages of one kind read, over all runs. */
export interface StageRecord {
  /** Paths of all values in the keys, such as `training.batchSize`; places in lists are `[]`. */
  readonly inKey: Set<string>;
  readonly read: Set<string>;
  /** Whatever was read and is not in the key. */
  readonly strays: Set<string>;
  /** The inputs of every run, as JSON. */
  readonly runs: Set<string>;
}

/** By module of the computation. */
export const records = new Map<string, StageRecord>();

const recordOf = (module: string): StageRecord => {
  const found = records.get(module) ?? {
    inKey: new Set(),
    read: new Set(),
    strays: new Set(),
    runs: new Set(),
  };
  records.set(module, found);
  return found;
};

/** The stage that runs now, the numbers its key holds, and the files it names. */
let running: { record: StageRecord; seeds: Set<number>; files: Set<string> } | null = null;

/** Settings that may be absent, which means their default; everything else that is read must be there. */
const OPTIONAL = new Set([
  ...["numKeyValueHeads", "headDim", "queryKeyNorm", "decayRatio", "zLoss"],
  ...[
    "decays",
    "embeddingRateRatio",
    "objective",
    "mask",
    "attention",
    "backend",
    "unverified",
    "toJSON",
    "then",
  ],
  ...["kind", "momentum", "nesterov", "rateScaling"],
]);
/** Asked of a union to tell which of its forms it is. */
const isOptional = (name: string): boolean => OPTIONAL.has(name) || /^(\d+|constructor|length)$/.test(name);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Every value of plain JSON: its path, and the value. */
export function* leavesOf(value: unknown, path = ""): Generator<[path: string, value: unknown]> {
  if (Array.isArray(value) && value.some(isObject))
    for (const part of value) yield* leavesOf(part, `${path}[]`);
  else if (isObject(value) && !Array.isArray(value))
    for (const [name, part] of Object.entries(value))
      yield* leavesOf(part, path === "" ? name : `${path}.${name}`);
  else yield [path, value];
}

/** A copy whose parts a Proxy may replace; lists that the schema checked are frozen. */
const thawed = <T extends object>(value: T): T =>
  (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as T;

/** Inputs that note what is read of them. */
function watched<T extends object>(value: T, record: StageRecord, path = ""): T {
  return new Proxy(thawed(value), {
    get(target, name, receiver) {
      const part: unknown = Reflect.get(target, name, receiver);
      if (typeof name === "symbol" || typeof part === "function") {
        if (Array.isArray(target)) record.read.add(path); // iterated
        return part;
      }
      const at = Array.isArray(target) ? `${path}[]` : path === "" ? name : `${path}.${name}`;
      if (isObject(part)) {
        if (Array.isArray(part) && !part.some(isObject)) record.read.add(at);
        return watched(part, record, at);
      }
      if (part !== undefined || Object.hasOwn(target, name))
        record.read.add(Array.isArray(target) ? path : at);
      else if (!isOptional(name)) record.strays.add(`${at}, which the key lacks`);
      return part;
    },
  });
}

/** A study's configuration that no stage may read while it runs. */
export function watchedConfig<T extends object>(value: T, path = "config"): T {
  return new Proxy(thawed(value), {
    get(target, name, receiver) {
      const part: unknown = Reflect.get(target, name, receiver);
      if (typeof name === "symbol" || typeof part === "function") return part;
      running?.record.strays.add(`${path}.${name} of the study`);
      return isObject(part) ? watchedConfig(part, `${path}.${name}`) : part;
    },
  });
}

/** Notes a file that is read. @param path as the manifest has it */
export function noteFile(path: string): void {
  if (running && !running.files.has(path)) running.record.strays.add(`file ${path}, which the key lacks`);
}

/** Notes a seed that is derived: it comes from the key, from another derived one, or is the same for all studies. */
export function noteSeed(from: number, purpose: string, derived: number): void {
  if (!running) return;
  if (from !== 0 && !running.seeds.has(from))
    running.record.strays.add(`seed "${purpose}", drawn from a number that the key lacks`);
  running.seeds.add(derived);
}

/** A computation that is watched while it runs, also where it hands over functions that run later. */
export function watchComputation<I, G, R>(computation: Computation<I, G, R>): Computation<I, G, R> {
  return {
    module: computation.module,
    run(inputs, given) {
      if (!isObject(inputs)) throw new Error("A computation's inputs must be an object.");
      const record = recordOf(computation.module);
      // The settings in a key are parts of the study's configuration: what is read of the key is not read of the study.
      const plain = JSON.parse(JSON.stringify(inputs)) as I & object;
      record.runs.add(canonicalJson(plain));
      const leaves = [...leavesOf(plain)];
      for (const [path] of leaves) record.inKey.add(path);
      const stage = {
        record,
        seeds: new Set(leaves.flatMap(([, value]) => (typeof value === "number" ? [value] : []))),
        files: new Set(leaves.flatMap(([path, value]) => (path.endsWith(".path") ? [String(value)] : []))),
      };
      return during(stage, () => computation.run(watched(plain, record), given));
    },
  };
}

/** Runs something as part of a stage, and what it returns too, where that runs later. */
function during<R>(stage: NonNullable<typeof running>, run: () => R): R {
  running = stage;
  const result = run();
  if (result instanceof Promise) {
    const watchedResult: unknown = result
      .then((value: unknown) => watchLater(stage, value))
      .finally(() => (running = null));
    return watchedResult as R;
  }
  running = null;
  return result;
}

/** The functions of an object, run as part of the stage; the steps of a generator one by one. */
function watchLater(stage: NonNullable<typeof running>, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]: [string, unknown]) => [
      name,
      typeof part !== "function"
        ? part
        : (...args: unknown[]): unknown => {
            const result: unknown = during(stage, () => Reflect.apply(part, undefined, args));
            if (!isObject(result) || !(Symbol.asyncIterator in result)) return result;
            return watchSteps(stage, result as AsyncGenerator);
          },
    ]),
  );
}

async function* watchSteps(stage: NonNullable<typeof running>, steps: AsyncGenerator): AsyncGenerator {
  try {
    for (;;) {
      const next = await during(stage, () => steps.next());
      if (next.done === true) return next.value;
      yield next.value;
    }
  } finally {
    await steps.return(undefined);
  }
}
