import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { z } from "zod";
import { readStageJson } from "../../../src/runs/stages/read-json.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const schema = z.object({ losses: z.array(z.number()) });

test("a stage's file is read as it was written, compressed or not; another is refused by its path and field", () => {
  const folder = temporaryFolder();
  const put = (content: string) => {
    writeFileSync(join(folder, "a.json"), content);
    writeFileSync(join(folder, "a.json.gz"), gzipSync(content));
  };
  put('{"losses": [1, 2.5]}');
  for (const name of ["a.json", "a.json.gz"])
    expect(readStageJson({ folder }, name, schema)).toEqual({ losses: [1, 2.5] });
  for (const [content, found] of [
    ["{", "got file: "],
    ['{"losses": ["low"]}', "got losses.0: "],
  ] as const) {
    put(content);
    for (const name of ["a.json", "a.json.gz"]) {
      const read = () => readStageJson({ folder }, name, schema);
      expect(read).toThrow(`${join(folder, name)} must be as this version writes it, ${found}`);
      expect(read).toThrow(`Delete ${folder} to compute it again.`);
    }
  }
});
