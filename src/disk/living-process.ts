/** @file Who wrote a lock or a half-written file, in a form that tells later whether that process is still there. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process of some machine. */
export interface ProcessMark {
  readonly host: string;
  readonly pid: number;
  /** When the process was started, in the system's own count: a later process may have the same id. */
  readonly processStart: string;
}

/** This process. */
export const ownMark = (): ProcessMark => ({
  host: hostname(),
  pid: process.pid,
  processStart: startOf(process.pid) ?? "",
});

/** Whether a process has ended; null for one of another machine, of which nothing can be known from here. */
export const hasEnded = ({ host, pid, processStart }: ProcessMark): boolean | null =>
  host === hostname() ? startOf(pid) !== processStart : null;

/** Field 22 of /proc/PID/stat: clock ticks since boot; null when there is no such process. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
