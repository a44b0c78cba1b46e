import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { adviseOnGpus, describeGpus, examineGpus } from "../../src/command-line/gpu-report.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const LIBRARIES = [
  ...["cuda_runtime/lib/libcudart.so.12", "cublas/lib/libcublas.so.12", "cublas/lib/libcublasLt.so.12"],
  ...["cudnn/lib/libcudnn.so.9", "cufft/lib/libcufft.so.11", "cusolver/lib/libcusolver.so.11"],
  "cusparse/lib/libcusparse.so.12",
];

/** A machine with what is named, and the places where the doctor looks. */
function machine({ driver = false, libraries = [] }: { driver?: boolean; libraries?: readonly string[] }) {
  const root = temporaryFolder();
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    return join(root, path);
  };
  for (const path of libraries) write(join(".venv/tensorflow/nvidia", path), "");
  const version = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.03  Release Build\n";
  if (driver) write("version", version);
  const smi = write("nvidia-smi", "#!/bin/sh\necho 'NVIDIA H200, 142336, 143771'\n");
  chmodSync(smi, 0o755);
  return { root, driver: join(root, "version"), smi };
}

test("a machine without a GPU needs nothing", () => {
  const report = examineGpus(machine({}));
  expect(describeGpus(report)).toBe("no NVIDIA driver, TensorFlow for a CPU");
  expect(adviseOnGpus(report, "CPU")).toEqual({ problems: [], hints: [] });
});

test("a GPU with all libraries is described with its free memory", () => {
  const report = examineGpus(machine({ driver: true, libraries: LIBRARIES }));
  expect(describeGpus(report)).toBe(
    "NVIDIA driver 580.159.03, NVIDIA H200 with 139.0 of 140.4 GiB free, TensorFlow for NVIDIA GPUs",
  );
  expect(adviseOnGpus(report, "NVIDIA H200")).toEqual({ problems: [], hints: [] });
  expect(adviseOnGpus(report, "CPU").hints[0]).toContain("TensorFlow sees no GPU");
});

test("what is missing comes with what to do about it", () => {
  const idle = adviseOnGpus(examineGpus(machine({ driver: true })), "CPU");
  expect(idle.hints[0]).toContain("CLASS_IT_DEVICE=nvidia npm run set-up");
  const alone = adviseOnGpus(examineGpus(machine({ libraries: LIBRARIES })), "CPU");
  expect(alone.hints[0]).toContain("finds no driver and computes on the CPU");
  const broken = examineGpus(machine({ driver: true, libraries: LIBRARIES.slice(1) }));
  expect(describeGpus(broken)).toContain("missing CUDA libraries: 1");
  expect(adviseOnGpus(broken, "CPU").problems[0]).toContain("missing cuda_runtime/lib/libcudart.so.12");
});

test("a GPU whose memory cannot be asked for is still reported", () => {
  const report = examineGpus({ ...machine({ driver: true, libraries: LIBRARIES }), smi: "no-such-program" });
  expect(report.gpus).toEqual([]);
  expect(report.driver).toBe("580.159.03");
});
