/** @file Graphics cards of this machine, as NVIDIA's driver lists them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DRIVER = "/proc/driver/nvidia/gpus";

const cardsOf = (driver: string): string[] => (existsSync(driver) ? readdirSync(driver) : []);

/** Whether NVIDIA's driver has cards here; a process may still be denied them. */
export const hasCards = (driver = DRIVER): boolean => cardsOf(driver).length > 0;

/**
 * Names of the cards, such as "NVIDIA H200", each once; "GPU" where the driver does not tell.
 *
 * @param driver the driver's folder, one below it for each card
 */
export function deviceNames(driver = DRIVER): string {
  const names = cardsOf(driver).map((card) => {
    const path = join(driver, card, "information");
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    return /^Model:\s*(.+)$/mu.exec(text)?.[1]?.trim() ?? "GPU";
  });
  return names.length === 0 ? "GPU" : [...new Set(names)].join(", ");
}
