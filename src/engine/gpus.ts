/** @file GPUs of this machine, as NVIDIA's driver lists them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DRIVER = "/proc/driver/nvidia/gpus";

const gpusOf = (driver: string): string[] => (existsSync(driver) ? readdirSync(driver) : []);

/** Whether NVIDIA's driver has GPUs here; a process may still be denied them. */
export const hasGpus = (driver = DRIVER): boolean => gpusOf(driver).length > 0;

/**
 * Names of the GPUs, such as "NVIDIA H200", each once; "GPU" where the driver does not tell.
 *
 * @param driver the driver's folder, one below it for each GPU
 */
export function deviceNames(driver = DRIVER): string {
  const names = gpusOf(driver).map((gpu) => {
    const path = join(driver, gpu, "information");
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    return /^Model:\s*(.+)$/mu.exec(text)?.[1]?.trim() ?? "GPU";
  });
  return names.length === 0 ? "GPU" : [...new Set(names)].join(", ");
}
