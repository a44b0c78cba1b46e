/** @file Every command twice at once, in the same places: one waits and says for whom, and files are those of one alone. */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { differences, fingerprintOf, leftovers } from "./fingerprint.mjs";
import { demand } from "./processes.mjs";
import { begin, placeStudy } from "./tiny-study.mjs";

/** Of commands that compute for seconds; of others the second may find everything made. */
const WAITS = /process \d+ on \S+ (is at work on the same \w+|scores \w+ into \S+); waiting for it/;

/**
 * @param {import("../faults.mjs").Surroundings} surroundings
 * @returns {Promise<import("../faults.mjs").Row[]>}
 */
export async function runTwice({ root, folder, count, random, log, reference }) {
  const expected = fingerprintOf(await reference());
  let [pairs, waited] = [0, 0];
  for (let round = 0; round < count; round++) {
    const place = placeStudy(root, join(folder, `round-${round}`));
    for (const [name, args] of Object.entries(place.commands)) {
      const first = begin(args());
      // The second comes at any moment of the first one's beginning.
      await wait(1000 * random());
      const both = await Promise.all([first.ended, begin(args()).ended]);
      const isExport = name === "export"; // refuses to overwrite
      const failed = both.filter(({ code }) => code !== 0);
      demand(
        failed.length <= (isExport || name === "fetch" ? 1 : 0),
        `${name} twice at once: both must end with 0, got ${failed.map(({ text }) => text).join("; ")}`,
      );
      for (const { stderr } of failed)
        demand(
          /must be empty or not exist|must be written by one process at a time/.test(stderr),
          `${name} twice at once: the second must say why it does not go on, got ${stderr}`,
        );
      pairs += 1;
      const said = both.some(({ text }) => WAITS.test(text));
      if (said) waited += 1;
      log(
        `${name}: ${said ? "the second waited and said for whom" : failed.length > 0 ? "the second was refused" : "no waiting needed"}`,
      );
    }
    const found = fingerprintOf(place);
    demand(leftovers(found).length === 0, `nothing must be left, got ${leftovers(found).join(", ")}`);
    const other = differences(found, expected);
    demand(other.length === 0, `files must equal those of one process, got others: ${other.join(", ")}`);
  }
  return [
    {
      fault: "two processes on one run",
      times: pairs,
      outcome: `in ${waited} the second waited and said for whom; all ${expected.size} files equal those of one process`,
    },
  ];
}
