/** @file The system's Chromium for tests and the inspection of a report, or the reason why there is none. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of Chromium: CHROMIUM when set, else where Linux distributions put it. */
export const chromiumPath = [process.env["CHROMIUM"], ...PLACES].find(
  (path) => path !== undefined && path !== "" && existsSync(path),
);

/**
 * Says on the terminal that something is left out, and returns whether it is.
 *
 * @param {string} what
 * @returns {boolean}
 */
export function skipWithoutChromium(what) {
  if (chromiumPath !== undefined) return false;
  console.warn(
    `${what}: skipped, no Chromium. Install it (apt-get install chromium) or set CHROMIUM to its path.`,
  );
  return true;
}

/**
 * Starts Chromium headless.
 *
 * @param {string} home receives what it would write to the home folder
 * @returns {Promise<import("playwright-core").Browser>}
 */
export async function launchBrowser(home) {
  if (chromiumPath === undefined) throw new Error("launchBrowser: Chromium must be installed, got none");
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    env: { ...process.env, HOME: home },
  });
}
