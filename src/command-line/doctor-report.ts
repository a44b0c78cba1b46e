/** @file What `class-it doctor` finds out about machine, engine, set-up and data; printing it is in `doctor.ts`. */
import { existsSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import type { Precision } from "../config/config.js";
import { textSource, type DataPlaces } from "../data/files.js";
import type { EngineDescription } from "../engine/backend.js";
import type { MatrixRate } from "../engine/matrix-rate.js";
import { findProjectRoot } from "../project-root.js";
import { planFetch } from "./data-fetch.js";
import { inspectFiles, sumByFolder, type FolderState } from "./data-state.js";
import { adviseOnGpus, examineGpus, type GpuReport } from "./gpu-report.js";

/** The engine as far as the doctor needs it; a test brings a broken one. */
export interface Engine {
  readonly describeEngine: () => EngineDescription;
  readonly testGradients: () => number;
  readonly measureMatrixRate: (options: { readonly precision: Precision }) => MatrixRate;
}

/** Everything the doctor looks at. `problems` make it fail, `hints` do not; both say what to do. */
export interface DoctorReport {
  readonly node: string;
  readonly machine: {
    readonly platform: string;
    readonly processor: string;
    readonly cores: number;
    /** What this process may use: a container's limit where there is one. */
    readonly memoryGiB: number;
  };
  /** Null where it does not load. */
  readonly engine: EngineDescription | null;
  readonly gradientTest: {
    /** Absolute difference between the engine's gradient and central differences. */
    readonly largestDifference: number;
    readonly tolerance: number;
    readonly passed: boolean;
  } | null;
  /** Matrix products by number format; where bfloat16 is no faster, training in it gains nothing. */
  readonly matrixRates: Readonly<Record<Precision, MatrixRate>> | null;
  readonly gpu: GpuReport;
  readonly setUp: readonly { readonly step: string; readonly done: boolean }[];
  readonly data: DataPlaces & {
    /** The text runs work on; null where it cannot be told. */
    readonly source: "real" | "microworld" | null;
    readonly folders: readonly FolderState[];
  };
  readonly problems: readonly string[];
  readonly hints: readonly string[];
}

// Central differences in float32 with steps of 1e-2 are about 1e-4 off; a wrong gradient is off by its own size.
const GRADIENT_TOLERANCE = 1e-3;

/** The marks that `scripts/set-up.mjs` leaves behind each of its steps. */
const SET_UP_MARKS = [
  ["npm packages", "node_modules/.set-up"],
  ["Python environment", ".venv/.set-up"],
  ["TensorFlow", ".venv/tensorflow/.set-up"],
  ["TensorFlow addon", "node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/.set-up"],
  ["library", "src/dist/.set-up"],
] as const;

async function loadEngine(): Promise<Engine> {
  const [backend, rate] = await Promise.all([
    import("../engine/backend.js"),
    import("../engine/matrix-rate.js"),
  ]);
  return { ...backend, ...rate };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Looks at everything; a fault in one place does not keep it from looking at the others. */
export async function examine(
  places: DataPlaces,
  { load = loadEngine, node = process.versions.node }: { load?: () => Promise<Engine>; node?: string } = {},
): Promise<DoctorReport> {
  const problems: string[] = [];
  if (!isSupported(node))
    problems.push(`node must be 20.19, 22.13 or 24 and newer, got ${node}. Install a newer one.`);
  const setUp = SET_UP_MARKS.map(([step, mark]) => ({
    step,
    done: existsSync(join(findProjectRoot(), mark)),
  }));
  for (const { step, done } of setUp)
    if (!done) problems.push(`set-up: ${step} must be complete, got no mark of it. Run npm run set-up.`);
  const engine = await examineEngine(load, problems);
  const gpu = examineGpus({ root: findProjectRoot() });
  const advice = adviseOnGpus(gpu, engine.engine?.device ?? null);
  problems.push(...advice.problems);
  const { data, hints } = await examineData(places, problems);
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return {
    node,
    machine: {
      platform: `${platform()} ${arch()}`,
      processor: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      memoryGiB: memory / 2 ** 30,
    },
    ...engine,
    gpu,
    setUp,
    data,
    problems,
    hints: [...advice.hints, ...hints],
  };
}

/** The versions that package.json names. */
function isSupported(node: string): boolean {
  const [major = 0, minor = 0] = node.split(".").map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
}

async function examineEngine(
  load: () => Promise<Engine>,
  problems: string[],
): Promise<Pick<DoctorReport, "engine" | "gradientTest" | "matrixRates">> {
  try {
    const { describeEngine, testGradients, measureMatrixRate } = await load();
    const largestDifference = testGradients();
    const passed = largestDifference <= GRADIENT_TOLERANCE; // false for NaN
    if (!passed)
      problems.push(
        `gradient self-test: tfjs and central differences must agree to ${GRADIENT_TOLERANCE}, got ${largestDifference}. ` +
          "Train nothing with this engine; run npm run set-up again after removing node_modules and .venv.",
      );
    const gradientTest = { largestDifference, tolerance: GRADIENT_TOLERANCE, passed };
    const matrixRates = {
      float32: measureMatrixRate({ precision: "float32" }),
      bfloat16: measureMatrixRate({ precision: "bfloat16" }),
    };
    return { engine: describeEngine(), gradientTest, matrixRates };
  } catch (error) {
    problems.push(`engine: TensorFlow must load and compute, got ${messageOf(error)}. Run npm run set-up.`);
    return { engine: null, gradientTest: null, matrixRates: null };
  }
}

async function examineData(
  places: DataPlaces,
  problems: string[],
): Promise<Pick<DoctorReport, "data" | "hints">> {
  try {
    const states = await inspectFiles(places);
    const { wanted, withheld, withoutLocation, damaged } = planFetch(states);
    const unreachable = withheld.length + withoutLocation.length;
    if (damaged.length > 0)
      problems.push(
        `data: files must have the manifest's hashes, got ${damaged.length} damaged. npx class-it data --check names them.`,
      );
    const hints = [
      ...(wanted.length > 0
        ? [`${wanted.length} missing data files can be fetched: npx class-it data.`]
        : []),
      ...(unreachable > 0
        ? [`${unreachable} missing data files cannot: point CLASS_IT_DATA at a folder that holds them.`]
        : []),
    ];
    const folders = sumByFolder(states, places);
    return { data: { ...places, source: sourceOrNull(places, problems), folders }, hints };
  } catch (error) {
    problems.push(messageOf(error));
    return { data: { ...places, source: null, folders: [] }, hints: [] };
  }
}

function sourceOrNull(places: DataPlaces, problems: string[]): "real" | "microworld" | null {
  try {
    return textSource(places);
  } catch (error) {
    problems.push(messageOf(error));
    return null;
  }
}
