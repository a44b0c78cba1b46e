/** @file `class-it data`: lists the data files, verifies them, or fetches what is missing (next door), sets included. */
import { Command, Option } from "commander";
import { tableMarkdown } from "../report/render/table.js";
import { fetchSet, listCollections } from "./data-collections.js";
import { fetchMissing } from "./data-fetch.js";
import { inspectFiles, placeOf, sumByFolder } from "./data-state.js";
import { example, jsonOption } from "./options.js";
import { placesOf, printJson, type Surroundings } from "./surroundings.js";

interface DataOptions {
  readonly list?: true;
  /** A prefix, or true for everything. */
  readonly check?: string | true;
  readonly collections?: true;
  /** Name of a set. */
  readonly fetch?: string;
  readonly only?: string;
  readonly unverified?: true;
  readonly json?: boolean;
}

/** The command `data`. */
export function dataCommand(surroundings: Surroundings): Command {
  return new Command("data")
    .description(
      "Fetch missing data files into data/raw, if they can be downloaded. --list and --check fetch nothing.",
    )
    .addOption(new Option("--list", "list the files by folder; --json adds every file").conflicts("check"))
    .addOption(
      new Option("--check [prefix]", "verify size and hash of every file, or of those under a folder"),
    )
    .addOption(
      new Option("--collections", "list the official sets that are not in the manifest").conflicts([
        "list",
        "check",
        "fetch",
      ]),
    )
    .addOption(
      new Option(
        "--fetch <name>",
        "fetch an official set into data/raw/collections; with --list, list its files",
      ).conflicts("check"),
    )
    .addOption(
      new Option("--only <beginning>", "fetch only the files of the set whose paths begin with this"),
    )
    .addOption(new Option("--unverified", "accept files whose hash is not known beforehand, and record it"))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example(
        "data --check babylm_sample",
        "data --collections",
        "data --fetch class-it-instructions",
        "data --fetch babylm-2025 --list --json",
        "data --fetch comps --unverified",
      ),
    )
    .action(async ({ list, check, collections, fetch, only, unverified, json = false }: DataOptions) => {
      const isPartOfFetch = only !== undefined || unverified !== undefined;
      if (fetch === undefined && isPartOfFetch)
        throw new RangeError(
          "class-it data: --only and --unverified must come with --fetch NAME, got none. Add it, or leave them out.",
        );
      if (fetch !== undefined)
        await fetchSet(surroundings, fetch, {
          json,
          list: list ?? false,
          only: only ?? null,
          unverified: unverified ?? false,
        });
      else if (collections) listCollections(surroundings, json);
      else if (list) await listFiles(surroundings, json);
      else if (check !== undefined) await checkFiles(surroundings, json, check === true ? undefined : check);
      else await fetchMissing(surroundings, json);
    });
}

async function listFiles(surroundings: Surroundings, json: boolean): Promise<void> {
  const places = placesOf(surroundings);
  const states = await inspectFiles(places);
  const folders = sumByFolder(states, places);
  if (json) {
    const files = states.map((state) => {
      const { path, bytes, licence, download, standIn } = state.entry;
      return { path, state: state.state, place: placeOf(state, places), bytes, licence, download, standIn };
    });
    return printJson(surroundings, { ...places, folders, files });
  }
  const rows = folders.map((folder) => ({
    folder: folder.folder,
    files: folder.files,
    MB: folder.megabytes,
    "in data/raw": folder.inRaw,
    "in CLASS_IT_DATA": folder.inDataFolder,
    damaged: folder.damaged,
    missing: folder.missing,
    "can be fetched": folder.fetchable,
    "stand-ins": folder.standIns,
  }));
  const note = `data/raw is ${places.rawFolder}, CLASS_IT_DATA is ${places.dataFolder ?? "not set"}.`;
  surroundings.stdout.write(tableMarkdown(rows, { caption: "Data files", note }));
}

async function checkFiles(surroundings: Surroundings, json: boolean, prefix?: string): Promise<void> {
  const places = placesOf(surroundings);
  const states = await inspectFiles(places, prefix);
  const named = (kind: string) => states.filter(({ state }) => state === kind).map(({ entry }) => entry.path);
  const [verified, missing, damaged] = [named("verified").length, named("missing"), named("damaged")];
  if (json) printJson(surroundings, { ...places, verified, missing, damaged });
  else {
    for (const path of missing) surroundings.stdout.write(`missing  ${path}\n`);
    for (const { state, entry, found } of states)
      if (state === "damaged") surroundings.stdout.write(`damaged  ${entry.path} (${found})\n`);
    surroundings.stdout.write(`${verified} of ${states.length} files verified\n`);
  }
  if (verified === states.length) return;
  throw new Error(
    `class-it data: every file must be there and whole, got ${missing.length} missing and ${damaged.length} damaged. ` +
      "Delete the damaged ones, then run npx class-it data, or point CLASS_IT_DATA at a folder that holds them.",
  );
}
