/** @file A disk of a few megabytes in memory, seen by this process and its children alone, that can be filled and made read-only. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a file takes at least. */
export const PAGE = 4096;
const INSIDE = "CLASS_IT_FAULTS_INSIDE";

/** Whether this process may mount. */
export const mayMount = () => process.env[INSIDE] !== undefined;

/** How to get there: as root, else as the root of a user namespace, where the system allows one. */
const WAYS = [
  ["--mount", "--propagation", "private"],
  ["--user", "--map-root-user", "--mount", "--propagation", "private"],
];

/**
 * Starts this very command again where it may mount.
 *
 * @param {string} folder
 * @returns {number | string} its exit code, or why that cannot be
 */
export function startInside(folder) {
  const reasons = WAYS.map((way) => {
    const probe = ["unshare", ...way, "mount", "-t", "tmpfs", "tmpfs", folder];
    const { status, stderr, error } = spawnSync("/usr/bin/env", probe, { encoding: "utf8" });
    return status === 0 ? null : (error?.message ?? stderr.trim());
  });
  const way = WAYS[reasons.indexOf(null)];
  if (way === undefined) return `mounts are not allowed here (${reasons.at(-1)})`;
  const { status } = spawnSync("unshare", [...way, process.execPath, ...process.argv.slice(1)], {
    env: { ...process.env, [INSIDE]: "1" },
    stdio: "inherit",
  });
  return status ?? 1;
}

/** @param {string[]} args */
function mount(...args) {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount ${args.join(" ")}: ${stderr}`);
}

/** Mounts a new empty disk. @param {string} folder @param {number} megabytes */
export function mountDisk(folder, megabytes) {
  mkdirSync(folder, { recursive: true });
  mount("-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder);
  const filler = join(folder, "filler");
  const setWritable = (/** @type {"ro" | "rw"} */ way) => mount("-o", `remount,${way}`, folder);
  return {
    /** Leaves so many pages. @param {number} pages */
    fill: (pages) => writeFileSync(filler, Buffer.alloc((statfsSync(folder).bavail - pages) * PAGE)),
    makeRoom: () => rmSync(filler, { force: true }),
    protect: () => setWritable("ro"),
    unprotect: () => setWritable("rw"),
    unmount: () => void spawnSync("umount", ["--lazy", folder]),
  };
}
