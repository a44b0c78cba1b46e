import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeEach, describe, expect, test } from "vitest";
import type { DataPlaces } from "../../../src/data/files.js";
import { loadSwitchboardPairs, loadWikiQuestions } from "../../../src/data/instructions/instructions.js";
import {
  hasReleased,
  readReleasedRows,
  releasedFiles,
} from "../../../src/data/instructions/released-instructions.js";
import { allOf } from "../../support/all-of.js";
import { parquetOf, putReleased, releasedRows } from "../../support/released-fixture.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const wiki = releasedRows("simple_wiki", 10);
const talk = releasedRows("switchboard", 6);
let places: DataPlaces;
beforeEach(() => {
  places = { rawFolder: temporaryFolder(), dataFolder: null };
});

function written(bytes: Uint8Array): string {
  const file = join(temporaryFolder(), "rows.parquet");
  writeFileSync(file, bytes);
  return file;
}

describe("a parquet file", () => {
  test("gives its rows in order, over all row groups", async () => {
    expect(await allOf(readReleasedRows(written(parquetOf(wiki, 3))))).toEqual(wiki);
  });

  test("that is empty, cut off or no parquet is refused by name", async () => {
    const whole = parquetOf(wiki);
    const cut = written(whole);
    truncateSync(cut, whole.length - 20);
    await expect(allOf(readReleasedRows(cut))).rejects.toThrow(
      /rows\.parquet must be a whole parquet file, got Error: .*Delete it and run npx class-it data --fetch/,
    );
    await expect(allOf(readReleasedRows(written(Buffer.alloc(0))))).rejects.toThrow("got an empty file");
    await expect(allOf(readReleasedRows(written(Buffer.from("prompt,reply\n"))))).rejects.toThrow(
      "must be a whole parquet file",
    );
    await expect(allOf(readReleasedRows(written(parquetOf([]))))).rejects.toThrow("must have rows, got none");
  });

  const texts = (name: string) => ({ name, data: ["x"], type: "STRING" as const });
  test.each([
    [
      "a column of another type",
      [texts("prompt"), texts("reply"), texts("source"), { name: "text", data: [7], type: "INT32" as const }],
      "text int32",
    ],
    [
      "bytes in place of text",
      [
        texts("prompt"),
        texts("reply"),
        texts("source"),
        { name: "text", data: [new Uint8Array([1])], type: "BYTE_ARRAY" as const },
      ],
      "text byte_array",
    ],
    [
      "a column that is missing",
      [texts("prompt"), texts("reply"), texts("text")],
      "prompt text, reply text, text text",
    ],
    ["one column more", ["prompt", "reply", "source", "text", "topic"].map(texts), "topic text"],
  ])("with %s is refused, and the columns found are listed", async (_, columnData, found) => {
    const reading = allOf(readReleasedRows(written(new Uint8Array(parquetWriteBuffer({ columnData })))));
    await expect(reading).rejects.toThrow(
      /must have the columns prompt text, reply text, source text, text text, got /,
    );
    await expect(reading).rejects.toThrow(found);
  });

  test("with a cell without text is refused with its row and column", async () => {
    const data = (name: string) => ({
      name,
      data: ["a", "b", name === "reply" ? null : "c"],
      type: "STRING" as const,
    });
    const columnData = ["prompt", "reply", "source", "text"].map(data);
    const file = written(new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 })));
    await expect(allOf(readReleasedRows(file))).rejects.toThrow("got none in row 2, column reply");
  });
});

