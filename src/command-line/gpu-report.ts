/** @file What `class-it doctor` finds out about NVIDIA GPUs: driver, the build of TensorFlow that set-up installed, its libraries, free memory. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A GPU's memory in GiB, as its driver tells it. */
export interface GpuMemory {
  readonly name: string;
  readonly free: number;
  readonly total: number;
}

/** Everything that decides whether TensorFlow can use a GPU. */
export interface GpuReport {
  /** Version of NVIDIA's driver; null where there is none. */
  readonly driver: string | null;
  /** The build of TensorFlow that set-up installed. */
  readonly build: "cpu" | "nvidia";
  /** CUDA libraries that the build for GPUs loads and that are not there. */
  readonly missing: readonly string[];
  readonly gpus: readonly GpuMemory[];
}

/** Where to look; a test brings its own places. */
export interface GpuPlaces {
  readonly root: string;
  readonly driver?: string;
  readonly smi?: string;
}

/** The libraries of CUDA 12 that TensorFlow 2.20 opens, below the folder of NVIDIA's packages. */
const LIBRARIES = [
  "cuda_runtime/lib/libcudart.so.12",
  "cublas/lib/libcublas.so.12",
  "cublas/lib/libcublasLt.so.12",
  "cudnn/lib/libcudnn.so.9",
  "cufft/lib/libcufft.so.11",
  "cusolver/lib/libcusolver.so.11",
  "cusparse/lib/libcusparse.so.12",
];

/** Looks at driver, libraries and memory; what cannot be found out is null or left out. */
export function examineGpus({
  root,
  driver = "/proc/driver/nvidia/version",
  smi = "nvidia-smi",
}: GpuPlaces): GpuReport {
  const packages = join(root, ".venv", "tensorflow", "nvidia");
  const build = existsSync(packages) ? "nvidia" : "cpu";
  const text = existsSync(driver) ? readFileSync(driver, "utf8") : null;
  return {
    driver: text === null ? null : (/\d+(?:\.\d+)+/.exec(text)?.[0] ?? "of unknown version"),
    build,
    missing: build === "cpu" ? [] : LIBRARIES.filter((path) => !existsSync(join(packages, path))),
    gpus: text === null ? [] : memoryOf(smi),
  };
}

/** Lines of "name, free MiB, total MiB"; none where the program is missing or refuses. */
function memoryOf(smi: string): GpuMemory[] {
  try {
    const query = ["--query-gpu=name,memory.free,memory.total", "--format=csv,noheader,nounits"];
    const table = execFileSync(smi, query, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return table
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", free, total] = line.split(", ");
        return { name, free: Number(free) / 1024, total: Number(total) / 1024 };
      });
  } catch {
    return [];
  }
}

/** The report as one line. */
export function describeGpus({ driver, build, missing, gpus }: GpuReport): string {
  const parts = [
    driver === null ? "no NVIDIA driver" : `NVIDIA driver ${driver}`,
    ...gpus.map(({ name, free, total }) => `${name} with ${free.toFixed(1)} of ${total.toFixed(1)} GiB free`),
    build === "cpu" ? "TensorFlow for a CPU" : "TensorFlow for NVIDIA GPUs",
    ...(missing.length > 0 ? [`missing CUDA libraries: ${missing.length}`] : []),
  ];
  return parts.join(", ");
}

/**
 * What must be repaired, and what could be better.
 *
 * @param device what TensorFlow computes on, "CPU" or a GPU's name; null where it does not load
 */
export function adviseOnGpus(
  { driver, build, missing }: GpuReport,
  device: string | null,
): { readonly problems: readonly string[]; readonly hints: readonly string[] } {
  if (missing.length > 0)
    return {
      problems: [
        `GPU: the CUDA libraries must be complete, missing ${missing.join(", ")}. Remove .venv/tensorflow and run npm run set-up.`,
      ],
      hints: [],
    };
  const hints =
    driver !== null && build === "cpu"
      ? [
          "the GPU is not used: run CLASS_IT_DEVICE=nvidia npm run set-up for the build of TensorFlow that can.",
        ]
      : driver === null && build === "nvidia"
        ? [
            "TensorFlow for NVIDIA GPUs finds no driver and computes on the CPU. Install NVIDIA's driver, or run CLASS_IT_DEVICE=cpu npm run set-up.",
          ]
        : driver !== null && device === "CPU"
          ? [
              "TensorFlow sees no GPU: look for CUDA_VISIBLE_DEVICES=-1, another process that has the GPU to itself, and a driver too old for CUDA 12.",
            ]
          : [];
  return { problems: [], hints };
}
