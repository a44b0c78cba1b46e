/**
 * @file TensorFlow's C library in `.venv/tensorflow`: its build for a CPU, or that for NVIDIA GPUs with the CUDA libraries. Both builds look
 * for those in `../nvidia`, so that no path has to be exported.
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { inRoot, pipInstall } from "./python.mjs";
import { SetUpError } from "./system-tools.mjs";

/** Where the wheels are unpacked. */
export const TENSORFLOW = ".venv/tensorflow";
/** The list of each build. */
const LISTS = { cpu: "requirements-cpu.txt", nvidia: "requirements-nvidia.txt" };
/** Wheels of TensorFlow are made for one Python each. The kit uses only their C library, which is the same in all of them. */
const WHEELS_OF_PYTHON = "3.13";
/** NVIDIA's driver on Linux, and below Windows. */
const DRIVERS = ["/proc/driver/nvidia/version", "/usr/lib/wsl/lib/libcuda.so.1"];

/**
 * The list of the build to install: what `CLASS_IT_DEVICE` names, else that for the driver that is there.
 *
 * @param {{ device?: string | undefined, drivers?: readonly string[] }} [surroundings]
 * @returns {string} path from the root
 * @throws {SetUpError} when `CLASS_IT_DEVICE` names neither
 */
export function tensorflowList({ device = process.env["CLASS_IT_DEVICE"], drivers = DRIVERS } = {}) {
  if (device === undefined || device === "")
    return drivers.some((path) => existsSync(path)) ? LISTS.nvidia : LISTS.cpu;
  if (device === "cpu" || device === "nvidia") return LISTS[device];
  throw new SetUpError(
    `set-up: CLASS_IT_DEVICE must be cpu or nvidia, got "${device}". Correct it, or leave it unset: set-up then looks for NVIDIA's driver.`,
  );
}

/** Unpacks the wheels beside and swaps them in. */
export async function installTensorflow() {
  const partial = `${TENSORFLOW}.partial`;
  rmSync(inRoot(partial), { recursive: true, force: true });
  await pipInstall(tensorflowList(), "installing TensorFlow", [
    ...["--target", partial],
    ...["--python-version", WHEELS_OF_PYTHON, "--only-binary=:all:"],
  ]);
  rmSync(inRoot(TENSORFLOW), { recursive: true, force: true });
  renameSync(inRoot(partial), inRoot(TENSORFLOW));
}
