/** @file `node scripts/check/api.mjs`: what the documentation of the public surface lacks, as `npm run check` says it. */
import { SURFACE } from "../../src/dist/report/site/library.js";
import { readSurface } from "../../src/dist/report/site/library-surface.js";
import { readCommand } from "../command.mjs";
import { surfaceFaults } from "./api-faults.mjs";

readCommand("api");
const read = await readSurface(SURFACE);
const faults = surfaceFaults(read);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`${read.exports.length} exports, each documented`);
