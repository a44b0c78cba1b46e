/** @file The process in which `class-it bench --data` measures: one line of JSON a measurement. */
import { measureData } from "../runs/data-speed.js";

for await (const row of measureData({ vocabSize: Number(process.argv[2]) })) console.log(JSON.stringify(row));