describe("the released sets", () => {
  const files = {
    "simple_wiki/train-00000-of-00002.parquet": parquetOf(wiki.slice(0, 7)),
    "simple_wiki/train-00001-of-00002.parquet": parquetOf(wiki.slice(7)),
    "simple_wiki/test-00000-of-00001.parquet": parquetOf(talk),
    "switchboard/train-00000-of-00001.parquet": parquetOf(talk),
  };

  test("are examples of their own source, with ids and texts, all of one part and none of the other", async () => {
    putReleased(places.rawFolder, files);
    const request = { rows: null, seed: 1, source: "real", places } as const;
    const questions = await loadWikiQuestions({ ...request, wikiSource: "released" });
    expect(new Set(questions.map(({ source }) => source))).toEqual(new Set(["wiki-released"]));
    const byId = [...questions].sort(
      (a, b) => Number(a.id.split("_").at(-1)) - Number(b.id.split("_").at(-1)),
    );
    expect(byId.map(({ id, prompt, reply, text }) => ({ id, prompt, reply, text }))).toEqual(
      wiki.map(({ prompt, reply, text }, i) => ({ id: `simple_wiki_${i}`, prompt, reply, text })),
    );
    const pairs = await loadSwitchboardPairs({ ...request, pairing: "released" });
    expect(pairs).toHaveLength(talk.length);
    expect(new Set(pairs.map(({ source }) => source))).toEqual(new Set(["switchboard-released"]));
  });

  test("are drawn from as the other sets are; conversations keep no rows apart", async () => {
    putReleased(places.rawFolder, files);
    const request = { seed: 1, source: "real", wikiSource: "released", places } as const;
    expect(await loadWikiQuestions({ ...request, rows: 4 })).toHaveLength(4);
    for (const rows of [11, 0, 1.5])
      await expect(loadWikiQuestions({ ...request, rows })).rejects.toThrow(
        `loadWikiQuestions: rows must be a whole number from 1 to the 10 there are, got ${rows}`,
      );
    expect(await loadWikiQuestions({ ...request, rows: 10 })).toHaveLength(10);
    expect(await loadWikiQuestions({ ...request, rows: 1 })).toHaveLength(1);
    const talks = { seed: 1, source: "real", pairing: "released", places, split: "heldOut" } as const;
    await expect(loadSwitchboardPairs({ ...talks, rows: 1 })).rejects.toThrow(
      "keep no rows apart, got heldOut",
    );
  });

  test("hold every tenth hundred of questions out of training", async () => {
    const many = Array.from({ length: 2_150 }, (_, row) => ({ ...wiki[0], reply: `reply ${row}` }));
    const row = wiki[0] ?? { prompt: "", reply: "", source: "", text: "" };
    putReleased(places.rawFolder, {
      ...files,
      "simple_wiki/train-00000-of-00002.parquet": parquetOf(
        many.slice(0, 950).map((one) => ({ ...row, ...one })),
      ),
      "simple_wiki/train-00001-of-00002.parquet": parquetOf(
        many.slice(950).map((one) => ({ ...row, ...one })),
      ),
    });
    const request = { rows: null, seed: 1, source: "real", wikiSource: "released", places } as const;
    const numbersOf = async (split: "train" | "heldOut"): Promise<number[]> =>
      (await loadWikiQuestions({ ...request, split })).map(({ id }) => Number(id.split("_").at(-1)));
    const [trained, heldOut] = [await numbersOf("train"), await numbersOf("heldOut")];
    expect(new Set(heldOut)).toEqual(
      new Set([900, 1_900].flatMap((from) => Array.from({ length: 100 }, (_, index) => from + index))),
    );
    expect(new Set([...trained, ...heldOut]).size).toBe(2_150);
    expect(trained).toHaveLength(1_950);
  });

  test("count as fetched when whole; a part of them is an error, never silently the stand-in", () => {
    expect(hasReleased(places)).toBe(false);
    putReleased(places.rawFolder, files);
    expect(hasReleased(places)).toBe(true);
    putReleased(places.rawFolder, files, { listed: 5 });
    expect(() => hasReleased(places)).toThrow("as a whole or not at all, got 4 of 5 files");
  });

  test("that are damaged or rearranged are refused", async () => {
    putReleased(places.rawFolder, files);
    const path = "collections/class-it-instructions/switchboard/train-00000-of-00001.parquet";
    const damaged = Buffer.from(files["switchboard/train-00000-of-00001.parquet"]);
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    writeFileSync(join(places.rawFolder, path), damaged);
    await expect(
      loadSwitchboardPairs({ rows: null, seed: 1, source: "real", places, pairing: "released" }),
    ).rejects.toThrow(
      /train-00000-of-00001\.parquet must have .* bytes and sha256 .*--fetch class-it-instructions/,
    );
    putReleased(places.rawFolder, { "data/other.parquet": parquetOf(wiki) });
    expect(() => releasedFiles("simple_wiki", places)).toThrow(
      "must have a parquet file with simple_wiki in its path, got collections/class-it-instructions/data/other.parquet",
    );
  });
});
