/** @file What `class-it data` fetches, what it cannot, and how it tells: failures are collected, the rest continues. */
import { join } from "node:path";
import { downloadFile } from "../download/download.js";
import type { FileState } from "../data/files.js";
import type { DataFile } from "../data/manifest.js";
import { explainDiskFault } from "../disk/disk-fault.js";
import { inspectFiles } from "./data-state.js";
import { interruptible } from "./interruptible.js";
import { progressLine } from "./progress-line.js";
import { placesOf, printJson, type Surroundings } from "./surroundings.js";

/** The files that are not there, by what can be done about them. */
export interface FetchPlan {
  readonly wanted: readonly DataFile[];
  readonly withoutLocation: readonly DataFile[];
  /** Left out on purpose: see {@link planFetch}. */
  readonly withheld: readonly DataFile[];
  readonly damaged: readonly FileState[];
}

// `textSource` takes half of this folder for a mistake and refuses every run.
const WHOLE_OR_NOT = "babylm_sample/";

/** Sorts the files: a folder that must be whole is fetched only where it becomes so. */
export function planFetch(states: readonly FileState[]): FetchPlan {
  const missing = states.filter(({ state }) => state === "missing").map(({ entry }) => entry);
  const withoutLocation = missing.filter(({ download }) => download === null);
  const staysHalf = withoutLocation.some(({ path }) => path.startsWith(WHOLE_OR_NOT));
  const isWithheld = ({ path }: DataFile) => staysHalf && path.startsWith(WHOLE_OR_NOT);
  const withLocation = missing.filter(({ download }) => download !== null);
  return {
    wanted: withLocation.filter((entry) => !isWithheld(entry)),
    withheld: withLocation.filter(isWithheld),
    withoutLocation,
    damaged: states.filter(({ state }) => state === "damaged"),
  };
}

/**
 * Fetches what is missing and has a location into `data/raw`.
 *
 * @throws Error at the end, naming what could not be fetched and what is damaged; Interrupted after a Ctrl-C
 */
export async function fetchMissing(surroundings: Surroundings, json: boolean): Promise<void> {
  const places = placesOf(surroundings);
  const plan = planFetch(await inspectFiles(places));
  for (const line of describePlan(plan, places.rawFolder)) surroundings.stderr.write(`${line}\n`);
  const { fetched, failed } = await fetchAll(plan.wanted, places.rawFolder, surroundings);
  const paths = (files: readonly DataFile[]) => files.map(({ path }) => path);
  const damaged = plan.damaged.map(({ entry }) => entry.path);
  if (json)
    printJson(surroundings, {
      ...places,
      fetched,
      failed,
      damaged,
      withoutLocation: plan.withoutLocation.map(({ path, note }) => ({ path, note })),
      withheld: paths(plan.withheld),
    });
  else surroundings.stdout.write(`${fetched.length} of ${plan.wanted.length} files fetched\n`);
  const faulty = [...failed.map(({ path }) => path), ...damaged];
  if (faulty.length > 0)
    throw new Error(
      `class-it data: every file must arrive and be whole, got ${failed.length} not fetched and ${damaged.length} ` +
        `damaged: ${faulty.join(", ")}. Delete damaged files, check the network and run it again.`,
    );
}

async function fetchAll(
  wanted: readonly DataFile[],
  rawFolder: string,
  { stderr, fetchUrl }: Surroundings,
): Promise<{ fetched: string[]; failed: { path: string; message: string }[] }> {
  const fetched: string[] = [];
  const failed: { path: string; message: string }[] = [];
  const progress = progressLine(stderr);
  try {
    await interruptible("class-it: interrupted. Files fetched so far are kept.", async (signal) => {
      for (const [index, entry] of wanted.entries()) {
        signal.throwIfAborted();
        try {
          await downloadFile(entry, {
            rawFolder,
            fetchUrl,
            signal,
            onProgress: (received, total) =>
              progress.show(
                `file ${index + 1}/${wanted.length} · ${entry.path} · ${Math.floor((100 * received) / total)} %`,
              ),
          });
          fetched.push(entry.path);
        } catch (error) {
          signal.throwIfAborted();
          const fault = explainDiskFault(error, join(rawFolder, entry.path));
          if (fault !== error) throw fault; // the next file would meet the same disk
          const message = error instanceof Error ? error.message : String(error);
          progress.keep(message);
          failed.push({ path: entry.path, message });
        }
      }
    });
  } finally {
    progress.end();
  }
  return { fetched, failed };
}

/** Host and repository of a location. */
function originOf({ download }: DataFile): string {
  const { host, pathname } = new URL(download ?? "");
  return host + pathname.split("/").slice(0, 3).join("/");
}

/** What will be fetched and from where, and what cannot be, as lines. */
function describePlan(
  { wanted, withoutLocation, withheld, damaged }: FetchPlan,
  rawFolder: string,
): string[] {
  const top = ({ path }: DataFile) => path.slice(0, path.indexOf("/"));
  const grouped = (files: readonly DataFile[], label: (file: DataFile) => string): string[] => {
    const groups = new Map<string, DataFile[]>();
    for (const file of files) groups.set(label(file), [...(groups.get(label(file)) ?? []), file]);
    return [...groups].map(([name, { length }]) => `  ${name}: ${length} ${length === 1 ? "file" : "files"}`);
  };
  const megabytes = wanted.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  return [
    wanted.length === 0
      ? "data: nothing to fetch"
      : `data: fetching ${wanted.length} files, ${megabytes.toFixed(1)} MB, into ${rawFolder}`,
    ...grouped(wanted, (file) => `${top(file)} from ${originOf(file)}`),
    ...(withoutLocation.length > 0
      ? [
          `data: ${withoutLocation.length} files have no download location. Point CLASS_IT_DATA at a folder that holds them.`,
        ]
      : []),
    ...grouped(withoutLocation, (file) => `${top(file)}. ${file.note ?? ""}`.replace(/\.$/, "")),
    ...withheld.map(
      ({ path }) =>
        `data: ${path} is left out: the rest of ${WHOLE_OR_NOT} cannot be fetched, and half of it would stop every run`,
    ),
    ...damaged.map(
      ({ entry, found }) => `data: ${entry.path} is damaged: delete ${found} and run this again`,
    ),
  ];
}
