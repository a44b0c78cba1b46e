import { csvParse } from "d3-dsv";
import { expect, test } from "vitest";
import { openMicroworld } from "../../../src/data/microworld/oracle.js";
import { microworldReadingTable, READING_EFFECTS } from "../../../src/data/microworld/reading-table.js";
import { seeded } from "../../../src/random.js";

const rows = csvParse(microworldReadingTable({ sentences: 400, random: seeded(1) }));
const world = openMicroworld();

test("the columns are those of the BabyLM reading data, in its order", () => {
  expect(rows.columns.join(",")).toBe(
    ",item,word,word2,sentence,context_length,sent_id,item_id,list,Subtlex_log10,length,RTfirstfix,RTfirstpass," +
      "RTgopast,RTrightbound,self_paced_reading_time,ELAN,LAN,N400,P600,EPNP,PNP,prev_word,prev_item,prev_length",
  );
});

test("every word but a sentence's first is a row, with its context and, from the third on, the word before", () => {
  const sentence = rows[0]?.["sentence"] ?? "";
  const words = sentence.split(" ");
  const own = rows.filter((row) => row["sent_id"] === "1");
  expect(own.map((row) => `${row["item"]} ${row["word"]}`)).toEqual(
    words.slice(1).map((_, i) => words.slice(0, i + 2).join(" ")),
  );
  expect(own[0]).toMatchObject({ context_length: "1", prev_word: "", prev_item: "", prev_length: "-1" });
  expect(own[1]).toMatchObject({ context_length: "2", prev_word: words[1], prev_item: words[0] });
  expect(rows.map((row) => row[""])).toEqual(rows.map((_, i) => String(i)));
});

test("what a measure owes to its effects leaves noise of the stated size and no slope on surprisal", () => {
  const effect = READING_EFFECTS.RTfirstpass;
  const points = rows.map((row) => {
    const surprisalNats = -world.nextWordLogProb((row["item"] ?? "").split(" "), row["word"] ?? "");
    const explained =
      effect.interceptMs +
      effect.msPerNat * surprisalNats +
      effect.msPerLog10 * Number(row["Subtlex_log10"]) +
      effect.msPerCharacter * Number(row["length"]);
    return { surprisalNats, rest: Number(row["RTfirstpass"]) - explained };
  });
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const center = mean(points.map((point) => point.surprisalNats));
  const variance = mean(points.map((point) => (point.surprisalNats - center) ** 2));
  const slope = mean(points.map((point) => (point.surprisalNats - center) * point.rest)) / variance;
  // About 2,500 rows: four standard errors are 1.6 ms of mean, 1.2 ms of spread and 1 ms a nat.
  expect(Math.abs(mean(points.map(({ rest }) => rest)))).toBeLessThan(1.6);
  expect(Math.abs(Math.sqrt(mean(points.map(({ rest }) => rest ** 2))) - effect.noiseMs)).toBeLessThan(1.2);
  expect(Math.abs(slope)).toBeLessThan(1);
});

test("the same seed gives the same table, and no sentences are refused", () => {
  const table = (seed: number): string => microworldReadingTable({ sentences: 3, random: seeded(seed) });
  expect(table(1)).toBe(table(1));
  expect(table(1)).not.toBe(table(2));
  expect(() => microworldReadingTable({ sentences: 0, random: seeded(1) })).toThrow("got 0");
  expect(microworldReadingTable({ sentences: 1, random: seeded(1) }).split("\n").length).toBeGreaterThan(3);
});
