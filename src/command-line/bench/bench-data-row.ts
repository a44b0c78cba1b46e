/** @file The process in which `class-it bench --data` measures: one line of JSON a measurement. */
import { measureOverlapSpeed, measureTokens } from "./data-speed.js";

const [, , what, vocabSize] = process.argv;
const print = (row: object): void => console.log(JSON.stringify(row));
if (what === "overlap") print(await measureOverlapSpeed());
else for await (const row of measureTokens({ vocabSize: Number(vocabSize) })) print(row);
